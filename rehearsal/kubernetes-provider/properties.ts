import structPb from "google-protobuf/google/protobuf/struct_pb.js";

/** A property as it crosses the wire to and from the engine: JSON, in which secrets and unknowns are marked values. */
export type Value = null | boolean | number | string | Value[] | { [key: string]: Value };
export type Properties = { [key: string]: Value };

const signature = "4dabf18193072939515e22adb298388d";
const secretSignature = "1b47061264138c4ac30d75fd1eb44270";

/** What the engine sends for a value that is known only later: one mark per type. */
const unknowns = new Set([
  "04da6b54-80e4-46f7-96ec-b56ff0331ba9",
  "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",
  "3eeb2bf0-c639-47a8-9e75-3b44932eb421",
  "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",
  "030794c1-ac77-496b-92df-f27374a8bd58",
  "e48ece36-62e2-4504-bad9-02848725956a",
  "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",
]);

/** Properties out of a message; a missing struct is an empty one. */
export function fromStruct(struct: structPb.Struct | undefined): Properties {
  return (struct?.toJavaScript() ?? {}) as Properties;
}

/** Properties into a message. */
export function toStruct(properties: Properties): structPb.Struct {
  return structPb.Struct.fromJavaScript(properties as Record<string, structPb.JavaScriptValue>);
}

/** Whether a value is an object of named properties: not an array, not null, and not a marked value. */
export function isMap(value: Value | undefined): value is Properties {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !(signature in value);
}

export function isSecret(value: Value): boolean {
  return typeof value === "object" && value !== null && !Array.isArray(value) && value[signature] === secretSignature;
}

/** Marks a value as secret, once. */
export function secret(value: Value): Value {
  return isSecret(value) ? value : { [signature]: secretSignature, value };
}

export function isUnknown(value: Value): boolean {
  return typeof value === "string" && unknowns.has(value);
}

/** Whether a value or anything in it is secret. */
export function containsSecret(value: Value): boolean {
  return isSecret(value) || parts(value).some(containsSecret);
}

/** Whether a value or anything in it is unknown, secret or not. */
export function containsUnknown(value: Value): boolean {
  return isUnknown(value) || parts(value).some(containsUnknown);
}

/** The value without its marks of secrecy. */
export function reveal(value: Value): Value {
  if (Array.isArray(value)) return value.map(reveal);
  if (isSecret(value)) return reveal((value as Properties).value ?? null);
  if (isMap(value)) return mapValues(value, reveal);
  return value;
}

/**
 * Marks in `outputs` what is secret in `inputs`, as deep as both are objects; an array with a secret in it becomes secret
 * whole, because its order may not survive. The data of a Kubernetes Secret is always secret.
 */
export function markSecrets(outputs: Properties, inputs: Properties): Properties {
  const marked = { ...outputs };
  if (outputs.kind === "Secret") {
    for (const key of ["data", "stringData"]) if (key in marked) marked[key] = secret(marked[key]!);
    return marked;
  }
  for (const [key, input] of Object.entries(inputs)) {
    const output = marked[key];
    if (output === undefined) continue;
    if (isMap(output) && isMap(input)) marked[key] = markSecrets(output, input);
    else if (containsSecret(input)) marked[key] = secret(output);
  }
  return marked;
}

/** Whether two values are the same, whatever the order of their keys. */
export function same(a: Value | undefined, b: Value | undefined): boolean {
  if (a === b) return true;
  if (Array.isArray(a) && Array.isArray(b)) return a.length === b.length && a.every((item, i) => same(item, b[i]));
  if (typeof a !== "object" || typeof b !== "object" || !a || !b || Array.isArray(a) || Array.isArray(b)) return false;
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => key in b && same(a[key], b[key]));
}

export function mapValues<In, Out>(map: Record<string, In>, change: (value: In) => Out): Record<string, Out> {
  return Object.fromEntries(Object.entries(map).map(([key, value]) => [key, change(value)]));
}

function parts(value: Value): Value[] {
  return typeof value === "object" && value !== null ? Object.values(value) : [];
}
