import { copyFileSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { ApiException, type KubernetesObject, KubernetesObjectApi } from "@kubernetes/client-node";
import { configOf } from "./api-call.ts";
import { run } from "./child.ts";
import { type Adoption, adoptions, type StateResource } from "./clouds/adopt.ts";
import { childEnv, type Home, projectFolder } from "./home.ts";
import { startOf } from "./lock.ts";
import { type ManagedObject, managedObjects } from "./managed-objects.ts";
import { commandLine, processesUnder, stopProcessesUnder } from "./processes.ts";

type Resource = StateResource & { inputs?: KubernetesObject };
type State = { resources?: Resource[]; pending_operations?: Pending[] };
type Pending = { type: string; resource: Resource };

/**
 * Makes the backend usable again after an interruption: a lock whose holder is dead, plugins whose engine is, a state file that
 * was cut off while it was written. Throws when another update is running.
 */
export function settleState(home: Home): void {
  removeDeadLocks(home);
  stopOrphans(home);
  for (const file of stateFiles(home)) restoreState(file);
}

/**
 * Mends what an interrupted update left: takes over what a cloud has made and the state does not know, removes such objects of
 * the cluster, so that the next update makes them once, and forgets what else was pending. Returns what was taken over or removed.
 */
export async function recover(home: Home, env: Record<string, string>): Promise<string[]> {
  // Every stack of this backend: an operator may try programs of their own on the rehearsal's cluster.
  const states = stateFiles(home).map(readState);
  const known = new Set(
    states.flatMap((state) => state?.resources ?? []).map(({ inputs, id }) => `${kindOf(inputs)} ${id}`),
  );
  const unknown = (await managedObjects(home.kubeconfig)).filter(
    (object) => !known.has(`${kindOf(object)} ${idOf(object)}`),
  );
  await removeObjects(home, unknown);
  const { resources = [], pending_operations: pending = [] } = readState(stateFile(home)) ?? {};
  const creating = pending.filter(({ type }) => type === "creating").map(({ resource }) => resource);
  const adopted = adoptions(home.folder, creating, resources);
  if (pending.length > 0) await settlePending(home, env, adopted);
  return [...adopted.map(named), ...unknown.map((object) => `${object.kind} ${idOf(object)}`)];
}

/**
 * Takes over what stands in a cloud although an update was told that it could not be made, because the reply was lost: the next
 * update would make it a second time, or be refused its name. Returns what was taken over.
 */
export async function takeOver(
  home: Home,
  env: Record<string, string>,
  unmade: readonly StateResource[],
): Promise<string[]> {
  const { resources = [] } = readState(stateFile(home)) ?? {};
  const adopted = adoptions(home.folder, unmade, resources);
  if (adopted.length > 0) await settlePending(home, env, adopted);
  return adopted.map(named);
}

function named({ urn }: StateResource): string {
  return urn.split("::").slice(-2).join(" ").replace(/^.*\$/, "");
}

/** Group and kind: the version may be another one than was written. */
function kindOf(object: KubernetesObject | undefined): string {
  return `${object?.apiVersion?.replace(/(^|\/)[^/]*$/, "")} ${object?.kind}`;
}

/** As the Kubernetes provider spells it: `namespace/name`, or the name alone. */
function idOf({ metadata }: KubernetesObject): string {
  return [metadata?.namespace, metadata?.name].filter(Boolean).join("/");
}

const backendFolder = (home: Home) => join(home.state, ".pulumi");

/** Pulumi's file backend never expires a lock; each says which process took it. */
function removeDeadLocks(home: Home) {
  const folder = join(backendFolder(home), "locks");
  if (!existsSync(folder)) return;
  for (const file of readdirSync(folder, { recursive: true, encoding: "utf8" })) {
    if (!file.endsWith(".json")) continue;
    const holder = readJson<{ pid?: number }>(join(folder, file));
    if (holder?.pid !== undefined && startOf(holder.pid) !== undefined) {
      throw new Error(
        `Another pulumi (process ${holder.pid}) is working on this rehearsal.\n  remedy   wait for it, or stop it: kill ${holder.pid}`,
      );
    }
    rmSync(join(folder, file), { force: true });
  }
}

/** The engine's plugins run in groups of their own and outlive an engine that was killed. */
function stopOrphans(home: Home) {
  if (processesUnder(home.engine).some((pid) => commandLine(pid)[0] === join(home.engine, "pulumi"))) return;
  stopProcessesUnder(home.engine);
  stopProcessesUnder(home.pulumiHome);
}

const stacksFolder = (home: Home) => join(backendFolder(home), "stacks");
const stateFile = (home: Home) => join(stacksFolder(home), "freehold", `${home.stack}.json`);

function stateFiles(home: Home): string[] {
  if (!existsSync(stacksFolder(home))) return [];
  return readdirSync(stacksFolder(home), { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".json"))
    .map((file) => join(stacksFolder(home), file));
}

function readState(file: string): State | undefined {
  return readJson<{ checkpoint?: { latest?: State } }>(file)?.checkpoint?.latest;
}

/** Pulumi keeps the state before the last step beside it; what that step made is found in the cluster. */
function restoreState(file: string) {
  // The backend keeps what it knows of a file in one beside it; half of that makes the whole unreadable, none does not.
  for (const attributes of [`${file}.attrs`, `${file}.bak.attrs`]) {
    if (readJson(attributes) === undefined) rmSync(attributes, { force: true });
  }
  if (readJson(file) !== undefined) return;
  if (readJson(`${file}.bak`) !== undefined) copyFileSync(`${file}.bak`, file);
  else
    throw new Error(
      `Neither the rehearsal's state nor its backup can be read: ${file}\n  remedy   npm start -- --down, then npm start`,
    );
}

async function removeObjects(home: Home, objects: ManagedObject[]) {
  const api = KubernetesObjectApi.makeApiClient(configOf(home.kubeconfig));
  for (const object of objects) {
    try {
      // This very object: a request that is late must not meet the one that is made in its place.
      const preconditions = { uid: object.metadata?.uid };
      await api.delete(object, undefined, undefined, undefined, undefined, undefined, { preconditions });
      while (true) {
        await api.read({
          ...object,
          metadata: { name: object.metadata!.name!, namespace: object.metadata!.namespace! },
        });
        await sleep(100);
      }
    } catch (error) {
      if (!(error instanceof ApiException && error.code === 404)) throw error;
    }
  }
}

/** Forgets what was pending; what stands becomes a resource of the state, which is then read as it is. */
async function settlePending(home: Home, env: Record<string, string>, adopted: Adoption[]) {
  const pulumi = async (complaint: string, ...args: string[]) => {
    const ran = await run(join(home.engine, "pulumi"), [...args, `--stack=${home.stack}`, "--non-interactive"], {
      cwd: projectFolder,
      env: childEnv(env),
    });
    if (ran.code !== 0) throw new Error(`${complaint}\n${(ran.stderr || ran.stdout).trim()}`);
    return ran.stdout;
  };
  const state = JSON.parse(await pulumi("The rehearsal's state cannot be read.", "stack", "export"));
  const { pending_operations: pending = [], resources } = state.deployment;
  for (const { urn, type, id, parent, provider } of adopted) {
    const begun = pending.find(({ resource }: Pending) => resource.urn === urn)?.resource;
    // It was to take the place of one that still stands, which the next update deletes.
    for (const one of resources) if (one.urn === urn) one.delete = true;
    // Whatever it depends on stands before it: otherwise nobody would have begun to make it.
    resources.push({ ...(begun ?? { urn, type, parent, provider, custom: true }), id });
  }
  delete state.deployment.pending_operations;
  const file = join(home.folder, "repaired.json");
  writeFileSync(file, JSON.stringify(state), { mode: 0o600 });
  await pulumi("The rehearsal's state cannot be repaired.", "stack", "import", "--force", `--file=${file}`);
  rmSync(file, { force: true });
  if (adopted.length === 0) return;
  const targets = adopted.map(({ urn }) => `--target=${urn}`);
  const complaint = "What the interrupted update had made cannot be read.";
  await pulumi(complaint, "refresh", "--yes", "--skip-preview", `--config-file=${home.stackFile}`, ...targets);
}

function readJson<T>(path: string): T | undefined {
  try {
    return JSON.parse(readFileSync(path, "utf8")) as T;
  } catch {
    return undefined;
  }
}
