import { z } from "zod";
import type { Path } from "./fault.ts";

/** The field of the schema that stands at a path in `values`; the innermost one that the schema knows. */
export function fieldAt(schema: z.ZodType, values: unknown, at: Path): z.ZodType {
  let field = schema;
  let value = values;
  for (const key of at) {
    field = childOf(bare(field), value, key) ?? field;
    value = child(value, key);
  }
  return field;
}

/** The value at a path, or undefined. */
export function valueAt(values: unknown, at: Path): unknown {
  return at.reduce(child, values);
}

/** Keys that may stand in a section, in the order of the schema, for what it has chosen to be; none for anything else. */
export function keysOf(field: z.ZodType, value: unknown): string[] {
  const inner = bare(field);
  if (inner instanceof z.ZodObject) return Object.keys(inner.shape);
  if (!(inner instanceof z.ZodDiscriminatedUnion)) return [];
  const { discriminator } = inner.def;
  return child(value, discriminator) === undefined ? [discriminator] : keysOf(optionFor(inner, value), value);
}

/** What a field is, beneath its defaults. */
export function kindOf(field: z.ZodType): string {
  return bare(field).type;
}

/** The first example of a field, as its description gives it, else its default. */
export function exampleOf(field: z.ZodType): unknown {
  const examples = field.meta()?.examples as unknown[] | undefined;
  if (examples) return examples[0];
  if (field instanceof z.ZodDefault) return exampleOf(field.unwrap() as z.ZodType) ?? field.def.defaultValue;
  return isWrapper(field) ? exampleOf(field.unwrap() as z.ZodType) : undefined;
}

function childOf(field: z.ZodType, value: unknown, key: string | number): z.ZodType | undefined {
  if (field instanceof z.ZodObject) return field.shape[key];
  if (field instanceof z.ZodRecord) return field.valueType as z.ZodType;
  if (field instanceof z.ZodArray) return field.element as z.ZodType;
  return field instanceof z.ZodDiscriminatedUnion ? optionFor(field, value).shape[key] : undefined;
}

/** The option of a union that a value has chosen; the first where it has chosen none. */
export function optionFor(union: z.ZodDiscriminatedUnion, value: unknown): z.ZodObject {
  const options = union.options as unknown as z.ZodObject[];
  const { discriminator } = union.def;
  const chosen = options.find(({ shape }) => shape[discriminator]?.safeParse(child(value, discriminator)).success);
  return chosen ?? options[0]!;
}

/** A field beneath its defaults. */
export function bare(field: z.ZodType): z.ZodType {
  return isWrapper(field) ? bare(field.unwrap() as z.ZodType) : field;
}

function isWrapper(field: z.ZodType): field is z.ZodOptional | z.ZodDefault | z.ZodPrefault {
  return field instanceof z.ZodOptional || field instanceof z.ZodDefault || field instanceof z.ZodPrefault;
}

/** The value under a key, its own and no prototype's. */
export function child(value: unknown, key: string | number): unknown {
  if (typeof value !== "object" || value === null || !Object.hasOwn(value, key)) return undefined;
  return (value as Record<string | number, unknown>)[key];
}
