import { z } from "zod";
import { placeOfHost } from "./host.ts";
import { once } from "./once.ts";
import { servicesShape } from "./shapes.ts";

const domains = z.array(z.string()).min(1);
const openDomainsShape = z.strictObject({
  read: z.iso.date(),
  verified: z.boolean(),
  registries: domains,
  clouds: z.record(z.string(), domains),
  hosting: domains,
});

/** Whose names a pattern `*.domain` would cover beside the operator's: `names of AWS in every region`. Undefined for its own. */
export function strangersBelow(domain: string): string | undefined {
  const { registries, clouds, hosting } = once("places/open-domains.yaml", openDomainsShape);
  const [label = "", country = "", ...more] = domain.split(".");
  if (country === "" || (more.length === 0 && country.length === 2 && registries.includes(label))) {
    return "names that anybody may register";
  }
  const covers = (known: string) => {
    const labels = known.split(".").reverse();
    return domain
      .split(".")
      .reverse()
      .every((label, at) => labels[at] === label || labels[at] === "*");
  };
  const cloud = Object.entries(clouds).find(([, hosts]) => hosts.some(covers)) ?? cloudAt(domain);
  if (cloud && !placeOfHost(domain)) return `names of ${cloud[0]} in every region`;
  const services = Object.values(once("places/services.yaml", servicesShape).services).flatMap(Object.entries);
  const service = (services as [string, string[]][]).find(([, hosts]) => hosts.some(covers));
  if (service) return `hosts of ${service[0]}`;
  return hosting.some(covers) ? "names of other customers" : undefined;
}

function cloudAt(domain: string): [name: string, domains: string[]] | undefined {
  const { clouds } = once("places/open-domains.yaml", openDomainsShape);
  return Object.entries(clouds).find(([, hosts]) => hosts.some((known) => domain.endsWith(`.${known}`)));
}
