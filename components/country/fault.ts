/** Where something stands in a stack file: the keys that lead to it, without `freehold:`. */
export type Path = readonly (string | number)[];

/** A place in a text, counted from 1. */
export type Position = { line: number; column: number };

/** The position of a value in the file (or, with `key`, of the key it stands under); of its nearest parent where it is missing. */
export type Locate = (path: Path, of?: "value" | "key") => Position | undefined;

/** One thing that is wrong with a country file, said so that it can be mended without looking anything up. */
export type Fault = {
  /** As it is written in the file: `freehold:pools.h200.nodes`. Empty where the file as a whole is at fault. */
  path: string;
  found: string;
  allowed: string;
  remedy: string;
  /** The law that is at stake, where it is one. */
  law?: string;
  file?: string;
  line?: number;
  column?: number;
};

/** A fault before anybody has looked up where it stands. */
export type Finding = Pick<Fault, "found" | "allowed" | "remedy" | "law"> & { at: Path; of?: "value" | "key" };

/** The fault a finding is, at its place in the file. */
export function placed({ at, of, ...said }: Finding, file?: string, locate?: Locate): Fault {
  return { path: spell(at), ...said, file, ...locate?.(at, of) };
}

/** Everything that is wrong with a country file, in one report. Its message is the report; there is no stack to read. */
export class CountryFaults extends Error {
  readonly faults: Fault[];
  // Pulumi's language host prints the message of an error that carries this mark, and nothing else.
  readonly __pulumiRunError = true;

  constructor(faults: Fault[]) {
    const sorted = faults.toSorted((a, b) => (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0));
    super(report(sorted));
    this.name = "CountryFaults";
    this.faults = sorted;
    this.stack = this.message;
  }
}

/** The faults as an operator reads them, one paragraph each. */
export function report(faults: Fault[]): string {
  const files = [...new Set(faults.map((fault) => fault.file ?? "the country file"))].join(", ");
  const count = faults.length === 1 ? "1 fault" : `${faults.length} faults`;
  return [`${files} has ${count}.`, ...faults.map(paragraph)].join("\n\n");
}

/** `freehold:pools.h200.nodes`, in the spelling that `pulumi config set --path` takes. */
export function spell(path: Path): string {
  return path.reduce<string>((text, part, depth) => {
    if (depth === 0) return `freehold:${part}`;
    if (typeof part === "number") return `${text}[${part}]`;
    return /^[\w-]+$/.test(part) ? `${text}.${part}` : `${text}[${JSON.stringify(part)}]`;
  }, "");
}

function paragraph({ file, line, column, path, ...said }: Fault): string {
  const where = [[file ?? "country file", line, column].filter((part) => part !== undefined).join(":"), path];
  const rows = (["found", "allowed", "law", "remedy"] as const).flatMap((row) =>
    said[row] === undefined ? [] : [`  ${row.padEnd(7)}  ${said[row]}`],
  );
  return [where.filter(Boolean).join("  "), ...rows].join("\n");
}
