import { placeOf, regionsIn, theCountry } from "../../catalogue/index.ts";
import { judgeDeclared, undeclarable } from "./declarable.ts";
import type { Finding, Path } from "./fault.ts";
import {
  hostInCountry,
  type Jurisdiction,
  jurisdictionOfCountry,
  registryInCountry,
  registryOf,
} from "./jurisdiction.ts";
import { hostAbroad, knownRegions, publicService } from "./seat.ts";
import type { Sound } from "./sound.ts";
import { type Judged, judgeDeclaredState } from "./state.ts";
import { show } from "./wording.ts";

/** What in a country file is not in the country: its place, its state, its registries, its hosts. */
export function judgeResidence(file: Sound): Finding[] {
  const { country, operator, target, state, registry, gateway, models } = file;
  if (!country) return [];
  const guards = { hosts: present(file.guards?.hosts), registries: present(file.guards?.registries) };
  const domain = operator?.domain ?? "the operator's domain";
  const declared = {
    country,
    operator: { name: "", domain },
    guards,
    target,
    registry: registry ?? `registry.${domain}`,
  };
  const jurisdiction = jurisdictionOfCountry(declared);
  const mirrored = (name: string) => registryInCountry(`${name}/x`, { ...jurisdiction, registries: guards.registries });
  const atHome = (host: string) => hostInCountry(host, jurisdiction);

  const judged: (Judged | undefined)[] = [
    ...judgePlace(target, jurisdiction),
    ...judgeUpstreams(target, jurisdiction),
    ...judgeEgress(target, jurisdiction),
    ...(state ? judgeDeclaredState(state, jurisdiction) : []),
    ...judgeStorage(file.storage, jurisdiction),
    ...judgeProviders(file.tenants, jurisdiction),
    ...Object.entries(models ?? {}).flatMap(([name, model]) => judgeImages(name, model, jurisdiction)),
    ...judgeDeclared(file.guards ?? {}, country, ["guards"]).map((each) => ({ ...each, law: jurisdiction.law })),
    judgeDomain(operator?.domain, jurisdiction),
    judgeHost(["registry"], registry, jurisdiction, (name) => atHome(name.replace(/\/.*/, "")) || mirrored(name)),
    judgeHost(["gateway", "host"], gateway?.host, jurisdiction, atHome),
  ];
  // Without the operator's domain nobody can say what is missing among the declared hosts.
  const certain = present(judged).filter(({ undeclared }) => operator?.domain || !undeclared);
  return certain.map(({ undeclared, ...finding }) => finding);
}

/** The key under which each kind of target says where it stands. */
const placeKeys = { onprem: "place", aws: "region", azure: "location" } as const;

function judgePlace(target: Sound["target"], { country, law }: Jurisdiction): Finding[] {
  const key = target?.kind && placeKeys[target.kind];
  const name = key && (target as Partial<Record<typeof key, string>>)[key];
  if (!name) return [];
  const place = placeOf(name);
  if (place?.country === country) return [];
  const home = theCountry(country);
  const kind = place?.provider ? ` (${place.provider} ${place.kind})` : "";
  const where = place ? `which is in ${theCountry(place.country)}${kind}` : "which the catalogue does not place";
  const found = `${show(name)}, ${where}`;
  const said = { at: ["target", key], found, law: place && law };
  if (key !== "place") {
    const provider = target.kind === "aws" ? "AWS" : "Azure";
    const names = regionsIn(country).find((each) => each.provider === provider)?.names ?? [];
    const [first] = names;
    const allowed = `a region of ${provider} in ${home}: ${first ? names.join(", ") : "it has none"}`;
    const remedy = first
      ? `write  ${key}: ${first}`
      : "write  kind: onprem, or the other cloud, if it has a region there";
    return [{ ...said, allowed, remedy }];
  }
  const regions = knownRegions(country);
  const upper = placeOf(name.toUpperCase());
  const codes = `${country}, its subdivisions by ISO 3166-2 (${country}-...)`;
  return [
    {
      ...said,
      allowed: `a place in ${home}: ${codes}${regions && `, or a known region: ${regions}`}`,
      remedy: `write  place: ${!place && upper?.country === country ? name.toUpperCase() : country}`,
    },
  ];
}

/** What is pulled through comes from where it is pulled through from. */
function judgeUpstreams(target: Sound["target"], jurisdiction: Jurisdiction): Judged[] {
  const upstreams = target?.kind === "aws" ? (target.registry?.upstreams ?? {}) : {};
  return Object.entries(upstreams).flatMap(([prefix, upstream]) => {
    const at = ["target", "registry", "upstreams", prefix, "host"];
    const judged = judgeHost(at, upstream?.host, jurisdiction, (name) => hostInCountry(name, jurisdiction));
    return judged ? [judged] : [];
  });
}

