// By OpenAI's OpenAPI document, version 2.3.0 of 2026-08-21: POST /responses.
import { type Feature, fail, pass } from "../check.ts";
import type { Client } from "../client.ts";
import { readEventStream } from "../event-stream.ts";
import { answered, several, unlessAnswered } from "../judge.ts";
import { response, responseUsage } from "../shape.ts";

const ask = (client: Client, more: Record<string, unknown> = {}) =>
  client.post("responses", {
    model: client.chatModel,
    input: "Say hello in one word.",
    max_output_tokens: 200,
    store: false,
    ...more,
  });

/** The Responses API. */
export const responses: Feature = {
  name: "responses",
  checks: [
    {
      id: "responses.answer",
      asks: "POST /responses answers with a response whose output holds the assistant's message.",
      need: "where offered",
      run: async (client) =>
        answered(await ask(client), response, ({ status, output }) => {
          const types = output.map(({ type }) => type);
          if (status !== "completed" || types.includes("message")) return pass(status);
          return fail(`$.output[].type: a message was to come, found ${types.join(", ") || "nothing"}`);
        }),
    },
    {
      id: "responses.usage",
      asks: "usage counts input_tokens and output_tokens, and total_tokens is their sum.",
      need: "where offered",
      run: async (client) =>
        answered(await ask(client), response.extend({ usage: responseUsage }), ({ usage }) => {
          const { input_tokens: input, output_tokens: output, total_tokens: total } = usage;
          const sum = `${input} + ${output}`;
          return input + output === total ? pass(`${sum} = ${total}`) : fail(`$.usage: ${sum} is not ${total}`);
        }),
    },
    {
      id: "responses.stream",
      asks: "Streamed, each event has a type that its data repeats, from response.created to response.completed.",
      need: "where offered",
      run: async (client) => {
        const answer = await ask(client, { stream: true });
        const refusal = unlessAnswered(answer);
        if (refusal) return refusal;
        const { events, faults } = readEventStream(answer.bytes);
        const wrong = events.filter(({ event, data }) => data !== "[DONE]" && typeIn(data) !== event);
        if (wrong.length > 0) return fail(`event ${wrong[0]!.event || "without a name"}: its data has another type`);
        if (faults.length > 0) return fail(several(faults));
        const types = events.map(({ event }) => event).filter((event) => event !== "");
        if (types[0] !== "response.created") return fail(`the first event is ${types[0] ?? "missing"}`);
        if (!/^response\.(completed|incomplete)$/.test(types.at(-1)!)) return fail(`the last event is ${types.at(-1)}`);
        return pass(`${types.length} events`);
      },
    },
  ],
};

function typeIn(data: string): unknown {
  try {
    return (JSON.parse(data) as { type?: unknown }).type;
  } catch {
    return undefined;
  }
}
