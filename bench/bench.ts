// npm run bench: every figure is the median of several runs of whole processes; ratios are of runs made side by side.
import { execFile } from "node:child_process";
import { cpSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { promisify } from "node:util";
import { clouds } from "../components/cloud.ts";
import { loadCountry } from "../components/country.ts";
import { Freehold } from "../components/freehold.ts";
import { plan } from "../policies/program.ts";
import { Checkout } from "../test/engine/checkout.ts";

const run = promisify(execFile);
const runs = Number(process.argv[2] ?? 5);

const rows: [string, string, string][] = [];
const report = (what: string, seconds: number, against?: number) =>
  rows.push([what, `${seconds.toFixed(2)} s`, against === undefined ? "" : `× ${(seconds / against).toFixed(2)}`]);

const checkout = new Checkout();
try {
  const command = (...args: string[]) => run(process.execPath, [join(checkout.folder, "cli/freehold.js"), ...args]);

  const bare = await median(() => run(process.execPath, ["-e", "0"]));
  report("node, an empty script", bare, bare);
  report("freehold --help", await median(() => command("--help")), bare);
  report("freehold check ch", await median(() => command("check", "ch")), bare);

  const first = await time(() => command("rehearse", "ch"));
  const second = await median(() => command("rehearse", "ch"));
  report("rehearse ch, caches warm, to standing", first);
  report("rehearse ch again, nothing changes", second, first);

  const env = await rehearsalEnv();
  const bareFolder = await bareProject(env);
  const pulumi = join(env.PULUMI_HOME!, "versions/3.259.0/bin/pulumi");
  const engine = join(env.FREEHOLD_REHEARSAL!, "engine/pulumi");
  await run(pulumi, ["destroy", "-s", "ch", "--yes"], { cwd: checkout.folder, env });
  const previews = {
    bare: () => run(engine, ["preview", "-s", "bare"], { cwd: bareFolder, env }),
    freehold: () => run(pulumi, ["preview", "-s", "ch"], { cwd: checkout.folder, env }),
    pack: () => run(pulumi, ["preview", "-s", "ch", "--policy-pack", "policies"], { cwd: checkout.folder, env }),
  };
  const medians = await sideBySide(previews);
  report("preview of the same objects, bare program", medians.bare, medians.bare);
  report("preview of the country: schema, preflight, guards", medians.freehold, medians.bare);
  report("the same with the policy pack", medians.pack, medians.bare);
} finally {
  await checkout.remove();
}

const width = Math.max(...rows.map(([what]) => what.length));
for (const [what, seconds, ratio] of rows)
  process.stdout.write(`${what.padEnd(width)}  ${seconds.padStart(8)}  ${ratio}\n`);

async function rehearsalEnv(): Promise<NodeJS.ProcessEnv> {
  const { stdout } = await checkout.shell('eval "$(npx --no-install freehold rehearse ch --env)"; env -0');
  const pairs = stdout
    .split("\0")
    .filter(Boolean)
    .map((line) => [line.slice(0, line.indexOf("=")), line.slice(line.indexOf("=") + 1)]);
  return Object.fromEntries(pairs);
}

/** A project beside the country's whose program registers the same objects and does nothing else. */
async function bareProject(env: NodeJS.ProcessEnv): Promise<string> {
  const folder = join(checkout.folder, "bare");
  mkdirSync(folder);
  const country = loadCountry(join(checkout.folder, "stacks/Pulumi.ch.yaml"));
  process.env.KUBECONFIG = env.KUBECONFIG;
  const cluster = await clouds[country.target.kind].inspect(country);
  const resources = await plan(() => new Freehold("ch", { country, cluster, keySeed: "0".repeat(64) }));
  writeFileSync(join(folder, "plan.json"), JSON.stringify(resources));
  cpSync(join(import.meta.dirname, "bare.ts"), join(folder, "bare.ts"));
  writeFileSync(
    join(folder, "package.json"),
    '{ "type": "module", "dependencies": { "@pulumi/kubernetes": "4.34.2" } }\n',
  );
  symlinkSync(join(checkout.folder, "node_modules"), join(folder, "node_modules"));
  writeFileSync(
    join(folder, "Pulumi.yaml"),
    "name: bare\nmain: bare.ts\nruntime: { name: nodejs, options: { typescript: false, nodeargs: --stack-trace-limit=4 } }\n",
  );
  await run(join(env.FREEHOLD_REHEARSAL!, "engine/pulumi"), ["stack", "init", "bare"], { cwd: folder, env });
  return folder;
}

async function time(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await work();
  return (performance.now() - began) / 1000;
}

async function median(work: () => Promise<unknown>): Promise<number> {
  return (await sideBySide({ work })).work;
}

/** Takes turns, so that whatever else the machine is doing falls on all alike. */
async function sideBySide<Name extends string>(
  works: Record<Name, () => Promise<unknown>>,
): Promise<Record<Name, number>> {
  const names = Object.keys(works) as Name[];
  const seconds = Object.fromEntries(names.map((name) => [name, [] as number[]])) as Record<Name, number[]>;
  for (const name of names) await works[name]();
  for (let turn = 0; turn < runs; turn++) {
    for (const name of names) seconds[name].push(await time(works[name]));
  }
  return Object.fromEntries(
    names.map((name) => [name, seconds[name].sort((a, b) => a - b)[Math.floor(runs / 2)]!]),
  ) as Record<Name, number>;
}
