import { z } from "zod";
import { filesIn, known, once, unknown } from "./once.ts";
import {
  acceleratorShape,
  countryShape,
  engineShape,
  modelShape,
  profileShape,
  topLevelDomainsShape,
} from "./shapes.ts";

export { type Addon, addon, addons, addonVersions, kubernetes } from "./addon.ts";
export { type Article, articlesFor } from "./article.ts";
export { type AzureSize, aksVersions, azureBuiltinRole, azureSize, azureZones } from "./azure-offering.ts";
export { type ClosedDefault, closedDefaults } from "./closed-default.ts";
export { type EconomicSeries, type Economics, economicSeries, economics } from "./economics.ts";
export { type Framework, frameworks, frameworksFor } from "./framework.ts";
export { groupOfHost, type NamedEndpoint, namedEndpoint, placeOfHost, type Service, serviceAt } from "./host.ts";
export { type Instance, instance, instances } from "./instance.ts";
export { type Metric, metric } from "./metric.ts";
export {
  type AwsPartition,
  type EksVersion,
  ecrUpstreams,
  eksAccessPolicies,
  eksAddons,
  eksVersions,
  isOptInOnAws,
  type MachineSize,
  offeredByAws,
  partitionOfAws,
  regionsOffering,
  sizeOnAws,
  type VcpuQuota,
  vcpuQuotaOf,
  vcpuQuotas,
  zonesOfAws,
} from "./offering.ts";
export {
  groupOf,
  isCountryCode,
  type Place,
  type PlaceGroup,
  pairOf,
  placeOf,
  type Region,
  regions,
  regionsIn,
} from "./place.ts";
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

/** Whether the public DNS, or a network beyond it, can answer names that end in this label (lower case, punycode). */
export function isTopLevelDomain(label: string): boolean {
  topLevelDomainSet ??= new Set(topLevelDomains());
  return topLevelDomainSet.has(label);
}
let topLevelDomainSet: Set<string> | undefined;

/** Every label that `isTopLevelDomain` knows. */
export function topLevelDomains(): string[] {
  const { rootZone, beyond } = once("places/top-level-domains.yaml", topLevelDomainsShape);
  return `${rootZone} ${beyond}`.split(" ");
}
