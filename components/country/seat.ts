import { type Place, placeOf, placeOfHost, regionsIn, serviceAt, theCountry } from "../../catalogue/index.ts";
import { hostInCountry, type Jurisdiction } from "./jurisdiction.ts";
import { backendSeats, type Seat, secretsSeats } from "./seats.ts";
import { show } from "./wording.ts";

/** Why something does not stand in the country, or why nobody can tell, and what would mend it. */
export type Abroad = {
  found: string;
  remedy: string;
  /** Set where the country file could declare it to be at home, and does not. */
  undeclared?: true;
};

/** Where the state behind a Pulumi backend URL is kept: undefined if in the country. What cannot be decided is abroad. */
export function backendAbroad(backend: string, jurisdiction: Jurisdiction): Abroad | undefined {
  return firstAbroad(backendSeats(backend), backend, jurisdiction);
}

/** Where the key behind a Pulumi secrets provider is kept: undefined if in the country, as a passphrase always is. */
export function secretsAbroad(
  provider: string,
  vaultAddress: string | undefined,
  jurisdiction: Jurisdiction,
): Abroad | undefined {
  return firstAbroad(secretsSeats(provider, vaultAddress), provider, jurisdiction);
}

/** Regions known to stand in a country: `eu-central-2 (AWS), switzerlandnorth and switzerlandwest (Azure)`. */
export function knownRegions(country: string): string {
  return regionsIn(country)
    .map(({ provider, names }) => `${names.join(", ")} (${provider})`)
    .join(", ");
}

/** A public service by its host, as a report names it: `Docker Hub, run from the United States`. */
export function publicService(host: string): string | undefined {
  const service = serviceAt(host.replace(/^\*\./, ""));
  return service && `${service.name}, run from ${theCountry(service.country)}`;
}

/** Where a host stands: undefined if in the country. What nothing places is abroad. */
export function hostAbroad(host: string, jurisdiction: Jurisdiction): Abroad | undefined {
  const name = host.replace(/:\d+$/, "");
  if (/^(localhost|127(\.\d+){3}|\[::1\])$/.test(name) || hostInCountry(name, jurisdiction)) return undefined;
  const home = theCountry(jurisdiction.country);
  const service = publicService(name);
  if (service) {
    const remedy = `name one that stands in ${home}: a folder (file://) or a host of your own`;
    return { found: `${show(name)}, which is ${service}`, remedy };
  }
  const place = placeOfHost(name);
  if (place) return placeAbroad(place, name, place.region, jurisdiction);
  return {
    found: `${show(name)}, which nothing places in ${home}`,
    remedy: `if it stands in ${home}, add it to freehold:guards.hosts; if not, name one that does`,
    undeclared: true,
  };
}

function firstAbroad(seats: Seat[], what: string, jurisdiction: Jurisdiction): Abroad | undefined {
  return seats.map((seat) => seatAbroad(seat, what, jurisdiction)).find((each) => each !== undefined);
}

function seatAbroad(seat: Seat, what: string, jurisdiction: Jurisdiction): Abroad | undefined {
  switch (seat.kind) {
    case "host":
      return hostAbroad(seat.name, jurisdiction);
    case "region":
      return placeAbroad(placeOf(seat.name), what, seat.name, jurisdiction);
    case "undecided":
      return { found: seat.found, remedy: seat.remedy };
  }
}

function placeAbroad(
  place: Place | undefined,
  what: string,
  name: string,
  { country }: Jurisdiction,
): Abroad | undefined {
  if (place?.country === country) return undefined;
  const where = place
    ? `which is in ${theCountry(place.country)} (${name}, ${place.provider ?? "ISO 3166"})`
    : `in ${name === "" ? "no location" : show(name)}, which the catalogue places nowhere`;
  const regions = knownRegions(country);
  const remedy = regions ? `name a region in ${theCountry(country)}: ${regions}` : "name a host of your own";
  return { found: `${show(what)}, ${where}`, remedy };
}
