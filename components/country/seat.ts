import { type Place, placeOf, placeOfHost, regionsIn, serviceAt, theCountry } from "../../catalogue/index.ts";
import { hostInCountry, type Jurisdiction } from "./jurisdiction.ts";
import { show } from "./wording.ts";

/** Why something does not stand in the country, or why nobody can tell, and what would mend it. */
export type Abroad = {
  found: string;
  remedy: string;
  /** Set where the country file could declare it to be at home, and does not. */
  undeclared?: true;
};

type Name = string | null | undefined;

/** Where the state behind a Pulumi backend URL is kept: undefined if in the country. What cannot be decided is abroad. */
export function backendAbroad(backend: string, jurisdiction: Jurisdiction): Abroad | undefined {
  if (backend.startsWith("file://")) return undefined;
  const url = parseUrl(backend);
  const query = (key: string) => url?.searchParams.get(key);
  switch (url?.protocol) {
    case "https:":
      return hostAbroad(url.host, jurisdiction);
    case "postgres:": {
      // libpq lets the query name another host than the URL does, and the environment where neither names one.
      const hosts = [url.host, query("host"), query("hostaddr")].filter((host) => host);
      return hosts.length === 0
        ? leftOpen(backend, "postgres://<host>/<database>")
        : first(hosts, (host) => hostAbroad(host, jurisdiction));
    }
    case "s3:":
      return awsAbroad(backend, query("region"), query("endpoint"), jurisdiction);
    case "azblob:": {
      const account = query("storage_account");
      if (!account) return leftOpen(backend, `azblob://${url.host}?storage_account=<account>`);
      return hostAbroad(`${account}.${query("domain") ?? "blob.core.windows.net"}`, jurisdiction);
    }
    case "gs:":
      return hostAbroad(`${url.host}.storage.${query("universe_domain") ?? "googleapis.com"}`, jurisdiction);
    default:
      return backend === "pulumi"
        ? hostAbroad("app.pulumi.com", jurisdiction)
        : unreadable(backend, "file:///srv/freehold/state");
  }
}

/** Where the key behind a Pulumi secrets provider is kept: undefined if in the country, as a passphrase always is. */
export function secretsAbroad(
  provider: string,
  vaultAddress: string | undefined,
  jurisdiction: Jurisdiction,
): Abroad | undefined {
  if (provider === "passphrase") return undefined;
  const url = parseUrl(provider);
  const query = (key: string) => url?.searchParams.get(key);
  switch (url?.protocol) {
    case "https:":
    case "azurekeyvault:":
      return hostAbroad(url.host, jurisdiction);
    case "awskms:": {
      const arn = /arn:[^:]+:kms:([^:]+):/.exec(provider.replace(/%3a/gi, ":"))?.[1];
      const regions = [arn, query("region")].filter((region) => region);
      const seat = (region: Name) => awsAbroad(provider, region, query("endpoint"), jurisdiction);
      return regions.length === 0 ? seat(undefined) : first(regions, seat);
    }
    case "gcpkms:":
      return regionAbroad(/\/locations\/([^/]+)/.exec(url.pathname)?.[1] ?? "", provider, jurisdiction);
    case "hashivault:":
      return vaultAddress
        ? hostAbroad(parseUrl(vaultAddress)?.host ?? vaultAddress, jurisdiction)
        : vaultUnnamed(provider);
    default:
      return unreadable(provider, "passphrase");
  }
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
export function hostAbroad(host: Name, jurisdiction: Jurisdiction): Abroad | undefined {
  const name = (host ?? "").replace(/:\d+$/, "");
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

function awsAbroad(url: string, region: Name, endpoint: Name, jurisdiction: Jurisdiction): Abroad | undefined {
  // With an endpoint of its own, such as a MinIO's, the region is only a word.
  if (endpoint) return hostAbroad(parseUrl(endpoint)?.host ?? endpoint, jurisdiction);
  const joint = url.includes("?") ? "&" : "?";
  return region ? regionAbroad(region, url, jurisdiction) : leftOpen(url, `${url}${joint}region=<region>`);
}

function regionAbroad(name: string, what: string, jurisdiction: Jurisdiction): Abroad | undefined {
  return placeAbroad(placeOf(name), what, name, jurisdiction);
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

function leftOpen(url: string, complete: string): Abroad {
  return {
    found: `${show(url)}, which leaves its place to the environment`,
    remedy: `say it in the URL:  ${complete}`,
  };
}

function vaultUnnamed(provider: string): Abroad {
  const found = `${show(provider)}, which does not say where the vault stands`;
  return { found, remedy: "add  vaultAddress: https://<vault in the country>:8200  beside it" };
}

function unreadable(text: string, example: string): Abroad {
  return { found: `${show(text)}, which cannot be placed`, remedy: `write one that can, such as  ${example}` };
}

function first(names: Name[], abroad: (name: Name) => Abroad | undefined): Abroad | undefined {
  return names.map(abroad).find((each) => each !== undefined);
}

function parseUrl(text: string): URL | undefined {
  return /^[a-z0-9]+:\/\//.test(text) && URL.canParse(text) ? new URL(text) : undefined;
}
