import type { ServerResponse } from "node:http";
import { responseOf, type Spoken } from "./speech.ts";

type Body = Record<string, unknown>;

/** What was said, as the events of a stream, each with all its lines. */
export function streamOf(path: string, said: Spoken, body: Body): string[] {
  if (path === "responses") return responseEvents(said, body);
  const chat = path === "chat/completions";
  const head = {
    id: "double-1",
    object: chat ? "chat.completion.chunk" : "text_completion",
    created: 1,
    model: body.model,
  };
  const choice = (delta: object, reason: string | null) =>
    chat ? { index: 0, delta, finish_reason: reason, logprobs: null } : { index: 0, ...delta, finish_reason: reason };
  const chunk = (choices: unknown[], more: object = {}) => data({ ...head, choices, ...more });
  const first = said.call
    ? [{ index: 0, id: "call_1", type: "function", function: { name: "get_weather", arguments: "" } }]
    : undefined;
  const start = chat ? [choice({ role: "assistant", content: said.call ? null : "", tool_calls: first }, null)] : [];
  const pieces = said.pieces.map((piece) => {
    if (!chat) return choice({ text: piece }, null);
    return said.call
      ? choice({ tool_calls: [{ index: 0, function: { arguments: piece } }] }, null)
      : choice({ content: piece }, null);
  });
  const end = choice(chat ? {} : { text: "" }, said.reason);
  const options = body.stream_options as { include_usage?: boolean } | undefined;
  const usage = options?.include_usage ? [chunk([], { usage: said.usage })] : [];
  return [...[...start, ...pieces, end].map((each) => chunk([each])), ...usage, "data: [DONE]\n\n"];
}

/** Sends events so that no character of several bytes arrives in one piece. */
export async function sendEvents(response: ServerResponse, events: readonly string[], cut: boolean) {
  for (const event of events) {
    const bytes = Buffer.from(event);
    const inside = bytes.findIndex((byte) => byte >= 0xc0) + 1;
    for (const part of inside > 0 ? [bytes.subarray(0, inside), bytes.subarray(inside)] : [bytes]) {
      // Waits until the part has left, so that the next one is another read for the client.
      await new Promise((resolve) => response.write(part, resolve));
    }
  }
  if (cut) response.destroy();
  else response.end();
}

/** One event of JSON. */
export function data(value: unknown): string {
  return `data: ${JSON.stringify(value)}\n\n`;
}

function responseEvents(said: Spoken, body: Body): string[] {
  const events = [
    { type: "response.created", response: responseOf(said, body, "in_progress") },
    ...said.pieces.map((delta) => ({ type: "response.output_text.delta", item_id: "msg_1", delta })),
    { type: "response.completed", response: responseOf(said, body) },
  ];
  return events.map((event, index) => `event: ${event.type}\n${data({ ...event, sequence_number: index })}`);
}
