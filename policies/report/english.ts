import { theCountry } from "../../catalogue/index.ts";
import type { Evidence, EvidenceVerdict } from "../evidence/shape.ts";

/** A number with the word for what is counted: `1 finding`, `3 findings`. */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}

/** A moment as people read it: `2026-11-21 18:00:00 UTC`. */
export function moment(time: string): string {
  return time.replace("T", " ").replace(/(?:\.\d+)?Z$/, " UTC");
}

type Counts = Evidence["counts"];

/** What was held by treaties alone: with whom, and how many rulings. A treaty that two sources declare is one. */
function byTreaty({ declarations }: Evidence): { with: string; uses: number } | undefined {
  const used = declarations.filter(({ what, uses }) => what === "treaty" && uses);
  const treaties = [...new Map(used.map((each) => [`${each.value}|${each.because}`, each])).values()];
  if (treaties.length === 0) return undefined;
  const countries = [...new Set(treaties.map(({ value }) => theCountry(value.slice(0, 2))))];
  const uses = treaties.reduce((sum, each) => sum + (each.uses ?? 0), 0);
  return { with: `A treaty with ${countries.join(" or ")}`, uses };
}

function lowerFirst(text: string): string {
  return text.slice(0, 1).toLowerCase() + text.slice(1);
}

