import { at, type Fact, type Purpose, UNKNOWN } from "./fact.ts";
import { remembered } from "./remembered.ts";
import { bareHost, reachOf } from "./sweep/address.ts";
import { leadsToStore, namesEndpoint, speaksOfStore, wordBeside } from "./sweep/endpoint.ts";
import { imageInParts } from "./sweep/image.ts";
import { isSkipped, meaningOf } from "./sweep/key.ts";
import { documentsIn, type Found, foundIn, scriptIn } from "./sweep/text.ts";

/** What the caller knows about the values it hands over. */
export type SweepOptions = {
  /** The values stand in a secret: they are judged and never shown. */
  secret?: boolean;
  /** Paths that a table describes better, or that hold the resource's own addresses. */
  skip?: (path: string) => boolean;
  /** Reads what the sweep does not know: a cloud's own names and documents. What it answers for is not swept. */
  read?: (value: unknown, path: string, key: string) => Fact[] | undefined;
  /** A region counts even beside an endpoint, where for others it is only a word of the protocol. */
  literalRegions?: true;
  /** What the field at a path is for, so that the right rule speaks. */
  purpose?: (path: string) => Purpose | undefined;
};

/**
 * Reads values of any shape for what leads out: hosts in URLs, connection strings, scripts and address fields, images,
 * regions, in structures and in JSON, YAML and properties inside strings.
 */
export function sweep(value: unknown, path: string, options: SweepOptions = {}): Fact[] {
  const reader: Reader = { ...options, facts: new Map(), buckets: new Map(), endpoints: new Set() };
  walk(reader, value, path, lastKey(path));
  // A bucket's name does not tell its place; the endpoint of a store beside it does.
  for (const [where, bucket] of reader.buckets) {
    if (isBesideOne(where, reader.endpoints)) continue;
    const because = "the bucket's name does not tell its place";
    const remedy = "Name the endpoint of the object store beside it.";
    // Longhorn writes the region where others write a host.
    const [name = "", region] = bucket.replace("s3://", "").split("@");
    const to = [`s3:${name}`];
    if (region) note(reader, { kind: "reference", path: where, value: region, to, otherwise: "place" });
    else note(reader, { kind: "reference", path: where, value: bucket, to, otherwise: "undecidable", because, remedy });
  }
  return [...reader.facts.values()];
}

type Reader = SweepOptions & {
  facts: Map<string, Fact>;
  buckets: Map<string, string>;
  /** Paths of structures in which the endpoint of an object store is named. */
  endpoints: Set<string>;
};

const LONGEST_TEXT = 1024 * 1024;

function walk(reader: Reader, value: unknown, path: string, key: string, setting = false, inText = false): void {
  if (value === null || value === undefined || typeof value === "number" || typeof value === "boolean") return;
  if (reader.skip?.(path)) return;
  if (isSkipped(key, (setting || SHOUTED.test(key)) && addressed(value))) return;
  const read = value === UNKNOWN ? undefined : reader.read?.(value, path, key);
  if (read) for (const fact of read) note(reader, fact);
  else if (value === UNKNOWN) note(reader, { kind: "unknown", path, hides: hiddenBehind(key) });
  else if (typeof value === "string") text(reader, value, path, key, setting, inText);
  else if (Array.isArray(value)) list(reader, value, path, key, inText);
  else if (typeof value === "object") {
    structure(reader, value as Record<string, unknown>, path, inText, meaningOf(key) === "image");
  }
}

