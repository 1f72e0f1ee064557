import type { Resource } from "./fact.ts";

/** What is judged, wherever it came from: its resources, where each was written, and what it is known by. */
export type Subject = {
  kind: "program" | "stack" | "state" | "manifests";
  /** What a reader calls it: `freehold/ch`, a file, a folder. */
  name: string;
  project?: string;
  stack?: string;
  /** The file or folder that was read, as it was named. */
  file?: string;
  /** Of the bytes that were read. */
  sha256?: string;
  resources: Resource[];
  /** By URN: where a resource, or a property of it, is written. */
  sources: ReadonlyMap<string, Source>;
};

/** Where a resource is written. */
export type Source = { file: string; line: (path: string) => number };

/** What was to be judged cannot be read, so it is not judged. Its message is the report. */
export class Unjudgeable extends Error {
  constructor(where: string, said: { found: string; allowed: string; remedy: string }) {
    const rows = Object.entries(said).map(([row, text]) => `  ${row.padEnd(7)}  ${text}`);
    super([`${where} cannot be judged.`, ...rows].join("\n"));
    this.name = "Unjudgeable";
  }
}
