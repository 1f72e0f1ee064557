import { once } from "./once.ts";
import { groupOf, type Place, placeOf, regions, regionsByShortName } from "./place.ts";
import { hostsShape, servicesShape } from "./shapes.ts";

/** A service on the open internet and the country of the company that runs it. */
export type Service = { name: string; country: string };

/** A host that is named after a customer's resource, of a kind (`storage-account`), whose place the host does not tell. */
export type NamedEndpoint = { provider: string; kind: string; name: string };

/**
 * The cloud region that a host's name says it stands in: `s3.us-east-1.amazonaws.com` is in `us-east-1`. Only where the cloud
 * wrote it there: a bucket or domain that somebody called `eu-central-1` says nothing.
 */
export function placeOfHost(host: string): (Place & { region: string }) | undefined {
  const labels = labelsOf(host);
  for (const [at, label] of labels.entries()) {
    const rule = regional().get(labels.slice(at + 1).join("."));
    const region = rule?.(label, at > 0);
    const place = region && placeOf(region);
    if (place) return { ...place, region };
  }
  const region = speltAt(host);
  const place = region && placeOf(region);
  return place ? { ...place, region } : undefined;
}

/** The group of regions that a host's name says it stands in: `us-docker.pkg.dev` is in `us`. */
export function groupOfHost(host: string): string | undefined {
  const group = placeOfHost(host) ? undefined : speltAt(host);
  return group && groupOf(group) ? group : undefined;
}

function speltAt(host: string): string | undefined {
  const written = labelsOf(host).join(".");
  if (spelt === undefined) {
    const hosts = Object.values(once("places/hosts.yaml", hostsShape).spelt).flatMap((each) => Object.entries(each));
    const pattern = (name: string) => new RegExp(`^${name.replaceAll(".", "\\.").replace("*", "[a-z]+")}$`);
    spelt = {
      whole: new Map(hosts.filter(([name]) => !name.includes("*"))),
      patterns: hosts.flatMap(([name, place]) => (name.includes("*") ? [[pattern(name), place]] : [])),
    };
  }
  return spelt.whole.get(written) ?? spelt.patterns.find(([pattern]) => pattern.test(written))?.[1];
}
let spelt: { whole: ReadonlyMap<string, string>; patterns: [RegExp, string][] } | undefined;

/** The resource that a host is named after, where only the resource itself tells the place: `<vault>.vault.azure.net`. */
export function namedEndpoint(host: string): NamedEndpoint | undefined {
  const labels = labelsOf(host);
  const at = labels.findIndex((_, index) => index > 0 && named().has(labels.slice(index).join(".")));
  const owner = at > 0 ? named().get(labels.slice(at).join(".")) : undefined;
  if (owner === undefined) return undefined;
  // Buckets alone have dots in their names; before other names' domains stand words such as `privatelink`.
  const name = owner.kind === "bucket" ? labels.slice(0, at).join(".") : (labels[0] ?? "");
  return name === "" || name.includes("*") ? undefined : { ...owner, name };
}

/** The well-known service behind a host that no country file can declare to be at home, such as a public registry. */
export function serviceAt(host: string): Service | undefined {
  services ??= new Map(
    Object.entries(once("places/services.yaml", servicesShape).services).flatMap(([country, byName]) =>
      Object.entries(byName).flatMap(([name, hosts]) => hosts.map((known) => [known, { name, country }] as const)),
    ),
  );
  for (let rest: string | undefined = host; rest !== undefined; rest = below(rest)) {
    const service = services.get(rest);
    if (service) return service;
  }
  return undefined;
}
let services: Map<string, Service> | undefined;

/** By the domain right of the label that holds the region: what reads the region out of that label. */
function regional(): ReadonlyMap<string, ReadRegion> {
  if (readers) return readers;
  readers = new Map();
  for (const [provider, domains] of Object.entries(once("places/hosts.yaml", hostsShape).regional)) {
    const names = regions().flatMap((region) => (region.provider === provider ? [region.name] : []));
    for (const domain of domains) {
      const onlyBelow = domain.startsWith("*.");
      const [label = "", ...rest] = domain.slice(onlyBelow ? 2 : 0).split(".");
      const tail = rest.join(".");
      const pattern = new RegExp(
        `^${label
          .replaceAll("*", "[a-z0-9-]+")
          .replace("{n}", "\\d+")
          .replace("{region}", `(${names.join("|")})`)
          .replace("{short}", `(${[...regionsByShortName().keys()].join("|")})`)}$`,
      );
      const others = readers.get(tail);
      readers.set(tail, (text, isBelow) => {
        const found = isBelow || !onlyBelow ? pattern.exec(text)?.[1] : undefined;
        return found === undefined ? others?.(text, isBelow) : (regionsByShortName().get(found) ?? found);
      });
    }
  }
  return readers;
}
type ReadRegion = (label: string, isBelow: boolean) => string | undefined;
let readers: Map<string, ReadRegion> | undefined;

function named(): ReadonlyMap<string, { provider: string; kind: string }> {
  owners ??= new Map(
    Object.entries(once("places/hosts.yaml", hostsShape).named).flatMap(([provider, kinds]) =>
      Object.entries(kinds).flatMap(([kind, domains]) =>
        domains.map((domain) => [domain, { provider, kind }] as const),
      ),
    ),
  );
  return owners;
}
let owners: Map<string, { provider: string; kind: string }> | undefined;

function labelsOf(host: string): string[] {
  return host.toLowerCase().replace(/\.$/, "").split(".");
}

function below(host: string): string | undefined {
  const dot = host.indexOf(".");
  return dot < 0 ? undefined : host.slice(dot + 1);
}
