import {
  PolicyPack,
  type PolicyResource,
  type ReportViolation,
  type ResourceValidationPolicy,
  type StackValidationPolicy,
} from "@pulumi/policy";
import type { Jurisdiction } from "../components/country/jurisdiction.ts";
import { declaredJurisdiction } from "./declaration.ts";
import type { Resource } from "./fact.ts";
import { type Finding, judge, judgeOne, judgeTogether } from "./judge.ts";
import { renderJudgement, renderReason } from "./report.ts";
import type { Rule } from "./rule.ts";
import { allRules } from "./rules/index.ts";

// Values are read behind the SDK's proxy: touching an unknown one through it would end the policy and downgrade it to a
// warning. What is unknown is a marker of the judge's own, and pending is never shown as held.
const BEHIND_THE_PROXY = "__getSpecialProxyTarget";

let refusal = "";
let refusalIsTold = false;
const jurisdiction = once((): Jurisdiction | undefined => {
  try {
    // The language host hands a pack the stack's configuration the way it hands it to a program.
    return declaredJurisdiction(process.env, JSON.parse(process.env.PULUMI_CONFIG || "{}"));
  } catch (error) {
    refusal = error instanceof Error ? error.message : String(error);
    return undefined;
  }
});

/** Without a jurisdiction nothing is judged and nothing passes. */
const jurisdictionIsDeclared: ResourceValidationPolicy = {
  name: "jurisdiction-is-declared",
  description: "A program is judged by the jurisdiction that is declared for it, and by no other.",
  enforcementLevel: "mandatory",
  severity: "critical",
  validateResource: (_, reportViolation) => {
    if (jurisdiction() !== undefined) return;
    reportViolation(refusalIsTold ? "  found    no jurisdiction: this resource was not judged either" : refusal);
    refusalIsTold = true;
  },
};

/** The jurisdiction to judge by. Where there is none a rule is violated, even if the policy above was disabled. */
function declaredOr(reportViolation: ReportViolation): Jurisdiction | undefined {
  const declared = jurisdiction();
  if (declared === undefined && !refusalIsTold) reportViolation(refusal);
  return declared;
}

/** A rule on each resource, before it is created. */
function alone(rule: Rule): ResourceValidationPolicy {
  return {
    ...described(rule),
    validateResource: (args, reportViolation) => {
      const declared = declaredOr(reportViolation);
      if (declared === undefined) return;
      for (const finding of refused(judgeOne(resourceOf(args), declared, [rule]))) reportViolation(said(finding));
    },
  };
}

/** The same rule on what only the whole stack shows. */
function together(rule: Rule): StackValidationPolicy {
  return {
    ...described(rule),
    name: `${rule.name}-together`,
    validateStack: ({ resources }, reportViolation) => {
      const declared = declaredOr(reportViolation);
      if (declared === undefined) return;
      const findings = judgeTogether(resources.map(resourceOf), declared, [rule]);
      for (const finding of refused(findings)) reportViolation(said(finding), finding.urn);
    },
  };
}

/** What no rule can decide yet: named, so that nobody takes it for held. */
const decidedAtUp: ResourceValidationPolicy = {
  name: "decided-at-up",
  description: "Values that are not known yet are judged at up, before their resource is created.",
  enforcementLevel: "advisory",
  severity: "low",
  validateResource: (args, reportViolation) => {
    const declared = jurisdiction();
    if (declared === undefined) return;
    const pending = judgeOne(resourceOf(args), declared).filter(({ verdict }) => verdict === "pending");
    const paths = [...new Set(pending.map(({ path }) => path))];
    if (paths.length > 0) reportViolation(`  pending  ${paths.join(", ")}`);
  },
};

/** The same for what only the whole shows, and one line that says what was judged: silence would not tell. */
const decidedAtUpTogether: StackValidationPolicy = {
  name: "decided-at-up-together",
  description: decidedAtUp.description,
  enforcementLevel: "advisory",
  severity: "low",
  validateStack: ({ resources }, reportViolation) => {
    const declared = jurisdiction();
    if (declared === undefined) return;
    const all = resources.map(resourceOf);
    for (const { verdict, urn, path, rule } of judgeTogether(all, declared)) {
      if (verdict === "pending") reportViolation(`  pending  ${path} (${rule})`, urn);
    }
    console.log(renderJudgement(judge(all, declared), declared));
  },
};

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

function resourceOf({ type, urn, name, props, provider, opts, parent }: Seen): Resource {
  return {
    type,
    urn,
    name,
    props: behindTheProxy(props),
    provider: provider && { type: provider.type, name: provider.name, props: behindTheProxy(provider.props) },
    parent: opts.parent ?? parent?.urn,
    custom: provider !== undefined,
  };
}
type Seen = Pick<PolicyResource, "type" | "urn" | "name" | "props" | "provider" | "opts"> & { parent?: PolicyResource };

function behindTheProxy(props: Record<string, unknown>): Record<string, unknown> {
  return (props[BEHIND_THE_PROXY] ?? props) as Record<string, unknown>;
}

function refused(findings: Finding[]): Finding[] {
  return findings.filter(({ verdict }) => verdict !== "pending");
}

function said(finding: Finding): string {
  return renderReason(finding).join("\n");
}

function once<Value>(make: () => Value): () => Value {
  let made: { value: Value } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}

new PolicyPack("freehold", {
  enforcementLevel: "mandatory",
  policies: [
    jurisdictionIsDeclared,
    ...allRules.map(alone),
    decidedAtUp,
    ...allRules.filter(({ judgeAll }) => judgeAll).map(together),
    decidedAtUpTogether,
  ],
});
