import { hash, piecesOf } from "./tokens.ts";

/** What one token adds: to the text, or to a call of a tool. */
export type Step = { text: string } | { call: number; id?: string; name?: string; arguments: string };

/** An answer, token by token; none after its end. */
export type Answer = { step(at: number): Step | undefined; finish: "stop" | "tool_calls" };

const filler = piecesOf(" and so on, simulated token after simulated token,");

/** An answer in words; `tokens` makes it as long as that, and `endless` without an end. */
export function saying(text: string, { tokens, endless }: { tokens?: number; endless?: boolean } = {}): Answer {
  const pieces = piecesOf(text);
  const length = endless ? Number.POSITIVE_INFINITY : (tokens ?? pieces.length);
  return {
    finish: "stop",
    step: (at) =>
      at >= length ? undefined : { text: pieces[at] ?? filler[(at - pieces.length) % filler.length] ?? "" },
  };
}

/** An answer that calls tools, each with arguments that are JSON. */
export function calling(calls: readonly { id: string; name: string; arguments: string }[]): Answer {
  const steps = calls.flatMap(({ id, name, arguments: text }, call): Step[] => [
    { call, id, name, arguments: "" },
    ...piecesOf(text).map((piece) => ({ call, arguments: piece })),
  ]);
  return { finish: "tool_calls", step: (at) => steps[at] };
}

/** The sentence that every answer in words is: that it is simulated, and the first words it answers to. */
export function sentence(prompt: string, draw: number): string {
  const words = prompt.trim().split(/\s+/).slice(0, 8).join(" ").slice(0, 80);
  const heard = words === "" ? "there was no text to answer to" : `your text began with "${words}"`;
  return `This answer is simulated, no model was asked (draw ${draw.toString(16).padStart(8, "0")}), and ${heard}.`;
}

/** What chance is in an answer: none where a seed was given or the temperature is 0. */
export function drawOf(
  seed: number | null | undefined,
  temperature: number | null | undefined,
  choice: number,
): number {
  if (seed !== undefined && seed !== null) return hash(`${seed}/${choice}`);
  return temperature === 0 ? 0 : Math.floor(Math.random() * 2 ** 32);
}
