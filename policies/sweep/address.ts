import { BlockList, isIP } from "node:net";
import { isTopLevelDomain } from "../../catalogue/index.ts";

/** What an address in a text leads to: a host, an artifact in a registry, or a bucket whose place its name does not tell. */
export type Address = { kind: "host" | "image" | "bucket"; value: string; because?: string };

// Schemes that name something without leading to a host of the network.
const NAMES = new Set(["file", "unix", "npipe", "data", "urn", "spiffe", "tag", "about"]);

// Schemes that lead to one well-known host whatever stands behind them.
const HUBS: Record<string, string> = {
  hf: "huggingface.co",
  huggingface: "huggingface.co",
  gs: "storage.googleapis.com",
  gcs: "storage.googleapis.com",
  az: "blob.core.windows.net",
  azblob: "blob.core.windows.net",
  b2: "backblazeb2.com",
  github: "github.com",
  gh: "github.com",
  ngc: "api.ngc.nvidia.com",
  ollama: "registry.ollama.ai",
  modelscope: "modelscope.cn",
  wandb: "api.wandb.ai",
};
const BUCKETS = new Set(["s3", "s3a", "s3n"]);
const ARTIFACTS = new Set(["oci", "docker"]);

// URLs that are used as names and that nobody fetches: XML namespaces, schema and type identifiers.
const IDENTIFIERS =
  /^(?:www\.w3\.org|json-schema\.org|schemas\.[a-z0-9.-]+|[a-z0-9.-]*\.?opentelemetry\.io\/schemas|java\.sun\.com\/xml|xmlns\.jcp\.org|maven\.apache\.org\/(?:POM|xsd)|www\.springframework\.org\/schema|activemq\.apache\.org\/schema|type\.googleapis\.com)/i;

// Looks ahead instead of consuming: a URL may carry another one.
const URLS = /([a-z][a-z0-9+.-]*):\/\/(?=([^\s"'`<>\\|^]+))/gi;
const ORACLE = /jdbc:oracle:\w+:[^@\s]*@(?:\/\/)?([^\s:/]+)/gi;
const GIT = /(?:^|[\s"'=])[\w.-]+@((?:[\w-]+\.)+[a-z]{2,}):(?!\d+(?:\D|$))[\w~./-]+/gi;

// A variable, `$(HOST)`, `${HOST}`, `$host`, `{{ .Host }}`: its value is judged where it is given.
const VARIABLES = /\$\{[^}]*\}|\$\([^)]*\)|\$[A-Za-z_]\w*|\{\{.*?\}\}/g;
const HOLE = "0hole0";

/** Hosts, artifacts and buckets of all URLs and connection strings in a text. */
export function addressesIn(text: string): Address[] {
  if (!/\/\/|\\\/|%2f|@/i.test(text)) return [];
  const found: Address[] = [];
  const readable = text
    // What was asked for, which follows the host: nginx.
    .replace(/\$(?:request_)?uri\b/g, "/")
    .replace(VARIABLES, HOLE)
    .replace(/\\\/|%2f/gi, "/")
    .replace(/%3a/gi, ":")
    // A list of URLs is several URLs.
    .replace(/,(?=[a-z][\w+.-]*:\/\/)/gi, " ");
  for (const [, scheme = "", rest = ""] of readable.matchAll(URLS)) {
    const name = scheme.toLowerCase().split("+").at(-1) ?? "";
    const hub = HUBS[name];
    if (NAMES.has(name) || IDENTIFIERS.test(rest)) continue;
    if (hub) found.push({ kind: "host", value: hub, because: `${name}:// leads there` });
    else if (BUCKETS.has(name)) found.push({ kind: "bucket", value: `${name}://${rest.split(/[/?]/)[0]}` });
    else if (ARTIFACTS.has(name)) found.push({ kind: "image", value: rest.replace(/[),;\]}]+$/, "") });
    else found.push(...authorities(rest).map((value) => ({ kind: "host" as const, value })));
  }
  for (const [, host = ""] of [...readable.matchAll(ORACLE), ...readable.matchAll(GIT)]) {
    const value = normal(host);
    if (value) found.push({ kind: "host", value });
  }
  return found;
}

/** The host in `host`, `host:port` or `host/path` without a scheme, where its last label is one that a DNS can answer. */
export function bareHost(text: string): string | undefined {
  const shape =
    /^(?:\/\/)?(?:[^\s@/]+@)?(\[[0-9a-f:.]+\]|[0-9a-f]*:[0-9a-f:.]*:[0-9a-f.]*|[\w*-]+(?:\.[\w-]+)+)\.?(?::\d{1,5})?(?:[/?]\S*)?$/i;
  const host = shape.exec(text.trim().replace(VARIABLES, HOLE))?.[1];
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
  if (/^[^/?#@]*:[^/?#@]*[^\d/?#@,][^/?#@]*[/?#]\S*@/.test(rest)) {
    const [, late = ""] = /@([^@]*)$/.exec(rest) ?? [];
    return [...authorities(late), ...authorities(rest.split(/[/?#]/)[0] ?? "")];
  }
  const authority = rest.split(/[/?#]/)[0] ?? "";
  const hosts = authority.slice(authority.lastIndexOf("@") + 1);
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
  name = name.replace(/^\[|\]$/g, "").replace(/\.$/, "");
  if (!name.includes(HOLE)) return name === "" ? undefined : (embeddedIPv4(name) ?? name);
  const fixed = name.slice(name.lastIndexOf(HOLE) + HOLE.length);
  return /^[^.]*\.[^.]+\.[^.]/.test(fixed) ? `*${fixed.slice(fixed.indexOf("."))}` : undefined;
}

function lastLabel(host: string): string {
  return host.slice(host.lastIndexOf(".") + 1).toLowerCase();
}
