import { styleText } from "node:util";
import { grouped } from "../../components/country/wording.ts";
import type { StepId } from "../../components/exit/step.ts";
import type { ExitPlan } from "../../components/exit.ts";
import type { Moved } from "../../rehearsal/move.ts";
import { columns } from "../columns.ts";
import { duration } from "../progress.ts";

/** What no rehearsal does of a plan, and why. */
const notHere: Partial<Record<StepId, string>> = {
  announce: "people do it",
  line: "both sides are on this machine",
  registry: "no image is pulled here",
  ttl: "the name here is asked for every time",
  weights: "no weights are here, model servers are simulated",
  workspaces: "the tenants' own",
  backup: "CloudNativePG's operator is not here: no backup is taken",
  "copy-backup": "no backup is taken here",
  restore: "the hall's database begins empty here, and the import of the night brings all records",
  dump: "the import of the night brings all records here",
  "compare-use": "no day is over here; instead, every answer is compared with its record in the end",
  bring: "a database beside the cluster is in no rehearsal",
  "bring-last": "a database beside the cluster is in no rehearsal",
  agree: "two days later",
  watch: "a week",
  keep: "people do it",
  "end-keys": "the simulated cloud has no keys that wait for their end",
  "look-round": "the simulated cloud bills nothing",
};

/** What a rehearsed move says, as it is with --json. */
export type MovedReport = Omit<Moved, "carried" | "hall"> & {
  from: ExitPlan["from"];
  to: ExitPlan["to"];
  /** Every step of the plan: what was found when it was carried out, or why it was not. */
  steps: { step: string; id: StepId; title: string; found?: string; seconds?: number; notHere?: string }[];
  simulated: string[];
  seconds: number;
};

/** The plan's steps with what came of each, and what was the same before and after. */
export function movedReport(plan: ExitPlan, { carried, hall: _, ...moved }: Moved, seconds: number): MovedReport {
  const steps = plan.phases.flatMap((phase, at) =>
    phase.steps.map(({ id, title }, index) => {
      const done = carried.find((each) => each.id === id);
      const reason = notHere[id] ?? "not rehearsed";
      return {
        step: `${at + 1}.${index + 1}`,
        id,
        title,
        ...(done ? { found: done.found, seconds: done.seconds } : { notHere: reason }),
      };
    }),
  );
  return {
    from: plan.from,
    to: plan.to,
    steps,
    ...moved,
    simulated: simulated(plan, moved.records !== undefined),
    seconds,
  };
}

/** The report as a person reads it. */
export function movedText(report: MovedReport, stream: NodeJS.WriteStream): string[] {
  const bold = (text: string) => styleText("bold", text, { stream });
  const { from, to, steps, tenants, refused, seconds } = report;
  const left = steps.filter((step) => step.notHere !== undefined);
  return [
    "",
    bold(`${from.stack} is gone, ${to.stack} stands: the same tenants, keys, models and addresses before and after.`),
    "",
    ...columns(
      tenants.map(({ name, baseUrl, models, tokens }) => ({
        tenant: name,
        "base URL": baseUrl,
        models: models.join(", "),
        tokens: grouped(tokens),
      })),
    ),
    "",
    ...noticed(report),
    ...refused.slice(0, 5).map(({ tenant, at, status, why }) => `    ${tenant} after ${at} s: ${status} ${why}`),
    `  time       ${duration(seconds)}`,
    "",
    bold("Not carried out here"),
    ...left.map(({ step, title, notHere }) => `  ${step.padEnd(4)} ${title}: ${notHere}`),
    "",
    bold("Simulated"),
    ...report.simulated.map((text) => `  ${text}`),
    "",
    bold("Next"),
    `  npx freehold door ${to.stack}    the hall's gateway: the keys that tenants had before`,
    `  npx freehold exit ${from.stack} --to ${to.stack} --out plan.md    the plan, with every command`,
    `  npx freehold rehearse ${to.stack} --down    takes the hall away`,
  ];
}

function noticed({ asked, refused, answers, records }: MovedReport): string[] {
  const kept =
    records === undefined
      ? "not compared: the country keeps none, or in a database beside the cluster, which no rehearsal has"
      : `${grouped(answers)} answers, ${grouped(records)} records of them in the hall, each once, with the tokens that tenants were told`;
  return [
    `  requests   ${grouped(asked)} from the first step to the last, ${refused.length} of them refused`,
    `  records    ${kept}`,
  ];
}

function simulated({ from, to }: ExitPlan, withRecords: boolean): string[] {
  const cloud = from.kind === "aws" ? "AWS" : "Azure";
  return [
    `${cloud} in ${from.place}: a world of its own on this machine; nodes of both sides, their GPUs, and the model servers on them`,
    "cert-manager's operator: a stand-in issues certificates",
    ...(withRecords ? ["CloudNativePG's operator: a stand-in runs one real Postgres on each side"] : []),
    `the name: an address on this machine that leads to ${from.stack}'s door, then to ${to.stack}'s, as DNS does where nothing is remembered`,
  ];
}
