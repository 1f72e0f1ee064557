import { groupOf, groupOfHost, placeOfHost, serviceAt, theCountry } from "../../catalogue/index.ts";
import { strangersBelow } from "../../catalogue/open-domain.ts";
import type { Finding, Path } from "./fault.ts";
import type { AtHome } from "./jurisdiction.ts";
import { publicService } from "./seat.ts";
import type { Partly } from "./sound.ts";
import { show } from "./wording.ts";

type Said = Pick<Finding, "found" | "allowed" | "remedy">;

/** What a declaration says to be at home although it cannot be; `at` is where the declaration's sections stand. */
export function judgeDeclared(declared: Partly<AtHome>, country: string, at: Path): Finding[] {
  const each = (key: "hosts" | "registries") =>
    (declared[key] ?? []).flatMap((text, index) => {
      const said = text === undefined ? undefined : undeclarable(text, country);
      return said ? [{ at: [...at, key, index], ...said }] : [];
    });
  const treaties = (declared.treaties ?? []).flatMap((treaty, index): Finding[] => {
    if (treaty?.country !== country) return [];
    const found = `${country}, which is the country itself`;
    const remedy = "take the treaty out: at home data of every class may be";
    return [{ at: [...at, "treaties", index, "country"], found, allowed: "a further country", remedy }];
  });
  return [...each("hosts"), ...each("registries"), ...treaties];
}

/** Why a host, a pattern of hosts or a registry cannot be declared to stand in a country; undefined where it can. */
export function undeclarable(text: string, country: string): Said | undefined {
  const host = text.replace(/[:/].*$/, "").toLowerCase();
  const domain = host.replace(/^\*\./, "");
  const home = theCountry(country);
  const allowed = `a host in ${home}`;
  const service = serviceAt(domain)?.country === country ? undefined : publicService(domain);
  if (service) return { found: `${show(text)}, which is ${service}`, allowed, remedy: "name a host of your own" };
  const place = placeOfHost(domain);
  if (place && place.country !== country) {
    const found = `${show(text)}, which is in ${theCountry(place.country)} (${place.region}, ${place.provider})`;
    return { found, allowed, remedy: `name hosts in ${home}` };
  }
  const group = groupOfHost(domain);
  const countries = (group && groupOf(group)?.countries) || [];
  if (group && countries.some((each) => each !== country)) {
    const found = `${show(text)}, which is in any of ${countries.length} countries (${group})`;
    return { found, allowed, remedy: `name hosts in ${home}` };
  }
  const strangers = host === domain ? undefined : strangersBelow(domain);
  if (!strangers) return undefined;
  return {
    found: `${show(text)}, which covers ${strangers}`,
    allowed: `${allowed}, or *. and a domain of your own`,
    remedy: "name the hosts one by one, or a domain of your own",
  };
}
