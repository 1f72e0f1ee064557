import { placeOf, serviceAt } from "../../catalogue/index.ts";
import { hostInCountry, type Jurisdiction } from "../../components/country/jurisdiction.ts";
import { reachOf } from "../address.ts";
import type { HostFact, PlaceFact } from "../fact.ts";
import { type JoinedRuling, type Judged, pending, type Rule, type Ruling } from "../rule.ts";

/** Nothing stands abroad, and nothing is sent to a host that is not declared to stand in the country. */
export const dataStaysHere: Rule = {
  name: "data-stays-here",
  title: "Data stays here",
  text: "Every place is in the country, and every host that data may reach is declared to stand in it.",
  severity: "critical",
  remedy:
    "Use a host in the country; if this one stands there, declare it under freehold:guards.hosts (or FREEHOLD_HOSTS).",
  judge: (facts, jurisdiction) => [
    ...facts.flatMap((fact): Ruling[] => {
      if (fact.kind === "host") return [host(fact, jurisdiction)];
      if (fact.kind === "place") return place(fact, jurisdiction);
      if (fact.kind === "undecidable") return [{ fact, verdict: "undecidable", found: fact.why, remedy: fact.remedy }];
      return [];
    }),
    ...pending(facts, ["host", "place"]),
  ],
  judgeAll: handedOn,
};

function host(fact: HostFact, jurisdiction: Jurisdiction): Ruling {
  const { value, because } = fact;
  const registry = jurisdiction.registries.some((declared) => declared.split("/")[0]?.replace(/:\d+$/, "") === value);
  if (reachOf(value) === "inside" || registry || hostInCountry(value, jurisdiction)) return { fact, verdict: "held" };
  const known = serviceAt(value);
  const found = [fact.secret ? undefined : value, known && `${known.name}, ${known.country}`, because]
    .filter(Boolean)
    .join(", ");
  const { country, hosts } = jurisdiction;
  return { fact, verdict: "broken", found, allowed: `hosts in ${country}: ${hosts.join(", ") || "none is declared"}` };
}

function place(fact: PlaceFact, { country }: Jurisdiction): Ruling[] {
  const known = placeOf(fact.value);
  const allowed = `places in ${country}`;
  const remedy = `Choose a place in ${country}.`;
  if (known?.country === country) return [{ fact, verdict: "held" }];
  if (known) return [{ fact, verdict: "broken", found: `${fact.value} (${known.country})`, allowed, remedy }];
  // Names of one's own halls are no places abroad; a name built like a cloud's region may be one.
  if (!/^(?:[a-z]{2,}-)+[a-z]+-?\d[a-z]?$|^(?:global|multi-?region|us|eu|europe|asia)$/i.test(fact.value)) return [];
  return [
    {
      fact,
      verdict: "undecidable",
      found: `${fact.value}, a region that the catalogue does not place`,
      allowed,
      remedy,
    },
  ];
}

/** Who hands on to a resource that leads abroad leads abroad too, if only as a fallback under load. */
function handedOn(all: readonly Judged[], jurisdiction: Jurisdiction): JoinedRuling[] {
  const byId = new Map(
    all.flatMap((judged) => judged.facts.flatMap((fact) => (fact.kind === "self" ? [[fact.id, judged]] : []))),
  );
  const verdicts = new Map<Judged, boolean>();
  const leaksItself = ({ facts }: Judged) =>
    dataStaysHere.judge(facts, jurisdiction).some(({ verdict, fact }) => verdict === "broken" && fact.kind === "host");
  const leads = (judged: Judged): boolean => {
    const known = verdicts.get(judged);
    if (known !== undefined) return known;
    verdicts.set(judged, false);
    const abroad = leaksItself(judged) || judged.facts.some((fact) => fact.kind === "link" && next(fact.to, leads));
    verdicts.set(judged, abroad);
    return abroad;
  };
  const next = (to: string, test: (judged: Judged) => boolean) => {
    const judged = byId.get(to) as Judged | undefined;
    return judged !== undefined && test(judged);
  };
  return all.flatMap(({ resource, facts }) =>
    facts.flatMap((fact): JoinedRuling[] => {
      if (fact.kind !== "link" || !next(fact.to, leads)) return [];
      const found = `hands on to ${fact.to}, which leads out of the country`;
      return [{ resource, fact, verdict: "broken", found, allowed: `backends in ${jurisdiction.country}` }];
    }),
  );
}
