import { remembered } from "../remembered.ts";

/** What the name of a field, variable or flag says about its value. */
export type Meaning = "host" | "place" | "image" | "skip" | "other";

// Fields that hold an address, by their last word: `OTEL_EXPORTER_OTLP_ENDPOINT`, `s3Url`, `--db-host`.
const HOST = words(`
  host hosts hostname hostnames fqdn fqdns server servers address addresses addr addrs endpoint endpoints url urls uri uris
  domain domains sni target targets upstream upstreams broker brokers registry registries mirror mirrors proxy proxies
  nameserver nameservers vhost forwarder forwarders smarthost dsn origin origins issuer remote remotes peer peers site suffix repo
  bootstrap destination destinations gateway collector sink webhook ip ips nodes monitors base hostaddr relayhost smtphost
  dbhost`);
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
  ...["matches", "matchers", "sourceMatch", "targetMatch", "sourceMatchers", "targetMatchers", "Choices", "enum"],
  ...["correlationFilter", "client_filters", "termsOfService"],
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

/** What a field's name says about its value. */
export const meaningOf = remembered(decide);

/**
 * Whether a value is skipped. What a variable, a flag or a key of a ConfigMap is called was chosen freely, so that only what
 * can be no address is skipped there: an audience, a filter, the hosts that no proxy is asked for.
 */
export function isSkipped(key: string, setting: false | "prose" | "host" | "url"): boolean {
  if (meaningOf(key) !== "skip") return false;
  if (setting === false || CHOOSES.includes(key)) return true;
  if (SKIP_EXACT.has(key)) return false;
  const parts = wordsOf(key);
  if (LIST.test(parts.at(-1) ?? "")) return true;
  // A list of one is refused too.
  if (setting === "host" && parts.some((part) => REFUSED.has(part))) return true;
  return setting === "prose" || AUDIENCE.test(parts.at(-1) ?? "") || NO_PROXY.test(parts.join(" "));
}
const LIST = /^(?:deny|block|black)list$/;
const AUDIENCE = /^(?:audiences?|apigroups?|apiversion)$/;
const NO_PROXY = /(?:^| )(?:no proxy|non proxy hosts)$/;

// Words of settings whose value is a dotted name that is no host: classes, drivers, groups, files, topics.
const NAMING = words(`
  id ids name names class classes classname package packages module modules plugin plugins main bundle namespace version
  path file filename files driver drivers provisioner controller group groups annotation annotations label labels lease
  election finalizer key keys topic topics queue table schema prefix realm user username email principal type kind format
  tag tags locale timezone entity index event events metric metrics permission permissions scope scopes role handler
  entrypoint logger level app script command jar audience license title`);

/** Whether a setting of this name holds a name that looks like a host and is none. */
export function namesThing(key: string): boolean {
  return wordsOf(key).some((word) => NAMING.has(word));
}

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
export const wordsOf = remembered((key): readonly string[] =>
  key
    .slice(-200)
    .replace(/([a-z0-9])([A-Z])/g, "$1 $2")
    .replace(/([A-Z]+)([A-Z][a-z])/g, "$1 $2")
    .toLowerCase()
    .split(/[^a-z0-9$@]+/)
    .filter((word) => word !== ""),
);

function words(text: string): Set<string> {
  return new Set(text.trim().split(/\s+/));
}
