// By OpenAI's OpenAPI document, version 2.3.0 of 2026-08-21: POST /completions, which OpenAI calls legacy.
import { type Feature, fail, pass } from "../check.ts";
import type { Client } from "../client.ts";
import { readEventStream } from "../event-stream.ts";
import { answered, several, unlessAnswered, usageFault } from "../judge.ts";
import { completion, differences } from "../shape.ts";

const ask = (client: Client, more: Record<string, unknown> = {}) =>
  client.post("completions", { model: client.chatModel, prompt: "One, two, three,", max_tokens: 8, ...more });

/** Text completions. */
export const completions: Feature = {
  name: "completions",
  checks: [
    {
      id: "completions.answer",
      asks: "POST /completions answers with a text_completion.",
      need: "where offered",
      run: async (client) => answered(await ask(client), completion),
    },
    {
      id: "completions.usage",
      asks: "Its usage adds up.",
      need: "where offered",
      run: async (client) =>
        answered(await ask(client), completion, ({ usage }) => {
          const fault = usage ? usageFault(usage) : "$.usage: found nothing";
          return fault ? fail(fault) : pass(`${usage!.prompt_tokens} + ${usage!.completion_tokens}`);
        }),
    },
    {
      id: "completions.stream",
      asks: "Streamed, each event is a text_completion, and [DONE] ends it.",
      need: "where offered",
      run: async (client) => {
        const answer = await ask(client, { stream: true });
        const refusal = unlessAnswered(answer);
        if (refusal) return refusal;
        const { events, faults } = readEventStream(answer.bytes);
        if (faults.length > 0) return fail(several(faults));
        if (events.at(-1)?.data !== "[DONE]") return fail("no [DONE] came");
        // The chunk with usage has no choices.
        const shape = completion.extend({ choices: completion.shape.choices.unwrap().array() });
        const different = events.slice(0, -1).flatMap(({ data }) => differences(shape, parsed(data)));
        return different.length > 0 ? fail(several(different)) : pass(`${events.length} events`);
      },
    },
  ],
};

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
