import { z } from "zod";
import { filesIn, known, once, own, unknown } from "./once.ts";
import { findPlace, type Place, type PlaceTables } from "./place.ts";
import {
  acceleratorShape,
  countryShape,
  engineShape,
  modelShape,
  placesShape,
  profileShape,
  servicesShape,
  topLevelDomainsShape,
} from "./shapes.ts";

export { type Addon, addon, addons, addonVersions, kubernetes } from "./addon.ts";
export { type EconomicSeries, type Economics, economicSeries, economics } from "./economics.ts";
export { type Instance, instance, instances } from "./instance.ts";
export type { Place } from "./place.ts";
export { overdue, type Reading, readings } from "./reading.ts";

/** What is known of a jurisdiction: its law, its localisation duties, and how sure that knowledge is. */
export type CountryFacts = z.output<typeof countryShape>;
/** An accelerator: usable memory in GiB, power in W, the Kubernetes resource, the label its nodes carry, MIG profiles. */
export type Accelerator = z.output<typeof acceleratorShape> & { id: string };
/** A MIG profile: instances of it on one GPU at most, memory of each in GiB, and the Kubernetes resource. */
export type MigProfile = NonNullable<Accelerator["mig"]>["profiles"][number] & { resource: string };
/** A model: size in billions of parameters, context in tokens, dimensions of its attention, licence, publisher. */
export type Model = z.output<typeof modelShape> & { hf_id: string };
/** An inference engine: its image per vendor of accelerator, without a registry. */
export type Engine = z.output<typeof engineShape> & { id: string };
/** A service on the open internet and the country of the company that runs it. */
export type Service = { name: string; country: string };

/** The jurisdiction with this ISO 3166-1 alpha-2 code, one of `countries()`. Reads one file. */
export function country(code: string): CountryFacts {
  if (!countries().includes(code)) throw unknown("country", code);
  return once(`countries/${code.toLowerCase()}.yaml`, countryShape);
}

/** Codes of all jurisdictions in the catalogue, sorted. Reads no file. */
export function countries(): string[] {
  described ??= filesIn("countries").map((name) => name.toUpperCase());
  return described;
}
let described: string[] | undefined;

/** Whether a code is one of ISO 3166-1's, in the catalogue or not. */
export function isCountryCode(code: string): boolean {
  return places.codes.has(code);
}

/** English name of a country by its code, in the catalogue or not: `US` is the United States. */
export function countryName(code: string): string {
  names ??= new Intl.DisplayNames("en", { type: "region" });
  return countries().includes(code) ? country(code).name : (names.of(code) ?? code);
}
let names: Intl.DisplayNames | undefined;

/** The code of a country in the catalogue by its English name, or by a code it is also known by: `UK` is `GB`. */
export function countryCode(text: string): string | undefined {
  const other = /^[a-z]{2}$/i.test(text) ? Intl.getCanonicalLocales(`und-${text}`)[0]?.slice(-2) : undefined;
  return countries().find((code) => code === other || countryName(code).toLowerCase() === text.toLowerCase());
}

/** A country's name as it stands in a sentence: `in the United States`, `in Switzerland`. */
export function theCountry(code: string): string {
  const name = countryName(code);
  return /^(United|Netherlands|Philippines|Bahamas|Gambia|Maldives|Comoros)|Islands|Republic/.test(name)
    ? `the ${name}`
    : name;
}

/** The accelerator with this id (`h200-sxm`), one of `accelerators()`. Reads one file. */
export function accelerator(id: string): Accelerator {
  if (!accelerators().includes(id)) throw unknown("accelerator", id);
  return { id, ...once(`accelerators/${id}.yaml`, acceleratorShape) };
}

/** Ids of all accelerators, sorted. Reads no file. */
export function accelerators(): string[] {
  return filesIn("accelerators");
}

/** The MIG profiles of an accelerator, none where it has no MIG; `nvidia.com/mig-1g.10gb.me` is the resource of 1g.10gb+me. */
export function migProfiles(acceleratorId: string): MigProfile[] {
  const { mig } = accelerator(acceleratorId);
  return (mig?.profiles ?? []).map((profile) => ({
    ...profile,
    resource: `nvidia.com/mig-${profile.name.replaceAll("+", ".")}`,
  }));
}

/** The model with this Hugging Face id (`swiss-ai/Apertus-70B-Instruct-2509`), one of `models()`. Reads one file. */
export function model(hfId: string): Model {
  if (!models().includes(hfId)) throw unknown("model", hfId);
  return { hf_id: hfId, ...once(`models/${hfId}.yaml`, modelShape) };
}

