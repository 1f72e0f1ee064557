import { differences, formatPath } from "../kubernetes-provider/differences.ts";
import { isMap, isUnknown, type Properties, reveal, same, type Value } from "../kubernetes-provider/properties.ts";
import type { Diff } from "../provider-messages.ts";
import { defaultsMark, isAutonamed } from "./check.ts";
import type { CloudType } from "./cloud-type.ts";
import { isBelow } from "./known.ts";

/** What an update would change, from what the program declared before and declares now. */
export function diff<Settings>(
  { oldInputs, newInputs, ignored }: { oldInputs: Properties; newInputs: Properties; ignored: string[] },
  type: CloudType<Settings>,
): Diff {
  const [before, after] = [oldInputs, newInputs].map((inputs) => settled(inputs, type)) as [Properties, Properties];
  const changes = differences(before, after)
    .map(({ path, change }) => ({
      path: formatPath(path),
      change,
      replace: (type.immutable ?? []).some((pattern) => isBelow(path, pattern)),
    }))
    .filter(
      ({ path }) =>
        !ignored.some(
          (prefix) => path === prefix || (/^[.[]/.test(path.slice(prefix.length)) && path.startsWith(prefix)),
        ),
    );
  return {
    changes,
    deleteBeforeReplace: changes.some(({ replace }) => replace) && standsAlone(before, after, newInputs, type),
  };
}

/** An old and a new resource of one name cannot stand side by side. */
function standsAlone<Settings>(before: Properties, after: Properties, marked: Properties, type: CloudType<Settings>) {
  if (type.exclusive) return true;
  const property = type.autoname?.property;
  if (property === undefined || isAutonamed(marked, property)) return false;
  const name = after[property] ?? null;
  return name !== null && !isUnknown(name) && same(before[property], name);
}

/** Inputs as the service reads them: defaults filled in, lists without an order sorted, documents without their layout. */
function settled<Settings>(inputs: Properties, { defaults = {}, unordered = [] }: CloudType<Settings>): Properties {
  const { [defaultsMark]: _, ...given } = inputs;
  const plain = (value: Value, path: string[]): Value => {
    const shown = reveal(value);
    if (Array.isArray(shown)) {
      const members = shown.map((member, index) => plain(member, [...path, String(index)]));
      return unordered.some((pattern) => pattern.split(".").length === path.length && isBelow(path, pattern))
        ? members.sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1))
        : members;
    }
    if (isMap(shown)) {
      return Object.fromEntries(Object.entries(shown).map(([key, member]) => [key, plain(member, [...path, key])]));
    }
    return typeof shown === "string" ? document(shown) : shown;
  };
  return plain({ ...defaults, ...given }, []) as Properties;
}

/** A policy document is the same however it is laid out. */
function document(text: string): string {
  if (!text.startsWith("{")) return text;
  try {
    return JSON.stringify(sorted(JSON.parse(text) as Value));
  } catch {
    return text;
  }
}

function sorted(value: Value): Value {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.keys(value)
      .sort()
      .map((key) => [key, sorted(value[key]!)]),
  );
}
