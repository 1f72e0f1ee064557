import process from "node:process";
import { styleText } from "node:util";
import { clusterRuns } from "../rehearsal/cluster.ts";
import { lacksForDoor, openDoor } from "../rehearsal/door.ts";
import type { ProviderChoice } from "../rehearsal/home.ts";
import { foreignEnv, homeOf, rehearsalEnv, shellQuoted } from "../rehearsal/home.ts";
import { type Rehearsed, rehearse, type Step, takeDown } from "../rehearsal/rehearse.ts";
import { inspect, setup, type Toolchain } from "../rehearsal/toolchain.ts";
import { opening } from "./door.ts";
import { doorText } from "./door-text.ts";
import { Failure } from "./failure.ts";
import { duration, ProgressLines } from "./progress.ts";
import { SetupLines } from "./setup-lines.ts";
import { chooseStack } from "./stacks.ts";
import { summarise } from "./summary.ts";
import { summaryText } from "./summary-text.ts";

type Options = { door?: boolean; down?: boolean; env?: boolean; provider?: string; json?: boolean };

/** `freehold rehearse`: stands a country up, prints its environment, or takes it away. */
export async function rehearseCommand(country: string | undefined, options: Options): Promise<void> {
  const stack = chooseStack(country);
  if (options.env) return printEnv(stack);
  // With --json, standard output carries the result and nothing else.
  const lines = new ProgressLines(options.json ? process.stderr : process.stdout);
  if (options.down) return down(stack, options, lines);
  await up(stack, options, lines);
}

async function up(stack: string, options: Options, lines: ProgressLines) {
  const abort = new AbortController();
  const interrupt = () => {
    lines.stop();
    lines.say("  Stopping after the step in hand; npm start goes on from here. Once more stops at once.");
    abort.abort();
    process.once("SIGINT", () => process.exit(130));
  };
  process.once("SIGINT", interrupt);
  process.once("SIGTERM", interrupt);

  lines.say(`Rehearsing ${stack} from stacks/Pulumi.${stack}.yaml\n`);
  const show = stepLines(lines);
  let rehearsed: Rehearsed;
  try {
    rehearsed = await rehearse({
      stack,
      provider: providerChoice(options.provider),
      signal: abort.signal,
      onStep: show,
    });
  } finally {
    lines.stop();
  }
  if (abort.signal.aborted) process.exit(130);
  if (!rehearsed.engine.ok) throw new Failure(failureText(rehearsed, stack));
  const door = options.door ? await open(rehearsed, abort.signal, lines) : undefined;
  const summary = summarise(rehearsed, door);
  if (options.json) return void process.stdout.write(`${JSON.stringify(summary, null, 2)}\n`);
  const { home, country, toolchain } = rehearsed;
  lines.say(summaryText(summary, process.stdout, door && doorText(home, country, toolchain, door)));
}

/** Opens the door of what stands, where this machine can; where not, the rest stands all the same. */
async function open({ home, country, toolchain }: Rehearsed, signal: AbortSignal, lines: ProgressLines) {
  const lacks = lacksForDoor(toolchain);
  if (lacks.length > 0) {
    lines.say(
      `  door           stays shut, for this machine lacks ${lacks.join(", ")}: npx freehold door ${home.stack}`,
    );
    return undefined;
  }
  lines.begin("door", opening, 10);
  try {
    const door = await openDoor(home, country, toolchain as Required<Toolchain>, signal);
    lines.end("the gateway answers");
    return door;
  } catch (error) {
    if (signal.aborted) process.exit(130);
    throw error;
  } finally {
    lines.stop();
  }
}

async function down(stack: string, options: Options, lines: ProgressLines) {
  const { found } = await inspect({ parts: ["kwokctl"] });
  const { kwokctl } = found.kwokctl ? { kwokctl: found.kwokctl } : await setup({ parts: ["kwokctl"] });
  lines.begin("down", `stopping the rehearsal of ${stack}`, 2);
  const there = await takeDown(stack, { kwokctl });
  lines.end(
    there
      ? `The rehearsal of ${stack} is gone: no process, no cluster, no file is left.`
      : `There was no rehearsal of ${stack}.`,
  );
  if (options.json) process.stdout.write(`${JSON.stringify({ stack, removed: there })}\n`);
}

/** Lines for `eval`: the variables of the rehearsal, and those of a production shell taken out of the way. */
async function printEnv(stack: string) {
  const home = homeOf(stack);
  const { found } = await inspect({ parts: ["crds", "awsModels", "azureModels"] });
  if (!clusterRuns(home) || !found.crds) {
    throw new Failure(`No rehearsal of ${stack} is standing.\n  remedy   npx freehold rehearse ${stack}`);
  }
  const exports = Object.entries(rehearsalEnv(home, { ...found, crds: found.crds })).map(
    ([key, value]) => `export ${key}=${shellQuoted(value)}`,
  );
  // Not twice, where the lines are evaluated again.
  const bin = shellQuoted(home.bin);
  const path = `case ":$PATH:" in *:${bin}:*) ;; *) export PATH=${bin}:"$PATH" ;; esac`;
  process.stdout.write(`unset ${foreignEnv.join(" ")}\n${exports.join("\n")}\n${path}\n`);
}

function providerChoice(asked: string | undefined): ProviderChoice | undefined {
  if (asked === undefined || asked === "official" || asked === "rehearsal") return asked;
  throw new Failure(`--provider ${asked} is not a provider.\n  allowed  official, rehearsal`);
}

const titles = {
  cluster: ["control plane", "starting etcd, API server, controllers, scheduler, kwok"],
  hall: ["hall", "simulated nodes, the add-ons' custom resource definitions"],
  stack: ["stack", "a stack and secrets of its own"],
  recover: ["recovery", "making good what an interruption left"],
  update: ["update", "pulumi up"],
} as const;

function stepLines(lines: ProgressLines): (step: Step) => void {
  const setupLines = new SetupLines(lines);
  return (step) => {
    if (step.step === "setup") return setupLines.show(step.progress);
    if (step.step === "wait")
      return lines.say(`  Another run (process ${step.pid}) is at this rehearsal; waiting for it.`);
    setupLines.close();
    const [label, doing] = titles[step.step];
    if (step.phase === "begin") lines.begin(label, doing, step.usuallySeconds);
    else if (step.phase === "end") lines.end(step.detail ? `${doing}: ${step.detail}` : doing);
    else lines.note(`${step.progress.done} resources, last ${step.progress.name}`);
    return undefined;
  };
}

function failureText({ engine, seconds }: Rehearsed, stack: string): string {
  const bad = styleText("red", "The update did not finish", { stream: process.stderr });
  const errors = [...new Set(engine.errors)].map((error) => error.replaceAll(/^/gm, "  "));
  return [
    `${bad} (${duration(seconds)}).`,
    ...errors,
    `  remedy   mend it and run again; what stands stays: npx freehold rehearse ${stack}`,
  ].join("\n\n");
}
