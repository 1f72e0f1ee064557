import { at, UNKNOWN } from "../fact.ts";
import { remembered } from "../remembered.ts";

/** A value at a path, the element that holds it, and where it stands. `undefined` where nothing is written. */
export type Leaf = { value: unknown; path: string; holder: unknown; holderPath: string };

/**
 * Every value that a table's path means: `rules[].destination.bucket`. `[]` is each element of a list, or the value itself
 * where it is none; JSON inside a string is looked into. What is not known yet ends the way: it is its own leaf.
 */
export function select(root: unknown, path: string): Leaf[] {
  let leaves: Leaf[] = [{ value: root, path: "", holder: root, holderPath: "" }];
  if (path === "") return leaves;
  for (const { key, each } of stepsOf(path)) leaves = leaves.flatMap((leaf) => into(leaf, key, each));
  return leaves.flatMap((leaf) => (Array.isArray(leaf.value) ? elements(leaf) : [leaf]));
}

/** The steps of a table's path. */
const stepsOf = remembered((path) =>
  path.split(".").map((step) => ({ key: step.replace(/(?:\[\])+$/, ""), each: step.endsWith("[]") })),
);

function into(leaf: Leaf, key: string, each: boolean): Leaf[] {
  if (leaf.value === UNKNOWN) return [leaf];
  const value = opened(leaf.value);
  // The SDK unwraps lists of one, so a list may stand where the types say a structure, and the other way round.
  if (Array.isArray(value)) return elements({ ...leaf, value }).flatMap((element) => into(element, key, each));
  const path = at(leaf.path, key);
  const inner = typeof value === "object" && value !== null ? (value as Record<string, unknown>)[key] : undefined;
  const found = { value: inner, path, holder: value, holderPath: leaf.path };
  if (!each) return [found];
  const list = opened(inner);
  if (Array.isArray(list)) return elements({ ...found, value: list });
  // No list, no elements: nothing can be absent from one.
  return inner === undefined || inner === null ? [] : [found];
}

function elements(leaf: Leaf): Leaf[] {
  return (leaf.value as unknown[]).map((value, index) => ({ ...leaf, value, path: at(leaf.path, index) }));
}

/** Providers' settings and policy documents are structures inside strings. */
export function opened(value: unknown): unknown {
  if (typeof value !== "string" || !/^\s*[[{]/.test(value)) return value;
  try {
    // A byte order mark is white space to the pattern, and to nobody else.
    return JSON.parse(value.trim()) as unknown;
  } catch {
    return value;
  }
}

/** Matches the paths below a table's path, and the path itself: `a[].b` covers `a[0].b`, `a.b` and `a[3].b.c`. */
export function covering(path: string): RegExp {
  const steps = path.split(".").map((step) => {
    const key = step.replace(/(?:\[\])+$/, "");
    return `${key.replace(/[$]/g, "\\$&")}(?:\\[\\d+\\])*`;
  });
  return new RegExp(`^${steps.join("\\.")}(?:$|[.[])`);
}
