import { z } from "zod";
import { once } from "./once.ts";

const shape = z.strictObject({
  read: z.iso.date(),
  verified: z.boolean(),
  sources: z.array(z.string()).min(1),
  prefixes: z.record(z.string(), z.string().regex(/^[A-Z]{2}$/)),
});

/** The country that a telephone number (`+49 30 ...`), or a prefix alone (`49`), is of. Undefined for what is neither. */
export function countryOfPhone(text: string): string | undefined {
  const [, digits] = /^(?:\+|00)?([1-9]\d{0,14})$/.exec(text.replace(/[\s()./-]/g, "")) ?? [];
  if (digits === undefined) return undefined;
  const { prefixes } = once("places/calling-codes.yaml", shape);
  const known = [3, 2, 1].map((length) => digits.slice(0, length)).find((prefix) => Object.hasOwn(prefixes, prefix));
  return known && prefixes[known];
}