/** Every sentence of a report, in one language; a translation is another object of this type. */
export const english = {
  language: "en",
  title: (subject: string) => `Residency evidence: ${subject}`,
  heading: "Residency evidence",
  skip: "To the verdict",
  contents: "Contents",

  verdict: {
    held: "held",
    broken: "broken",
    pending: "pending",
    undecidable: "undecidable",
    waived: "waived",
    unjudged: "not judged",
  } satisfies Record<EvidenceVerdict, string>,

  /** The whole report in one sentence; what only a treaty lets go is always said. */
  sentence: (evidence: Evidence): string => {
    const { verdict, counts, jurisdiction, waivers } = evidence;
    const country = jurisdiction.countryName;
    const faults = waivers.filter(({ fault }) => fault).length;
    const treaty = byTreaty(evidence);
    const more = treaty ? ` ${treaty.with} lets ${counted(treaty.uses, "ruling")} go.` : "";
    if (counts.broken > 0)
      return `${counted(counts.broken, "finding")} break residency in ${country}.${more}`.replace(
        /^1 finding break/,
        "1 finding breaks",
      );
    if (faults > 0) return `${counted(faults, "waiver")} ${faults === 1 ? "does" : "do"} not hold.${more}`;
    if (counts.undecidable > 0)
      return `Nothing is known to leave ${country}, but ${counted(counts.undecidable, "finding")} cannot be decided.${more}`;
    if (counts.pending > 0)
      return `Nothing that is known leaves ${country}; ${counted(counts.pending, "value")} will be known at up.${more}`;
    if (verdict === "unjudged") return "Nothing was judged.";
    if (verdict === "waived")
      return `Nothing leaves ${country} but what ${counted(counts.waived, "waiver use")} ${counts.waived === 1 ? "lets" : "let"} go.${more}`;
    const but = treaty ? `, but for ${counted(treaty.uses, "ruling")} that ${lowerFirst(treaty.with)} lets go` : "";
    return `Nothing that was judged leaves ${country}${but}.`;
  },
  tally: (counts: Counts): string =>
    (["broken", "undecidable", "pending", "waived", "held"] as const)
      .filter((verdict) => counts[verdict] > 0)
      .map((verdict) => `${counts[verdict]} ${verdict}`)
      .join(", ") || "nothing to judge",

  summary: {
    judged: "Judged",
    kinds: {
      program: "the plan of a Pulumi program",
      stack: "a stack as it stands",
      state: "a stack export",
      manifests: "rendered Kubernetes manifests",
    },
    file: "File",
    jurisdiction: "Jurisdiction",
    law: "Law",
    resources: "Resources",
    when: "When",
    by: "By",
  },

  sections: {
    rules: "Rules",
    laws: "Laws",
    broken: "What is broken",
    undecidable: "What cannot be decided",
    pending: "What is decided at up",
    waived: "What is waived",
    declarations: "What is declared to be in country",
    coverage: "What was judged, and by what",
    frameworks: "Frameworks",
    diff: "Since the previous report",
    hashes: "Versions and hashes",
    limits: "What no tool can prove",
  },
  lead: {
    rules:
      "What each rule asserts, and what came of it. A rule is held only where nothing of it is broken, pending or undecidable.",
    laws: "Articles that the rules speak to. A rule that holds is evidence for an article, not compliance with it.",
    undecidable:
      "No guard can know these from here. They count as failures until somebody decides them, or answers for them with a waiver.",
    pending: "Values that the provider will only tell. Each is judged at up, before its resource is created.",
    waived:
      "Each waiver is signed by a key that the security team holds. One that has expired, or that matches nothing, is a violation.",
    declarations: "Nobody can check these from here: whoever declared them answers for them.",
    frameworks: "What infrastructure code can show of each framework, and no more. No level of assurance is claimed.",
    hashes: "The same things, judged again by the same versions, give the same evidence but for the time.",
  },
  columns: {
    rule: "Rule",
    asserts: "Asserts",
    verdict: "Verdict",
    rulings: "Rulings",
    article: "Article",
    says: "What it asks",
    rules: "Rules",
    what: "What",
    value: "Value",
    origin: "Declared in",
    because: "Because",
    approved: "Approved",
    resource: "Resource",
    uses: "Uses",
    type: "Type",
    count: "Resources",
    by: "By",
    criterion: "Criterion",
    cannotShow: "What code cannot show",
    policy: "Policy",
    from: "Level",
    to: "Changed to",
  },
  finding: { found: "found", allowed: "allowed", remedy: "remedy", where: "where", waiver: "waiver" },
  waiver: (by: string, until: string, because: string) => `${because} Approved by ${by}, until ${until}.`,
  used: (uses: number) => (uses === 0 ? "Not used." : `Used by ${counted(uses, "ruling")}.`),
  approved: (by: string, until: string) => `by ${by}, until ${until}`,
  nothing: {
    broken: "Nothing.",
    undecidable: "Nothing: every resource could be read.",
    pending: "Nothing: every value was known.",
    waived: "Nothing.",
    declarations: "Nothing but the country.",
    laws: "The catalogue names no articles for this country.",
    diff: "Nothing has changed.",
  },
  what: { country: "country", host: "host", registry: "registry", account: "account", treaty: "treaty" },
  by: {
    table: "a table of its type",
    sweep: "sweeps only",
    component: "its children",
    undecidable: "nothing: it cannot be read",
  } as Record<string, string>,
  coverage: (types: number, table: number, sweep: number, not: number) =>
    `${counted(types, "type")}: ${table} described by a table, ${sweep} read by sweeps only, ${not} not readable.`,
  bound: "Bound",
  unsure: { false: "from memory", partial: "partly verified" } as Record<string, string>,
  source: "Source",
  enforcement: "Policies enforced otherwise than the pack has it",
  hash: {
    pack: "Pack",
    catalogue: "Catalogue",
    subject: "What was judged",
    config: "Policy configuration",
    format: "Form of the evidence",
    evidence: "Evidence (JSON)",
  },
  diff: {
    since: (time: string) => `Compared with the evidence of ${time}.`,
    otherSubject: (name: string) => `That evidence is of another subject, ${name}.`,
    verdict: "Verdict",
    rules: "Rules",
    fresh: "New",
    gone: "Gone",
    changed: "Changed",
    declared: "Newly declared",
    withdrawn: "No longer declared",
    other: "Versions",
    became: (was: string, is: string) => `${was} is now ${is}`,
  },
  limits: [
    "Who owns the provider, and which courts may compel it. That is a question for lawyers.",
    "Who of the provider's staff can reach the machines, and from where.",
    "That a data centre stands where its provider says.",
    "What a program sends while it runs, beyond the ways out that were judged here.",
    "What was changed past Pulumi after this was judged. Admission policies and the cloud's own guardrails hold there.",
    "That what is declared to be in country is.",
  ],
  foot: "This page loads nothing and runs nothing.",
};

/** The sentences of a report. */
export type Words = typeof english;
