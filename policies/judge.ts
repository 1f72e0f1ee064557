import type { Jurisdiction } from "../components/country/jurisdiction.ts";
import type { Coverage, Described, Fact, Resource } from "./fact.ts";
import { describe } from "./facts/index.ts";
import { shown } from "./report.ts";
import type { Judged, Rule, Ruling, Verdict } from "./rule.ts";
import { allRules } from "./rules/index.ts";

export { UNKNOWN } from "./fact.ts";
export { renderFinding } from "./report.ts";
export type { Resource, Verdict };

/** What is not held: which rule says so of which property, what was found, what is allowed, and how to mend it. */
export type Finding = {
  rule: string;
  verdict: Exclude<Verdict, "held">;
  urn: string;
  name: string;
  type: string;
  path: string;
  /** Never a secret; what stands in a secret or looks like a credential is left out. */
  value: string;
  allowed: string | undefined;
  law: string;
  remedy: string;
};

/** The outcome for a whole plan. Counts are of rulings, one per rule and fact; coverage counts resources. */
export type Judgement = {
  findings: Finding[];
  judged: number;
  byRule: Record<string, Record<Verdict, number>>;
  byVerdict: Record<Verdict, number>;
  coverage: Record<Coverage, number>;
};

/** Judges a whole plan or stack: every resource by itself, and what only shows when they are seen together. */
export function judge(resources: readonly Resource[], jurisdiction: Jurisdiction, rules = allRules): Judgement {
  const described = describeAll(resources);
  const judgement: Judgement = {
    findings: [],
    judged: resources.length,
    byRule: Object.fromEntries(rules.map(({ name }) => [name, none()])),
    byVerdict: none(),
    coverage: { table: 0, sweep: 0, component: 0, undecidable: 0 },
  };
  for (const { by } of described) judgement.coverage[by]++;
  for (const rule of rules) {
    const rulings = [
      ...described.flatMap(({ resource, facts }) => alone(rule, resource, facts, jurisdiction)),
      ...together(rule, described, jurisdiction),
    ];
    for (const { resource, ruling } of rulings) {
      judgement.byVerdict[ruling.verdict]++;
      const counts = judgement.byRule[rule.name];
      if (counts) counts[ruling.verdict]++;
      const found = finding(rule, resource, ruling, jurisdiction);
      if (found) judgement.findings.push(found);
    }
  }
  return judgement;
}

/** Judges one resource by itself, before it is registered or created. Empty where everything is held. */
export function judgeOne(resource: Resource, jurisdiction: Jurisdiction, rules = allRules): Finding[] {
  const { facts } = describeSafely({ ...resource, custom: isCustom(resource) });
  return rules.flatMap((rule) =>
    alone(rule, resource, facts, jurisdiction).flatMap(
      ({ ruling }) => finding(rule, resource, ruling, jurisdiction) ?? [],
    ),
  );
}

/** The findings that only the whole shows; those of single resources are `judgeOne`'s. */
export function judgeTogether(resources: readonly Resource[], jurisdiction: Jurisdiction, rules = allRules): Finding[] {
  const described = describeAll(resources);
  return rules.flatMap((rule) =>
    together(rule, described, jurisdiction).flatMap(
      ({ resource, ruling }) => finding(rule, resource, ruling, jurisdiction) ?? [],
    ),
  );
}

type Ruled = { resource: Resource; ruling: Ruling };

function alone(rule: Rule, resource: Resource, facts: readonly Fact[], jurisdiction: Jurisdiction): Ruled[] {
  try {
    return rule.judge(facts, jurisdiction).map((ruling) => ({ resource, ruling }));
  } catch (error) {
    return [{ resource, ruling: failed(error) }];
  }
}

function together(rule: Rule, all: readonly Judged[], jurisdiction: Jurisdiction): Ruled[] {
  try {
    return (rule.judgeAll?.(all, jurisdiction) ?? []).map(({ resource, ...ruling }) => ({ resource, ruling }));
  } catch (error) {
    return all.slice(0, 1).map(({ resource }) => ({ resource, ruling: failed(error) }));
  }
}

const ours = "This is a mistake in Freehold, not in the program: please report it.";

/** A rule that throws has not held. What it threw may quote a value, so only its name is said. */
function failed(error: unknown): Ruling {
  const found = `the rule failed (${error instanceof Error ? error.name : "unknown error"})`;
  return { fact: { kind: "undecidable", path: "", why: found, remedy: ours }, verdict: "broken", found, remedy: ours };
}

function describeAll(resources: readonly Resource[]) {
  const parents = new Set(resources.map(({ parent }) => parent));
  return resources.map((resource) => ({
    resource,
    ...describeSafely({ ...resource, custom: isCustom(resource, parents) }),
  }));
}

function describeSafely(resource: Resource): Described {
  try {
    return describe(resource);
  } catch (error) {
    const why = `its facts could not be read (${error instanceof Error ? error.name : "unknown error"})`;
    return { facts: [{ kind: "undecidable", path: "", why, remedy: ours }], by: "undecidable" };
  }
}

/** Only a component has no provider; where providers were not recorded, only a component has children. */
function isCustom({ custom, provider, urn }: Resource, parents?: ReadonlySet<string | undefined>): boolean {
  return custom ?? (provider !== undefined || !parents?.has(urn));
}

function finding(rule: Rule, resource: Resource, ruling: Ruling, { law }: Jurisdiction): Finding | undefined {
  const { fact, verdict, allowed } = ruling;
  if (verdict === "held") return undefined;
  const { type, urn, name } = resource;
  const value = verdict === "pending" ? "not known yet" : shown(fact, ruling.found);
  const remedy =
    verdict === "pending" ? "Decided at up, before the resource is created." : (ruling.remedy ?? rule.remedy);
  return { rule: rule.name, verdict, urn, name, type, path: fact.path, value, allowed, law, remedy };
}

function none(): Record<Verdict, number> {
  return { held: 0, broken: 0, pending: 0, undecidable: 0 };
}
