import type { Jurisdiction, Treaty } from "../components/country/jurisdiction.ts";
import type { Coverage, Described, Fact, Resource } from "./fact.ts";
import { describe, identityOf } from "./facts/index.ts";
import { joined, type Known, knownAmong } from "./join.ts";
import { inSecret, shown } from "./report.ts";
import type { Judged, Rule, Ruling, Verdict } from "./rule.ts";
import { allRules } from "./rules/index.ts";
import { type Approval, ourMistake, type Waiver, waive, waiverFindings } from "./waiver.ts";

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
  /** Who let it pass, where the verdict is `waived`. */
  waiver?: Waiver;
};

/** A treaty that held what the country's own soil does not, and how often. */
export type TreatyUse = Treaty & { uses: number };

/** A type of the plan, how many resources are of it, and how they came to their facts. */
export type TypeCoverage = { type: string; count: number; by: Coverage };

/** The outcome for a whole plan. Counts are of rulings, one per rule and fact; coverage counts resources. */
export type Judgement = {
  findings: Finding[];
  judged: number;
  byRule: Record<string, Record<Verdict, number>>;
  byVerdict: Record<Verdict, number>;
  coverage: Record<Coverage, number>;
  types: TypeCoverage[];
  waivers: (Approval & { uses: Finding[] })[];
  treaties: TreatyUse[];
};

/** What a judgement goes by beside the jurisdiction: other rules than all, and what the security team approved. */
export type Terms = {
  rules?: readonly Rule[];
  approvals?: readonly Approval[];
  /** What the program only reads is not among its resources: a pack is never shown it. */
  readsUnseen?: boolean;
};

/** A resource with its facts, and how they were had. */
export type Seen = Judged & { by: Coverage };

/** Judges a whole plan or stack: every resource by itself, and what only shows when they are seen together. */
export function judge(resources: readonly Resource[], jurisdiction: Jurisdiction, terms: Terms = {}): Judgement {
  return judgeSeen(describeAll(resources), jurisdiction, terms);
}

/** The same for resources whose facts were had before. */
export function judgeSeen(seen: readonly Seen[], jurisdiction: Jurisdiction, terms: Terms = {}): Judgement {
  const { rules = allRules, approvals = [], readsUnseen = false } = terms;
  const known = knownAmong(seen);
  const all = seen.map((each) => ({ ...each, facts: joined(each.facts, known, true) }));
  const treaties = new Map<Treaty, TreatyUse>();
  const found: Finding[] = [];
  const held: Record<string, number> = {};
  for (const rule of rules) {
    const rulings = [
      ...all.flatMap(({ resource, facts }) => alone(rule, resource, facts, jurisdiction)),
      ...together(rule, all, jurisdiction),
    ];
    held[rule.name] = 0;
    for (const { resource, ruling } of rulings) {
      const { treaty } = ruling;
      if (treaty) treaties.set(treaty, { ...treaty, uses: (treaties.get(treaty)?.uses ?? 0) + 1 });
      const finding = findingOf(rule, resource, ruling, jurisdiction);
      if (finding) found.push(finding);
      else held[rule.name] = (held[rule.name] ?? 0) + 1;
    }
  }
  const waived = waive(found, approvals);
  const findings = [...waived, ...waiverFindings(approvals, waived, { readsUnseen })];
  return {
    findings,
    judged: seen.length,
    ...counted(findings, held),
    ...covered(seen),
    waivers: approvals.map((approval) => ({
      ...approval,
      uses: waived.filter(({ waiver }) => waiver === approval.waiver),
    })),
    treaties: [...treaties.values()],
  };
}

/**
 * Judges one resource by itself, before it is registered or created. Empty where everything is held. References are followed
 * among `known`, the whole program.
 */
export function judgeOne(
  resource: Resource,
  jurisdiction: Jurisdiction,
  { known = new Map(), ...terms }: Terms & { known?: Known } = {},
): Finding[] {
  const { facts } = see(resource);
  return judgeFacts({ resource, facts: joined(facts, known, true) }, jurisdiction, terms);
}

/** What the rules find in facts whose references were followed. */
export function judgeFacts({ resource, facts }: Judged, jurisdiction: Jurisdiction, terms: Terms = {}): Finding[] {
  const { rules = allRules, approvals = [] } = terms;
  const found = rules.flatMap((rule) =>
    alone(rule, resource, facts, jurisdiction).flatMap(
      ({ ruling }) => findingOf(rule, resource, ruling, jurisdiction) ?? [],
    ),
  );
  return waive(found, approvals);
}

