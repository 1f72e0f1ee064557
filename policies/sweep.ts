import { isIP } from "node:net";
import { parseAllDocuments } from "yaml";
import { addressesIn, bareHost, reachOf } from "./address.ts";
import { at, type Fact, UNKNOWN } from "./fact.ts";
import { meaningOf, wordsOf } from "./key.ts";

/** What the caller knows about the values it hands over. */
export type SweepOptions = {
  /** The values stand in a secret: they are judged and never shown. */
  secret?: boolean;
  /** Paths that a table describes better, or that hold the resource's own addresses. */
  skip?: (path: string, key: string) => boolean;
};

/**
 * Reads values of any shape for what leads out: hosts in URLs, connection strings, scripts and address fields, images,
 * regions, in structures and in JSON, YAML and properties inside strings.
 */
export function sweep(value: unknown, path: string, options: SweepOptions = {}): Fact[] {
  const reader = { ...options, facts: new Map<string, Fact>(), buckets: new Map<string, string>(), endpoint: false };
  walk(reader, value, path, lastKey(path));
  // A bucket's name does not tell its place; the endpoint beside it does.
  if (!reader.endpoint) {
    for (const [where, bucket] of reader.buckets) {
      const why = options.secret ? "a bucket without an endpoint" : `${bucket} names a bucket, not where it stands`;
      note(reader, {
        kind: "undecidable",
        path: where,
        why,
        remedy: "name the endpoint of the object store beside it",
      });
    }
  }
  return [...reader.facts.values()];
}

type Reader = SweepOptions & { facts: Map<string, Fact>; buckets: Map<string, string>; endpoint: boolean };

function walk(reader: Reader, value: unknown, path: string, key: string): void {
  if (value === null || value === undefined || typeof value === "number" || typeof value === "boolean") return;
  if (reader.skip?.(path, key)) return;
  const meaning = meaningOf(key);
  if (meaning === "skip") return;
  if (value === UNKNOWN) note(reader, { kind: "unknown", path, hides: hiddenBehind(key) });
  else if (typeof value === "string") text(reader, value, path, key);
  else if (Array.isArray(value)) list(reader, value, path, key);
  else if (typeof value === "object") structure(reader, value as Record<string, unknown>, path, meaning === "image");
}

function list(reader: Reader, items: unknown[], path: string, key: string): void {
  const endpoint = items.some((item) => named(item) && leadsSomewhere(item.name, item.value));
  items.forEach((item, index) => {
    const here = at(path, index);
    // `--s3-url storage.example` in two arguments.
    const flag = index > 0 ? /^--?([A-Za-z][\w.-]*)$/.exec(String(items[index - 1]))?.[1] : undefined;
    if (named(item)) {
      if (endpoint && meaningOf(item.name) === "place") return;
      walk(reader, item.value, at(here, "value"), item.name);
      structure(reader, { ...item, name: undefined, value: undefined }, here);
    } else walk(reader, item, here, flag && typeof item === "string" ? flag : key);
  });
}

function structure(reader: Reader, object: Record<string, unknown>, path: string, isImage = false): void {
  const entries = Object.entries(object);
  // Beside an endpoint a region is a word of the protocol: `us-east-1` on a store of one's own.
  const endpoint = entries.some(([key, value]) => leadsSomewhere(key, value));
  wholeImage(reader, object, path);
  for (const [key, value] of entries) {
    if (endpoint && typeof value === "string" && meaningOf(key) === "place") continue;
    if ((key === "repository" || key === "registry") && inParts(object)) continue;
    // `volumes[].image.reference`, `code.image.url`.
    const names = isImage && typeof value === "string" && /^(?:reference|name|url|uri|repository)$/.test(key);
    walk(reader, value, at(path, key), names && !value.includes("://") ? "image" : key);
  }
}

