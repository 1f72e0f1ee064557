import {
  PolicyPack,
  type PolicyResource,
  type ReportViolation,
  type ResourceValidationPolicy,
  type StackValidationPolicy,
} from "@pulumi/policy";
import { type Declared, declared } from "./declaration.ts";
import { Docket } from "./docket.ts";
import { watchEnforcement } from "./enforcement.ts";
import { engineSettings } from "./engine-settings.ts";
import { keepEvidence } from "./evidence/keep.ts";
import { type Resource, secretsIn } from "./fact.ts";
import type { Finding } from "./judge.ts";
import { renderJudgement, renderReason } from "./report.ts";
import type { Rule } from "./rule.ts";
import { allRules } from "./rules/index.ts";
import { approve } from "./waiver.ts";
import { readAlong } from "./wire.ts";

const sent = readAlong();

type Book = { declared: Declared; docket: Docket };

let refusal = "";
let refusalIsTold = false;
const book = await open();

/** What the program is judged by, and the memory of the run. Without a jurisdiction there is none. */
async function open(): Promise<Book | undefined> {
  try {
    // The language host hands a pack the stack's configuration the way it hands it to a program.
    const found = declared(process.env, JSON.parse(process.env.PULUMI_CONFIG || "{}"));
    const approvals = await approve(found.waivers, found.jurisdiction.country, process.env);
    return { declared: found, docket: new Docket(found.jurisdiction, { approvals, readsUnseen: true }) };
  } catch (error) {
    refusal = error instanceof Error ? error.message : String(error);
    return undefined;
  }
}

/** Without a jurisdiction nothing is judged and nothing passes. */
const jurisdictionIsDeclared: ResourceValidationPolicy = {
  name: "jurisdiction-is-declared",
  description: "A program is judged by the jurisdiction that is declared for it, and by no other.",
  enforcementLevel: "mandatory",
  severity: "critical",
  validateResource: (_, reportViolation) => {
    if (book !== undefined) return;
    reportViolation(refusalIsTold ? "  found    no jurisdiction: this resource was not judged either" : refusal);
    refusalIsTold = true;
  },
};

/** What to judge by. Where there is nothing a rule is violated, even if the policy above was disabled. */
function judged(reportViolation: ReportViolation): Book | undefined {
  if (book === undefined && !refusalIsTold) reportViolation(refusal);
  return book;
}

/**
 * Where the engine keeps state and keys, as far as a pack is shown it: the environment of an update. `freehold guard` reads the
 * project and the stack file too. It speaks with the first resource of every program, which is its stack.
 */
const engineStaysHere: ResourceValidationPolicy = {
  name: "engine-stays-here",
  displayName: "The engine stays here",
  description: "The engine's own state and the keys to it are kept in the country.",
  enforcementLevel: "mandatory",
  severity: "critical",
  validateResource: ({ type }, reportViolation) => {
    const open =
      type === "pulumi:pulumi:Stack" && process.env.PULUMI_NODEJS_STACK ? judged(reportViolation) : undefined;
    if (!open) return;
    const found = refused(open.docket.enter(engineSettings({ env: process.env })));
    for (const finding of found.filter(({ path }) => /^(?:backend|secretsProvider)/.test(path)))
      reportViolation(said(finding));
  },
};

/** A rule on each resource, before it is created. */
function alone(rule: Rule): ResourceValidationPolicy {
  return {
    ...described(rule),
    validateResource: (args, reportViolation) => {
      if (!judged(reportViolation)) return;
      for (const finding of refused(findingsOf(args, rule.name))) {
        told.add(keyOf(finding));
        reportViolation(said(finding));
      }
    },
  };
}

// What was said of a resource before it was created need not be said again of the whole.
const told = new Set<string>();

function keyOf({ rule, urn, path, value }: Finding): string {
  return [rule, urn, path, value].join("|");
}

/**
 * What only the whole stack shows, of all rules: each policy on a stack costs another reading of all its resources. One line
 * says what was judged: silence would not tell.
 */
