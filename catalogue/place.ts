import { z } from "zod";
import { once, own } from "./once.ts";
import { groupsShape, pairedPlacesShape, placesShape } from "./shapes.ts";

/** Where a name stands: its country, what kind of name it is, and whose it is where a cloud gave it. */
export type Place = { country: string; kind: "country" | "subdivision" | "region" | "zone"; provider?: string };

/** A cloud region: where it stands, whose it is, what the provider calls it, and whether that was read in a source. */
export type Region = { name: string; country: string; provider: string; called: string; verified: boolean };

/** Places that a cloud names together, and every country that may be meant: `eur4` is in Finland and the Netherlands. */
export type PlaceGroup = { name: string; countries: string[] };

/**
 * The country a name stands in: an ISO 3166-1 alpha-2 code (`CH`), an ISO 3166-2 subdivision (`CH-ZH`), a cloud region
 * (`eu-central-2`, `Switzerland North`), a zone of one by name or id (`eu-central-2a`, `euc2-az1`), or a zone in another city
 * (`eu-central-1-waw-1a`). Undefined where it cannot be decided, as for groups of regions (`global`, `europe`).
 */
export function placeOf(name: string): Place | undefined {
  const [, alpha2, subdivision] = /^([A-Z]{2})(-[A-Z0-9]{1,3})?$/.exec(name) ?? [];
  // ISO codes are upper case, because `in`, `no` and `at` are words.
  if (alpha2 && isCountryCode(alpha2)) return { country: alpha2, kind: subdivision ? "subdivision" : "country" };
  const spelt = spellingOf(name);
  return regionsByName().get(spelt) ?? zoneOf(spelt);
}

/**
 * The Azure region to which geo-redundant services copy from this one; null where it has no pair, undefined for what is no
 * region of Azure or one whose pair is not known. A pair need not hold both ways, nor stand in the same country.
 */
export function pairOf(region: string): { pair: string | null } | undefined {
  const pair = own(once("places/azure.yaml", pairedPlacesShape).pairs, spellingOf(region));
  return pair === undefined ? undefined : { pair };
}

/** The places that a name means together (`europe`, `global`, `eur4`, Bedrock's `eu`), over all clouds that use the name. */
export function groupOf(name: string): PlaceGroup | undefined {
  const spelt = spellingOf(name);
  const { groups, recalled } = once("places/groups.yaml", groupsShape);
  const countries = [groups, recalled].flatMap((table) =>
    Object.entries(table).flatMap(([provider, named]) => {
      const members = own(named, spelt) ?? [];
      return members === "everywhere" ? countriesOf(provider) : members;
    }),
  );
  return countries.length === 0 ? undefined : { name: spelt, countries: [...new Set(countries)].sort() };
}

/** Whether a code is one of ISO 3166-1's, in the catalogue or not. */
export function isCountryCode(code: string): boolean {
  codes ??= new Set(once("places/iso.yaml", isoShape).codes.split(" "));
  return codes.has(code);
}
const isoShape = z.strictObject({ codes: z.string(), read: z.iso.date() });
let codes: Set<string> | undefined;

/** All cloud regions. */
export function regions(): Region[] {
  return clouds().flatMap(placesOf);
}

/** Cloud regions in a country, by provider: `[{ provider: "AWS", names: ["eu-central-2"] }]`. */
export function regionsIn(code: string): { provider: string; names: string[] }[] {
  return clouds()
    .map(({ provider, regions, recalled }) => ({
      provider,
      names: [regions, recalled].flatMap((table) => Object.keys(own(table, code) ?? {})),
    }))
    .filter(({ names }) => names.length > 0);
}

/** Regions of AWS by the short name that ids of zones and some hosts carry: `euc1` is `eu-central-1`. */
export function regionsByShortName(): ReadonlyMap<string, string> {
  shortNames ??= new Map(
    placesOf(aws()).flatMap(({ name }) => {
      const short = shortNameOf(name);
      return short ? [[short, name]] : [];
    }),
  );
  return shortNames;
}
let shortNames: Map<string, string> | undefined;

/** Azure answers to `switzerlandnorth` and to `Switzerland North`. */
function spellingOf(name: string): string {
  return name.toLowerCase().replaceAll(" ", "");
}

function zoneOf(spelt: string): Place | undefined {
  const [, whole, city] =
    /^(.+?\d)(?:-?[a-f]|-az\d+|-zg-\d+|-(?:wl\d+-)?([a-z]{3})-?\d*(?:[a-z]|-az\d+|-wlz-?\d+[a-z]?)?)$/.exec(spelt) ??
    [];
  const region = whole && regionsByName().get(regionsByShortName().get(whole) ?? whole);
  if (!region) return undefined;
  if (!city) return { ...region, kind: "zone" };
  // Local and Wavelength Zones may stand in another country than their region, so that only the city decides.
  const country = region.provider === "AWS" ? countriesByCity().get(city) : undefined;
  return country === undefined ? undefined : { country, kind: "zone", provider: "AWS" };
}

/** `eu-central-1` is euc1, `ap-southeast-2` apse2, `us-gov-west-1` usgw1. Regions of other forms have no such name here. */
function shortNameOf(region: string): string | undefined {
  const [, area, ...parts] =
    /^([a-z]{2})-(?:(g)ov-)?(?:(n)orth|(s)outh)?(?:(e)ast|(w)est|(c)entral)?-(\d)$/.exec(region) ?? [];
  return area && area + parts.join("");
}

function regionsByName(): ReadonlyMap<string, Place> {
  byName ??= new Map(regions().map(({ name, country, provider }) => [name, { country, kind: "region", provider }]));
  return byName;
}
let byName: Map<string, Place> | undefined;

function countriesByCity(): ReadonlyMap<string, string> {
  cities ??= new Map(placesOf(once("places/aws-cities.yaml", placesShape)).map(({ name, country }) => [name, country]));
  return cities;
}
let cities: Map<string, string> | undefined;

function countriesOf(provider: string): string[] {
  return regions().flatMap((region) => (region.provider === provider ? [region.country] : []));
}

function placesOf({ provider, regions, recalled }: z.output<typeof placesShape>): Region[] {
  const all = [regions, recalled].flatMap((table) => Object.entries(table).map((entry) => [table, ...entry] as const));
  return all.flatMap(([table, country, names]) =>
    Object.entries(names).map(([name, called]) => ({ name, country, provider, called, verified: table === regions })),
  );
}

const OTHERS = ["exoscale", "hetzner", "ionos", "open-telekom-cloud", "oracle", "ovh", "scaleway"];

function clouds() {
  const others = OTHERS.map((name) => once(`places/${name}.yaml`, placesShape));
  return [aws(), once("places/azure.yaml", pairedPlacesShape), once("places/google.yaml", placesShape), ...others];
}

function aws() {
  return once("places/aws.yaml", placesShape);
}
