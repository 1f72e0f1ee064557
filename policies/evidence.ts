import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Jurisdiction } from "../components/country/jurisdiction.ts";
import type { Origin } from "./declaration.ts";
import { engineSettingsType } from "./engine-settings.ts";
import { assessed } from "./evidence/assess.ts";
import { ownHashes } from "./evidence/hashes.ts";
import { EVIDENCE_FORMAT, type Evidence, type EvidenceFinding, evidenceShape } from "./evidence/shape.ts";
import type { Finding, Judgement } from "./judge.ts";
import { nothingHidden } from "./rules/nothing-hidden.ts";
import { type Source, type Subject, Unjudgeable } from "./subject.ts";
import { type Approval, waiverFindings, waiversHold } from "./waiver.ts";

/** What evidence is made of. */
export type Judged = {
  subject: Omit<Subject, "resources" | "sources"> & { sources?: Subject["sources"] };
  judgement: Judgement;
  jurisdiction: Jurisdiction;
  origins: readonly Origin[];
  at: Date;
  /** Version of the Pulumi engine that ran, where one did. */
  engine?: string;
  /** SHA-256 of the file that was handed over as policy configuration. */
  config?: string;
  enforcement?: Evidence["enforcement"];
};

/** What a judgement showed, of what and by what. The same things give the same evidence, but for the time. */
export function evidenceOf(judged: Judged): Evidence {
  const { subject, judgement, jurisdiction, origins, at, engine, config, enforcement = [] } = judged;
  const { kind, name, project, stack, file, sha256, sources } = subject;
  const { country, countryName, law, treaties } = jurisdiction;
  const findings = judgement.findings.map((finding) =>
    placed(kind === "program" ? finding : settled(finding), sources?.get(finding.urn)),
  );
  return {
    format: EVIDENCE_FORMAT,
    at: at.toISOString(),
    tool: { name: "freehold", version: version(), ...(engine && { engine }) },
    subject: {
      kind,
      name,
      ...(project && { project }),
      ...(stack && { stack }),
      ...(file && { file }),
      // What the engine itself does is judged beside them.
      resources: judgement.judged - Number(judgement.types.some(({ type }) => type === engineSettingsType)),
    },
    jurisdiction: { country, countryName, law },
    declarations: origins.flatMap(({ what, value, from }) => {
      if (what === "waiver") return [];
      const treaty = treaties.find((each) => what === "treaty" && value.endsWith(`: ${each.because}`));
      if (!treaty) return [{ what, value, origin: from }];
      const { because } = treaty;
      const used = judgement.treaties.find((each) => each.country === treaty.country && each.because === because);
      return [{ what, value: value.slice(0, -because.length - 2), origin: from, because, uses: used?.uses ?? 0 }];
    }),
    waivers: judgement.waivers.map(({ waiver: { rule, resource, because, approvedBy, expires }, uses, ...signed }) => ({
      ...{ rule, resource, because, approvedBy, expires: String(expires) },
      uses: uses.length,
      ...(signed.fault && { fault: signed.fault }),
      ...(signed.keyThumbprint && { key: signed.keyThumbprint }),
    })),
    hashes: { ...ownHashes(), ...(sha256 && { subject: sha256 }), ...(config && { config }) },
    enforcement,
    ...assessed(country, findings, rulesOf(judgement)),
    // Where there was nothing to judge, nothing is held.
    ...(judgement.judged === 0 && findings.length === 0 && { verdict: "unjudged" as const }),
    coverage: { ...judgement.coverage, types: judgement.types },
  };
}

/** Evidence of a program's plan, with what the plan only reads: a pack is never shown that. */
export function withReads(evidence: Evidence, reads: Judgement, approvals: readonly Approval[]): Evidence {
  const found = reads.findings.filter(({ rule }) => rule !== waiversHold).map((finding) => placed(finding));
  const others = evidence.findings.filter(({ rule }) => rule !== waiversHold);
  const all = [...others, ...found];
  const waivers = evidence.waivers.map((each, index) => ({
    ...each,
    uses: each.uses + (reads.waivers[index]?.uses.length ?? 0),
  }));
  const held = new Map(evidence.rules.map(({ name, counts }) => [name, counts.held]));
  const findings = [...all, ...waiverFindings(approvals, all).map((finding) => placed(finding))];
  return {
    ...evidence,
    subject: { ...evidence.subject, resources: evidence.subject.resources + reads.judged },
    waivers,
    ...assessed(evidence.jurisdiction.country, findings, held),
    coverage: {
      ...evidence.coverage,
      undecidable: evidence.coverage.undecidable + reads.judged,
      types: [...evidence.coverage.types, ...reads.types.map((each) => ({ ...each, by: "undecidable" as const }))],
    },
  };
}

/** Reads evidence that was written before. Throws `Unjudgeable` for what is none. */
export function readEvidence(file: string): Evidence {
  const remedy = "Name a file that freehold guard --evidence wrote.";
  const allowed = `evidence of format ${EVIDENCE_FORMAT}`;
  let json: unknown;
  try {
    json = JSON.parse(readFileSync(file, "utf8"));
  } catch (error) {
    const found = (error as { code?: string }).code === "ENOENT" ? "no such file" : "text that is no JSON";
    throw new Unjudgeable(file, { found, allowed, remedy });
  }
  const { success, data } = evidenceShape.safeParse(json);
  if (success) return data;
  throw new Unjudgeable(file, { found: "JSON that is no evidence, or of another format", allowed, remedy });
}

/** How many times each rule held. */
function rulesOf({ byRule, coverage, waivers }: Judgement): Map<string, number> {
  return new Map([
    [waiversHold, waivers.filter(({ uses, fault }) => fault === undefined && uses.length > 0).length] as const,
    ...Object.entries(byRule).map(([rule, { held }]) => [rule, held] as const),
    // It speaks only of what it cannot read; every other resource is one that it could.
    [nothingHidden.name, coverage.table + coverage.sweep] as const,
  ]);
}

/** What stands has no later moment at which it would be known. */
function settled(finding: Finding): Finding {
  if (finding.verdict !== "pending") return finding;
  return { ...finding, verdict: "undecidable", remedy: "Let pulumi up come to its end, and judge again." };
}

function placed(finding: Finding, source?: Source): EvidenceFinding {
  const { rule, verdict, urn, name, type, path, value, allowed, law, remedy, waiver } = finding;
  return {
    ...{ rule, verdict, urn, name, type, path, value },
    ...(allowed && { allowed }),
    ...{ law, remedy },
    ...(waiver && {
      waiver: {
        rule: waiver.rule,
        resource: waiver.resource,
        because: waiver.because,
        approvedBy: waiver.approvedBy,
        expires: String(waiver.expires),
      },
    }),
    ...(source && { file: source.file, line: source.line(path) }),
  };
}

function version(): string {
  const file = join(import.meta.dirname, "..", "package.json");
  return (JSON.parse(readFileSync(file, "utf8")) as { version: string }).version;
}
