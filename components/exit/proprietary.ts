import { leaving, replacement } from "../../catalogue/exit.ts";
import type { Move } from "./move.ts";

/** A resource type of the cloud's own: how many of it, what for, and what takes its place in the hall. */
export type Proprietary = { type: string; count: number; for: string; instead: string; section?: string };

/** What the country uses that is the cloud's own, and what takes its place; a type that nobody described says so. */
export function proprietary({ cloud, types }: Pick<Move, "cloud" | "types">): Proprietary[] {
  const known = leaving(cloud.country.target.kind);
  return Object.entries(types)
    .filter(([type]) => type.startsWith(`${known.package}:`))
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([type, count]) => ({
      type,
      count,
      ...(replacement(known, type) ?? { for: "not known to the catalogue", instead: "look for it before you leave" }),
    }));
}
