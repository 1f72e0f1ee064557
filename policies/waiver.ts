import type { z } from "zod";
import type { waiver } from "../components/country/sections.ts";
import type { Finding } from "./judge.ts";
import type { Verdict } from "./rule.ts";
import { allRules } from "./rules/index.ts";
import { approversFrom } from "./waiver/approver.ts";
import { type ResourcePattern, resourcePattern } from "./waiver/resource-pattern.ts";
import { judgeSignature } from "./waiver/signature.ts";

/** A finding that may stand for a while: of which rule, on which resource, why, until when, and who says so. */
export type Waiver = z.output<typeof waiver>;

/** A waiver, the key it was compared with, and what is wrong with it. Without a fault it holds. */
export type Approval = { waiver: Waiver; fault?: string; keyThumbprint?: string };

/** On a finding that is a mistake of Freehold's own: nobody can answer for it, so nobody can waive it. */
export const ourMistake = "This is a mistake in Freehold, not in the program: please report it.";

/** The rule that speaks of waivers themselves. */
export const waiversHold = "waivers-hold";
// Without these nobody could tell whether anything holds.
const unwaivable = [waiversHold, "jurisdiction-is-declared"];

/** The day it is, in UTC, as waivers write it. */
export function utcToday(): string {
  return new Date().toISOString().slice(0, 10);
}

/** Which waivers hold, by the keys that FREEHOLD_APPROVERS names. Throws where it names a file that is no key set. */
export async function approve(
  waivers: readonly Waiver[],
  country: string,
  env: NodeJS.ProcessEnv,
  today = utcToday(),
): Promise<Approval[]> {
  const approvers = await approversFrom(env);
  const judged = waivers.map(async (waiver, index): Promise<Approval> => {
    const { fault: forged, keyThumbprint } = await judgeSignature(waiver, country, approvers);
    const before = waivers.slice(0, index);
    const twin = before.some(({ rule, resource }) => rule === waiver.rule && resource === waiver.resource);
    const fault = forged ?? (twin ? "the second for this rule and resource" : unfit(waiver, today));
    return { waiver, ...(fault !== undefined && { fault }), ...(keyThumbprint !== undefined && { keyThumbprint }) };
  });
  return Promise.all(judged);
}

/** Why a waiver cannot hold, whoever signs it; undefined where it can. */
export function unfit({ rule, resource, expires }: Waiver, today: string): string | undefined {
  if (unwaivable.includes(rule)) return `rule ${rule} cannot be waived`;
  if (!allRules.some(({ name }) => name === rule)) return `rule unknown: ${rule}`;
  const pattern = resourcePattern(resource);
  if (typeof pattern === "string") return `resource ${resource} is ${pattern}`;
  if (expires < today) return `expired on ${expires}`;
  return expires > yearAfter(today) ? `expires on ${expires}, more than a year ahead` : undefined;
}

/** The findings, with those waived that a waiver which holds is for. What is pending stays so until it is known. */
export function waive(findings: readonly Finding[], approvals: readonly Approval[]): Finding[] {
  const sound = approvals.filter(({ fault }) => fault === undefined);
  if (sound.length === 0) return [...findings];
  return findings.map((finding) => {
    if (finding.verdict !== "broken" && finding.verdict !== "undecidable") return finding;
    const found = finding.remedy === ourMistake ? undefined : sound.find(({ waiver }) => isFor(waiver, finding));
    return found ? { ...finding, verdict: "waived", waiver: found.waiver } : finding;
  });
}

/** What is wrong with waivers, as findings: expired, unsigned, forged, or for nothing that was found. `waived` is all of `waive`. */
export function waiverFindings(
  approvals: readonly Approval[],
  waived: readonly (Pick<Finding, "rule" | "urn" | "name" | "type"> & { verdict: Verdict })[],
  { readsUnseen = false } = {},
): Finding[] {
  const open = waived.filter(({ verdict }) => verdict === "waived" || verdict === "pending");
  return approvals.flatMap(({ waiver, fault }, index): Finding[] => {
    // Who does not see what a program only reads cannot tell that nothing is hidden there.
    const unseen = readsUnseen && waiver.rule === "nothing-hidden";
    const idle = fault === undefined && !unseen && !open.some((finding) => isFor(waiver, finding));
    const wrong = idle ? "it matches no finding" : fault;
    if (wrong === undefined) return [];
    return [
      {
        rule: waiversHold,
        verdict: "broken",
        urn: "",
        name: waiver.resource,
        type: "waiver",
        path: `waivers[${index}]`,
        value: `${waiver.rule} on ${waiver.resource}: ${wrong}`,
        allowed:
          "a waiver that is in force, signed by an approver of FREEHOLD_APPROVERS, and for something that was found",
        law: "",
        remedy: idle
          ? "Take it out: there is nothing to waive."
          : "Have the security team sign a sound one, or take it out.",
      },
    ];
  });
}

function isFor({ rule, resource }: Waiver, finding: Pick<Finding, "rule" | "urn" | "name" | "type">): boolean {
  return rule === finding.rule && patternOf(resource)(finding);
}

function patternOf(text: string): ResourcePattern {
  let pattern = patterns.get(text);
  if (pattern === undefined) {
    const read = resourcePattern(text);
    pattern = typeof read === "string" ? () => false : read;
    patterns.set(text, pattern);
  }
  return pattern;
}
const patterns = new Map<string, ResourcePattern>();

function yearAfter(day: string): string {
  return `${Number(day.slice(0, 4)) + 1}${day.slice(4)}`;
}
