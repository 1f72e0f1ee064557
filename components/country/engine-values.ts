import { isDeepStrictEqual } from "node:util";
import { CountryFaults, type Locate } from "./fault.ts";
import { valueAt } from "./field-at.ts";
import { readStackFile } from "./stack-file.ts";

const namespace = "freehold:";

/** The sections that an engine hands over, as a stack file would say them. */
export function engineValues(config: Record<string, unknown>, secretKeys: readonly string[]): Record<string, unknown> {
  const entries = Object.entries(config).flatMap(([key, value]) => {
    if (key.includes(":") && !key.startsWith(namespace)) return [];
    const section = key.startsWith(namespace) ? key.slice(namespace.length) : key;
    // The engine has decrypted it; the schema asks only whether it was sealed in the file.
    const sealed = secretKeys.some((secret) => secret === key || secret === `${namespace}${section}`);
    return [[section, sealed ? { secure: "" } : fromJson(value)]];
  });
  return Object.fromEntries(entries);
}

/** Positions in a stack file, for the values that it shares with what the engine handed over. */
export function locateIn(file: string, values: Record<string, unknown>): Locate | undefined {
  try {
    const written = readStackFile(file);
    return (path, of) =>
      isDeepStrictEqual(valueAt(written.values, path), valueAt(values, path)) ? written.locate(path, of) : undefined;
  } catch (error) {
    if (error instanceof CountryFaults) return undefined;
    throw error;
  }
}

function fromJson(value: unknown): unknown {
  if (typeof value !== "string" || !/^\s*[{[]/.test(value)) return value;
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}
