import { isIP } from "node:net";
import { parseAllDocuments } from "yaml";
import { addressesIn, bareHost, rangeReach, reachOf } from "./address.ts";
import { meaningOf, wordsOf } from "./key.ts";

/** Something in a text that leads somewhere. */
export type Found = {
  kind: "host" | "image" | "place" | "bucket" | "range";
  value: string;
  because?: string;
  /** The name it was given says that it is an endpoint, of an object store for one. */
  endpoint?: boolean;
};

/** What the text in a field leads to, by the name of the field and by what is written: prose is not read. */
export function foundIn(text: string, key: string): Found[] {
  const meaning = meaningOf(key);
  if (meaning === "image") {
    const image = imageIn(text);
    if (image !== undefined) return image;
  }
  if (text.length < 3) return meaning === "place" ? [{ kind: "place", value: text }] : [];
  const withoutKeys = text.includes("-----BEGIN ") ? text.replace(/-----BEGIN [\s\S]*?-----END [^-]*-----/g, "") : text;
  const manyLines = withoutKeys.includes("\n");
  const written = manyLines ? withoutComments(withoutKeys, key) : withoutKeys;
  // Whoever reads a page may follow its links; what the page loads of itself is another matter.
  const lines = /^\s*<(?:!doctype html|html)/i.test(written) ? written.replace(/<a\s[^>]*>/gi, "") : written;
  const endpoint = isEndpoint(key) || /(?:^|[\s_-])endpoint(?:[-_]url)?\s*[\s=:]/im.test(lines);
  return [
    ...addressesIn(lines).map((address) => ({ ...address, ...(endpoint && { endpoint }) })),
    ...[...lines.matchAll(/\barn:[\w-]+:[\w-]+:([a-z]{2}[\w-]*-\d):/g)].map(([, region = ""]) => place(region)),
    ...(manyLines || /=|--/.test(lines) ? pairs(lines) : []),
    ...(manyLines ? configuration(lines) : meant(lines, key)),
    ...unnamed(lines),
  ];
}

/** The text of a script or a file that is handed over in base 64, whatever its field is called; undefined for any other value. */
export function scriptIn(value: string): string | undefined {
  if (value.length < 24 || value.length % 4 !== 0 || !/^[A-Za-z0-9+/\r\n]+={0,2}\s*$/.test(value)) return undefined;
  const text = Buffer.from(value, "base64").toString("utf8");
  // Words and digests that could be base 64 give no text.
  return /^[\t\n\r\x20-\x7e\u00a0-\ufffc]+$/.test(text) && /\n|:\/\/|^#/.test(text) ? text : undefined;
}

