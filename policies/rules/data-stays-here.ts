import type { Jurisdiction } from "../../components/country/jurisdiction.ts";
import { isWhere } from "../fact.ts";
import type { JoinedRuling, Judged, Rule } from "../rule.ts";
import { staysHere, whereabouts } from "../whereabouts.ts";

const alone = staysHere({
  purpose: "data",
  name: "data-stays-here",
  title: "Data stays here",
  text: "Every place is in the country, and every host that data may reach is declared to stand in it.",
  severity: "critical",
  remedy:
    "Use a host in the country; if this one stands there, declare it under freehold:guards.hosts (or FREEHOLD_HOSTS).",
});

/** Nothing stands abroad, and nothing is sent to a host that is not declared to stand in the country. */
export const dataStaysHere: Rule = { ...alone, judgeAll: handedOn };

/** Who hands on to a resource that leads abroad leads abroad too, if only as a fallback under load. */
function handedOn(all: readonly Judged[], jurisdiction: Jurisdiction): JoinedRuling[] {
  const byId = new Map(
    all.flatMap((judged) => judged.facts.flatMap((fact) => (fact.kind === "self" ? [[fact.id, judged]] : []))),
  );
  const verdicts = new Map<Judged, boolean>();
  // Whatever it leads out by, and whatever for: what is handed on goes there.
  const leaksItself = ({ facts }: Judged) =>
    facts.some((fact) => {
      if (fact.kind === "egress") return fact.to === "everything";
      return isWhere(fact) && whereabouts(fact, jurisdiction).some(({ verdict }) => verdict === "broken");
    });
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