/** What a firewall lets through to stands where data may be. */
function judgeEgress(target: Sound["target"], jurisdiction: Jurisdiction): Judged[] {
  const egress = target?.kind === "aws" ? target.network?.egress : undefined;
  const hosts = egress?.kind === "filtered" ? (egress.hosts ?? []) : [];
  return hosts.flatMap((host, index) => {
    const at = ["target", "network", "egress", "hosts", index];
    const judged = judgeHost(at, host, jurisdiction, (name) => hostInCountry(name, jurisdiction));
    return judged ? [judged] : [];
  });
}

/** The operator's domain declares every host below it. */
function judgeDomain(domain: string | undefined, { country, law }: Jurisdiction): Judged | undefined {
  const said =
    domain === undefined ? undefined : (undeclarable(domain, country) ?? undeclarable(`*.${domain}`, country));
  return said && { at: ["operator", "domain"], ...said, law };
}

/** A public service is abroad whatever a file declares; any other host is at home once it is declared. */
function judgeHost(
  at: Path,
  text: string | undefined,
  jurisdiction: Jurisdiction,
  declared?: (text: string) => boolean,
) {
  if (!text) return undefined;
  const service = publicService(text.replace(/[:/].*$/, ""));
  if (!service && (declared?.(text) ?? true)) return undefined;
  const home = theCountry(jurisdiction.country);
  const list = `freehold:guards.${at[0] === "registry" ? "registries" : "hosts"}`;
  const judged: Judged = {
    at,
    found: service ? `${show(text)}, which is ${service}` : `${show(text)}, which nothing places in ${home}`,
    allowed: declared ? `a host in ${home}: the operator's own, or one of ${list}` : `a host in ${home}`,
    law: jurisdiction.law,
    remedy: service ? "name a host of your own" : `name one on the operator's domain, or add it to ${list}`,
    undeclared: service ? undefined : true,
  };
  return judged;
}

/** An object store, a database or a holder of keys that is there already stands in the country, or is a service of the cluster. */
function judgeStorage(storage: Sound["storage"], jurisdiction: Jurisdiction): Judged[] {
  const { objects, records, keys } = storage ?? {};
  const hosts: [Path, string | undefined][] = [
    [["storage", "objects", "endpoint"], objects?.kind === "s3" ? objects.endpoint : undefined],
    [["storage", "records", "host"], records?.kind === "postgres" ? records.host : undefined],
    [["storage", "keys", "address"], keys?.kind === "vault" || keys?.kind === "kmip" ? keys.address : undefined],
  ];
  return judgeAddresses(hosts, jurisdiction);
}

/** Who holds a provider's keys lets people in; and the proxies ask it for them. */
function judgeProviders(tenants: Sound["tenants"], jurisdiction: Jurisdiction): Judged[] {
  const hosts = Object.entries(tenants ?? {}).flatMap(([name, tenant]): [Path, string | undefined][] => {
    const { issuer, jwks } = tenant?.oidc ?? {};
    return [
      [["tenants", name, "oidc", "issuer"], issuer],
      [["tenants", name, "oidc", "jwks", "uri"], jwks?.from === "provider" ? jwks.uri : undefined],
    ];
  });
  return judgeAddresses(hosts, jurisdiction);
}

function judgeAddresses(addresses: [Path, string | undefined][], jurisdiction: Jurisdiction): Judged[] {
  return addresses.flatMap(([at, address]) => {
    const host = address?.replace(/^https:\/\//, "").replace(/\/.*$/, "");
    if (!host || /\.svc(\.cluster\.local)?(:\d+)?$/.test(host)) return [];
    const abroad = hostAbroad(host, jurisdiction);
    const allowed = `a host in ${theCountry(jurisdiction.country)}: the operator's own, or one of freehold:guards.hosts`;
    return abroad ? [{ at, ...abroad, allowed, law: jurisdiction.law }] : [];
  });
}

function judgeImages(name: string, model: NonNullable<Sound["models"]>[string], jurisdiction: Jurisdiction) {
  const weights = model?.weights?.from === "image" ? model.weights.reference : undefined;
  return [
    judgeImage(["models", name, "image"], model?.image, jurisdiction),
    judgeImage(["models", name, "weights", "reference"], weights, jurisdiction),
  ];
}

function judgeImage(at: Path, image: string | undefined, jurisdiction: Jurisdiction): Judged | undefined {
  if (!image || registryInCountry(image, jurisdiction)) return undefined;
  const service = publicService(registryOf(image).host ?? "");
  return {
    at,
    found: `${show(image)}, which comes from ${service ?? `a registry that nothing places in ${theCountry(jurisdiction.country)}`}`,
    allowed: `an image from ${jurisdiction.registries.join(" or ")}`,
    law: jurisdiction.law,
    remedy: `mirror it to ${jurisdiction.registries[0]} and name it there`,
    undeclared: service ? undefined : true,
  };
}

function present<Item>(items: readonly (Item | undefined)[] | undefined): Item[] {
  return (items ?? []).filter((item) => item !== undefined);
}
