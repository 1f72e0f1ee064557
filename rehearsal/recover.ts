import { copyFileSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { ApiException, type KubernetesObject, KubernetesObjectApi } from "@kubernetes/client-node";
import { configOf } from "./api-call.ts";
import { run } from "./child.ts";
import { childEnv, type Home, projectFolder } from "./home.ts";
import { startOf } from "./lock.ts";
import { type ManagedObject, managedObjects } from "./managed-objects.ts";
import { commandLine, processesUnder, stopProcessesUnder } from "./processes.ts";

type Resource = { type: string; id?: string; inputs?: KubernetesObject };
type State = { resources?: Resource[]; pending_operations?: unknown[] };

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
 * Removes objects that an interrupted update made and did not write down, so that the next one makes them once, and forgets
 * what was pending. Returns the names of what was removed.
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
  if (readState(stateFile(home))?.pending_operations?.length) await forgetPending(home, env);
  return unknown.map((object) => `${object.kind} ${idOf(object)}`);
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

async function forgetPending(home: Home, env: Record<string, string>) {
  const pulumi = (...args: string[]) =>
    run(join(home.engine, "pulumi"), [...args, `--stack=${home.stack}`, "--non-interactive"], {
      cwd: projectFolder,
      env: childEnv(env),
    });
  const exported = await pulumi("stack", "export");
  if (exported.code !== 0) throw new Error(`The rehearsal's state cannot be read.\n${exported.stderr.trim()}`);
  const state = JSON.parse(exported.stdout);
  delete state.deployment.pending_operations;
  const file = join(home.folder, "repaired.json");
  writeFileSync(file, JSON.stringify(state), { mode: 0o600 });
  const imported = await pulumi("stack", "import", "--force", `--file=${file}`);
  rmSync(file, { force: true });
  if (imported.code !== 0) throw new Error(`The rehearsal's state cannot be repaired.\n${imported.stderr.trim()}`);
}

function readJson<T>(path: string): T | undefined {
  try {
    return JSON.parse(readFileSync(path, "utf8")) as T;
  } catch {
    return undefined;
  }
}
