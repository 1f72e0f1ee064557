import process from "node:process";
import type { ExitPlan } from "../../components/exit.ts";
import { lacksForDoor } from "../../rehearsal/door.ts";
import { type MoveStepId, rehearseMove } from "../../rehearsal/move.ts";
import { setup } from "../../rehearsal/toolchain.ts";
import { Failure } from "../failure.ts";
import { ProgressLines } from "../progress.ts";
import { SetupLines } from "../setup-lines.ts";
import { movedReport, movedText } from "./moved-text.ts";

const usually: Partial<Record<MoveStepId, number>> = { cloud: 80, hall: 60, close: 20, erase: 60, forget: 20 };

/** Carries a plan out in two rehearsals, says so step by step, and in the end what was the same before and after. */
export async function carryOut(plan: ExitPlan, { json }: { json: boolean }): Promise<void> {
  const lines = new ProgressLines(json ? process.stderr : process.stdout);
  const setupLines = new SetupLines(lines);
  const toolchain = await setup({ progress: (progress) => setupLines.show(progress) });
  setupLines.close();
  const lacks = lacksForDoor(toolchain);
  if (lacks.length > 0) {
    throw new Failure(
      `This machine cannot rehearse a move: its tenants come in by a live door.\n  missing  ${lacks.join(", ")}\n  remedy   npx freehold setup says why parts are missing; without --rehearse the plan is written`,
    );
  }
  const [cloud, hall] = [plan.from.stack, plan.to.stack];
  const steps = plan.phases.flatMap(({ steps }, phase) =>
    steps.map(({ id, title }, index) => [id, { title, number: `${phase + 1}.${index + 1}` }] as const),
  );
  const known: Partial<Record<MoveStepId, { title: string; number: string }>> = {
    ...Object.fromEntries(steps),
    cloud: { title: `Rehearse ${cloud}, with its door open`, number: "0" },
  };
  const signal = interruptible(lines, plan);
  lines.say(`Leaving ${cloud} for ${hall}, rehearsed on this machine\n`);
  const began = performance.now();
  try {
    const moved = await rehearseMove({
      cloud,
      hall,
      signal,
      onBegin: (id) => lines.begin(known[id]?.number ?? "", known[id]?.title ?? id, usually[id]),
      onStep: (step) => {
        if (step.step === "wait")
          lines.say(`  Another run (process ${step.pid}) is at this rehearsal; waiting for it.`);
        else if (step.step === "update" && step.phase === "progress")
          lines.note(`${step.progress.done} resources, last ${step.progress.name}`);
      },
      onEnd: ({ id, found }) => lines.end(`${known[id]?.title ?? id}: ${found}`),
    });
    const told = movedReport(plan, moved, Math.round((performance.now() - began) / 100) / 10);
    if (json) process.stdout.write(`${JSON.stringify(told, null, 2)}\n`);
    else lines.say(movedText(told, process.stdout).join("\n"));
    if (moved.refused.length > 0) process.exitCode = 1;
  } catch (error) {
    if (signal.aborted) process.exit(130);
    throw error;
  } finally {
    lines.stop();
  }
}

function interruptible(lines: ProgressLines, { from, to }: ExitPlan): AbortSignal {
  const abort = new AbortController();
  const interrupt = () => {
    lines.stop();
    lines.say(
      `  Stopping after the step in hand. What stands stays: npx freehold rehearse ${from.stack} --down, and ${to.stack}. Once more stops at once.`,
    );
    abort.abort();
    process.once("SIGINT", () => process.exit(130));
  };
  process.once("SIGINT", interrupt);
  process.once("SIGTERM", interrupt);
  return abort.signal;
}