/** Hugging Face ids of all models, sorted. Reads no file. */
export function models(): string[] {
  return filesIn("models");
}

/** The inference engine with this id (`vllm`). */
export function engine(id: string): Engine {
  return { id, ...known("engine", once("engines.yaml", z.record(z.string(), engineShape)), id) };
}

/** Ids of all inference engines. */
export function engines(): string[] {
  return Object.keys(once("engines.yaml", z.record(z.string(), engineShape)));
}

/** A tenant profile: the stricter defaults of a sector. */
export type Profile = z.output<typeof profileShape> & { id: string };

/** The tenant profile with this id (`health`), one of `profiles()`. */
export function profile(id: string): Profile {
  return { id, ...known("profile", once("profiles.yaml", z.record(z.string(), profileShape)), id) };
}

/** Ids of all tenant profiles. */
export function profiles(): string[] {
  return Object.keys(once("profiles.yaml", z.record(z.string(), profileShape)));
}

/**
 * The country a name stands in: an ISO 3166-1 alpha-2 code (`CH`), an ISO 3166-2 subdivision (`CH-ZH`), a cloud region
 * (`eu-central-2`, `Switzerland North`) or a zone of one. Undefined where it cannot be decided: groups of regions
 * (`global`, `europe`) and local zones, which may stand in another country than their region.
 */
export function placeOf(name: string): Place | undefined {
  return findPlace(name, places);
}

/** The cloud region that a host's name says it stands in: `s3.us-east-1.amazonaws.com` is in `us-east-1`. */
export function placeOfHost(host: string): (Place & { region: string }) | undefined {
  const provider = providers().find(({ hosts }) => hosts.some((domain) => host.endsWith(`.${domain}`)));
  for (const region of provider ? host.split(".") : []) {
    const place = placeOf(region);
    if (place?.kind === "region" && place.provider === provider?.provider) return { ...place, region };
  }
  return undefined;
}

/** A cloud region: where it stands, whose it is, what the provider calls it, and whether that was read in a source. */
export type Region = { name: string; country: string; provider: string; called: string; verified: boolean };

/** All cloud regions. */
export function regions(): Region[] {
  return providers().flatMap(regionsOf);
}

/** Cloud regions in a country, by provider: `[{ provider: "AWS", names: ["eu-central-2"] }]`. */
export function regionsIn(code: string): { provider: string; names: string[] }[] {
  return providers()
    .map(({ provider, regions, recalled }) => ({
      provider,
      names: [regions, recalled].flatMap((table) => Object.keys(own(table, code) ?? {})),
    }))
    .filter(({ names }) => names.length > 0);
}

/** The well-known service behind a host that no country file can declare to be at home, such as a public registry. */
export function serviceAt(host: string): Service | undefined {
  for (const [code, services] of Object.entries(once("places/services.yaml", servicesShape).services)) {
    for (const [name, hosts] of Object.entries(services)) {
      if (hosts.some((known) => host === known || host.endsWith(`.${known}`))) return { name, country: code };
    }
  }
  return undefined;
}

/** Whether the public DNS, or a network beyond it, can answer names that end in this label (lower case, punycode). */
export function isTopLevelDomain(label: string): boolean {
  if (topLevelDomains === undefined) {
    const { rootZone, beyond } = once("places/top-level-domains.yaml", topLevelDomainsShape);
    topLevelDomains = new Set(`${rootZone} ${beyond}`.split(" "));
  }
  return topLevelDomains.has(label);
}
let topLevelDomains: Set<string> | undefined;

/** Each table is read when it is first looked into: most places are plain ISO codes. */
const places: PlaceTables = {
  get codes() {
    codes ??= new Set(
      once("places/iso.yaml", z.strictObject({ codes: z.string(), read: z.iso.date() })).codes.split(" "),
    );
    return codes;
  },
  get regions() {
    regionsByName ??= new Map(
      regions().map(({ name, country, provider }): [string, Place] => [name, { country, kind: "region", provider }]),
    );
    return regionsByName;
  },
};
let codes: Set<string> | undefined;
let regionsByName: Map<string, Place> | undefined;

function regionsOf({ provider, regions, recalled }: Places): Region[] {
  const all = [regions, recalled].flatMap((table) => Object.entries(table).map((entry) => [table, ...entry] as const));
  return all.flatMap(([table, country, names]) =>
    Object.entries(names).map(([name, called]) => ({ name, country, provider, called, verified: table === regions })),
  );
}

type Places = ReturnType<typeof providers>[number];

function providers() {
  return ["aws", "azure", "google"].map((name) => once(`places/${name}.yaml`, placesShape));
}
