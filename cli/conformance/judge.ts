import type { z } from "zod";
import { absent, type Finding, fail, pass, unclear } from "./check.ts";
import type { Answer } from "./endpoint.ts";
import { differences, errorAnswer, type Usage } from "./shape.ts";

/** An answer that was to be 200 and JSON of a shape; `look` says what else is wrong with it, or what was found. */
export function answered<Shape extends z.ZodType>(
  answer: Answer,
  shape: Shape,
  look: (value: z.infer<Shape>) => Finding = () => pass("as specified"),
): Finding {
  const refusal = unlessAnswered(answer);
  if (refusal) return refusal;
  if (!isJson(answer)) return fail(`content-type ${typeOf(answer)}: SDKs read no JSON from it`);
  if (answer.json === undefined) return fail(`a body that is no JSON: ${excerpt(answer.text)}`);
  const different = differences(shape, answer.json);
  if (different.length > 0) return fail(several(different));
  return look(answer.json as z.infer<Shape>);
}

/** What to say of an answer that is not 200; nothing where it is. */
export function unlessAnswered(answer: Answer): Finding | undefined {
  const { status } = answer;
  if (status === 200) return undefined;
  const said = saidBy(answer);
  if (status === 429 || status === 503) return unclear(`${said}: it has no room for this check now`);
  if ([404, 405, 501].includes(status) && errorFaults(answer).length === 0) return absent(said);
  return fail(said);
}

/** An answer that was to be an error, with the status that is specified or one that is known to be sent instead. */
export function refused(answer: Answer, status: number | readonly number[], instead: readonly number[] = []): Finding {
  const statuses = [status].flat();
  if ([429, 503].includes(answer.status)) return unclear(`${saidBy(answer)}: it has no room for this check now`);
  if (![...statuses, ...instead].includes(answer.status))
    return fail(`${saidBy(answer)}; ${statuses.join(" or ")} was to come`);
  const faults = errorFaults(answer);
  if (faults.length > 0) return fail(`HTTP ${answer.status}, ${several(faults)}`);
  const notes = [
    instead.includes(answer.status) && `${answer.status} came instead of ${statuses.join(" or ")}`,
    typeof (answer.json as { error: { code: unknown } }).error.code === "number" &&
      "$.error.code is a number; a string or null is specified",
    !isJson(answer) && `content-type ${typeOf(answer)}; application/json is specified`,
  ];
  return pass(
    `HTTP ${answer.status}`,
    notes.filter((note) => note !== false),
  );
}

/** How an error differs from the shape that SDKs read message, type, param and code from. */
export function errorFaults({ json, text, contentType }: Answer): string[] {
  if (json === undefined) return [`the body is no JSON (${contentType || "no content-type"}): ${excerpt(text)}`];
  return differences(errorAnswer, json);
}

/** What does not add up in a usage. */
export function usageFault(used: Usage): string | undefined {
  const { prompt_tokens: prompt, completion_tokens: completion, total_tokens: total } = used;
  if (prompt + completion !== total) return `$.usage: ${prompt} + ${completion} is not ${total}`;
  return prompt === 0 ? "$.usage.prompt_tokens: 0 for a prompt that has tokens" : undefined;
}

/** The first of several faults, and how many more there are. */
export function several(faults: readonly string[]): string {
  const [first = ""] = faults;
  return faults.length > 1 ? `${first} (and ${faults.length - 1} more)` : first;
}

/** A text of the endpoint's, short and on one line. */
export function excerpt(text: string): string {
  const line = text.replace(/\s+/g, " ").trim();
  return line === "" ? "nothing" : JSON.stringify(line.length > 80 ? `${line.slice(0, 80)}…` : line);
}

function saidBy(answer: Answer): string {
  const { status, json, text } = answer;
  const message = (json as { error?: { message?: unknown } } | null | undefined)?.error?.message;
  const said = typeof message === "string" ? message : text;
  return status === 200 ? "HTTP 200" : `HTTP ${status} ${excerpt(said)}`;
}

function isJson({ contentType }: Answer): boolean {
  return /^application\/(?:[\w.-]+\+)?json\b/i.test(contentType);
}

function typeOf({ contentType }: Answer): string {
  return contentType || "none";
}
