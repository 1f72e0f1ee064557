import { type Finding, fail } from "./check.ts";
import type { Client } from "./client.ts";
import type { Answer } from "./endpoint.ts";
import { type EventStream, readEventStream } from "./event-stream.ts";
import { several, unlessAnswered } from "./judge.ts";
import { type ChatChunk, chatChunk, differences } from "./shape.ts";

/** A streamed chat completion: what came, its events, and its chunks as far as they are some. */
export type ChatStream = {
  answer: Answer;
  stream: EventStream;
  /** What each event before `[DONE]` holds, `undefined` where it is no JSON. */
  values: unknown[];
  chunks: ChatChunk[];
  /** How many events came before `[DONE]`; undefined where there is none. */
  doneAfter: number | undefined;
};

/** Asks for a chat completion as a stream. */
export async function chatStream(
  client: Client,
  more: Record<string, unknown> = {},
  tokens?: number,
): Promise<ChatStream> {
  return readChatStream(await client.chat({ stream: true, ...more }, tokens));
}

/** The chunks of a streamed answer. */
export function readChatStream(answer: Answer): ChatStream {
  const stream = readEventStream(answer.bytes);
  const done = stream.events.findIndex(({ data }) => data === "[DONE]");
  const before = done < 0 ? stream.events : stream.events.slice(0, done);
  const values = before.map(({ data }) => json(data));
  const chunks = values.filter((value): value is ChatChunk => chatChunk.safeParse(value).success);
  return { answer, stream, values, chunks, doneAfter: done < 0 ? undefined : done };
}

/** What keeps a stream from being looked at further; nothing where its chunks can be read. */
export function unlessStreamed({ answer, values, chunks }: ChatStream): Finding | undefined {
  const refusal = unlessAnswered(answer);
  if (refusal) return refusal;
  if (values.length === 0) return fail("no event came");
  if (chunks.length === 0) return fail(several(chunkFaults(values)));
  return undefined;
}

/** How the events differ from chunks of a chat completion. */
export function chunkFaults(values: readonly unknown[]): string[] {
  return values.flatMap((value, index) =>
    value === undefined
      ? [`event ${index + 1} is no JSON`]
      : differences(chatChunk, value).map((difference) => `event ${index + 1}, ${difference}`),
  );
}

/** The text of the first choice, as a client puts it together. */
export function textOf(chunks: readonly ChatChunk[]): string {
  return chunks.map(({ choices }) => choices[0]?.delta.content ?? "").join("");
}

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
