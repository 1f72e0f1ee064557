import { country as facts, serviceAt } from "../../catalogue/index.ts";
import type { Country } from "../country.ts";
import type { Sound } from "./sound.ts";

/** A further country in which data of some classes may be, and what lets it. */
export type Treaty = {
  /** ISO 3166-1 alpha-2. */
  country: string;
  /** Classes of data, as the label or tag `data-class` names them; `*` is all, labelled or not. */
  classes: string[];
  because: string;
};

/** Where data may be: a country, what is declared to stand in it, where treaties let it go, and the law that says so. */
export type Jurisdiction = {
  /** ISO 3166-1 alpha-2. */
  country: string;
  countryName: string;
  /** Host names, exact or `*.suffix`. */
  hosts: string[];
  /** `host[:port][/prefix]`; the host may be `*.suffix`. */
  registries: string[];
  /** Who is at home: AWS account numbers, Azure tenants and subscriptions, Google projects. */
  accounts: string[];
  treaties: Treaty[];
  law: string;
};

/** What somebody declares beside a country. */
export type AtHome = Partial<Pick<Jurisdiction, "hosts" | "registries" | "accounts" | "treaties">>;

/** The jurisdiction of a country in the catalogue, with what somebody declares to stand in it. */
export function jurisdictionOf(code: string, declared: AtHome = {}): Jurisdiction {
  const { name, data_protection } = facts(code);
  const law = [data_protection.law, data_protection.national_law].filter(Boolean).join("; ");
  const { hosts = [], registries = [], accounts = [], treaties = [] } = declared;
  return { country: code, countryName: name, hosts, registries, accounts, treaties, law };
}

/** The jurisdiction of a country file: the operator's domain, the registry, and whatever the guards name. */
export function jurisdictionOfCountry({ country, operator, registry, guards, target }: Declared): Jurisdiction {
  const mirrors = guards.registries.map((each) => registryOf(`${each}/`).host).filter((host) => host !== undefined);
  const hosts = [operator.domain, `*.${operator.domain}`, ...guards.hosts, ...mirrors];
  const { treaties } = guards;
  const accounts = [...(guards.accounts ?? []), ...accountsOf(target)];
  const registries = [registry, ...guards.registries];
  return jurisdictionOf(country, { hosts: [...new Set(hosts)], registries, accounts, treaties });
}

/** What the country stands in counts as at home without being declared twice. */
export function accountsOf(target: Declared["target"]): string[] {
  if (target?.kind === "aws") return [target.account].filter((each) => each !== undefined);
  if (target?.kind === "azure") return [target.subscription, target.tenant].filter((each) => each !== undefined);
  return [];
}

type Declared = Pick<Country, "country" | "operator" | "registry"> & {
  target?: Sound["target"];
  guards: AtHome & Pick<Country["guards"], "hosts" | "registries">;
};

/** What lets data of a class be in a country: its own soil, or a treaty; undefined where nothing does. */
export function admitted(
  country: string,
  dataClass: string | undefined,
  at: Jurisdiction,
): "here" | Treaty | undefined {
  if (country === at.country) return "here";
  return at.treaties.find(
    (treaty) =>
      treaty.country === country &&
      (treaty.classes.includes("*") || (dataClass !== undefined && treaty.classes.includes(dataClass))),
  );
}

/** Whether an account, tenant, subscription or project is declared to be at home. What is not declared is not. */
export function accountAtHome(account: string, { accounts }: Jurisdiction): boolean {
  return accounts.some((each) => each.toLowerCase() === account.toLowerCase());
}

/** Whether a host (`name` or `name:port`) is declared to stand in the country. What is not declared is not. */
export function hostInCountry(host: string, jurisdiction: Jurisdiction): boolean {
  const name = hostName(host);
  return name !== undefined && jurisdiction.hosts.some((pattern) => covers(pattern, name, jurisdiction.country));
}

/** Whether an image (`[registry/]repository[:tag][@digest]`) comes from a registry that is declared to stand in the country. */
export function registryInCountry(image: string, jurisdiction: Jurisdiction): boolean {
  const { host, port, path } = registryOf(image);
  if (host === undefined || path.split("/").some((segment) => segment === ".." || segment === ".")) return false;
  return jurisdiction.registries.some((declared) => {
    const registry = registryOf(`${declared}/`);
    const prefix = registry.path.replace(/\/+$/, "");
    const within = prefix === "" || path.startsWith(`${prefix}/`);
    return (
      registry.host !== undefined &&
      covers(registry.host, host, jurisdiction.country) &&
      registry.port === port &&
      within
    );
  });
}

/** Whether a host name is the pattern, or lies below it where the pattern is `*.suffix`. */
export function covers(pattern: string, host: string, country: string): boolean {
  // A public service of another country cannot be declared to be at home, whatever a pattern says.
  if ((serviceAt(host)?.country ?? country) !== country) return false;
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
