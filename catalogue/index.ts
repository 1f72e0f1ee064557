import { readdirSync, readFileSync } from "node:fs";
import { parse } from "yaml";
import { z } from "zod";
import { findPlace, type Place, type PlaceTables } from "./place.ts";

export type { Place } from "./place.ts";

const folder = new URL("./", import.meta.url);

/** How far a fact was seen in its sources: `true`, only in part, or from memory. */
const verified = z.union([z.boolean(), z.literal("partial")]);
const sources = z.array(z.string()).default([]);
const evidence = z.enum(["official", "professional", "other", "none"]);

const countryShape = z.strictObject({
  code: z.string().regex(/^[A-Z]{2}$/),
  name: z.string(),
  currency: z.string().regex(/^[A-Z]{3}$/),
  languages: z.array(z.string()).min(1),
  data_protection: z.strictObject({
    law: z.string(),
    national_law: z.string().optional(),
    regulator: z.string(),
    in_force: z.string(),
    verified,
    evidence,
    sources,
  }),
  localisation: z.strictObject({
    level: z.enum(["none", "sectoral", "general"]),
    note: z.string(),
    verified,
    evidence,
    sources,
  }),
  read: z.iso.date(),
});

const acceleratorShape = z.strictObject({
  name: z.string(),
  vendor: z.enum(["nvidia", "amd", "intel"]),
  memory_gib: z.number().positive(),
  tdp_w: z.number().positive(),
  resource: z.string(),
  label: z.strictObject({ key: z.string(), value: z.string(), verified: z.boolean() }),
  verified: z.boolean(),
  sources,
  note: z.string().optional(),
});

const modelShape = z.strictObject({
  publisher: z.string(),
  publisher_country: z.string(),
  license: z.string(),
  commercial_use: z.union([z.boolean(), z.enum(["conditional", "unknown"])]),
  languages: z.array(z.string()).min(1),
  params_total_b: z.number().positive(),
  context_length: z.number().int().positive(),
  kv_bytes_per_token_bf16: z.number().int().positive().nullable(),
  status: z.enum(["verified", "partly-verified", "recalled"]),
  verified_fields: z.array(z.string()),
  sources,
  note: z.string().optional(),
});

const engineShape = z.strictObject({
  images: z.partialRecord(acceleratorShape.shape.vendor, z.string()),
  read: z.iso.date(),
  verified,
  note: z.string().optional(),
});

const addonShape = z.strictObject({
  proven: z.string(),
  namespace: z.string(),
  serves: z.array(z.string()),
  images: z.record(z.string(), z.string()),
  install: z.url(),
  source: z.string(),
});
const addonsShape = z
  .object({ kubernetes: z.strictObject({ minimum: z.string(), proven: z.string(), source: z.string() }) })
  .catchall(addonShape);

const regions = z.record(z.string().regex(/^[A-Z]{2}$/), z.record(z.string(), z.string()));
const placesShape = z.strictObject({
  provider: z.string(),
  read: z.iso.date(),
  verified,
  sources,
  regions,
  recalled: regions.default({}),
});
const servicesShape = z.strictObject({
  read: z.iso.date(),
  verified,
  services: z.record(z.string().regex(/^[A-Z]{2}$/), z.record(z.string(), z.array(z.string()).min(1))),
});

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
  codes ??= readdirSync(new URL("countries/", folder))
    .filter((name) => name.endsWith(".yaml"))
    .map((name) => name.slice(0, 2).toUpperCase())
    .sort();
  return codes;
}
let codes: string[] | undefined;

/** Whether a code is one of ISO 3166-1's, in the catalogue or not. */
export function isCountryCode(code: string): boolean {
  return places().codes.has(code);
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
  return findPlace(name, places());
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

function places(): PlaceTables {
  tables ??= {
    codes: new Set(once("places/iso.yaml", z.strictObject({ codes: z.string() })).codes.split(" ")),
    regions: new Map(
      providers().flatMap(({ provider, regions, recalled }) =>
        [regions, recalled].flatMap((table) =>
          Object.entries(table).flatMap(([code, names]) =>
            Object.keys(names).map((name) => [name, { country: code, kind: "region", provider }] as const),
          ),
        ),
      ),
    ),
  };
  return tables;
}
let tables: PlaceTables | undefined;

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
