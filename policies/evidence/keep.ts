import { renameSync, writeFileSync } from "node:fs";
import type { Declared } from "../declaration.ts";
import type { EnforcementChange } from "../enforcement.ts";
import { evidenceOf } from "../evidence.ts";
import type { Judgement } from "../judge.ts";
import type { Evidence } from "./shape.ts";

/** What a run of the engine showed. */
type Run = { judgement: Judgement; declared: Declared; enforcement: EnforcementChange[]; urns: readonly string[] };

/** Writes the evidence of a run of the engine to the file that FREEHOLD_EVIDENCE names, if it names one. */
export function keepEvidence({ judgement, declared, enforcement, urns }: Run, env: NodeJS.ProcessEnv): void {
  if (!env.FREEHOLD_EVIDENCE) return;
  const [stack = "", project = ""] = (urns[0] ?? "").replace(/^urn:pulumi:/, "").split("::", 2);
  const { jurisdiction, origins } = declared;
  const subject = { kind: "program" as const, name: `${project}/${stack}`, project, stack, file: "Pulumi.yaml" };
  writeEvidence(
    env.FREEHOLD_EVIDENCE,
    evidenceOf({ subject, judgement, jurisdiction, origins, enforcement, at: new Date() }),
  );
}

/** Writes evidence whole or not at all. */
export function writeEvidence(file: string, evidence: Evidence): void {
  const unfinished = `${file}.part`;
  writeFileSync(unfinished, `${JSON.stringify(evidence, null, 2)}\n`);
  renameSync(unfinished, file);
}
