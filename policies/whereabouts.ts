import { groupOf, groupOfHost, placeOf, placeOfHost, serviceAt } from "../catalogue/index.ts";
import {
  accountAtHome,
  admitted,
  hostInCountry,
  type Jurisdiction,
  type Treaty,
} from "../components/country/jurisdiction.ts";
import { isWhere, type Purpose, type WhereFact } from "./fact.ts";
import { pending, type Rule, type Ruling } from "./rule.ts";
import { reachOf } from "./sweep/address.ts";

/** A rule that all facts of one purpose stay in the country: what it asserts is the same, whom it protects is not. */
export function staysHere({ purpose, ...rule }: Omit<Rule, "judge" | "judgeAll"> & { purpose: Purpose }): Rule {
  return {
    ...rule,
    judge: (facts, jurisdiction) => {
      const dataClass = facts.find((fact) => fact.kind === "class")?.value;
      return [
        ...facts.flatMap((fact) =>
          isWhere(fact) && purposeOf(fact) === purpose ? whereabouts(fact, jurisdiction, dataClass) : [],
        ),
        ...pending(facts, ["place", "host", "account"], purpose),
      ];
    },
  };
}

function purposeOf({ purpose }: { purpose?: Purpose }): Purpose {
  return purpose ?? "data";
}

/** Whether what a fact names is in the country; nothing is said of words that name no place. */
export function whereabouts(fact: WhereFact, jurisdiction: Jurisdiction, dataClass?: string): Ruling[] {
  switch (fact.kind) {
    case "place":
      return place(fact, fact.value, jurisdiction, dataClass);
    case "host":
      return host(fact, jurisdiction, dataClass);
    case "account":
      return account(fact, jurisdiction);
    case "unbounded":
      return [broken(fact, fact.value, `what stays in ${jurisdiction.country}`)];
    case "reference":
      return [];
  }
}

const REGION_LIKE = /^(?:[a-z]{2,}-)+[a-z]+-?\d+[a-z]?$|^(?:global|multi-?region|us|eu|europe|asia)$/i;

function isOwn(fact: WhereFact): boolean {
  return fact.kind === "place" && fact.own === true;
}

/** `said` is the word for the place: the value itself, or the region in a host's name. */
function place(fact: WhereFact, said: string, jurisdiction: Jurisdiction, dataClass: string | undefined): Ruling[] {
  const { country } = jurisdiction;
  const allowed = `places in ${[country, ...jurisdiction.treaties.map((treaty) => treaty.country)].join(", ")}`;
  const remedy = fact.remedy ?? `Choose a place in ${country}.`;
  const countries = [placeOf(said)?.country].flatMap((found) => found ?? groupOf(said)?.countries ?? []);
  const treaties = countries.map((each) => admitted(each, dataClass, jurisdiction));
  if (countries.length > 0 && treaties.every((found) => found !== undefined)) {
    return [{ fact, verdict: "held", ...by(treaties) }];
  }
  const where = fact.value.includes(said) ? fact.value : `${fact.value} in ${said}`;
  if (countries.length > 0) {
    const span = countries.length > 4 ? `${countries.length} countries` : countries.join(", ");
    return [{ ...broken(fact, `${where} (${span})`, allowed), remedy }];
  }
  // Names of one's own halls are no places abroad; a name built like a cloud's region may be one, and so may whatever a cloud
  // is told to place something in.
  if (!isOwn(fact) && !REGION_LIKE.test(said)) return [];
  const found = join(fact, `${where}, a region that the catalogue does not place`);
  return [{ fact, verdict: "undecidable", found, allowed, remedy }];
}

function host(fact: WhereFact, jurisdiction: Jurisdiction, dataClass: string | undefined): Ruling[] {
  const { value } = fact;
  const { country, hosts, registries } = jurisdiction;
  if (reachOf(value) === "inside") return [{ fact, verdict: "held" }];
  // A cloud writes the region into the names of what it runs there, and no declaration moves it.
  const region = placeOfHost(value)?.region ?? groupOfHost(value);
  if (region) return place(fact, region, jurisdiction, dataClass);
  const registry = registries.some((declared) => declared.split("/")[0]?.replace(/:\d+$/, "") === value);
  // Whoever holds all names below a domain holds the domain: mail goes to `example.de`, hosts are declared as `*.example.de`.
  const declared = hostInCountry(value, jurisdiction) || hostInCountry(`*.${value}`, jurisdiction);
  if (registry || declared) return [{ fact, verdict: "held" }];
  const known = serviceAt(value);
  const named = [value, known && `${known.name}, ${known.country}`].filter(Boolean).join(", ");
  return [broken(fact, named, `hosts in ${country}: ${hosts.join(", ") || "none is declared"}`)];
}

function account(fact: WhereFact, jurisdiction: Jurisdiction): Ruling[] {
  if (accountAtHome(fact.value, jurisdiction)) return [{ fact, verdict: "held" }];
  const allowed = `accounts at home: ${jurisdiction.accounts.join(", ") || "none is declared"}`;
  const remedy =
    fact.remedy ??
    "Name an account at home, or declare this one under freehold:guards.accounts (or FREEHOLD_ACCOUNTS).";
  return [{ ...broken(fact, `account ${fact.value}, which is not declared to be at home`, allowed), remedy }];
}

function broken(fact: WhereFact, found: string, allowed: string): Ruling {
  return { fact, verdict: "broken", found: join(fact, found), allowed, ...(fact.remedy && { remedy: fact.remedy }) };
}

function join({ secret, because }: WhereFact, found: string): string {
  return [secret ? undefined : found, because].filter(Boolean).join(", ");
}

function by(found: readonly ("here" | Treaty | undefined)[]): { treaty?: Treaty } {
  const treaty = found.find((each) => typeof each === "object");
  return treaty ? { treaty } : {};
}
