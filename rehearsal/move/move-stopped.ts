/** A move that does not go on: what is not as it has to be. Both sides stand as they were left. */
export class MoveStopped extends Error {
  override name = "MoveStopped";

  constructor(what: string, ...details: string[]) {
    super([what, ...details.map((detail) => detail.replaceAll(/^/gm, "  "))].join("\n"));
  }
}
