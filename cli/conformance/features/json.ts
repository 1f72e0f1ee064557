// By OpenAI's OpenAPI document, version 2.3.0 of 2026-08-21: response_format of POST /chat/completions.
import { z } from "zod";
import { chatStream, textOf, unlessStreamed } from "../chat-stream.ts";
import { type Feature, type Finding, fail, pass, unclear } from "../check.ts";
import { answered } from "../judge.ts";
import { type ChatCompletion, chatCompletion, differences } from "../shape.ts";

const messages = [{ role: "user", content: "Answer in JSON: the city of Bern, and how many inhabitants it has." }];
const schema = {
  type: "object",
  properties: { city: { type: "string" }, inhabitants: { type: "integer" } },
  required: ["city", "inhabitants"],
  additionalProperties: false,
};
const described = { type: "json_schema", json_schema: { name: "city", strict: true, schema } };
const city = z.strictObject({ city: z.string(), inhabitants: z.int() });

/** Answers that are JSON. */
export const json: Feature = {
  name: "json",
  checks: [
    {
      id: "json.object",
      asks: "With response_format json_object the content is a JSON object.",
      need: "where offered",
      run: async (client) =>
        answered(await client.chat({ messages, response_format: { type: "json_object" } }), chatCompletion, (value) =>
          contentOf(value, z.looseObject({})),
        ),
    },
    {
      id: "json.schema",
      asks: "With response_format json_schema the content fits the schema.",
      need: "where offered",
      run: async (client) =>
        answered(await client.chat({ messages, response_format: described }), chatCompletion, (value) =>
          contentOf(value, city),
        ),
    },
    {
      id: "json.stream",
      asks: "The same, streamed: the deltas join to JSON that fits the schema.",
      need: "where offered",
      run: async (client) => {
        const streamed = await chatStream(client, { messages, response_format: described });
        const reason = streamed.chunks.flatMap(({ choices }) => choices).at(-1)?.finish_reason;
        return unlessStreamed(streamed) ?? judged(textOf(streamed.chunks), reason, city);
      },
    },
  ],
};

function contentOf({ choices: [choice] }: ChatCompletion, shape: z.ZodType): Finding {
  return judged(choice!.message.content ?? "", choice!.finish_reason, shape);
}

function judged(content: string, reason: string | null | undefined, shape: z.ZodType): Finding {
  try {
    const [different] = differences(shape, JSON.parse(content));
    return different ? fail(`the content, ${different}`) : pass("it fits");
  } catch {
    // A cut answer is no JSON by the specification's own word.
    return reason === "length" ? unclear("the answer was cut before it ended") : fail("the content is no JSON");
  }
}
