import { isMap, same, type Value } from "./properties.ts";

export type Path = (string | number)[];
export type Difference = { path: Path; change: "add" | "delete" | "update" };

/** Where two values differ, as deep as both have the same shape. */
export function differences(before: Value, after: Value, path: Path = []): Difference[] {
  if (isMap(before) && isMap(after)) {
    const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])];
    return keys.flatMap((key) => between(before[key], after[key], [...path, key]));
  }
  if (Array.isArray(before) && Array.isArray(after)) {
    const length = Math.max(before.length, after.length);
    return Array.from({ length }, (_, index) => between(before[index], after[index], [...path, index])).flat();
  }
  return same(before, after) ? [] : [{ path, change: "update" }];
}

/** A path as the engine reads it: `spec.ports[0].port`, `metadata.labels["app.kubernetes.io/name"]`. */
export function formatPath(path: Path): string {
  return path.reduce<string>((text, key) => {
    if (typeof key === "number") return `${text}[${key}]`;
    if (/[."[\]]/.test(key)) return `${text}["${key.replaceAll('"', '\\"')}"]`;
    return text ? `${text}.${key}` : key;
  }, "");
}

function between(before: Value | undefined, after: Value | undefined, path: Path): Difference[] {
  if (before === undefined) return after === undefined ? [] : [{ path, change: "add" }];
  return after === undefined ? [{ path, change: "delete" }] : differences(before, after, path);
}
