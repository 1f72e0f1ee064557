import { z } from "zod";
import { impossible } from "./refusal.ts";

type Schema = Record<string, unknown>;

/** Depth from which on nothing is made that need not be: schemas may speak of themselves. */
const deep = 6;

/** A value that a JSON schema allows, or a refusal: an answer that does not fit would be worse than none. */
export function valueFor(schema: unknown, param: string): unknown {
  let because: string;
  try {
    const value = make(schema, schema, 0);
    const read = z.fromJSONSchema(schema as Schema).safeParse(value);
    if (read.success) return value;
    const [issue] = read.error.issues;
    because = `${issue!.path.join(".") || "the value"}: ${issue!.message}`;
  } catch (error) {
    because = (error as Error).message;
  }
  throw impossible(`This stand-in for rehearsals found no value for the JSON schema (${because})`, param);
}

function make(given: unknown, root: unknown, depth: number): unknown {
  if (typeof given !== "object" || given === null) return "simulated";
  const schema = given as Schema;
  if ("const" in schema) return schema.const;
  if (Array.isArray(schema.enum)) return schema.enum[0];
  if (typeof schema.$ref === "string") return depth > 32 ? null : make(referred(schema.$ref, root), root, depth + 1);
  const { anyOf, oneOf, allOf, ...rest } = schema;
  const choices = [anyOf, oneOf].find(Array.isArray);
  // The last choice is where a schema that speaks of itself usually ends.
  if (choices) return make({ ...rest, ...Object(choices.at(depth < deep ? 0 : -1)) }, root, depth + 1);
  if (Array.isArray(allOf))
    return make(
      allOf.reduce<Schema>((all, one) => merged(all, one, root), rest),
      root,
      depth,
    );
  switch (typeOf(schema)) {
    case "object":
      return object(schema, root, depth);
    case "array":
      return array(schema, root, depth);
    case "integer":
    case "number":
      return number(schema);
    case "boolean":
      return true;
    case "null":
      return null;
    default:
      return text(schema);
  }
}

function typeOf({ type, ...schema }: Schema): unknown {
  if (Array.isArray(type)) return type.find((one) => one !== "null") ?? "null";
  if (type !== undefined) return type;
  if ("properties" in schema || "required" in schema) return "object";
  if ("items" in schema || "prefixItems" in schema) return "array";
  return "minimum" in schema || "maximum" in schema ? "number" : "string";
}

function object(schema: Schema, root: unknown, depth: number): Schema {
  const properties = Object(schema.properties) as Schema;
  const required = Array.isArray(schema.required) ? (schema.required as string[]) : [];
  const names = depth < deep ? [...new Set([...Object.keys(properties), ...required])] : required;
  return Object.fromEntries(names.map((name) => [name, make(properties[name], root, depth + 1)]));
}

function array(schema: Schema, root: unknown, depth: number): unknown[] {
  const first = Array.isArray(schema.prefixItems) ? schema.prefixItems : [];
  const least = Math.max(Number(schema.minItems ?? 0), first.length);
  const some = schema.items === false || schema.maxItems === 0 || depth >= deep ? least : Math.max(1, least);
  return Array.from({ length: some }, (_, at) => make(first[at] ?? schema.items, root, depth + 1));
}

function number(schema: Schema): number {
  const { minimum, maximum, exclusiveMinimum, exclusiveMaximum, multipleOf } = schema as Record<string, number>;
  const step = multipleOf ?? 1;
  if (minimum !== undefined) return Math.ceil(minimum / step) * step;
  if (exclusiveMinimum !== undefined) {
    const next = (Math.floor(exclusiveMinimum / step) + 1) * step;
    const end = maximum ?? exclusiveMaximum ?? Number.POSITIVE_INFINITY;
    return next < end || next === maximum || schema.type === "integer" ? next : (exclusiveMinimum + end) / 2;
  }
  if (maximum !== undefined && maximum < step) return Math.floor(maximum / step) * step;
  if (exclusiveMaximum !== undefined && exclusiveMaximum <= step) return Math.ceil(exclusiveMaximum / step - 1) * step;
  return step;
}

const formats: Record<string, string> = {
  date: "2026-01-31",
  "date-time": "2026-01-31T12:00:00Z",
  time: "12:00:00Z",
  duration: "P1D",
  email: "simulated@example.org",
  hostname: "simulated.example",
  ipv4: "192.0.2.1",
  ipv6: "2001:db8::1",
  uri: "https://simulated.example/",
  uuid: "00000000-0000-4000-8000-000000000000",
};

// A pattern is met by one of these, or by nobody.
const samples = ["simulated", "Simulated", "SIMULATED", "S", "s", "A1", "a1", "1", "12", "123", "1234", "12345", "1.0"];

function text(schema: Schema): string {
  const { minLength = 0, maxLength = Number.POSITIVE_INFINITY } = schema as Record<string, number>;
  const sized = (sample: string) => sample.padEnd(minLength, ".").slice(0, maxLength);
  const { pattern, format } = schema as Record<string, string>;
  if (format !== undefined && formats[format] !== undefined) return formats[format];
  if (pattern === undefined) return sized("simulated");
  const found = [...samples, ...Object.values(formats)].map(sized).find((sample) => matches(pattern, sample));
  if (found !== undefined) return found;
  throw new Error(`nothing is known that matches ${pattern}`);
}

function matches(pattern: string, sample: string): boolean {
  try {
    return new RegExp(pattern, "u").test(sample);
  } catch {
    return false;
  }
}

function referred(reference: string, root: unknown): unknown {
  return reference
    .replace(/^#\/?/, "")
    .split("/")
    .filter((part) => part !== "")
    .map((part) => decodeURIComponent(part).replaceAll("~1", "/").replaceAll("~0", "~"))
    .reduce<unknown>((at, part) => Object(at)[part], root);
}

function merged(all: Schema, given: unknown, root: unknown): Schema {
  const schema = Object(given) as Schema;
  const one = typeof schema.$ref === "string" ? (Object(referred(schema.$ref, root)) as Schema) : schema;
  return {
    ...all,
    ...one,
    properties: { ...Object(all.properties), ...Object(one.properties) },
    required: [
      ...(Array.isArray(all.required) ? all.required : []),
      ...(Array.isArray(one.required) ? one.required : []),
    ],
  };
}
