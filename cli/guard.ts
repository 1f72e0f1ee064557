import { writeFileSync } from "node:fs";
import { resolve } from "node:path";
import process from "node:process";
import { CountryFaults } from "../components/country.ts";
import { Undeclared } from "../policies/declaration.ts";
import { diff, type EvidenceDiff } from "../policies/evidence/diff.ts";
import { writeEvidence } from "../policies/evidence/keep.ts";
import type { Evidence } from "../policies/evidence/shape.ts";
import { readEvidence } from "../policies/evidence.ts";
import { htmlReport } from "../policies/report/html.ts";
import { legible } from "../policies/report/legible.ts";
import { sarif } from "../policies/sarif.ts";
import { Unjudgeable } from "../policies/subject.ts";
import { judged } from "./guard/judged.ts";
import { guardText } from "./guard/text.ts";
import { ProgressLines } from "./progress.ts";

type Options = Partial<
  Record<
    "stack" | "state" | "manifests" | "country" | "declaration" | "sarif" | "report" | "evidence" | "previous",
    string
  >
> & { json?: boolean };

/**
 * `freehold guard`: what leaves the declared jurisdiction, what cannot be decided, and what is open until up. Exit code 0 when
 * nothing is broken, 1 when something is or cannot be decided, 2 when nothing could be judged by what was said.
 */
export async function guardCommand(folder: string | undefined, options: Options): Promise<void> {
  try {
    await guard(resolve(folder ?? "."), options);
  } catch (error) {
    if (!isUsage(error)) throw error;
    process.stderr.write(`${error.message.split("\n").map(legible).join("\n")}\n`);
    process.exitCode = 2;
  }
}

async function guard(folder: string, options: Options): Promise<void> {
  const sources = (["stack", "state", "manifests"] as const).filter((source) => options[source] !== undefined);
  if (sources.length > 1) {
    const [first, second] = sources;
    throw new Unjudgeable("Two things at once", {
      found: `--${first} and --${second}`,
      allowed: "one of --stack, --state and --manifests, or none for the program",
      remedy: "Judge them one after the other.",
    });
  }
  // Before anything runs: a run of minutes should not end in a file that cannot be read.
  const previous = options.previous === undefined ? undefined : readEvidence(options.previous);
  const evidence = await judged({ folder, ...options, env: environment(options) }, new ProgressLines(process.stderr));
  const difference = previous && diff(previous, evidence);
  keep(evidence, difference, options);
  const shown = options.json
    ? JSON.stringify({ ...evidence, ...(difference && { diff: difference }) }, null, 2)
    : guardText(evidence, difference, nextSteps(evidence, options), process.stdout);
  process.stdout.write(`${shown}\n`);
  if (!["held", "pending", "waived"].includes(evidence.verdict)) process.exitCode = 1;
}

function environment({ country, declaration }: Options): NodeJS.ProcessEnv {
  return {
    ...process.env,
    ...(country !== undefined && { FREEHOLD_COUNTRY: country }),
    ...(declaration !== undefined && { FREEHOLD_DECLARATION: resolve(declaration) }),
  };
}

function keep(evidence: Evidence, difference: EvidenceDiff | undefined, options: Options) {
  if (options.evidence !== undefined) writeEvidence(options.evidence, evidence);
  const files: [string | undefined, () => string][] = [
    [options.sarif, () => `${JSON.stringify(sarif(evidence), null, 2)}\n`],
    [options.report, () => htmlReport(evidence, difference)],
  ];
  for (const [file, text] of files) {
    if (file !== undefined) writeFileSync(file, text());
  }
}

function nextSteps({ counts, subject }: Evidence, { report, evidence }: Options): string[] {
  const steps = [
    counts.broken + counts.undecidable > 0 &&
      "mend what is broken, decide or have waived what nobody can know, and run again",
    counts.pending > 0 &&
      subject.kind === "program" &&
      "pulumi up --policy-pack <this pack>    decides what is pending",
    report === undefined && "freehold guard ... --report residency.html    the same as a page for an auditor",
    evidence === undefined && "freehold guard ... --evidence residency.json    to compare with, by --previous",
  ];
  return steps.filter((step) => step !== false);
}

/** What somebody said wrongly, not what was found. */
function isUsage(error: unknown): error is Error {
  return error instanceof Undeclared || error instanceof CountryFaults || error instanceof Unjudgeable;
}
