import { isMap, isSecret, isUnknown, type Properties, reveal, type Value } from "../kubernetes-provider/properties.ts";

/**
 * The part of some properties that is known, in the clear: an unknown is absent, and so is a list that has one in it, because
 * neither its length nor its order can be judged. Marks of the provider's own (`__defaults`) are left out.
 */
export function knownPart(properties: Properties): Properties {
  return (known(properties) ?? {}) as Properties;
}

/** Values found at a path in dots, where `*` stands for every member of a list or map. */
export function valuesAt(value: Value | undefined, path: string): Value[] {
  if (path === "") return value === undefined || value === null ? [] : [value];
  const [head, ...rest] = path.split(".") as [string, ...string[]];
  const below = rest.join(".");
  if (head === "*") {
    const members = Array.isArray(value) ? value : isMap(value) ? Object.values(value) : [];
    return members.flatMap((member) => valuesAt(member, below));
  }
  return isMap(value) && Object.hasOwn(value, head) ? valuesAt(value[head], below) : [];
}

/** Whether a path of a difference lies at or below a pattern in dots and `*`. */
export function isBelow(path: readonly (string | number)[], pattern: string): boolean {
  const keys = pattern.split(".");
  return keys.length <= path.length && keys.every((key, index) => key === "*" || key === String(path[index]));
}

/** A text of the properties, where there is one. */
export function textOf(properties: Properties | undefined, key: string): string | undefined {
  const value = properties?.[key];
  return typeof value === "string" && value !== "" ? value : undefined;
}

/** Texts of a list among the properties. */
export function textsOf(properties: Properties | undefined, key: string): string[] {
  const value = properties?.[key];
  return Array.isArray(value) ? value.filter((one) => typeof one === "string") : [];
}

/** An object among the properties; a list's first where the provider wraps one. */
export function mapOf(properties: Properties | undefined, key: string): Properties | undefined {
  const value = properties?.[key];
  return isMap(value) ? value : undefined;
}

/** Objects of a list among the properties. */
export function mapsOf(properties: Properties | undefined, key: string): Properties[] {
  const value = properties?.[key];
  return Array.isArray(value) ? value.filter(isMap) : [];
}

function known(value: Value): Value | undefined {
  if (isUnknown(value)) return undefined;
  if (isSecret(value)) return known(reveal(value));
  if (Array.isArray(value)) {
    const members = value.map(known);
    return members.includes(undefined) ? undefined : (members as Value[]);
  }
  if (!isMap(value)) return isMarked(value) ? undefined : value;
  const entries = Object.entries(value)
    .filter(([key, member]) => !key.startsWith("__") && member !== null)
    .map(([key, member]) => [key, known(member)] as const)
    .filter(([, member]) => member !== undefined);
  return Object.fromEntries(entries) as Properties;
}

/** Assets, resource references and outputs: nothing that a request of these types carries. */
function isMarked(value: Value): boolean {
  return typeof value === "object" && value !== null;
}
