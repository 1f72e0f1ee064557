import { isIP } from "node:net";
import { parseAllDocuments } from "yaml";
import { addressesIn, bareHost, rangeReach, reachOf } from "./address.ts";
import { textIn } from "./bytes.ts";
import { withoutComments } from "./comment.ts";
import { leadsToStore, namesEndpoint, saysStore, speaksOfStore, wordBeside } from "./endpoint.ts";
import { meaningOf, namesThing } from "./key.ts";

/** Something in a text that leads somewhere. */
export type Found = {
  kind: "host" | "image" | "place" | "bucket" | "range";
  value: string;
  because?: string;
};

/** What the text in a field leads to, by the name of the field and by what is written: prose is not read. In a
 * setting, a host may stand under any name. */
export function foundIn(text: string, key: string, setting = false): Found[] {
  const meaning = meaningOf(key);
  if (meaning === "image") {
    const image = imageIn(text);
    if (image !== undefined) return image;
  }
  if (text.length < 3) return meaning === "place" ? [{ kind: "place", value: text }] : [];
  // One word, or several in one, lead nowhere by themselves.
  if (/^\w+(?:-\w+)*$/.test(text) && !/base64/i.test(text)) return meant(text, key, setting);
  const withoutKeys = text.replace(PEM, "");
  const manyLines = withoutKeys.includes("\n");
  const written = manyLines ? withoutComments(withoutKeys, key) : withoutKeys;
  // Whoever reads a page may follow its links; what the page loads of itself is another matter.
  const lines = /^\s*<(?:!doctype html|html)/i.test(written) ? written.replace(/<a\s[^>]{0,500}>/gi, "") : written;
  // A bucket's name does not tell its place; the endpoint beside it does.
  const placed = saysStore(lines);
  return [
    ...addressesIn(lines).filter(({ kind }) => kind !== "bucket" || !placed),
    ...encodedIn(lines).flatMap((inner) => foundIn(inner, "")),
    ...[...lines.matchAll(/\barn:[\w-]{1,30}:[\w-]{1,40}:([a-z]{2}[\w-]{0,30}-\d):/g)].map(([, region = ""]) =>
      place(region),
    ),
    ...(manyLines || /=|--/.test(lines) ? pairs(lines) : []),
    ...(manyLines ? configuration(lines) : meant(lines, key, setting)),
    ...unnamed(lines),
  ];
}

// Their bodies hold no address, and letters that could be taken for one.
const PEM = /-----BEGIN [^-\n]{1,64}-----(?:\\[nr]|[A-Za-z0-9+/=\s])*-----END [^-\n]{1,64}-----/g;

/** The text of a script or a file that is handed over in base 64, whatever its field is called; undefined for any other value. */
export function scriptIn(value: string): string | undefined {
  if (value.length < 24 || value.length % 4 !== 0 || !/^[A-Za-z0-9+/\r\n]+={0,2}\s*$/.test(value)) return undefined;
  const text = textIn(Buffer.from(value, "base64"));
  // Words and digests that could be base 64 give no text.
  return text !== undefined && /^[\t\n\r\x20-\x7e\u00a0-\ufffc]+$/.test(text) && /\n|:\/\/|^#/.test(text)
    ? text
    : undefined;
}