/** Structures inside a string: one JSON value, or YAML documents that are mappings or lists. */
export function documentsIn(text: string): unknown[] | undefined {
  if (/^\s*[[{]/.test(text)) {
    try {
      const parsed: unknown = JSON.parse(text);
      if (typeof parsed === "object" && parsed !== null) return [parsed];
    } catch {
      // Not JSON: flow YAML, or text that begins with a bracket.
    }
  }
  // Parsing is what costs, so only where there is something to find.
  if (!text.includes("\n") || !/^\s*(?:- )?["']?[\w.$/-]+["']?:(?:\s|$)/m.test(text)) return undefined;
  if (!/\w\.\w|:\/\/|image|region|location|zone|::|config|export|sink|model|bucket|policy|backend|provider/i.test(text))
    return undefined;
  try {
    const parsed = parseAllDocuments(text, { uniqueKeys: false, logLevel: "silent" });
    if (!Array.isArray(parsed) || parsed.some(({ errors }) => errors.length > 0)) return undefined;
    const values = parsed.map((document) => document.toJS({ maxAliasCount: 1000 }) as unknown);
    return values.every((inner) => inner === null || typeof inner === "object") ? values : undefined;
  } catch {
    return undefined;
  }
}

/** Whether a field names where its neighbours lead: beside an endpoint, a region is only a word of the protocol. */
export function namesEndpoint(key: string, value: unknown): boolean {
  if (typeof value !== "string" || meaningOf(key) !== "host" || !/endpoint|url|uri|host|server|address/i.test(key))
    return false;
  if (addressesIn(value).some(({ kind }) => kind === "host") || bareHost(value) !== undefined) return true;
  return /^[a-z][\w.-]*(?::\d+)?$/i.test(value) && reachOf(value.replace(/:\d+$/, "")) === "inside";
}

const STORES = new Set("s3 aws bucket minio storage store object objects garage ceph rgw".split(" "));

/**
 * Whether the region in one field is a word of the protocol that is spoken with the endpoint in another. In a mapping of one
 * thing it is (`region` beside `s3Url`); among variables of many things only where their names say so.
 */
export function goTogether(region: string, endpoint: string): boolean {
  const [first, ...more] = wordsOf(region);
  const words = wordsOf(endpoint);
  // The address of a cluster says nothing of a region.
  if (words[0] === "api") return false;
  if (more.length === 0 && region === region.toLowerCase()) return true;
  return words[0] === first || words[0] === "endpoint" || words.some((word) => STORES.has(word));
}

/** The image that a field holds: none where it is a variable, undefined where it is no image at all. */
function imageIn(text: string): Found[] | undefined {
  const value = text.trim().replace(/^(?:oci|docker|docker-pullable):\/\//, "");
  if (/^\$[({]|^\{\{/.test(value)) return [];
  if (/^\w[\w.-]*(?::\d+)?(?:\/[\w.-]+)*(?::[\w.-]+)?(?:@\w+:[0-9a-f]+)?$/i.test(value))
    return [{ kind: "image", value }];
  // Spelt like no image, so that no registry at home can be read from it.
  return /^[^\s/]+\.[^\s/]+\/[^\s]+$/.test(value) && !value.includes("://") ? [{ kind: "image", value }] : undefined;
}

/** A value on one line, by what its field is called. */
function meant(value: string, key: string): Found[] {
  const [, option] = /^(?:region|location)[ =]([\w-]+)$/.exec(value) ?? [];
  if (option) return [place(option)];
  const meaning = meaningOf(key);
  if (rangeReach(value) === "everything" && value.includes("/")) return [{ kind: "range", value }];
  if (meaning === "place" && value.length < 40 && !/[/.]/.test(value))
    return value.split(",").map((name) => place(name.trim()));
  if (isIP(value) !== 0 && !/version|revision|^tag$/i.test(key)) return [host(value, key)];
  return meaning === "host" ? value.split(/[\s,;]+/).flatMap((part) => bare(part, key)) : [];
}

/** `key=value` and `--key value` inside a text: flags, properties, connection strings, query parameters. */
function pairs(lines: string): Found[] {
  const written = [
    ...lines.matchAll(/(?:^|[\s;,&?"'])-{0,2}([A-Za-z][\w.-]{0,60})[ \t]*[=:][ \t]*(?:tcp:)?["']?([^\s;&,"'|]+)/gm),
    ...lines.matchAll(/(?:^|\s)--([A-Za-z][\w.-]{0,60})[ \t]+["']?([^\s;&,"'|-][^\s;&,"'|]*)/gm),
  ];
  const endpoints = written.flatMap(([, key = "", value]) => (namesEndpoint(key, value) ? [key] : []));
  return written.flatMap(([, key = "", value = ""]): Found[] => {
    const meaning = meaningOf(key);
    if (meaning === "image" && /[/:]/.test(value)) return imageIn(value) ?? [];
    if (meaning === "place" && /^[\w -]+$/.test(value) && !endpoints.some((each) => goTogether(key, each)))
      return [place(value)];
    // A remote of rclone goes on behind a colon.
    return meaning === "host" ? bare(value.replace(/:(?!\d|\/\/).*$/, ""), key) : [];
  });
}

/** Lines of a configuration file: `Host logs.example.com`, and addresses wherever they stand. */
function configuration(lines: string): Found[] {
  const words = lines.matchAll(/^[ \t]*([A-Za-z][\w-]{0,40})[ \t]+["']?([^\s;"']+)["']?[ \t]*(?:;|\s|$)/gm);
  const numbers = lines.matchAll(/(?:^|[\s,;="'])(\d{1,3}(?:\.\d{1,3}){3})(?=$|[\s,;"':])/gm);
  return [
    ...[...words].flatMap(([, key = "", value = ""]) => {
      if (meaningOf(key) === "place" && REGION.test(value)) return [place(value)];
      return meaningOf(key) === "host" ? bare(value, key) : [];
    }),
    ...[...numbers].flatMap(([, address = ""]) => (isIP(address) ? [host(address, "")] : [])),
  ];
}

// Built like a cloud's region: a word after `location` in a web server's configuration is none.
const REGION = /^(?:[a-z]{2,}-)+[a-z]+-?\d[a-z]?$/;

/** What needs no name: `host:port`, repositories such as `s3:host/bucket`, and the arguments of commands that fetch. */
function unnamed(lines: string): Found[] {
  const ports = /(?:^|[\s,;="'@])((?:[\w-]+\.)+[a-z][\w-]+|\d+(?:\.\d+){3}):\d{2,5}(?=$|[\s,;"'/])/gim;
  const repositories = /(?:^|[\s="'])(?:s3|sftp|rest|scp):(?:[\w.-]+@)?((?:[\w-]+\.)+[a-z]{2,})(?=[:/])/gim;
  const commands =
    /\b(?:curl|wget|ssh|scp|rsync|nc|telnet|dig|nslookup|ping|git clone|psql|pg_dump|pg_basebackup|mysql|mysqldump|mongodump|redis-cli|lftp|sftp|openssl s_client)\s([^\n|;&]+)/g;
  const images =
    /\b(?:docker|podman|nerdctl|buildah|skopeo|crane|ctr|oras|helm|cosign)\s+(?:[\w-]+\s+)*?(?:run|pull|push|build|copy|create|install|upgrade|sign)\s([^\n|;&]+)/g;
  return [
    ...[...lines.matchAll(images)].flatMap(([, rest = ""]) => rest.split(/\s+/).flatMap(namedRegistry)),
    ...[...lines.matchAll(repositories)].flatMap(([, name = ""]) => bare(name, "")),
    ...[...lines.matchAll(ports)].flatMap(([, name = ""]) => bare(name, "")),
    ...[...lines.matchAll(commands)].flatMap(([, rest = ""]) =>
      rest.split(/\s+/).flatMap((word) => (word.startsWith("-") ? [] : bare(argument(word), ""))),
    ),
  ];
}

/** An argument without quotes, and without the path behind a host: `vault.example:/srv`. */
function argument(word: string): string {
  return word.replace(/^["']|["']$/g, "").replace(/^([\w.-]+):(?!\/\/)[/~].*$/, "$1");
}

/** An image that names its registry; a bare name among the words of a command may be anything. */
function namedRegistry(word: string): Found[] {
  const name = word.replace(/^["']|["']$/g, "").replace(/^(?:oci|docker):\/\//, "");
  if (!/^[a-z0-9][\w-]*(?:\.[\w-]+)+(?::\d+)?\/[\w./-]+(?::[\w.-]+)?(?:@sha256:[0-9a-f]+)?$/i.test(name)) return [];
  return bareHost(name) === undefined ? [] : [{ kind: "image", value: name }];
}

/** Prose is not configuration: comments go, and so do files that are only prose. */
function withoutComments(text: string, key: string): string {
  if (/readme|licen[cs]e|notice|changelog|\.(?:md|rst)$/i.test(key)) return "";
  return text.replace(/^\s*(?:#|\/\/|;|<!--|\*(?=[\s/]|$)|\/\*).*$/gm, "").replace(/\s#\s.*$/gm, "");
}

function bare(text: string, key: string): Found[] {
  const name = bareHost(text);
  return name === undefined ? [] : [host(name, key)];
}

function host(value: string, key: string): Found {
  return { kind: "host", value, ...(isEndpoint(key) && { endpoint: true }) };
}

function place(value: string): Found {
  return { kind: "place", value };
}

function isEndpoint(key: string): boolean {
  const words = wordsOf(key);
  return words.includes("endpoint") || words.includes("s3");
}
