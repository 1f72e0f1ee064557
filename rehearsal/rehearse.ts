import { existsSync, mkdirSync, readdirSync, rmSync } from "node:fs";
import { dirname } from "node:path";
import { type Country, loadCountry } from "../components/country.ts";
import { enterWorld } from "./clouds/enter-world.ts";
import { clusterRuns, nameContext, removeCluster, startCluster } from "./cluster.ts";
import { type EngineProgress, type EngineResult, runEngine } from "./engine.ts";
import { furnishHall } from "./hall.ts";
import { type Home, homeOf, type ProviderChoice, rehearsalEnv } from "./home.ts";
import { withLock } from "./lock.ts";
import { prepareHome } from "./prepare-home.ts";
import { stopProcessesUnder } from "./processes.ts";
import { recover, settleState, takeOver } from "./recover.ts";
import { type Changes, copyStackFile, initialiseStack } from "./stack-copy.ts";
import { type Progress as SetupProgress, setup, type Toolchain } from "./toolchain.ts";

export type RehearseOptions = {
  stack: string;
  /** The Kubernetes provider to talk through; left out, the official one where it is to be had. */
  provider?: ProviderChoice;
  /** What the copy of the country file says otherwise. */
  changes?: Changes;
  /** The key seed of a stack that is made now; left out, one of its own. */
  keySeed?: string;
  signal?: AbortSignal;
  onStep(step: Step): void;
};

/** One thing being done, told when it begins, while it goes on, and when it has ended. */
export type Step =
  | { step: StepName; phase: "begin"; usuallySeconds: number }
  | { step: StepName; phase: "end"; detail: string }
  | { step: "update"; phase: "progress"; progress: EngineProgress }
  | { step: "setup"; phase: "progress"; progress: SetupProgress }
  | { step: "wait"; phase: "progress"; pid: number };

type StepName = "cluster" | "hall" | "stack" | "recover" | "update";

/** What stands after a rehearsal, and how it came to stand. */
export type Rehearsed = {
  country: Country;
  home: Home;
  env: Record<string, string>;
  provider: ProviderChoice;
  toolchain: Toolchain;
  engine: EngineResult;
  seconds: number;
};

/** Brings the rehearsal of a country to where its file says it should be: sets up, starts, updates; leaves it standing. */
export async function rehearse(options: RehearseOptions): Promise<Rehearsed> {
  const began = performance.now();
  const home = homeOf(options.stack);
  // The file first: a fault in it must cost a second, not a build.
  const country = loadCountry(home.countryFile);
  const toolchain = await setup({
    progress: (progress) => options.onStep({ step: "setup", phase: "progress", progress }),
    signal: options.signal,
  });
  const provider = chooseProvider(toolchain, options.provider);
  mkdirSync(dirname(home.lock), { recursive: true });
  return withLock(
    home.lock,
    async () => {
      const env = rehearsalEnv(home, toolchain);
      await stand(home, env, country, toolchain, provider, options);
      const engine = await update(home, env, options);
      return { country, home, env, provider, toolchain, engine, seconds: (performance.now() - began) / 1000 };
    },
    { onWait: ({ pid }) => options.onStep({ step: "wait", phase: "progress", pid }) },
  );
}

/** Stops everything a rehearsal runs and removes everything it wrote. Returns whether there was one. */
export async function takeDown(stack: string, toolchain: Pick<Toolchain, "kwokctl">): Promise<boolean> {
  const home = homeOf(stack);
  if (!existsSync(home.folder)) return false;
  return withLock(home.lock, async () => {
    await removeCluster(home, toolchain);
    stopProcessesUnder(home.folder);
    rmSync(home.folder, { recursive: true, force: true });
    return true;
  });
}

/** Stacks of this cache that are being rehearsed, as their folders are named. */
export function rehearsals(): Home[] {
  const folder = dirname(homeOf("any").folder);
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => homeOf(entry.name.replace(/-[0-9a-f]{8}$/, "")))
    .filter((home) => existsSync(home.folder));
}

function chooseProvider(toolchain: Toolchain, asked?: ProviderChoice): ProviderChoice {
  if (asked === "official" && !toolchain.kubernetesProvider) {
    throw new Error(
      "The official Kubernetes provider is not here.\n  remedy   set FREEHOLD_MIRROR to a folder that has it, then: npx freehold setup",
    );
  }
  return asked ?? (toolchain.kubernetesProvider ? "official" : "rehearsal");
}

/** Everything up to the update: folders, control plane, hall, stack, and what an interruption left behind. */
async function stand(
  home: Home,
  env: Record<string, string>,
  country: Country,
  toolchain: Toolchain,
  provider: ProviderChoice,
  { onStep, changes, keySeed }: RehearseOptions,
) {
  const step = async (name: StepName, usuallySeconds: number, work: () => unknown) => {
    onStep({ step: name, phase: "begin", usuallySeconds });
    onStep({ step: name, phase: "end", detail: String((await work()) ?? "") });
  };
  const running = clusterRuns(home);
  // A cluster that was lost took every object with it: state that still lists them would be a lie.
  if (!running) rmSync(home.folder, { recursive: true, force: true });
  mkdirSync(home.folder, { recursive: true, mode: 0o700 });
  prepareHome(home, toolchain, provider);
  enterWorld(home, country.target);
  if (running) nameContext(home.kubeconfig, country.target.context);
  else await step("cluster", 5, () => startCluster(home, toolchain, country.target.context));
  await step("hall", 3, () => furnishHall(home, country, toolchain.crds.path));
  settleState(home);
  await step("stack", 1, () => {
    initialiseStack(home, env, keySeed);
    copyStackFile(home, changes);
  });
  tellRepair(onStep, await recover(home, env));
}

function tellRepair(onStep: RehearseOptions["onStep"], repaired: string[]) {
  if (repaired.length === 0) return;
  onStep({ step: "recover", phase: "begin", usuallySeconds: 1 });
  onStep({ step: "recover", phase: "end", detail: repaired.join(", ") });
}

async function update(home: Home, env: Record<string, string>, { onStep, signal }: RehearseOptions) {
  onStep({ step: "update", phase: "begin", usuallySeconds: 30 });
  const result = await runEngine(
    home,
    env,
    ["up", "--yes", "--skip-preview", "--policy-pack=policies"],
    (progress) => onStep({ step: "update", phase: "progress", progress }),
    signal,
  );
  onStep({ step: "update", phase: "end", detail: "" });
  if (result.unmade.length > 0) tellRepair(onStep, await takeOver(home, env, result.unmade));
  return result;
}
