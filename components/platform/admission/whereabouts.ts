import { topLevelDomains } from "../../../catalogue/index.ts";
import type { Jurisdiction } from "../../country.ts";

/** A string, a list or a set as a CEL literal. JSON's escapes are a subset of CEL's. */
export function cel(value: string | string[] | Record<string, boolean>): string {
  return JSON.stringify(value);
}

/** A host or registry as the country file declares it, as a regular expression: `*.` stands for one label or more. */
export function pattern(declared: string): string {
  const wild = declared.startsWith("*.");
  const escaped = (wild ? declared.slice(2) : declared).replace(/[.+?()[\]{}|^$\\]/g, "\\$&");
  return wild ? `([a-z0-9_-]+\\.)+${escaped}` : escaped;
}

/** As data-stays-here has it in policies: nothing routes these to the outside. */
const privateRanges = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "fc00::/7"];
// These end at the machine itself.
const ownRanges = ["0.0.0.0/32", "127.0.0.0/8", "169.254.0.0/16", "::/127", "fe80::/10"];

const services = ["*.svc", "*.svc.cluster.local"];

/** CEL that is true of a host name that is a service of this cluster or declared to be in the country. */
export function hostIsHere(host: string, { hosts }: Pick<Jurisdiction, "hosts">): string {
  return `${host}.matches(${cel(`^(${[...services, ...hosts].map(pattern).join("|")})$`)})`;
}

/** CEL that is true of an address range that is private, or of a declared address; a bare address is a range of one. */
export function rangeIsHere(range: string, { hosts }: Pick<Jurisdiction, "hosts">): string {
  const declared = addresses(hosts);
  const known = cel([...declared, ...declared.map((address) => `${address}/32`)]);
  const inside = `(isCIDR(${range}) ? ${cel(privateRanges)}.exists(r, cidr(r).containsCIDR(${range})) : isIP(${range}) && ${cel(privateRanges)}.exists(r, cidr(r).containsIP(${range})))`;
  return `(${range} in ${known} || ${inside})`;
}

// What may stand behind `://` before a path begins. A JSON text may have escaped its slashes; a list of URLs is several.
const authority = "[A-Za-z0-9+.-]*://[^\\s/?#\"'`<>\\\\|^;]*";
// Schemes that name something without leading to a host. A bucket's host is given beside it.
const names = "^(?i)(s3|s3a|s3n|file|unix|npipe|data|spiffe|about)://";
// URLs that are used as names and that nobody fetches.
const identifiers = ["www.w3.org", "json-schema.org", "type.googleapis.com", "schemas.xmlsoap.org", "opentelemetry.io"];
// Schemes that lead to one well-known host whatever stands behind them, as the policies have it.
const hubs = "(?i)(^|[^a-z0-9])(hf|huggingface|gs|gcs|az|azblob|b2|github|gh|ngc|ollama|modelscope|wandb)://";
// Whatever still clings to a host that was cut out of a text.
const clinging = "[)\\]}.]*";

/**
 * Variables that find what leads out of the country in `text`, an expression for a string: `abroad` are the hosts of its URLs
 * that are neither the cluster's, nor declared, nor names that no public DNS answers, nor private addresses.
 */
export function findAbroad(text: string, { hosts, registries }: Jurisdiction): Record<string, string> {
  const mirrors = registries.map((registry) => registry.replace(/[:/].*$/, ""));
  // A label may be a variable, whose value is judged where it is given: https://$(TENANT).example.de
  const declared = [...services, ...hosts, ...mirrors, ...identifiers]
    .map((host) => pattern(host).replace("[a-z0-9_-]+", "[a-z0-9_(){}$-]+"))
    .join("|");
  const lastLabel = `h.find('[^.)\\\\]}]*${clinging.replaceAll("\\", "\\\\")}$').replace(')', '').replace(']', '').replace('}', '').replace('.', '')`;
  const isAddress = `(${cel([...privateRanges, ...ownRanges])}.exists(r, cidr(r).containsIP(h)) || h in ${cel(addresses(hosts))})`;
  // Numbers of another shape than an address, and names of other scripts, are resolved by somebody, to somewhere.
  const isOdd = `h.matches(${cel("^(0x[0-9a-f]+|[0-9]+)(\\.(0x[0-9a-f]+|[0-9]+))*$|:|[^\\x00-\\x7f]")})`;
  const isWorldly = `(h.matches(${cel("\\.[^.)\\]}]")}) && (${lastLabel}) in variables.world)`;
  return {
    text,
    // A name that no public DNS can answer is answered by the cluster: `db.storage-team`, unlike `db.cloud`.
    world: cel(Object.fromEntries(topLevelDomains().map((label) => [label, true]))),
    urls: `variables.text.replace('\\\\/', '/').replace(',http', ' http').findAll(${cel(authority)}).filter(u, !u.matches(${cel(names)}))`,
    hosts: [
      "variables.urls.map(u, u.substring(u.indexOf('://') + 3))",
      // A driver takes several hosts: mongodb://a:1,b:2
      ".map(a, a.substring(a.lastIndexOf('@') + 1)).join(',').split(',')",
      `.map(h, isIP(h) ? h : h.lowerAscii().find(${cel("^(\\[[^\\]]*|[^:]*)")}).replace('[', ''))`,
    ].join(""),
    abroad: [
      `variables.hosts.filter(h, isIP(h) ? !${isAddress} : `,
      `${isOdd} || (${isWorldly} && !h.matches(${cel(`^(${declared})${clinging}$`)})))`,
      ` + (variables.text.matches(${cel(hubs)}) ? ['a public hub'] : [])`,
    ].join(""),
  };
}

/** What is said where `findAbroad` has found something: the hosts, which are no secret, and nothing else of the text. */
export function nothingAbroad(what: string) {
  return {
    expression: "variables.abroad.size() == 0",
    // What is said where the list is too long to be said.
    message: `${what} hosts that are not declared under guards.hosts.`,
    messageExpression: `${cel(`${what} hosts that are not declared under guards.hosts: `)} + variables.abroad.join(', ')`,
  };
}

function addresses(hosts: string[]): string[] {
  return hosts.filter((host) => /^\d+(\.\d+){3}$/.test(host));
}
