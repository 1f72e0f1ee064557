import process from "node:process";
import { inspect } from "node:util";

/** Ends the command for a reason that a user can act on: the message alone. What is our own mistake keeps its stack. */
export function fail(error: unknown): never {
  process.stderr.write(`${explain(error)}\n`);
  process.exit(1);
}

/** A failure that is not our mistake: its message says what, where, and the remedy. */
export class Failure extends Error {
  override name = "Failure";
}

function explain(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  // Errors of our own classes are written for users; anything else is a bug, and its stack is what we need to mend it.
  const forUsers = error.constructor !== Error && !(error instanceof TypeError) && !(error instanceof ReferenceError);
  if (!forUsers && process.env.FREEHOLD_DEBUG !== undefined) return inspect(error);
  return [error.message, ...causesOf(error).map((cause) => `  because  ${cause}`)].join("\n");
}

/** What lies behind an error that says little by itself: a request that failed says "fetch failed", and its cause says at what. */
function causesOf({ message, cause }: Error): string[] {
  if (!(cause instanceof Error)) return [];
  // Several addresses were tried: an error of its own for each, and no words above them.
  const said = cause instanceof AggregateError ? cause.errors.map(({ message }) => message).join(", ") : cause.message;
  return [...(message.includes(said) ? [] : [said]), ...causesOf(cause)];
}
