/** What the name of a field, variable or flag says about its value. */
export type Meaning = "host" | "place" | "image" | "skip" | "other";

// Fields that hold an address, by their last word: `OTEL_EXPORTER_OTLP_ENDPOINT`, `s3Url`, `--db-host`.
const HOST = words(`
  host hosts hostname hostnames fqdn fqdns server servers address addresses addr addrs endpoint endpoints url urls uri uris
  domain domains sni target targets upstream upstreams broker brokers registry registries mirror mirrors proxy proxies
  nameserver nameservers vhost forwarder forwarders smarthost dsn origin origins issuer remote remotes peer peers site suffix repo
  bootstrap destination destinations gateway collector sink webhook ip ips nodes monitors base`);
const HOST_ENDINGS = [
  "host name",
  "server name",
  "domain name",
  "external name",
  "dns name",
  "dns names",
  "common name",
];
const PLACE = words("region regions location locations zone zones datacenter datacenters");
const PLACE_ENDINGS = ["region name", "region id", "location name", "location constraint", "zone name"];
const IMAGE_ENDINGS = ["image name", "image ref", "image reference", "image repository", "image uri"];

// Prose, names that look like addresses, and lists of what is not reached.
const SKIP = words(`
  description descriptions summary documentation docs doc comment comments note notes message title icon maintainers homepage
  keywords license audience audiences labels tags finalizers apigroups apigroup apiversion example examples links href
  runbook instruction instructions prompt prompts templateconfiguration`);
// What is chosen from, or looked for, is not where anything goes.
const CHOOSES = [
  ...["filterPolicy", "eventPattern", "filterPattern", "filterCriteria", "findingCriteria", "eventSelectors"],
  ...["advancedEventSelectors", "dimensionFilter", "pattern", "expr", "regex", "criteria"],
];
const REFUSED = words("deny denied denylist blocklist blacklist blocked forbidden disallowed");
const SKIP_EXACT = new Set([
  ...CHOOSES,
  ...[
    "$schema",
    "$id",
    "@context",
    "@type",
    "xmlns",
    "apiVersion",
    "kind",
    "matchLabels",
    "matchExpressions",
    "topologyKey",
  ],
  ...["apiGroups", "nonResourceURLs", "controllerName", "signerName", "managedFields", "egressDeny", "ingressDeny"],
  ...["additionalPrinterColumns", "openAPIV3Schema", "trustDomain", "clusterDomain", "fieldPath", "mountPath"],
]);
const SKIP_PHRASE =
  /(?:^| )(?:no proxy|non proxy hosts|display name|runbook url|dashboard url|docs url|help url|support url)$/;

/** What a field's name says about its value; remembered, because the same names come again and again. */
export function meaningOf(key: string): Meaning {
  let meaning = known.get(key);
  if (meaning === undefined) {
    meaning = decide(key);
    if (known.size < 10_000) known.set(key, meaning);
  }
  return meaning;
}
const known = new Map<string, Meaning>();

function decide(key: string): Meaning {
  if (SKIP_EXACT.has(key)) return "skip";
  const parts = wordsOf(key);
  const last = parts.at(-1) ?? "";
  const ending = parts.slice(-2).join(" ");
  if (
    SKIP.has(last) ||
    SKIP.has(parts.join("")) ||
    SKIP_PHRASE.test(parts.join(" ")) ||
    parts.some((part) => REFUSED.has(part))
  )
    return "skip";
  if (last === "image" || last === "images" || IMAGE_ENDINGS.includes(ending)) return "image";
  if (parts.includes("image") && parts[0] === "related") return "image";
  if (PLACE.has(last) || PLACE_ENDINGS.includes(ending)) return "place";
  if (HOST.has(last) || HOST_ENDINGS.includes(ending) || ending === "url s3") return "host";
  return "other";
}

/** `OTEL_EXPORTER_OTLP_ENDPOINT`, `endpointURL`, `--s3-url` in lower-case words. */
export function wordsOf(key: string): string[] {
  return key
    .replace(/([a-z0-9])([A-Z])/g, "$1 $2")
    .replace(/([A-Z]+)([A-Z][a-z])/g, "$1 $2")
    .toLowerCase()
    .split(/[^a-z0-9$@]+/)
    .filter((word) => word !== "");
}

function words(text: string): Set<string> {
  return new Set(text.trim().split(/\s+/));
}
