import { isDeepStrictEqual } from "node:util";
import { type ClosedDefault, closedDefaults } from "../../catalogue/closed-default.ts";
import { at, type Fact, type Resource, UNKNOWN } from "../fact.ts";
import { tokenOf } from "./cloud.ts";
import { isFreeholds } from "./is-freeholds.ts";
import { opened } from "./select.ts";

/**
 * What Freehold's own components close and finds open again in what they make, changed by whomever. Nobody else is held to it:
 * what a program of somebody else's leaves open is judged by what leaves the country there.
 */
export function closedFacts(resource: Resource): Fact[] {
  if (!isFreeholds(resource)) return [];
  const rows = rowsFor(resource).filter(({ rule }) => rule !== "none");
  return rows.flatMap((row) => opensAgain(row, resource.props));
}

/** The closed defaults that are of a resource. */
export function rowsFor({ type, name, ...resource }: Resource): ClosedDefault[] {
  const [pack = "", , provider = ""] = type.split(":");
  const token = pack === "pulumi" ? `providers:${provider}` : tokenOf({ ...resource, type });
  return closedDefaults(pack === "pulumi" ? provider : pack).filter(
    (row) => row.type === token && (row.name === undefined || new RegExp(row.name).test(name)),
  );
}

function opensAgain(row: ClosedDefault, props: Resource["props"]): Fact[] {
  return valuesAt(row.path, props).flatMap(({ path, value }) =>
    isClosed(row, value) ? [] : [reopened(row, path, value)],
  );
}

/** The values at a row's path. A list at its end is meant as a whole; a list on the way that is not there lacks everything. */
export function valuesAt(path: string, props: Resource["props"]): { path: string; value: unknown }[] {
  let found: { path: string; value: unknown }[] = [{ path: "", value: props }];
  for (const step of path.split(".")) {
    const key = step.replace("[]", "");
    found = found.flatMap(({ path: above, value }) => {
      if (value === UNKNOWN) return [{ path: above, value }];
      const inner = (Object(opened(value)) as Record<string, unknown>)[key];
      const list = step.endsWith("[]") && Array.isArray(inner) ? inner : undefined;
      return (
        list?.map((each, index) => ({ path: at(at(above, key), index), value: each })) ?? [
          { path: at(above, key), value: inner },
        ]
      );
    });
  }
  return found;
}

function isClosed({ set, mutant }: ClosedDefault, value: unknown): boolean {
  if (value === UNKNOWN) return true;
  if (set !== undefined) return same(value, set);
  return value !== undefined && value !== null && !same(value, mutant);
}

/** Providers write some truths as text, and some lists in an order of their own. */
function same(one: unknown, other: unknown): boolean {
  const [a, b] = [opened(one), opened(other)];
  if (Array.isArray(a) && Array.isArray(b)) return isDeepStrictEqual(sorted(a), sorted(b));
  return typeof a === "object" || typeof b === "object" ? isDeepStrictEqual(a, b) : String(a) === String(b);
}

function sorted(list: unknown[]): string[] {
  return list.map((each) => JSON.stringify(each)).sort();
}

function reopened({ set, how, otherwise, because }: ClosedDefault, path: string, value: unknown): Fact {
  return {
    kind: "guard",
    path,
    value: value === undefined ? "not set" : shown(value),
    because: otherwise,
    allowed: `${set === undefined ? how : shown(set)}: ${because}`,
    remedy: "Set it again as Freehold's component does.",
  };
}

/** A value as a line has room for it. */
export function shown(value: unknown): string {
  if (value === UNKNOWN) return "known at up";
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return text.length > 80 ? `${text.slice(0, 77)}...` : text;
}
