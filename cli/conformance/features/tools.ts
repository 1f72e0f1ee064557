// By OpenAI's OpenAPI document, version 2.3.0 of 2026-08-21: POST /chat/completions with tools and tool_choice.
import { z } from "zod";
import { chatStream, unlessStreamed } from "../chat-stream.ts";
import { type Feature, type Finding, fail, pass } from "../check.ts";
import { answered } from "../judge.ts";
import { type ChatChunk, type ChatCompletion, chatCompletion, differences } from "../shape.ts";

const name = "get_weather";
const parameters = {
  type: "object",
  properties: { city: { type: "string" } },
  required: ["city"],
  additionalProperties: false,
};
const tools = [{ type: "function", function: { name, description: "The weather in a city.", parameters } }];
const messages = [{ role: "user", content: "What is the weather in Bern?" }];
const forced = { messages, tools, tool_choice: { type: "function", function: { name } } };
const called = z.looseObject({ city: z.string().min(1) });

/** Function calls. */
export const toolCalls: Feature = {
  name: "tools",
  checks: [
    {
      id: "tools.call",
      asks: "A function that tool_choice names is called, with arguments that are JSON and fit its parameters.",
      need: "where offered",
      run: async (client) => answered(await client.chat(forced, 400), chatCompletion, callOf),
    },
    {
      id: "tools.required",
      asks: "With tool_choice required some function is called, and finish_reason is tool_calls.",
      need: "where offered",
      run: async (client) =>
        answered(await client.chat({ messages, tools, tool_choice: "required" }, 400), chatCompletion, (value) => {
          const found = callOf(value);
          const reason = value.choices[0]!.finish_reason;
          if (found.verdict !== "pass" || reason === "tool_calls") return found;
          return fail(`$.choices[0].finish_reason: "tool_calls" was to come, found "${reason}"`);
        }),
    },
    {
      id: "tools.none",
      asks: "With tool_choice none no function is called.",
      need: "optional",
      run: async (client) =>
        answered(
          await client.chat({ messages, tools, tool_choice: "none" }),
          chatCompletion,
          ({ choices: [choice] }) =>
            choice!.message.tool_calls?.length ? fail("$.choices[0].message.tool_calls: a call came") : pass("no call"),
        ),
    },
    {
      id: "tools.result",
      asks: "A conversation goes on after a message of role tool with the result of a call.",
      need: "where offered",
      run: async (client) => {
        const call = { id: "call_conformance1", type: "function", function: { name, arguments: '{"city":"Bern"}' } };
        const conversation = [
          ...messages,
          { role: "assistant", content: null, tool_calls: [call] },
          { role: "tool", tool_call_id: call.id, content: '{"celsius":21}' },
        ];
        return answered(await client.chat({ messages: conversation, tools }), chatCompletion);
      },
    },
    {
      id: "tools.stream",
      asks: "Streamed tool calls have an index, their first delta id and name, and their arguments join to JSON.",
      need: "where offered",
      run: async (client) => {
        const streamed = await chatStream(client, forced, 400);
        return unlessStreamed(streamed) ?? streamedCall(streamed.chunks);
      },
    },
  ],
};

function callOf({ choices: [choice] }: ChatCompletion): Finding {
  const call = choice!.message.tool_calls?.[0];
  if (!call) return fail("$.choices[0].message.tool_calls: a call was to come, found nothing");
  const at = "$.choices[0].message.tool_calls[0].function";
  if (call.function.name !== name) return fail(`${at}.name: "${name}" was to come`);
  const fault = argumentsFault(call.function.arguments);
  return fault ? fail(`${at}.arguments: ${fault}`) : pass(`${name}, finish_reason ${choice!.finish_reason}`);
}

function streamedCall(chunks: readonly ChatChunk[]): Finding {
  const deltas = chunks.flatMap(({ choices }) => choices[0]?.delta.tool_calls ?? []);
  const [first] = deltas;
  if (!first) return fail("no delta has tool_calls");
  const mine = deltas.filter(({ index }) => index === first.index);
  if (!first.id) return fail("the first delta of the call has no id");
  if (first.function?.name !== name) return fail(`the first delta of the call does not name ${name}`);
  if (mine.some(({ id }) => id && id !== first.id)) return fail("the id of the call changes on the way");
  const fault = argumentsFault(mine.map((delta) => delta.function?.arguments ?? "").join(""));
  return fault ? fail(`the arguments, joined: ${fault}`) : pass(`${mine.length} deltas`);
}

function argumentsFault(text: string): string | undefined {
  try {
    return differences(called, JSON.parse(text))[0];
  } catch {
    return "they are no JSON";
  }
}