/** Texts that a command decodes: `echo … | base64 -d | sh`, `powershell -EncodedCommand …`. */
function encodedIn(lines: string): string[] {
  if (!/base64|\s-e(?:c|nc|ncodedcommand)\s/i.test(lines)) return [];
  return [...lines.matchAll(/[A-Za-z0-9+/]{16,}={0,2}/g)].flatMap(([word]) => {
    const text = textIn(Buffer.from(word, "base64"));
    return text !== undefined && /^[\t\n\r\x20-\x7e]+$/.test(text) ? [text] : [];
  });
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
  if (!text.includes("\n") || !/^[ \t]*(?:- )?["']?[\w.$/-]{1,253}["']?:(?:\s|$)/m.test(text)) return undefined;
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

/** The image that a field holds: none where it is a variable, undefined where it is no image at all. */
function imageIn(text: string): Found[] | undefined {
  if (text.length > 1024) return undefined;
  const value = text.trim().replace(/^(?:oci|docker|docker-pullable):\/\//, "");
  if (/^\$[({]|^\{\{/.test(value)) return [];
  if (/^\w[\w.-]*(?::\d+)?(?:\/[\w.-]+)*(?::[\w.-]+)?(?:@\w+:[0-9a-f]+)?$/i.test(value))
    return [{ kind: "image", value }];
  // Spelt like no image, so that no registry at home can be read from it.
  return /^[^\s/]+\.[^\s/]+\/[^\s]+$/.test(value) && !value.includes("://") ? [{ kind: "image", value }] : undefined;
}

/** A value on one line, by what its field is called. */
function meant(value: string, key: string, setting: boolean): Found[] {
  const [, option] = /^(?:region|location)[ =]([\w-]+)$/.exec(value) ?? [];
  if (option) return [place(option)];
  const meaning = meaningOf(key);
  if (rangeReach(value) === "everything" && value.includes("/")) return [{ kind: "range", value }];
  if (meaning === "place" && value.length < 40 && !/[/.]/.test(value))
    return value.split(",").map((name) => place(name.trim()));
  if (isIP(value) !== 0 && !/version|revision|^tag$/i.test(key)) return [host(value)];
  if (meaning === "host") {
    if (/^databricks(?:-uc)?$/.test(value))
      return [{ kind: "host", value: "cloud.databricks.com", because: `${value} leads there` }];
    return value.split(/[\s,;]+/).flatMap(bare);
  }
  return setting || /^[A-Z][A-Z0-9_]*$/.test(key) ? hostName(value, key) : [];
}

/** A value that is one public host's name, under a name that says nothing; not the name of a class, a file or an API group. */
function hostName(value: string, key: string): Found[] {
  const name = value.replace(/^["']|["']$/g, "");
  if (!/^[\p{L}\p{N}-]{1,63}(?:\.[\p{L}\p{N}-]{1,63}){2,10}\.?(?::\d{1,5})?$/u.test(name) || namesThing(key)) return [];
  if (
    /^(?:com|org|net|io|edu|gov|dev|java|javax|jakarta)\.|\.k8s\.io$|\.(?:py|rs|sh|pl|md|zip|so|ps|cc|mov)$/i.test(name)
  )
    return [];
  const found = bareHost(name);
  return found !== undefined && isIP(found) === 0 && reachOf(found) === "public" ? [host(found)] : [];
}

/** `key=value` and `--key value` inside a text: flags, properties, connection strings, query parameters. */
function pairs(lines: string): Found[] {
  const named = lines.replace(/\bdata source[ \t]{0,4}=/gi, "server=");
  const written = [
    ...named.matchAll(
      /(?:^|[\s;,&?"'])-{0,2}([A-Za-z][\w.-]{0,60})[ \t]{0,80}[=:][ \t]{0,80}(?:tcp:)?["']?([^\s;&,"'|]+)/gm,
    ),
    ...named.matchAll(/(?:^|\s)--([A-Za-z][\w.-]{0,60})[ \t]{1,80}["']?([^\s;&,"'|-][^\s;&,"'|]*)/gm),
  ];
  const beside = speaksOfStore([lines]);
  const endpoints = written.flatMap(([, key = "", value]) =>
    leadsToStore(key, beside) && namesEndpoint(key, value) ? [key] : [],
  );
  const isWord = wordBeside(endpoints);
  return written.flatMap(([, key = "", value = ""]): Found[] => {
    const meaning = meaningOf(key);
    if (meaning === "image" && /[/:]/.test(value)) return imageIn(value) ?? [];
    if (meaning === "place" && /^[\w -]+$/.test(value) && !isWord(key)) return [place(value)];
    // A remote of rclone goes on behind a colon.
    if (meaning === "host") return bare(value.startsWith("[") ? value : value.replace(/:(?!\d|\/\/).*$/, ""));
    return [];
  });
}

/** Lines of a configuration file: `Host logs.example.com`, and addresses wherever they stand. */
function configuration(lines: string): Found[] {
  const words = lines.matchAll(/^[ \t]*([A-Za-z][\w-]{0,40})[ \t]+["']?([^\s;"']+)["']?[ \t]*(?:;|\s|$)/gm);
  const numbers = lines.matchAll(/(?:^|[\s,;="'])(\d{1,3}(?:\.\d{1,3}){3})(?=$|[\s,;"':])/gm);
  return [
    ...[...words].flatMap(([, key = "", value = ""]) => {
      if (meaningOf(key) === "place" && REGION.test(value)) return [place(value)];
      return meaningOf(key) === "host" ? bare(value) : [];
    }),
    ...[...numbers].flatMap(([, address = ""]) => (isIP(address) ? [host(address)] : [])),
  ];
}

// Built like a cloud's region: a word after `location` in a web server's configuration is none.
const REGION = /^(?:[a-z]{2,}-)+[a-z]+-?\d[a-z]?$/;

/** What needs no name: `host:port`, repositories such as `s3:host/bucket`, and the arguments of commands that fetch. */
function unnamed(lines: string): Found[] {
  const ports = /(?:^|[\s,;="'@])((?:[\w-]{1,63}\.){1,20}[a-z][\w-]{1,62}|\d+(?:\.\d+){3}):\d{2,5}(?=$|[\s,;"'/])/gim;
  const repositories =
    /(?:^|[\s="'])(?:s3|sftp|rest|scp):(?:[\w.-]{1,64}@)?((?:[\w-]{1,63}\.){1,20}[a-z]{2,63})(?=[:/])/gim;
  const remotes = /(?:^|[\s="'])(b2|azure|gs):[\w.-]{1,63}:\//gim;
  // `socat TCP:host:443`, `/dev/tcp/host/443`, `connect(("host", 443))`, `network("host" port(514))`.
  const sockets =
    /(?:\b(?:TCP|UDP|SSL|OPENSSL|SCTP)[46]?(?:-CONNECT|-SENDTO)?:([\w.-]{1,253}):\w|\[([a-z][\w.-]{1,253})\]:\d{2,5}\b|\/dev\/(?:tcp|udp)\/([\w.-]{1,253})\/|["']([\w.-]{1,253})["'](?:[ \t]{0,8},[ \t]{0,8}\d{2,5}\b|[ \t]{1,8}port\())/gi;
  const commands =
    /\b(?:curl|wget|ssh|scp|rsync|nc|telnet|dig|nslookup|ping|git clone|psql|pg_dump|pg_basebackup|mysql|mysqldump|mongodump|redis-cli|lftp|sftp|openssl s_client)\s([^\n|;&]+)/g;
  const images =
    /\b(?:docker|podman|nerdctl|buildah|skopeo|crane|ctr|oras|helm|cosign)[ \t]{1,8}(?:[\w-]{1,40}[ \t]{1,8}){0,4}?(?:run|pull|push|build|copy|create|install|upgrade|sign)\s([^\n|;&]+)/g;
  return [
    ...[...lines.matchAll(images)].flatMap(([, rest = ""]) => rest.split(/\s+/).flatMap(namedRegistry)),
    ...[...lines.matchAll(repositories)].flatMap(([, name = ""]) => bare(name)),
    ...[...lines.matchAll(remotes)].flatMap(([, name = ""]) => addressesIn(`${name}://x`)),
    ...[...lines.matchAll(ports)].flatMap(([, name = ""]) => bare(name)),
    ...[...lines.matchAll(sockets)].flatMap(([, ...names]) => bare(names.find(Boolean) ?? "")),
    ...[...lines.matchAll(commands)].flatMap(([, rest = ""]) =>
      rest.split(/\s+/).flatMap((word) => (word.startsWith("-") ? [] : bare(argument(word)))),
    ),
  ];
}

/** An argument without quotes, and without the path behind a host: `vault.example:/srv`. */
function argument(word: string): string {
  return word.replace(/^["']|["']$/g, "").replace(/^([\w.-]+):(?!\/\/)[/~].*$/, "$1");
}

/** An image that names its registry; a bare name among the words of a command may be anything. */
function namedRegistry(word: string): Found[] {
  if (word.length > 512) return [];
  const name = word.replace(/^["']|["']$/g, "").replace(/^(?:oci|docker):\/\//, "");
  if (!/^[a-z0-9][\w-]*(?:\.[\w-]+)+(?::\d+)?\/[\w./-]+(?::[\w.-]+)?(?:@sha256:[0-9a-f]+)?$/i.test(name)) return [];
  return bareHost(name) === undefined ? [] : [{ kind: "image", value: name }];
}

/** A host as files and connection strings write it: `[smtp.vendor.com]:587`, `1.1.1.1@853#name`, `/zone/8.8.8.8`, quoted. */
function bare(text: string): Found[] {
  const plain = text
    .slice(0, 1024)
    .replace(/^[[("']{1,3}(?=[^:]*$|[^\]]*\.[^\]:]*\]:\d+$)/, "")
    .replace(/["')\]]{1,3}(?=$|:\d{1,5}$)/, "")
    .replace(/(?<=^[^@]*)@\d{1,5}(?:#.*)?$/, "")
    .replace(/^\/[^/]*\/(?=[^/]+$)/, "");
  const name = bareHost(plain) ?? bareHost(text);
  return name === undefined ? [] : [host(name)];
}

function host(value: string): Found {
  return { kind: "host", value };
}

function place(value: string): Found {
  return { kind: "place", value };
}