// A variable, wherever it is set.
const SHOUTED = /^[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+$/;
const VARIABLES = /(?:env|environment|variables|settings|parameters)$/i;
// Mappings whose keys are somebody's own names for settings.
const SETTINGS = /(?:^|\.)(?:env|environment|variables|environmentVariables)$|^(?:data|stringData|binaryData)$/;

/** What a setting holds: nothing but one URL, nothing but one public host, or something else, such as prose or a list. */
function addressed(value: unknown): "url" | "host" | "prose" {
  if (typeof value !== "string") return "prose";
  const written = value.slice(0, 1024).trim();
  if (/^[a-z][\w+.-]{0,40}:\/\/[^\s,]+$/i.test(written)) return "url";
  const host = bareHost(written);
  return host !== undefined && reachOf(host) === "public" ? "host" : "prose";
}

function isBesideOne(path: string, scopes: ReadonlySet<string>): boolean {
  if (scopes.has("")) return true;
  for (let end = path.length; end > 0; end--) {
    const next = path[end];
    if ((next === undefined || next === "." || next === "[") && scopes.has(path.slice(0, end))) return true;
  }
  return false;
}

/** Notes the structure whose buckets stand where these endpoints lead, and tells which regions are words beside them. */
function stored(reader: Reader, endpoints: string[], beside: string[], scope: string): (region: string) => boolean {
  if (endpoints.length === 0) return () => false;
  // A cloud's resource stands in its region, whatever address it is given.
  if (/(?:^|\.)forProvider(?:\.|$)/.test(scope)) return () => false;
  const spoken = speaksOfStore(beside);
  const stores = endpoints.filter((endpoint) => leadsToStore(endpoint, spoken));
  if (stores.length > 0) reader.endpoints.add(scope);
  const isWord = wordBeside(stores);
  return (region) => !reader.literalRegions && isWord(region);
}

/** The path above, in which a list or mapping stands. */
function above(path: string): string {
  return path.replace(/(?:\.[\w-]+|\["[^"]*"\]|\[\d+\]|^[\w-]+)$/, "");
}

function list(reader: Reader, items: unknown[], path: string, key: string, inText: boolean): void {
  const endpoints = items.flatMap((item, index) => endpointIn(item) ?? endpointFlag(item, items[index + 1]) ?? []);
  const said = items.flatMap((item) => (typeof item === "string" ? item : isNamed(item) ? item.name : []));
  const placed = endpoints.length === 0 ? () => false : stored(reader, endpoints, said, above(path));
  // Who also calls other services of the cloud needs the region for them.
  const calls = endpoints.length > 0 && OTHER_SERVICES.test(JSON.stringify(items));
  const isWord = (region: string) => placed(region) && !(calls && /^aws/i.test(region));
  items.forEach((item, index) => {
    const here = at(path, index);
    if (isNamed(item)) {
      if (meaningOf(item.name) === "place" && isWord(item.name)) return;
      walk(reader, item.value, at(here, "value"), item.name, VARIABLES.test(path), inText);
      structure(reader, { ...item, name: undefined, value: undefined }, here, inText);
      return;
    }
    // `--s3-url storage.example` in two arguments.
    const before = items[index - 1];
    const flag = typeof before === "string" ? /^--?([A-Za-z][\w.-]*)$/.exec(before)?.[1] : undefined;
    const named = flag ?? (typeof item === "string" ? /^--?([A-Za-z][\w.-]*)=/.exec(item)?.[1] : undefined);
    if (named && typeof item === "string" && meaningOf(named) === "place" && isWord(named)) return;
    const isFlags = flag !== undefined && typeof item === "string";
    walk(reader, item, here, isFlags ? flag : key, isFlags, inText);
  });
}

const OTHER_SERVICES = /bedrock|sagemaker|dynamodb|kinesis|secretsmanager/i;

function structure(
  reader: Reader,
  object: Record<string, unknown>,
  path: string,
  inText: boolean,
  isImage = false,
): void {
  const entries = Object.entries(object);
  const endpoints = entries.flatMap(([key, value]) => (namesEndpoint(key, value) ? [key] : []));
  const isWord = stored(reader, endpoints, [...entries.map(([key]) => key), lastKey(path)], path);
  // `service: otel.example, port: 4317`, as meshes write it.
  const { service, port } = object;
  if (typeof service === "string" && port !== undefined && /^[a-z0-9.-]+$/.test(service))
    walk(reader, service, at(path, "service"), "host");
  const whole = imageInParts(object);
  if (whole) note(reader, { kind: "image", path: at(path, "repository"), value: whole });
  const settings = !inText && SETTINGS.test(path);
  for (const [key, value] of entries) {
    if (typeof value === "string" && meaningOf(key) === "place" && isWord(key)) continue;
    if (whole && (key === "repository" || key === "registry" || (key === "image" && "version" in object))) continue;
    // `volumes[].image.reference`, `code.image.url`.
    const names = isImage && typeof value === "string" && /^(?:reference|name|url|uri|repository)$/.test(key);
    walk(reader, value, at(path, key), names && !value.includes("://") ? "image" : key, settings, inText);
  }
}

// Where Kubernetes itself reads the image, and fills in nothing.
const CONTAINER = /(?:^|\.)spec\.(?:containers|initContainers|ephemeralContainers)\[\d+\]\.image$/;

function text(reader: Reader, written: string, path: string, key: string, setting: boolean, inText: boolean): void {
  if (written.length > LONGEST_TEXT) {
    const why = "the text is longer than the 1 MiB that the guards read";
    note(reader, { kind: "undecidable", path, why, remedy: "Split it into texts of less than 1 MiB." });
    return;
  }
  if (!inText && /^\s*(?:\$[({]|\{\{)/.test(written) && CONTAINER.test(path)) {
    const why = `${written.slice(0, 80)} is a variable that nobody fills in`;
    note(reader, { kind: "undecidable", path, why, remedy: "Write the image itself." });
    return;
  }
  const value = scriptIn(written) ?? written;
  const documents = meaningOf(key) === "image" ? undefined : documentsIn(value);
  if (documents) {
    documents.forEach((document, index) => {
      const hosts = Array.isArray(document) && document.every((item) => typeof item === "string");
      walk(reader, document, documents.length > 1 ? at(path, index) : path, hosts ? key : "", false, true);
    });
    return;
  }
  for (const found of foundIn(value, key, setting)) mean(reader, found, path);
}

function mean(reader: Reader, { kind, value, because }: Found, path: string): void {
  if (kind === "bucket") reader.buckets.set(path, value);
  else if (kind === "place") note(reader, { kind, path, value });
  else if (kind !== "range") note(reader, { kind, path, value, ...(because && { because }) });
  else if (/egress|outbound|dest|allow/i.test(path) && !/ingress|inbound|source|from|deny|except/i.test(path)) {
    note(reader, { kind: "egress", path, to: "everything", value });
  }
}

function note(reader: Reader, fact: Fact): void {
  const shown = "value" in fact ? fact.value : "";
  const id = `${fact.kind}|${fact.path}|${shown}`;
  if (reader.facts.has(id)) return;
  const hidden =
    reader.secret &&
    (fact.kind === "host" || fact.kind === "image" || fact.kind === "place" || fact.kind === "reference");
  const purpose =
    "purpose" in fact || fact.kind === "image" || fact.kind === "egress" ? undefined : reader.purpose?.(fact.path);
  reader.facts.set(id, { ...fact, ...(hidden && { secret: true }), ...(purpose && { purpose }) } as Fact);
}

function isNamed(item: unknown): item is { name: string; value: unknown } {
  if (typeof item !== "object" || item === null) return false;
  const { name, value } = item as Record<string, unknown>;
  return typeof name === "string" && (typeof value === "string" || value === UNKNOWN);
}

/** The name of a variable that holds an endpoint, or takes one from elsewhere, where it is judged. */
function endpointIn(item: unknown): string | undefined {
  if (typeof item !== "object" || item === null) return undefined;
  const { name, value, valueFrom } = item as Record<string, unknown>;
  const written = valueFrom === undefined ? value : "localhost";
  return typeof name === "string" && namesEndpoint(name, written) ? name : undefined;
}

/** The name of a flag that holds an endpoint, in one argument or in two. */
function endpointFlag(item: unknown, next: unknown): string | undefined {
  if (typeof item !== "string") return undefined;
  const [, name = "", value = next] = /^--?([A-Za-z][\w.-]*)(?:=(.*))?$/s.exec(item) ?? [];
  return namesEndpoint(name, value) ? name : undefined;
}

function hiddenBehind(key: string): readonly Fact["kind"][] {
  const meaning = meaningOf(key);
  if (meaning === "image" || meaning === "host" || meaning === "place") return [meaning];
  if (/^(?:spec|template|containers|initContainers|volumes|items)$/.test(key))
    return ["place", "host", "image", "egress", "workload"];
  if (key === "values") return ["place", "host", "image"];
  return ["place", "host"];
}

const lastKey = remembered(
  (path) => /(?:\["([^"]+)"\]|([\w-]+))(?:\[\d+\])*$/.exec(path)?.slice(1).find(Boolean) ?? "",
);
