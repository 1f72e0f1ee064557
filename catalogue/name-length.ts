import { z } from "zod";
import { once } from "./once.ts";

const lengthsShape = z.strictObject({
  read: z.iso.date(),
  verified: z.boolean(),
  sources: z.array(z.string()).min(1),
  names: z.record(
    z.enum(["AWS", "Azure"]),
    z.array(z.strictObject({ of: z.string(), made: z.string(), most: z.int().positive() })),
  ),
});

/** A name that a cloud has no room for: whose it is, what it would be, and how long it may be. */
export type LongName = { of: string; name: string; most: number };

/** Names of a pool's resources that are too long for a cloud, in a cluster of this name. */
export function longNames(provider: "AWS" | "Azure", cluster: string, pool: string): LongName[] {
  return once("name-lengths.yaml", lengthsShape)
    .names[provider].map(({ of, made, most }) => ({
      of,
      name: made.replace("{cluster}", cluster).replace("{pool}", pool),
      most,
    }))
    .filter(({ name, most }) => name.length > most);
}