const together: StackValidationPolicy = {
  name: "whole-program",
  displayName: "The whole program",
  description: "What only shows when all resources are seen together.",
  enforcementLevel: "mandatory",
  severity: "critical",
  validateStack: ({ resources }, reportViolation) => {
    const open = judged(reportViolation);
    if (!open) return;
    const judgement = open.docket.close([...resources.map(resourceOf), ...engine()]);
    const disabled = new Set(enforcement.changes().flatMap(({ policy, to }) => (to === "disabled" ? [policy] : [])));
    for (const finding of refused(judgement.findings)) {
      if (told.has(keyOf(finding)) || disabled.has(finding.rule)) continue;
      reportViolation(`${finding.rule}\n${said(finding)}`, finding.urn || undefined);
    }
    console.log(renderJudgement(judgement, open.declared.jurisdiction));
    const urns = resources.map(({ urn }) => urn);
    keepEvidence({ judgement, declared: open.declared, enforcement: enforcement.changes(), urns }, process.env);
  },
};

/** What no rule can decide yet: named, so that nobody takes it for held. */
const decidedAtUp: ResourceValidationPolicy = {
  name: "decided-at-up",
  description: "Values that are not known yet are judged at up, before their resource is created.",
  enforcementLevel: "advisory",
  severity: "low",
  validateResource: (args, reportViolation) => {
    if (book === undefined) return;
    const pending = findingsOf(args, decidedAtUp.name).filter(({ verdict }) => verdict === "pending");
    const paths = [...new Set(pending.map(({ path }) => path))];
    if (paths.length > 0) reportViolation(`  pending  ${paths.join(", ")}`);
  },
};

// Each policy is handed the same resource in turn; it is described and judged once.
const answers = new Map<string, { findings: Finding[]; asked: Set<string> }>();

function findingsOf(args: Seen, by: string): Finding[] {
  const { docket } = book!;
  let answer = answers.get(args.urn);
  // Who asks again asks for the resource as it is now.
  if (answer === undefined || answer.asked.has(by)) {
    answer = { findings: docket.enter(resourceOf(args)), asked: new Set() };
    answers.set(args.urn, answer);
  }
  answer.asked.add(by);
  const { findings, asked } = answer;
  if (asked.size > allRules.length) answers.delete(args.urn);
  return by === decidedAtUp.name ? findings : findings.filter(({ rule }) => rule === by);
}

/** What the engine itself uses, where somebody says of which project: `freehold guard` does. */
function engine(): Resource[] {
  const { FREEHOLD_PROJECT: folder } = process.env;
  return folder ? [engineSettings({ folder, env: process.env })] : [];
}

function described({ name, title, text, severity, remedy }: Rule) {
  return {
    name,
    displayName: title,
    description: text,
    severity,
    remediationSteps: remedy,
    enforcementLevel: "mandatory" as const,
  };
}

/** A resource as the engine sent it. What is unknown in it is a marker of the judge's own, so pending is never shown as held. */
function resourceOf({ type, urn, name, provider, opts, parent }: Seen): Resource {
  const { props = {}, provider: settings = {} } = sent(urn) ?? {};
  const secrets = secretsIn(props);
  return {
    type,
    urn,
    name,
    props,
    provider: provider && { type: provider.type, name: provider.name, props: settings },
    parent: opts.parent ?? parent?.urn,
    custom: provider !== undefined,
    ...(secrets.length > 0 && { secrets }),
  };
}
type Seen = Pick<PolicyResource, "type" | "urn" | "name" | "provider" | "opts"> & { parent?: PolicyResource };

function refused(findings: Finding[]): Finding[] {
  return findings.filter(({ verdict }) => verdict === "broken" || verdict === "undecidable");
}

function said(finding: Finding): string {
  return renderReason(finding).join("\n");
}

const policies = [jurisdictionIsDeclared, engineStaysHere, ...allRules.map(alone), decidedAtUp, together];

// Told before the first resource: where every policy is disabled nothing else is asked, and the evidence says so all the same.
const enforcement = watchEnforcement(policies, (changes) => {
  const [all] = changes.filter(({ policy }) => policy === "all");
  const changed = (all ? [all] : changes).map(({ policy, to }) => `${policy} -> ${to}`).join(", ");
  console.error(`freehold: enforcement was changed by --policy-pack-config: ${changed}`);
  if (book)
    keepEvidence(
      { judgement: book.docket.close([]), declared: book.declared, enforcement: changes, urns: [] },
      process.env,
    );
});

new PolicyPack("freehold", { enforcementLevel: "mandatory", policies });
