import { z } from "zod";
import type { Written } from "../country.ts";
import { bare, child, optionFor } from "./field-at.ts";

/** A country file of which any part may be missing. */
export type Sound = Partly<Written>;

/** A target of which the kind is known, and anything else may be missing. */
export type SoundTarget<Kind extends Written["target"]["kind"] = Written["target"]["kind"]> = {
  [Each in Kind]: Extract<NonNullable<Sound["target"]>, { kind?: Each }> & { kind: Each };
}[Kind];

/** Any part of it may be missing, at any depth. */
export type Partly<T> = T extends readonly (infer Item)[]
  ? (Partly<Item> | undefined)[]
  : T extends object
    ? { [Key in keyof T]?: Partly<T[Key]> }
    : T;

/** The part of `values` that the schema accepts, so that a slip in one line does not hide what is wrong with the others. */
export function soundPart(field: z.ZodType, values: unknown): unknown {
  const parsed = field.safeParse(values);
  if (parsed.success) return parsed.data;
  const inner = bare(field);
  if (inner instanceof z.ZodArray && Array.isArray(values)) {
    return values.map((item) => soundPart(inner.element as z.ZodType, item));
  }
  if (typeof values !== "object" || values === null) return undefined;
  const part = inner instanceof z.ZodDiscriminatedUnion ? optionFor(inner, values) : inner;
  if (part instanceof z.ZodObject) {
    return mapped(Object.keys(part.shape), (key) => soundPart(part.shape[key], child(values, key)));
  }
  if (part instanceof z.ZodRecord) {
    return mapped(Object.keys(values), (key) => soundPart(part.valueType as z.ZodType, child(values, key)));
  }
  return undefined;
}

function mapped(keys: string[], value: (key: string) => unknown): Record<string, unknown> {
  return Object.fromEntries(keys.map((key) => [key, value(key)]));
}
