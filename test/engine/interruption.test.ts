import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, expect, it } from "vitest";
import { commandLine, processesUnder } from "../../rehearsal/processes.ts";
import { Checkout, objectsIn } from "./checkout.ts";

const checkout = new Checkout({ stack: "ee", killed: true });
afterAll(async () => {
  await checkout.remove();
});

const rehearse = () => checkout.start(["rehearse", "ee", "--provider=rehearsal", "--json"]);

/** Moments in the life of a rehearsal, in the order in which they come: each run goes further than the one before. */
type Moment = {
  when: string;
  signal: NodeJS.Signals;
  reached(stderr: string, finished: number, has: (file: string) => boolean): boolean;
};
const moments: Moment[] = [
  { when: "before the cluster", signal: "SIGKILL", reached: (stderr) => stderr.includes("Rehearsing") },
  { when: "while the control plane starts", signal: "SIGKILL", reached: (_, __, has) => has("cluster/clusters") },
  { when: "while the hall is furnished", signal: "SIGKILL", reached: (_, __, has) => has("kubeconfig") },
  { when: "while the stack is made", signal: "SIGKILL", reached: (_, __, has) => has("initial") },
  { when: "as the update begins", signal: "SIGKILL", reached: (stderr) => stderr.includes("  update") },
  updating(5, "SIGKILL"),
  updating(20, "SIGKILL"),
  updating(35, "SIGKILL"),
  updating(50, "SIGINT"),
  updating(60, "SIGTERM"),
];

function updating(count: number, signal: NodeJS.Signals): Moment {
  const when = `by ${signal} after ${count} resources`;
  // The log of the run before lies there until this one's update begins.
  return { when, signal, reached: (stderr, finished) => stderr.includes("  update") && finished >= count };
}

it("finishes the job after ten interruptions, with nothing orphaned and nothing doubled", async () => {
  const folder = await rehearsalFolder();
  const has = (file: string) => existsSync(join(folder, file));
  const seen: string[] = [];
  for (const { when, signal, reached } of moments) {
    const run = rehearse();
    let ended = false;
    const end = run.ended.then((ran) => {
      ended = true;
      return ran;
    });
    while (!ended && !reached(run.stderr(), finishedSteps(folder), has)) await sleep(10);
    if (!ended) process.kill(run.pid, signal);
    const { code } = await end;
    seen.push(`${when}: ${code === 0 ? "was done" : "interrupted"}`);
  }
  expect(seen.filter((line) => line.endsWith("interrupted")).length, seen.join("\n")).toBe(moments.length);

  const last = await rehearse().ended;
  expect(last.code, last.stderr).toBe(0);
  const leftOver = [...processesUnder(join(folder, "engine")), ...processesUnder(join(folder, "pulumi"))];
  expect(leftOver.map((pid) => commandLine(pid).join(" "))).toEqual([]);
  expect(Object.keys(await objectsIn(join(folder, "kubeconfig"))).sort()).toEqual((await stateObjects()).sort());
  const again = await rehearse().ended;
  expect(Object.keys(JSON.parse(again.stdout).changes)).toEqual(["same"]);
}, 600_000);

function finishedSteps(folder: string): number {
  const log = join(folder, "events.jsonl");
  return existsSync(log) ? readFileSync(log, "utf8").split('"resOutputsEvent"').length - 1 : 0;
}

async function rehearsalFolder(): Promise<string> {
  const script = "import { homeOf } from './rehearsal/home.ts'; console.log(homeOf('ee').folder)";
  return (await checkout.shell(`node --input-type=module -e "${script}"`)).stdout.trim();
}

/** The objects in the state that are whole objects and no patches, as `objectsIn` names them. */
async function stateObjects(): Promise<string[]> {
  const { stdout } = await checkout.pulumi("stack export -s ee");
  const resources: Resource[] = JSON.parse(stdout).deployment.resources;
  return resources
    .filter(({ type }) => type.startsWith("kubernetes:") && !/Patch$|:helm\.sh\//.test(type))
    .map(({ inputs: { kind, metadata } }) => `${kind} ${metadata.namespace ?? ""}/${metadata.name}`);
}

type Resource = { type: string; inputs: { kind: string; metadata: { name: string; namespace?: string } } };
