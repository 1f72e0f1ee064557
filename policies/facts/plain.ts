import type { Cloud } from "./cloud.ts";

/** A package of which nothing is particular but its tables: its resources have no place of their own. */
export function nowhere(pack: string): Cloud {
  return { pack, placed: [], stands: () => [], identities: () => [], readers: {}, read: () => undefined };
}