/** A resource's facts, and how they were had. Parents tell components apart where providers were not recorded. */
export function see(resource: Resource, parents?: ReadonlySet<string | undefined>): Seen {
  const told = { ...resource, custom: isCustom(resource, parents) };
  return { resource, ...describeSafely(told) };
}

/** The facts of all resources of a plan or stack. */
export function describeAll(resources: readonly Resource[]): Seen[] {
  const parents = new Set(resources.map(({ parent }) => parent));
  return resources.map((resource) => see(resource, parents));
}

/** A resource that was seen, and what its provider has answered since. */
export function withAnswer(seen: Seen, outputs: Resource["props"]): Seen {
  return { ...seen, facts: [...seen.facts, ...identityOf({ ...seen.resource, outputs })] };
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

/** A rule that throws has not held. What it threw may quote a value, so only its name is said. */
function failed(error: unknown): Ruling {
  const found = `the rule failed (${error instanceof Error ? error.name : "unknown error"})`;
  return {
    fact: { kind: "undecidable", path: "", why: found, remedy: ourMistake },
    verdict: "broken",
    found,
    remedy: ourMistake,
  };
}

function describeSafely(resource: Resource): Described {
  try {
    return describe(resource);
  } catch (error) {
    const why = `its facts could not be read (${error instanceof Error ? error.name : "unknown error"})`;
    return { facts: [{ kind: "undecidable", path: "", why, remedy: ourMistake }], by: "undecidable" };
  }
}

/** Only a component has no provider; where providers were not recorded, only a component has children. */
function isCustom({ custom, provider, urn }: Resource, parents?: ReadonlySet<string | undefined>): boolean {
  return custom ?? (provider !== undefined || !parents?.has(urn));
}

function findingOf(rule: Rule, resource: Resource, ruling: Ruling, { law }: Jurisdiction): Finding | undefined {
  const { fact, verdict, allowed } = ruling;
  if (verdict === "held") return undefined;
  const { type, urn, name } = resource;
  const value = verdict === "pending" ? "not known yet" : withoutSecrets(shown(fact, ruling.found), fact, resource);
  const remedy =
    verdict === "pending" ? "Decided at up, before the resource is created." : (ruling.remedy ?? rule.remedy);
  return { rule: rule.name, verdict, urn, name, type, path: fact.path, value, allowed, law, remedy };
}

/** What is a part of a secret, or has one for a part, is not shown; fewer than four letters give nothing away. */
function withoutSecrets(text: string, fact: Fact, { secrets = [] }: Resource): string {
  const part = "value" in fact ? fact.value.toLowerCase() : "";
  if (part.length > 3 && secrets.some((secret) => secret.toLowerCase().includes(part))) return inSecret;
  return secrets.reduce((shown, secret) => (secret.length < 3 ? shown : shown.replaceAll(secret, "***")), text);
}

function counted(findings: readonly Finding[], held: Record<string, number>): Pick<Judgement, "byRule" | "byVerdict"> {
  const byVerdict = none();
  const byRule: Judgement["byRule"] = {};
  for (const [rule, count] of Object.entries(held)) {
    byRule[rule] = { ...none(), held: count };
    byVerdict.held += count;
  }
  for (const { rule, verdict } of findings) {
    byRule[rule] ??= none();
    byRule[rule][verdict]++;
    byVerdict[verdict]++;
  }
  return { byRule, byVerdict };
}

function covered(seen: readonly Seen[]): Pick<Judgement, "coverage" | "types"> {
  const coverage = { table: 0, sweep: 0, component: 0, undecidable: 0 };
  const types = new Map<string, TypeCoverage>();
  for (const { resource, by } of seen) {
    coverage[by]++;
    const key = `${resource.type}|${by}`;
    const known = types.get(key);
    if (known) known.count++;
    else types.set(key, { type: resource.type, count: 1, by });
  }
  return { coverage, types: [...types.values()].sort((a, b) => (a.type < b.type ? -1 : 1)) };
}

function none(): Record<Verdict, number> {
  return { held: 0, broken: 0, pending: 0, undecidable: 0, waived: 0 };
}
