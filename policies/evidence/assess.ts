import { articlesFor } from "../../catalogue/article.ts";
import { frameworksFor } from "../../catalogue/framework.ts";
import { allRules } from "../rules/index.ts";
import type { Evidence, EvidenceFinding, EvidenceVerdict } from "./shape.ts";

type Assessed = Pick<Evidence, "verdict" | "counts" | "rules" | "laws" | "frameworks" | "findings">;
type Counts = Evidence["counts"];
type Verified = Evidence["frameworks"][number]["verified"];

// The worst first: one of these says more than any number of those behind it.
const ORDER = ["broken", "undecidable", "pending", "waived", "held"] as const;

// What is judged beside the facts of resources.
const BESIDE = {
  "jurisdiction-is-declared": {
    title: "Jurisdiction is declared",
    text: "The program is judged by the jurisdiction that is declared for it, and by no other.",
    severity: "critical",
    remedy: "Set FREEHOLD_COUNTRY, or freehold:country in the stack's configuration.",
  },
  "waivers-hold": {
    title: "Waivers hold",
    text: "Every waiver is signed by a key that the security team holds, has not expired, and is needed.",
    severity: "critical",
    remedy: "Have it signed again, or take it out.",
  },
} as const;

/** Verdicts on everything by the findings, and by how often each rule held. */
export function assessed(
  country: string,
  found: readonly EvidenceFinding[],
  held: ReadonlyMap<string, number>,
): Assessed {
  const names = [...new Set([...allRules.map(({ name }) => name), ...Object.keys(BESIDE), ...held.keys()])];
  const rank = new Map(names.map((name, index) => [name, index]));
  const findings = found.toSorted(
    (a, b) =>
      (rank.get(a.rule) ?? names.length) - (rank.get(b.rule) ?? names.length) ||
      compare(a.urn, b.urn) ||
      compare(a.path, b.path) ||
      compare(a.value, b.value),
  );
  const rules = names.map((name) => {
    const counts = countsOf(
      findings.filter(({ rule }) => rule === name),
      // Without a jurisdiction there is no evidence.
      held.get(name) ?? (name === "jurisdiction-is-declared" ? 1 : 0),
    );
    return { name, ...about(name), verdict: verdictOf(counts), counts };
  });
  const total = countsOf(
    findings,
    rules.reduce((sum, { counts }) => sum + counts.held, 0),
  );
  const verdicts = new Map(rules.map(({ name, verdict }) => [name, verdict]));
  return {
    verdict: verdictOf(total),
    counts: total,
    rules,
    laws: lawsOf(country, verdicts),
    frameworks: frameworksOf(country, verdicts),
    findings,
  };
}

function about(name: string): Omit<Evidence["rules"][number], "name" | "verdict" | "counts"> {
  const rule = allRules.find((each) => each.name === name) ?? BESIDE[name as keyof typeof BESIDE];
  const { title = name, text = name, severity = "critical", remedy = "" } = rule ?? {};
  return { title, text, severity, remedy };
}

function countsOf(findings: readonly EvidenceFinding[], held: number): Counts {
  const counts: Counts = { held, broken: 0, pending: 0, undecidable: 0, waived: 0 };
  for (const { verdict } of findings) counts[verdict]++;
  return counts;
}

function verdictOf(counts: Counts): EvidenceVerdict {
  return ORDER.find((verdict) => counts[verdict] > 0) ?? "unjudged";
}

/** The laws of a country, article by article, with the rules that serve each. */
function lawsOf(country: string, verdicts: ReadonlyMap<string, EvidenceVerdict>): Evidence["laws"] {
  const laws = new Map<string, Map<string, { says: string; verified: Verified; rules: string[] }>>();
  for (const rule of verdicts.keys()) {
    for (const { law, article, note, verified } of articlesFor(country, rule)) {
      const articles = laws.get(law) ?? new Map();
      laws.set(law, articles);
      const known = articles.get(article);
      if (known) known.rules.push(rule);
      else articles.set(article, { says: note, verified, rules: [rule] });
    }
  }
  return [...laws].map(([law, articles]) => ({
    law,
    articles: [...articles].map(([article, said]) => ({ article, ...said, verdict: worst(said.rules, verdicts) })),
  }));
}

function frameworksOf(country: string, verdicts: ReadonlyMap<string, EvidenceVerdict>): Evidence["frameworks"] {
  return frameworksFor(country).map(({ name, version, status, bound, sources, verified, criteria }) => ({
    ...{ name, version, status, bound, sources, verified },
    criteria: criteria.map(({ id, title, rules, cannot_show, recalled }) => ({
      ...{ id, title, rules, cannotShow: cannot_show },
      ...(recalled && { recalled }),
      verdict: worst(rules, verdicts),
    })),
  }));
}

/** The worst verdict of some rules. */
function worst(rules: readonly string[], verdicts: ReadonlyMap<string, EvidenceVerdict>): EvidenceVerdict {
  const found = new Set(rules.map((rule) => verdicts.get(rule)));
  return ORDER.find((verdict) => found.has(verdict)) ?? "unjudged";
}

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
