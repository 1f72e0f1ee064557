import { readdirSync, readFileSync } from "node:fs";
import { parse } from "yaml";
import { z } from "zod";
import { findPlace, type Place, type PlaceTables } from "./place.ts";
import {
  acceleratorShape,
  type addonShape,
  addonsShape,
  countryShape,
  engineShape,
  modelShape,
  placesShape,
  servicesShape,
  topLevelDomainsShape,
} from "./shapes.ts";

export type { Place } from "./place.ts";

const folder = new URL("./", import.meta.url);

/** What is known of a jurisdiction: its law, its localisation duties, and how sure that knowledge is. */
export type CountryFacts = z.output<typeof countryShape>;
/** An accelerator: usable memory in GiB, power in W, the Kubernetes resource and the label its nodes carry. */
export type Accelerator = z.output<typeof acceleratorShape> & { id: string };
/** A model: size in billions of parameters, context in tokens, licence, publisher. */
export type Model = z.output<typeof modelShape> & { hf_id: string };
/** An inference engine: its image per vendor of accelerator, without a registry. */
export type Engine = z.output<typeof engineShape> & { id: string };
/** An add-on the cluster must have: its proven version, namespace, API groups, and images without a registry. */
export type Addon = z.output<typeof addonShape>;
/** A service on the open internet and the country of the company that runs it. */
export type Service = { name: string; country: string };

/** The jurisdiction with this ISO 3166-1 alpha-2 code, one of `countries()`. Reads one file. */
export function country(code: string): CountryFacts {
  if (!countries().includes(code)) throw unknown("country", code);
  return once(`countries/${code.toLowerCase()}.yaml`, countryShape);
}

/** Codes of all jurisdictions in the catalogue, sorted. Reads no file. */
export function countries(): string[] {
  described ??= readdirSync(new URL("countries/", folder))
    .filter((name) => name.endsWith(".yaml"))
    .map((name) => name.slice(0, 2).toUpperCase())
    .sort();
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

/** The accelerator with this id (`h200-sxm`), one of `accelerators()`. */
export function accelerator(id: string): Accelerator {
  return { id, ...known("accelerator", acceleratorTable(), id) };
}

/** Ids of all accelerators. */
export function accelerators(): string[] {
  return Object.keys(acceleratorTable());
}

/** The model with this Hugging Face id (`swiss-ai/Apertus-70B-Instruct-2509`), one of `models()`. */
export function model(hfId: string): Model {
  return { hf_id: hfId, ...known("model", modelTable(), hfId) };
}

/** Hugging Face ids of all models. */
export function models(): string[] {
  return Object.keys(modelTable());
}

/** The inference engine with this id (`vllm`). */
export function engine(id: string): Engine {
  return { id, ...known("engine", once("engines.yaml", z.record(z.string(), engineShape)), id) };
}

/** The add-on with this id (`envoy-gateway`), at the version that was proven. */
export function addon(id: string): Addon {
  const { kubernetes, ...addons } = once("addons.yaml", addonsShape);
  return known("add-on", addons, id);
}

/** Ids of all add-ons. */
export function addons(): string[] {
  const { kubernetes, ...addons } = once("addons.yaml", addonsShape);
  return Object.keys(addons);
}

/** The oldest Kubernetes that serves what Freehold makes, and the one it was proven on. */
export function kubernetes(): z.output<typeof addonsShape>["kubernetes"] {
  return once("addons.yaml", addonsShape).kubernetes;
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
    codes ??= new Set(once("places/iso.yaml", z.strictObject({ codes: z.string() })).codes.split(" "));
    return codes;
  },
  get regions() {
    regionsByName ??= new Map(providers().flatMap(regionsOf));
    return regionsByName;
  },
};
let codes: Set<string> | undefined;
let regionsByName: Map<string, Place> | undefined;

function regionsOf({ provider, regions, recalled }: Places): [string, Place][] {
  const tables = [...Object.entries(regions), ...Object.entries(recalled)];
  return tables.flatMap(([country, names]) =>
    Object.keys(names).map((name): [string, Place] => [name, { country, kind: "region", provider }]),
  );
}

type Places = ReturnType<typeof providers>[number];

function providers() {
  return ["aws", "azure", "google"].map((name) => once(`places/${name}.yaml`, placesShape));
}

/** A fault in the catalogue is our own mistake, so it is a plain Error and names the file. */
function once<Shape extends z.ZodType>(file: string, shape: Shape): z.output<Shape> {
  const known = read.get(file);
  if (known !== undefined) return known as z.output<Shape>;
  const result = shape.safeParse(parse(readFileSync(new URL(file, folder), "utf8")));
  if (!result.success)
    throw new Error(`catalogue/${file} is not what its schema says\n${z.prettifyError(result.error)}`);
  read.set(file, result.data);
  return result.data;
}
const read = new Map<string, unknown>();

function acceleratorTable() {
  return once("accelerators.yaml", z.record(z.string(), acceleratorShape));
}

function modelTable() {
  return once("models.yaml", z.record(z.string(), modelShape));
}

function known<Value>(kind: string, table: Record<string, Value>, id: string): Value {
  const found = own(table, id);
  if (found === undefined) throw unknown(kind, id);
  return found;
}

/** The schema of the country file has refused unknown ids before anybody asks, so this is our own mistake. */
function unknown(kind: string, id: string): Error {
  return new Error(`the catalogue has no ${kind} ${JSON.stringify(id)}`);
}

/** Ids come from country files, so `constructor` and its like must not be found on the prototype. */
function own<Value>(table: Record<string, Value>, key: string): Value | undefined {
  return Object.hasOwn(table, key) ? table[key] : undefined;
}
