import { BlockList, isIP } from "node:net";
import { isTopLevelDomain } from "../../catalogue/index.ts";
import { hostOfScheme, isIdentifier, namesOnly } from "./scheme.ts";

/** What an address in a text leads to: a host, an artifact in a registry, or a bucket whose place its name does not tell. */
export type Address = { kind: "host" | "image" | "bucket"; value: string; because?: string };

const BUCKETS = new Set(["s3", "s3a", "s3n"]);
const ARTIFACTS = new Set(["oci", "docker"]);

// Every length below is bounded, so that the time to read a text grows with its length and no faster.
// Looks ahead instead of consuming: a URL may carry another one.
const URLS = /(?<=([a-z][a-z0-9+.-]{0,40})):\/\/(?=([^\s"'`<>\\|^/?#]+)([/?#][^\s"'`<>\\|^]{0,1024})?)/gi;
const ORACLE = /jdbc:oracle:\w{1,20}:[^@\s]{0,200}@(?:\/\/)?([^\s:/]{1,255})/gi;
const GIT = /(?<=^|[\s"'=])[\w.-]{1,64}@((?:[\w-]{1,63}\.){1,20}[a-z]{2,63}):(?!\d+(?:\D|$))[\w~./-]/gi;

// A variable, `$(HOST)`, `${HOST}`, `$host`, `{{ .Host }}`, `{host}`, `<host>`: its value is judged where it is given.
const VARIABLES =
  /\$\{[^}]{0,200}\}|\$\([^)]{0,200}\)|\$[A-Za-z_]\w{0,100}|\{\{.{0,300}?\}\}|(?<=[/.-])(?:\{[\w-]{1,40}\}|<[\w-]{1,40}>)/g;
const HOLE = "0hole0";

/** Hosts, artifacts and buckets of all URLs and connection strings in a text. */
export function addressesIn(text: string): Address[] {
  if (!/[/\\]{2}|\\\/|%2f|%25|@|\b(?:https?|wss?|ftps?):/i.test(text)) return [];
  const found: Address[] = [];
  const readable = text
    // What was asked for, which follows the host: nginx.
    .replace(/\$(?:request_)?uri\b/g, "/")
    .replace(VARIABLES, HOLE)
    .replace(/%(?:25)+(?=2f|3a)/gi, "%")
    .replace(/\\\/|%2f/gi, "/")
    .replace(/%3a/gi, ":")
    // Readers disagree which side of these is the host: both are judged.
    .replace(/(?:\\|#)@/g, " http://")
    // What a browser reads as `//`.
    .replace(/\b(https?|wss?|ftps?):\\{1,4}(?=\w)/gi, "$1://")
    .replace(/\b(https?|wss?|ftps?):\/?(?=[\w-]{1,63}(?:\.[\w-]{1,63}){1,20}(?:[/:?#\s"']|$))/gi, "$1://")
    // A list of URLs is several URLs.
    .replace(/,(?=[a-z][\w+.-]{0,40}:\/\/)/gi, " ");
  for (const [, scheme = "", authority = "", path = ""] of readable.matchAll(URLS)) {
    const rest = authority + path;
    const lower = scheme.toLowerCase();
    const name = lower.split("+").at(-1) ?? "";
    if (namesOnly(name)) continue;
    const service = hostOfScheme(lower);
    const hosts = service && !service.open ? [] : authorities(rest);
    if (service && !hosts.some((host) => host.includes(".")))
      found.push({ kind: "host", value: service.host, because: `${service.name}:// leads there` });
    else if (BUCKETS.has(name)) found.push({ kind: "bucket", value: `${name}://${rest.split(/[/?]/)[0]}` });
    else if (ARTIFACTS.has(name)) found.push({ kind: "image", value: rest.replace(/[),;\]}]{1,8}$/, "") });
    else {
      found.push(...hosts.flatMap((value) => (isIdentifier(value, path) ? [] : [{ kind: "host" as const, value }])));
    }
  }
  for (const [, host = ""] of [...readable.matchAll(ORACLE), ...readable.matchAll(GIT)]) {
    const value = normal(host);
    if (value) found.push({ kind: "host", value });
  }
  return found;
}

/** The host in `host`, `host:port` or `host/path` without a scheme, where its last label is one that a DNS can answer. */
export function bareHost(text: string): string | undefined {
  if (!/[.:]/.test(text)) return undefined;
  const shape =
    /^(?:\/\/)?(?:[^\s@/]{1,200}@)?(\[[0-9a-f:.]{2,45}\]|[0-9a-f]{0,4}:[0-9a-f:.]{0,40}:[0-9a-f.]{0,15}|[\p{L}\p{N}_*-]{1,63}(?:\.[\p{L}\p{N}_-]{1,63}){1,20})\.{0,3}(?::\d{1,5})?(?:[/?]\S*)?$/iu;
  const host = shape.exec(text.slice(0, 1024).trim().replace(VARIABLES, HOLE))?.[1];
  if (host === undefined || (isIP(host) && /\/\d{1,3}$/.test(text))) return undefined;
  // A version is no address, though a URL parser would make one of it.
  if (/^[\d.]+$/.test(host) && isIP(host) === 0) return undefined;
  const value = normal(isIP(host) === 6 ? `[${host}]` : host);
  if (value === undefined || isIP(value)) return value;
  return isTopLevelDomain(lastLabel(value)) || /\.(?:svc|local|internal)$/.test(value) ? value : undefined;
}

/**
 * Whether the outside world can answer for this host. Inside are names that no public DNS knows (`redis`, `vllm.models.svc`,
 * `db.cluster.local`, `nas.lan`) and addresses that are not routed: loopback, private, carrier-grade NAT, unique local,
 * and link-local, the cloud metadata service among them, which ends at the machine itself.
 */
export function reachOf(host: string): "inside" | "public" {
  if (isIP(host)) return isPublic(host) ? "public" : "inside";
  // A single label is answered by search lists, `http://cloud:8080` too.
  return host.includes(".") && isTopLevelDomain(lastLabel(host)) ? "public" : "inside";
}

/** What a CIDR opens: everything, addresses that are routed publicly, or only addresses inside; undefined if it is none. */
export function rangeReach(cidr: string): "everything" | "public" | "inside" | undefined {
  if (!/[.:]/.test(cidr)) return undefined;
  const [address = "", bits = ""] = cidr.trim().split("/");
  const family = isIP(address);
  const prefix = bits === "" ? (family === 4 ? 32 : 128) : Number(bits);
  if (family === 0 || !Number.isInteger(prefix)) return undefined;
  if (prefix <= (family === 4 ? 1 : 3)) return "everything";
  if (isPublic(address)) return "public";
  // A range that starts inside may still reach beyond: 10.0.0.0/7 does.
  return widest(family, address, prefix) ? "inside" : "public";
}

// Not routed publicly. Documentation ranges are left out on purpose: they stand for public addresses.
const INSIDE: [string, number, "ipv4" | "ipv6"][] = [
  ["0.0.0.0", 8, "ipv4"],
  ["10.0.0.0", 8, "ipv4"],
  ["100.64.0.0", 10, "ipv4"],
  ["127.0.0.0", 8, "ipv4"],
  ["169.254.0.0", 16, "ipv4"],
  ["172.16.0.0", 12, "ipv4"],
  ["192.0.0.0", 24, "ipv4"],
  ["192.168.0.0", 16, "ipv4"],
  ["198.18.0.0", 15, "ipv4"],
  ["224.0.0.0", 3, "ipv4"],
  ["::", 127, "ipv6"],
  ["fc00::", 7, "ipv6"],
  ["fe80::", 10, "ipv6"],
  ["ff00::", 8, "ipv6"],
];
const blocks = INSIDE.map(([address, bits, family]) => {
  const list = new BlockList();
  list.addSubnet(address, bits, family);
  return { list, bits, family: family === "ipv4" ? 4 : 6 };
});

function isPublic(address: string): boolean {
  const embedded = embeddedIPv4(address);
  if (embedded) return isPublic(embedded);
  const family = isIP(address);
  return !blocks.some((block) => block.family === family && block.list.check(address, family === 4 ? "ipv4" : "ipv6"));
}

function widest(family: number, address: string, prefix: number): boolean {
  return blocks.some(
    ({ list, bits, family: own }) =>
      own === family && bits <= prefix && list.check(address, family === 4 ? "ipv4" : "ipv6"),
  );
}

/** IPv4 inside an IPv6 address: mapped (`::ffff:0:0/96`) or for NAT64 (`64:ff9b::/96`). */
function embeddedIPv4(address: string): string | undefined {
  if (isIP(address) !== 6) return undefined;
  const written = new URL(`http://[${address}]`).hostname.slice(1, -1);
  const [, high, low] = /^(?:::ffff|64:ff9b:):([0-9a-f]{1,4}):([0-9a-f]{1,4})$/.exec(written) ?? [];
  if (high === undefined || low === undefined) return undefined;
  const [a, b] = [Number.parseInt(high, 16), Number.parseInt(low, 16)];
  return [a >> 8, a & 255, b >> 8, b & 255].join(".");
}

/** Hosts of what stands behind `://`: one, or several where a driver takes a list. */
function authorities(rest: string): string[] {
  // An unescaped slash in a password would hide the host behind it.
  const [early = ""] = rest.split(/[/?#]/, 1);
  const late = rest.lastIndexOf("@");
  if (late > early.length && !early.includes("@") && /^[^:]*:.*[^\d,]/.test(early))
    return [...authorities(rest.slice(late + 1)), ...authorities(early)];
  const hosts = early.slice(early.lastIndexOf("@") + 1);
  if (hosts.startsWith("["))
    return [normal(hosts.slice(0, hosts.indexOf("]") + 1))].filter((host) => host !== undefined);
  return (hosts.split(/[;)\]}]/)[0] ?? "")
    .split(",")
    .map((host) => normal(host.replace(/:\d*$/, "")))
    .filter((host) => host !== undefined);
}

/** Lower case, punycode, numbers such as 1746405568 as the address they are; undefined where nothing fixed is left. */
function normal(host: string): string | undefined {
  let name: string;
  try {
    name = new URL(`http://${host}`).hostname;
  } catch {
    return undefined;
  }
  name = name.replace(/^\[|\]$/g, "").replace(/\.{1,3}$/, "");
  if (!name.includes(HOLE)) return name === "" ? undefined : (embeddedIPv4(name) ?? name);
  const fixed = name.slice(name.lastIndexOf(HOLE) + HOLE.length);
  if (/^[^.]*\.[^.]+\.[^.]/.test(fixed)) return `*${fixed.slice(fixed.indexOf("."))}`;
  // `$(PREFIX)vendor.com`
  return /^[^.]+\.[^.]+$/.test(fixed) && isTopLevelDomain(lastLabel(fixed)) ? `*.${fixed}` : undefined;
}

function lastLabel(host: string): string {
  return host.slice(host.lastIndexOf(".") + 1).toLowerCase();
}
