import { placeOf, theCountry } from "../../catalogue/index.ts";
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
  const declared = { country, operator: { name: "", domain }, guards, registry: registry ?? `registry.${domain}` };
  const jurisdiction = jurisdictionOfCountry(declared);
  const mirrored = (name: string) => registryInCountry(`${name}/x`, { ...jurisdiction, registries: guards.registries });
  const atHome = (host: string) => hostInCountry(host, jurisdiction);

  const judged: (Judged | undefined)[] = [
    ...(target?.place ? judgePlace(target.place, jurisdiction) : []),
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

function judgePlace(name: string, { country, law }: Jurisdiction): Finding[] {
  const place = placeOf(name);
  if (place?.country === country) return [];
  const regions = knownRegions(country);
  const home = theCountry(country);
  const kind = place?.provider ? ` (${place.provider} ${place.kind})` : "";
  const upper = placeOf(name.toUpperCase());
  const where = place ? `which is in ${theCountry(place.country)}${kind}` : "which the catalogue does not place";
  const codes = `${country}, its subdivisions by ISO 3166-2 (${country}-...)`;
  return [
    {
      at: ["target", "place"],
      found: `${show(name)}, ${where}`,
      allowed: `a place in ${home}: ${codes}${regions && `, or a known region: ${regions}`}`,
      law: place && law,
      remedy: `write  place: ${!place && upper?.country === country ? name.toUpperCase() : country}`,
    },
  ];
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
