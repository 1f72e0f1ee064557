// npm run bench [-- <turns>]: what the program costs, beside what a bare program with the same objects costs.
// Figures are medians of several runs of whole processes; ratios are medians of the ratios of runs made side by side.
import { execFile } from "node:child_process";
import { cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { promisify } from "node:util";
import { stringify } from "yaml";
import { cloudOf } from "../components/cloud.ts";
import { loadCountry } from "../components/country.ts";
import { Freehold } from "../components/freehold.ts";
import { plan } from "../policies/plan.ts";
import { Checkout } from "../test/engine/checkout.ts";
import { manyTenants } from "./many-tenants.ts";
import { type Command, type Compared, type Peak, peaks, sideBySide, taken } from "./measured.ts";

const run = promisify(execFile);
const turns = Number(process.argv[2] ?? 5);
const series = { tenants: [1, 50, 100, 200, 300], models: 20 };

const checkout = new Checkout();
const freehold = (...args: string[]): Command => ({
  words: [process.execPath, join(checkout.folder, "cli/freehold.js"), ...args],
});

try {
  title("Commands");
  const commands = {
    script: { words: [process.execPath, "-e", "0"] },
    help: freehold("--help"),
    check: freehold("check", "ch"),
  };
  const small = await sideBySide(commands, turns);
  row("node, an empty script", small.script);
  row("freehold --help", small.help, "the empty script");
  row("freehold check ch", small.check, "the empty script");
  const first = await taken(freehold("rehearse", "ch"));
  row("rehearse ch, caches warm, to standing", first);
  const { again } = await sideBySide({ again: freehold("rehearse", "ch") }, turns);
  row("rehearse ch again, nothing changes", { ...again, ratio: ratioOf(again, first) }, "the first");

  const env = await rehearsalEnv();
  const bare = await bareProject(env);
  title(`The program, ${bare.resources} resources: on the clock, and of all processors together`);
  const update = (...words: string[]) => ({ bare: bare.update(...words), freehold: ours(env, ...words) });
  // That both find nothing to change shows that they register the same.
  const unchanged = await sideBySide(update("up", "--yes", "--skip-preview", "--expect-no-changes"), turns);
  row("up, nothing changes: bare program, the same objects", unchanged.bare);
  row("up, nothing changes: the country", unchanged.freehold, "the bare program");

  await run(
    ...executed({ ...ours(env), words: [rehearsed(env).engine, "state", "unprotect", "--all", "--yes", "-s", "ch"] }),
  );
  await run(...executed(ours(env, "destroy", "--yes")));
  bare.takeState();
  const previews = { ...update("preview"), pack: ours(env, "preview", "--policy-pack", "policies") };
  const anew = await sideBySide(previews, turns);
  row("preview from nothing: bare program, the same objects", anew.bare);
  row("preview from nothing: the country", anew.freehold, "the bare program");
  row("preview from nothing: the same with the policy pack", anew.pack, "the bare program");

  title("Memory at most, MiB");
  memory("preview from nothing: bare program", await peaks(previews.bare));
  memory("preview from nothing: the country", await peaks(previews.freehold));
  memory("preview from nothing: the same with the policy pack", await peaks(previews.pack));

  title(`Tenants, each with ${series.models} models: schema, plan and guards, in a process of its own`);
  await tenants();

  title(`The same under the engine: preview from nothing of ${series.tenants.at(-1)} tenants`);
  writeCountry(manyTenants(series.tenants.at(-1)!, series.models));
  const wrapped = {
    words: [join(env.PULUMI_HOME!, "versions/3.259.0/bin/pulumi"), "preview", "-s", "ch"],
    cwd: checkout.folder,
    env,
  };
  row("preview", await taken(wrapped));
  memory("preview", await peaks(wrapped));
} finally {
  await checkout.remove();
}

/** Processor time in seconds; memory in MiB that the country and its plan hold, and that the process needed at most. */
type Point = { tenants: number; resources: number; processor: number; held: number; peak: number };

async function tenants() {
  const points: Point[] = [];
  for (const count of series.tenants) {
    const words = ["--expose-gc", join(import.meta.dirname, "tenants.ts"), String(count), String(series.models)];
    const runs: Point[] = [];
    for (let turn = 0; turn < turns; turn++) runs.push(JSON.parse((await run(process.execPath, words)).stdout));
    // What disturbs a run only ever adds to it.
    const least = (key: keyof Point) => Math.min(...runs.map((each) => each[key]));
    points.push({
      tenants: count,
      resources: least("resources"),
      processor: least("processor"),
      held: least("held"),
      peak: least("peak"),
    });
  }
  for (const { tenants, resources, processor, held, peak } of points) {
    const memory = [`${held.toFixed(1)} MiB held`, `${peak.toFixed(0)} MiB at most`];
    line(`tenants: ${tenants}, resources: ${resources}`, `${processor.toFixed(3)} s`, ...memory);
  }
  const each = (from: number, to: number, key: "processor" | "held") => {
    const [less, more] = [from, to].map((count) => points.find(({ tenants }) => tenants === count)![key]);
    return (more! - less!) / (to - from);
  };
  const growth = (key: "processor" | "held", thousandths: string) => {
    const [early, late] = [each(1, 100, key), each(200, 300, key)];
    const per = (value: number) => `${(value * 1000).toFixed(2)} ${thousandths}`;
    const verdict = late <= early * 1.25 ? "linear" : "MORE THAN LINEAR";
    line(
      `a tenant more: ${per(early)} up to 100, ${per(late)} from 200 on`,
      `× ${(late / early).toFixed(2)}: ${verdict}`,
    );
  };
  growth("processor", "ms");
  growth("held", "KiB");
}

/** The country's own program, straight on the engine: what a rehearsal puts before it is no part of the comparison. */
function ours(env: NodeJS.ProcessEnv, ...words: string[]): Command {
  const { engine, stackFile } = rehearsed(env);
  return { words: [engine, ...words, "-s", "ch", `--config-file=${stackFile}`], cwd: checkout.folder, env };
}

function rehearsed({ FREEHOLD_REHEARSAL: folder = "" }: NodeJS.ProcessEnv) {
  return {
    engine: join(folder, "engine/pulumi"),
    stackFile: join(folder, "stacks/Pulumi.ch.yaml"),
    state: join(folder, "state"),
  };
}

async function rehearsalEnv(): Promise<NodeJS.ProcessEnv> {
  const { stdout } = await checkout.shell('eval "$(npx --no-install freehold rehearse ch --env)"; env -0');
  const pairs = stdout
    .split("\0")
    .filter(Boolean)
    .map((pair) => [pair.slice(0, pair.indexOf("=")), pair.slice(pair.indexOf("=") + 1)]);
  return Object.fromEntries(pairs);
}

type Exported = { urn: string; type: string; id?: string };

/** A project of the same name whose program registers what the country's state holds, on a copy of that state. */
async function bareProject(env: NodeJS.ProcessEnv) {
  const folder = join(checkout.folder, "bare");
  const { engine, stackFile, state } = rehearsed(env);
  mkdirSync(folder);
  const exported = await run(engine, ["stack", "export", "-s", "ch", "--show-secrets"], {
    cwd: checkout.folder,
    env,
    maxBuffer: 2 ** 28,
  });
  const charts = await chartsOf(env);
  const { resources }: { resources: Exported[] } = JSON.parse(exported.stdout).deployment;
  const provider = resources.find(({ type }) => type === "pulumi:providers:kubernetes");
  const registered = resources.map((resource) => {
    const inputs = charts.get(within(resource.urn));
    return inputs ? { ...resource, inputs, remote: true, provider: `${provider?.urn}::${provider?.id}` } : resource;
  });
  writeFileSync(join(folder, "resources.json"), JSON.stringify(registered));
  cpSync(join(import.meta.dirname, "bare.ts"), join(folder, "bare.ts"));
  writeFileSync(
    join(folder, "package.json"),
    '{ "type": "module", "dependencies": { "@pulumi/kubernetes": "4.34.2" } }\n',
  );
  symlinkSync(join(checkout.folder, "node_modules"), join(folder, "node_modules"));
  const project = readFileSync(join(checkout.folder, "Pulumi.yaml"), "utf8");
  writeFileSync(join(folder, "Pulumi.yaml"), project.replace("main: stacks/index.ts", "main: bare.ts"));
  const takeState = () => cpSync(state, join(folder, "state"), { recursive: true });
  takeState();
  const bareEnv = { ...env, PULUMI_BACKEND_URL: `file://${join(folder, "state")}` };
  const update = (...words: string[]): Command => ({
    words: [engine, ...words, "-s", "ch", `--config-file=${stackFile}`],
    cwd: folder,
    env: bareEnv,
  });
  return { resources: resources.length, takeState, update };
}

/** What the charts were told, which a state does not hold. */
async function chartsOf(env: NodeJS.ProcessEnv): Promise<Map<string, object>> {
  const country = loadCountry(join(checkout.folder, "stacks/Pulumi.ch.yaml"));
  process.env.KUBECONFIG = env.KUBECONFIG;
  const cloud = await cloudOf(country.target.kind);
  const cluster = await cloud.inspect(country);
  const planned = await plan(() => new Freehold("ch", { country, cloud, cluster, keySeed: "0".repeat(64) }));
  const charts = planned.filter(({ type }) => type === "kubernetes:helm.sh/v4:Chart");
  return new Map(charts.map(({ urn, props }) => [within(urn), props]));
}

/** A resource's address within whatever stack of whatever project. */
function within(urn: string): string {
  return urn.split("::").slice(2).join("::");
}

function writeCountry(sections: Record<string, unknown>) {
  const config = Object.fromEntries(Object.entries(sections).map(([name, section]) => [`freehold:${name}`, section]));
  writeFileSync(join(checkout.folder, "stacks/Pulumi.ch.yaml"), stringify({ config }));
}

function executed({ words: [file, ...args], cwd, env }: Command) {
  return [file!, args, { cwd, env, maxBuffer: 2 ** 28 }] as const;
}

function ratioOf(one: { seconds: number; processor: number }, other: { seconds: number; processor: number }) {
  return { seconds: one.seconds / other.seconds, processor: one.processor / other.processor };
}

function title(text: string) {
  process.stdout.write(`\n${text}\n`);
}

function row(
  what: string,
  { seconds, processor, ratio }: Pick<Compared, "seconds" | "processor"> & Partial<Compared>,
  against?: string,
) {
  const compared =
    ratio && against ? `× ${ratio.seconds.toFixed(2)} (× ${ratio.processor.toFixed(2)}) of ${against}` : "";
  line(what, `${seconds.toFixed(2)} s`, `${processor.toFixed(2)} s`, compared);
}

function memory(what: string, { engine, program, provider, pack }: Partial<Record<string, Peak>>) {
  const named = Object.entries({ engine, program, provider, pack }).filter(
    (entry): entry is [string, Peak] => entry[1] !== undefined,
  );
  line(what, ...named.map(([part, { mebibytes }]) => `${part} ${mebibytes.toFixed(0)}`));
}

function line(what: string, ...columns: string[]) {
  process.stdout.write(`  ${what.padEnd(52)}  ${columns.map((column) => column.padStart(10)).join("  ")}\n`);
}