function text(reader: Reader, raw: string, path: string, key: string): void {
  if (raw.length < 3) {
    if (meaningOf(key) === "image" && raw !== "") artifact(reader, raw, path);
    else if (meaningOf(key) === "place") note(reader, { kind: "place", path, value: raw });
    return;
  }
  if (meaningOf(key) === "image" && artifact(reader, raw, path)) return;
  const value = raw.includes("-----BEGIN ") ? raw.replace(/-----BEGIN [\s\S]*?-----END [^-]*-----/g, "") : raw;
  const inner = documents(value);
  if (inner) {
    inner.forEach((document, index) => {
      walk(reader, document, inner.length > 1 ? at(path, index) : path, "");
    });
    return;
  }
  const lines = value.includes("\n") ? withoutComments(value, key) : value;
  for (const found of addressesIn(lines)) {
    if (found.kind === "bucket") reader.buckets.set(path, found.value);
    else if (found.kind === "image") note(reader, { kind: "image", path, value: found.value });
    else host(reader, found.value, path, key, found.because);
  }
  for (const [, region] of lines.matchAll(/\barn:[\w-]+:[\w-]+:([a-z]{2}[\w-]*-\d):/g)) {
    if (region) note(reader, { kind: "place", path, value: region });
  }
  if (lines !== value || value.includes("=")) pairs(reader, lines, path);
  if (lines === value) meant(reader, value, path, key);
  loose(reader, lines, path);
}

/** The value as a whole, by what its field is called. */
function meant(reader: Reader, value: string, path: string, key: string): void {
  const meaning = meaningOf(key);
  if (meaning === "place" && value.length < 40 && !/[/.]/.test(value)) {
    for (const place of value.split(",")) note(reader, { kind: "place", path, value: place.trim() });
  }
  if (isIP(value) !== 0 && !/version|revision|^tag$/i.test(key)) host(reader, value, path, key);
  if (meaning !== "host") return;
  for (const part of value.split(/[\s,;]+/)) {
    const found = bareHost(part);
    if (found) host(reader, found, path, key);
  }
}

/** `key=value` and `key: value` inside a text: flags, properties, connection strings, query parameters. */
function pairs(reader: Reader, lines: string, path: string): void {
  const found = [
    ...lines.matchAll(/(?:^|[\s;,&?"'])-{0,2}([A-Za-z][\w.-]{0,60})[ \t]*[=:][ \t]*(?:tcp:)?["']?([^\s;&,"'|]+)/gm),
  ];
  const endpoint = found.some(([, key = "", value]) => leadsSomewhere(key, value));
  for (const [, key = "", value = ""] of found) {
    const meaning = meaningOf(key);
    if (meaning === "image" && /[/:]/.test(value)) artifact(reader, value, path);
    else if (meaning === "place" && !endpoint && /^[\w -]+$/.test(value)) note(reader, { kind: "place", path, value });
    else if (meaning === "host") {
      const name = bareHost(value);
      if (name) host(reader, name, path, key);
    }
  }
}

