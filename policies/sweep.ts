import { at, type Fact, type Purpose, UNKNOWN } from "./fact.ts";
import { meaningOf } from "./sweep/key.ts";
import { documentsIn, type Found, foundIn, goTogether, namesEndpoint, scriptIn } from "./sweep/text.ts";

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
  const reader: Reader = { ...options, facts: new Map(), buckets: new Map(), endpoint: false };
  walk(reader, value, path, lastKey(path));
  // A bucket's name does not tell its place; the endpoint beside it does.
  if (!reader.endpoint) {
    for (const [where, bucket] of reader.buckets) {
      const because = "the bucket's name does not tell its place";
      const remedy = "Name the endpoint of the object store beside it.";
      // Longhorn writes the region where others write a host.
      const [name = "", region] = bucket.replace("s3://", "").split("@");
      const to = [`s3:${name}`];
      if (region) note(reader, { kind: "reference", path: where, value: region, to, otherwise: "place" });
      else
        note(reader, { kind: "reference", path: where, value: bucket, to, otherwise: "undecidable", because, remedy });
    }
  }
  return [...reader.facts.values()];
}

type Reader = SweepOptions & { facts: Map<string, Fact>; buckets: Map<string, string>; endpoint: boolean };

function walk(reader: Reader, value: unknown, path: string, key: string): void {
  if (value === null || value === undefined || typeof value === "number" || typeof value === "boolean") return;
  if (reader.skip?.(path)) return;
  const meaning = meaningOf(key);
  if (meaning === "skip") return;
  const read = value === UNKNOWN ? undefined : reader.read?.(value, path, key);
  if (read) for (const fact of read) note(reader, fact);
  else if (value === UNKNOWN) note(reader, { kind: "unknown", path, hides: hiddenBehind(key) });
  else if (typeof value === "string") text(reader, value, path, key);
  else if (Array.isArray(value)) list(reader, value, path, key);
  else if (typeof value === "object") structure(reader, value as Record<string, unknown>, path, meaning === "image");
}

function list(reader: Reader, items: unknown[], path: string, key: string): void {
  const endpoints = items.flatMap((item, index) => endpointIn(item) ?? endpointFlag(item, items[index + 1]) ?? []);
  items.forEach((item, index) => {
    const here = at(path, index);
    if (isNamed(item)) {
      if (meaningOf(item.name) === "place" && isWord(reader, item.name, endpoints)) return;
      walk(reader, item.value, at(here, "value"), item.name);
      structure(reader, { ...item, name: undefined, value: undefined }, here);
      return;
    }
    // `--s3-url storage.example` in two arguments.
    const flag = /^--?([A-Za-z][\w.-]*)$/.exec(String(items[index - 1] ?? ""))?.[1];
    const named = flag ?? /^--?([A-Za-z][\w.-]*)=/.exec(String(item))?.[1];
    if (named && typeof item === "string" && meaningOf(named) === "place" && isWord(reader, named, endpoints)) return;
    walk(reader, item, here, flag && typeof item === "string" ? flag : key);
  });
}

function structure(reader: Reader, object: Record<string, unknown>, path: string, isImage = false): void {
  const entries = Object.entries(object);
  const endpoints = entries.flatMap(([key, value]) => (namesEndpoint(key, value) ? [key] : []));
  // `service: otel.example, port: 4317`, as meshes write it.
  const { service, port } = object;
  if (typeof service === "string" && port !== undefined && /^[a-z0-9.-]+$/.test(service))
    walk(reader, service, at(path, "service"), "host");
  const whole = imageInParts(object);
  if (whole) note(reader, { kind: "image", path: at(path, "repository"), value: whole });
  for (const [key, value] of entries) {
    if (typeof value === "string" && meaningOf(key) === "place" && isWord(reader, key, endpoints)) continue;
    if (whole && (key === "repository" || key === "registry" || (key === "image" && "version" in object))) continue;
    // `volumes[].image.reference`, `code.image.url`.
    const names = isImage && typeof value === "string" && /^(?:reference|name|url|uri|repository)$/.test(key);
    walk(reader, value, at(path, key), names && !value.includes("://") ? "image" : key);
  }
}

/** An image that is given in parts: `{ registry, repository, tag }`, or `{ repository, image, version }`. */
function imageInParts(object: Record<string, unknown>): string | undefined {
  const { registry, repository, image, tag, version, pullPolicy, digest } = object;
  if (typeof repository !== "string" || repository === "" || repository.includes("://")) return undefined;
  if (typeof image === "string" && typeof version === "string") {
    return `${repository}/${image}${version.startsWith("sha256:") ? "@" : ":"}${version}`;
  }
  if (registry === undefined && tag === undefined && pullPolicy === undefined && digest === undefined) return undefined;
  const name =
    typeof registry === "string" && registry !== "" ? `${registry.replace(/\/$/, "")}/${repository}` : repository;
  return typeof tag === "string" && tag !== "" ? `${name}:${tag}` : name;
}

function text(reader: Reader, written: string, path: string, key: string): void {
  const value = scriptIn(written) ?? written;
  const documents = meaningOf(key) === "image" ? undefined : documentsIn(value);
  if (documents) {
    documents.forEach((document, index) => {
      walk(reader, document, documents.length > 1 ? at(path, index) : path, "");
    });
    return;
  }
  for (const found of foundIn(value, key)) mean(reader, found, path);
}

function mean(reader: Reader, { kind, value, because, endpoint }: Found, path: string): void {
  if (endpoint) reader.endpoint = true;
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

/** Beside its endpoint, a region is only a word of the protocol. */
function isWord({ literalRegions }: Reader, key: string, endpoints: readonly string[]): boolean {
  return !literalRegions && endpoints.some((endpoint) => goTogether(key, endpoint));
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
