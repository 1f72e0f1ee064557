import { country as facts, serviceAt } from "../../catalogue/index.ts";
import type { Country } from "../country.ts";

/** Where data may be: a country, the hosts and image registries that are declared to stand in it, and the law that says so. */
export type Jurisdiction = {
  /** ISO 3166-1 alpha-2. */
  country: string;
  countryName: string;
  /** Host names, exact or `*.suffix`. */
  hosts: string[];
  /** `host[:port][/prefix]`; the host may be `*.suffix`. */
  registries: string[];
  law: string;
};

/** The jurisdiction of a country in the catalogue, with the hosts and registries that somebody declares to stand in it. */
export function jurisdictionOf(code: string, declared: { hosts?: string[]; registries?: string[] } = {}): Jurisdiction {
  const { name, data_protection } = facts(code);
  const law = [data_protection.law, data_protection.national_law].filter(Boolean).join("; ");
  return { country: code, countryName: name, hosts: declared.hosts ?? [], registries: declared.registries ?? [], law };
}

/** The jurisdiction of a country file: the operator's domain, the registry, and whatever the guards name. */
export function jurisdictionOfCountry({ country, operator, registry, guards }: Declared): Jurisdiction {
  const mirrors = guards.registries.map((each) => registryOf(`${each}/`).host).filter((host) => host !== undefined);
  const hosts = [operator.domain, `*.${operator.domain}`, ...guards.hosts, ...mirrors];
  return jurisdictionOf(country, { hosts: [...new Set(hosts)], registries: [registry, ...guards.registries] });
}

type Declared = Pick<Country, "country" | "operator" | "registry" | "guards">;

/** Whether a host (`name` or `name:port`) is declared to stand in the country. What is not declared is not. */
export function hostInCountry(host: string, jurisdiction: Jurisdiction): boolean {
  const name = hostName(host);
  return name !== undefined && jurisdiction.hosts.some((pattern) => covers(pattern, name));
}

/** Whether an image (`[registry/]repository[:tag][@digest]`) comes from a registry that is declared to stand in the country. */
export function registryInCountry(image: string, jurisdiction: Jurisdiction): boolean {
  const { host, port, path } = registryOf(image);
  if (host === undefined || path.split("/").some((segment) => segment === ".." || segment === ".")) return false;
  return jurisdiction.registries.some((declared) => {
    const registry = registryOf(`${declared}/`);
    const prefix = registry.path.replace(/\/+$/, "");
    const within = prefix === "" || path.startsWith(`${prefix}/`);
    return registry.host !== undefined && covers(registry.host, host) && registry.port === port && within;
  });
}

/** Whether a host name is the pattern, or lies below it where the pattern is `*.suffix`. */
export function covers(pattern: string, host: string): boolean {
  // A public service cannot be declared to be at home, whatever a pattern says.
  if (serviceAt(host)) return false;
  const suffix = pattern.toLowerCase();
  return suffix.startsWith("*.") ? host.endsWith(suffix.slice(1)) && host.length > suffix.length - 1 : host === suffix;
}

/** The parts of an image reference. Without a registry it means Docker Hub, as every container runtime reads it. */
export function registryOf(image: string): { host: string | undefined; port: string; path: string } {
  const reference = image.replace(/^(oci|docker):\/\//, "");
  const slash = reference.indexOf("/");
  const first = slash < 0 ? "" : reference.slice(0, slash);
  if (!/[.:]/.test(first) && first !== "localhost") return { host: "docker.io", port: "", path: reference };
  return { host: hostName(first), port: /:(\d+)$/.exec(first)?.[1] ?? "", path: reference.slice(slash + 1) };
}

/** The bare, lower-case name of `name[:port]`; undefined for what is not a host. */
function hostName(host: string): string | undefined {
  const [, name] = /^((?:\*\.)?[a-z0-9_-]+(?:\.[a-z0-9_-]+)*)\.?(?::\d+)?$/.exec(host.toLowerCase()) ?? [];
  return name;
}