/** What needs no field name: `host:port`, arguments of fetching commands, addresses in a configuration text. */
function loose(reader: Reader, lines: string, path: string): void {
  for (const [, name = ""] of lines.matchAll(
    /(?:^|[\s,;="'@])((?:[\w-]+\.)+[a-z][\w-]+|\d+\.\d+\.\d+\.\d+):\d{2,5}(?=$|[\s,;"'/])/gim,
  )) {
    const found = bareHost(name);
    if (found) host(reader, found, path, "");
  }
  for (const [, rest = ""] of lines.matchAll(
    /\b(?:curl|wget|ssh|scp|rsync|nc|telnet|dig|nslookup|ping|git clone)\s([^\n|;&]+)/g,
  )) {
    for (const word of rest.split(/\s+/)) {
      const found = word.startsWith("-") ? undefined : bareHost(word.replace(/^["']|["']$/g, ""));
      if (found) host(reader, found, path, "");
    }
  }
  if (!lines.includes("\n")) return;
  for (const [, address = ""] of lines.matchAll(
    /(?:^|[\s,;="'])(\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3})(?=$|[\s,;"':])/gm,
  )) {
    if (isIP(address)) host(reader, address, path, "");
  }
}

/** An image given in parts: `{ registry, repository, tag }`. */
function wholeImage(reader: Reader, object: Record<string, unknown>, path: string): void {
  const { registry, repository, tag, pullPolicy, digest } = object;
  if (typeof repository !== "string" || repository.includes("://")) return;
  if (registry === undefined && tag === undefined && pullPolicy === undefined && digest === undefined) return;
  const name =
    typeof registry === "string" && registry !== "" ? `${registry.replace(/\/$/, "")}/${repository}` : repository;
  artifact(reader, typeof tag === "string" && tag !== "" ? `${name}:${tag}` : name, at(path, "repository"));
}

function inParts({ registry, repository }: Record<string, unknown>): boolean {
  return typeof registry === "string" && typeof repository === "string";
}

function artifact(reader: Reader, written: string, path: string): boolean {
  const value = written.trim().replace(/^(?:oci|docker|docker-pullable):\/\//, "");
  if (/^\$[({]|^\{\{/.test(value)) return true;
  if (!/^[\w][\w.-]*(?::\d+)?(?:\/[\w.-]+)*(?::[\w.-]+)?(?:@\w+:[0-9a-f]+)?$/i.test(value)) return false;
  note(reader, { kind: "image", path, value });
  return true;
}

function host(reader: Reader, value: string, path: string, key: string, because?: string): void {
  const names = wordsOf(key);
  if (names.includes("endpoint") || names.includes("s3")) reader.endpoint = true;
  note(reader, { kind: "host", path, value, ...(because && { because }) });
}

function note(reader: Reader, fact: Fact): void {
  const shown = "value" in fact ? fact.value : "";
  const id = `${fact.kind}|${fact.path}|${shown}`;
  if (reader.facts.has(id)) return;
  const hidden = reader.secret && (fact.kind === "host" || fact.kind === "image" || fact.kind === "place");
  reader.facts.set(id, hidden ? { ...fact, secret: true } : fact);
}

function leadsSomewhere(key: string, value: unknown): boolean {
  if (typeof value !== "string" || meaningOf(key) !== "host" || !/endpoint|url|uri|host|server|address/i.test(key))
    return false;
  return addressesIn(value).some(({ kind }) => kind === "host") || bareHost(value) !== undefined || isInside(value);
}

function isInside(value: string): boolean {
  return /^[\w.-]+(?::\d+)?$/.test(value) && /[a-z]/i.test(value) && reachOf(value.replace(/:\d+$/, "")) === "inside";
}

function named(item: unknown): item is { name: string; value: unknown } {
  if (typeof item !== "object" || item === null) return false;
  const { name, value } = item as Record<string, unknown>;
  return typeof name === "string" && (typeof value === "string" || value === UNKNOWN);
}

/** Structures inside a string: one JSON value, or YAML documents that are mappings or lists. */
function documents(value: string): unknown[] | undefined {
  const start = value.trimStart()[0];
  if (start === "{" || start === "[") {
    try {
      const parsed: unknown = JSON.parse(value);
      if (typeof parsed === "object" && parsed !== null) return [parsed];
    } catch {
      // Not JSON: flow YAML, or text that begins with a bracket.
    }
  }
  // Parsing is what costs, so only where there is something to find.
  if (!value.includes("\n") || !/^\s*(?:- )?["']?[\w.$/-]+["']?:(?:\s|$)/m.test(value)) return undefined;
  if (!/\w\.\w|:\/\/|image|region|location|zone/i.test(value)) return undefined;
  try {
    const parsed = parseAllDocuments(value, { uniqueKeys: false, logLevel: "silent" });
    if (!Array.isArray(parsed) || parsed.some(({ errors }) => errors.length > 0)) return undefined;
    const values = parsed.map((document) => document.toJS({ maxAliasCount: 1000 }) as unknown);
    return values.every((inner) => inner === null || typeof inner === "object") ? values : undefined;
  } catch {
    return undefined;
  }
}

/** Prose is not configuration: comments go, and so do files that are only prose. */
function withoutComments(value: string, key: string): string {
  if (/readme|licen[cs]e|notice|changelog|\.(?:md|rst)$/i.test(key)) return "\n";
  return value.replace(/^\s*(?:#|\/\/|;|<!--|\*|\/\*).*$/gm, "").replace(/\s#\s.*$/gm, "");
}

function hiddenBehind(key: string): readonly Fact["kind"][] {
  const meaning = meaningOf(key);
  if (meaning === "image" || meaning === "host" || meaning === "place") return [meaning];
  if (/^(?:spec|template|containers|initContainers|volumes|items)$/.test(key))
    return ["place", "host", "image", "egress", "workload"];
  if (key === "values") return ["place", "host", "image"];
  return ["place", "host"];
}

function lastKey(path: string): string {
  return /(?:\["([^"]+)"\]|([\w-]+))(?:\[\d+\])*$/.exec(path)?.slice(1).find(Boolean) ?? "";
}
