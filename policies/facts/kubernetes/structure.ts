import { phoneHome, type Structure } from "../../../catalogue/phone-home.ts";
import type { Fact } from "../../fact.ts";
import { record } from "./object.ts";

/** What a structure or a text of a configuration leads to without naming it: `exporters: {datadog: {}}`. */
export function standsFor(value: unknown, path: string): Fact[] {
  if (typeof value === "string") return value.includes("\n") ? inLines(value, path) : [];
  if (typeof value !== "object" || value === null || Array.isArray(value)) return [];
  const keys = keysOf(path);
  const rows = candidates(keys.at(-1) ?? "", "type" in value).filter(({ at }) =>
    at.some((each) => endsWith(keys, each)),
  );
  if (rows.length === 0) return [];
  const own = spelt(value);
  return rows.flatMap(({ row }) => (applies(row, own) ? means(row, own, path) : []));
}

function inLines(text: string, path: string): Fact[] {
  return phoneHome().lines.flatMap(({ says, unless, host, because, for: purpose }): Fact[] => {
    const lined = new RegExp(says.source, "im");
    if (!lined.test(text) || (unless && new RegExp(unless.source, "im").test(text))) return [];
    return [{ kind: "host", path, value: host, because, purpose }];
  });
}

function applies({ has, where, unless }: Structure, own: Record<string, unknown>): boolean {
  const written = (path: string) => valueAt(own, path) !== undefined;
  if (unless.some(written) || (has && !has.some(written))) return false;
  return Object.entries(where).every(([path, pattern]) => {
    const value = valueAt(own, path);
    return typeof value === "string" && pattern.test(value);
  });
}

function means(row: Structure, own: Record<string, unknown>, path: string): Fact[] {
  const { because, for: purpose } = row;
  if (row.world) return [{ kind: "egress", path, to: "everything", value: because }];
  if (row.hidden)
    return [{ kind: "undecidable", path, why: because, remedy: "Name the region or the endpoint beside it.", purpose }];
  if (row.place) return [{ kind: "place", path, value: row.place, because, purpose }];
  const host = row.host?.replace(/\{([^}]+)\}/g, (_, at: string) => String(valueAt(own, at)));
  return host ? [{ kind: "host", path, value: host, because, purpose }] : [];
}

/** `pagerdutyConfigs` and `pagerduty_configs` are one; `datadog/eu` is a `datadog`. */
function plainKey(key: string): string {
  return key === "*"
    ? key
    : key
        .toLowerCase()
        .replace(/\/.*$/, "")
        .replace(/[^a-z0-9]/g, "");
}

function spelt(value: unknown): Record<string, unknown> {
  return Object.fromEntries(Object.entries(record(value)).map(([key, inner]) => [plainKey(key), inner]));
}

function valueAt(own: Record<string, unknown>, path: string): unknown {
  const [first = "", ...rest] = path.split(".").map(plainKey);
  const value = rest.length === 0 ? own[first] : valueAt(spelt(own[first]), rest.join("."));
  return value === null || value === "" ? undefined : value;
}

/** The keys of a path, without places in lists. */
function keysOf(path: string): string[] {
  return [...path.matchAll(/\["((?:[^"\\]|\\.)*)"\]|([^.[\]]+)(?=$|[.[])|\[\d+\]/g)].flatMap(([, quoted, plain]) => {
    const key = quoted ?? plain;
    return key === undefined ? [] : [plainKey(key)];
  });
}

function endsWith(keys: readonly string[], ending: readonly string[]): boolean {
  return ending.every((key, index) => {
    const found = keys[keys.length - ending.length + index];
    return found !== undefined && (key === "*" || found === key);
  });
}

type Candidate = { row: Structure; at: string[][] };

/** Rows that may be meant by a last key, so that few are tried for each of many structures. */
function candidates(last: string, typed: boolean): readonly Candidate[] {
  if (byKey === undefined) {
    byKey = new Map();
    for (const row of phoneHome().structures) {
      const at = row.at.map((each) => (each === "" ? [] : each.split(".").map(plainKey)));
      for (const key of new Set(at.map((keys) => keys.at(-1) ?? "")))
        byKey.set(key, [...(byKey.get(key) ?? []), { row, at }]);
    }
  }
  // Rows for any key go by the structure's type.
  return [...(byKey.get(last) ?? []), ...(typed ? [...(byKey.get("*") ?? []), ...(byKey.get("") ?? [])] : [])];
}
let byKey: Map<string, Candidate[]> | undefined;
