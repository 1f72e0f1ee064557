import process from "node:process";

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
  if (forUsers || process.env.FREEHOLD_DEBUG === undefined) return error.message;
  return error.stack ?? error.message;
}
