import type { Finding } from "../fault.ts";
import { either, isEncrypted, nearest, show } from "../wording.ts";

/** Names under which a file declares its pools, models and tenants, sound or not; undefined where it has no such section. */
export type Declared = { pools?: string[]; models?: string[]; tenants?: string[] };

/** The names in the sections of a file, as far as they are sections with names. */
export function declaredNames({ pools, models, tenants }: Record<string, unknown>): Declared {
  return { pools: namesIn(pools), models: namesIn(models), tenants: namesIn(tenants) };
}

function namesIn(section: unknown): string[] | undefined {
  const named = typeof section === "object" && section !== null && !Array.isArray(section) && !isEncrypted(section);
  return named && Object.keys(section).length > 0 ? Object.keys(section) : undefined;
}

/** A name that leads nowhere, with the nearest that would. */
export function unknownName(at: (string | number)[], found: string, kind: string, declared: string[]): Finding {
  const meant = nearest(found, declared)[0] ?? declared[0] ?? "<name>";
  const remedy = typeof at.at(-1) === "number" ? `write  - ${meant}` : `write  ${at.at(-1)}: ${meant}`;
  return {
    at,
    found: `${show(found)}, which is no ${kind} of this file`,
    allowed: `a ${kind} of this file: ${either(declared)}`,
    remedy,
  };
}

/** `1 GPU`, `4 GPUs`. */
export function gpus(count: number): string {
  return `${count} ${count === 1 ? "GPU" : "GPUs"}`;
}

/** `1 node`, `4 nodes`. */
export function nodes(count: number): string {
  return `${count} ${count === 1 ? "node" : "nodes"}`;
}
