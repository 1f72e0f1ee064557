/** Where a name stands: its country, what kind of name it is, and whose it is where a cloud gave it. */
export type Place = { country: string; kind: "country" | "subdivision" | "region" | "zone"; provider?: string };

/** ISO 3166-1 alpha-2 codes, and cloud regions by name. */
export type PlaceTables = { codes: ReadonlySet<string>; regions: ReadonlyMap<string, Place> };

/** Finds a name in the tables; ISO codes are upper case, because `in`, `no` and `at` are words. */
export function findPlace(name: string, tables: PlaceTables): Place | undefined {
  const [, alpha2, subdivision] = /^([A-Z]{2})(-[A-Z0-9]{1,3})?$/.exec(name) ?? [];
  if (alpha2 && tables.codes.has(alpha2)) return { country: alpha2, kind: subdivision ? "subdivision" : "country" };

  // Azure answers to `switzerlandnorth` and to `Switzerland North`.
  const spelt = name.toLowerCase().replaceAll(" ", "");
  const region = tables.regions.get(spelt);
  if (region) return region;

  // A zone is its region and one letter; anything longer is a local zone and may stand in another country.
  const zone = tables.regions.get(/^(.+\d)-?[a-f]$/.exec(spelt)?.[1] ?? "");
  return zone && { ...zone, kind: "zone" };
}
