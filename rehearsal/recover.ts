import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ApiException, KubeConfig, type KubernetesObject, KubernetesObjectApi } from "@kubernetes/client-node";
import { run } from "./child.ts";
import { childEnv, type Home, projectFolder } from "./home.ts";
import { startOf } from "./lock.ts";

type PendingOperation = { type: string; resource: { urn: string; type: string; inputs?: KubernetesObject } };

/**
 * Makes good what an interrupted update left: a lock whose holder is dead, and creations of which nobody knows whether they
 * happened. Their objects are removed, so that the next update makes them once. Throws when another update is running.
 */
export async function recover(home: Home, env: Record<string, string>): Promise<string[]> {
  removeDeadLocks(home);
  const pending = pendingOperations(home);
  if (pending.length === 0) return [];
  const created = pending.filter(({ type }) => type === "creating").map(({ resource }) => resource);
  await Promise.all(created.map((resource) => removeObject(home, resource)));
  await forgetPending(home, env);
  return pending.map(({ resource }) => resource.urn.split("::").at(-1) ?? resource.urn);
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

function pendingOperations(home: Home): PendingOperation[] {
  const file = join(backendFolder(home), "stacks", "freehold", `${home.stack}.json`);
  const state = readJson<{ checkpoint?: { latest?: { pending_operations?: PendingOperation[] } } }>(file);
  return state?.checkpoint?.latest?.pending_operations ?? [];
}

async function removeObject(home: Home, { type, inputs }: PendingOperation["resource"]) {
  // A patch lies on an object that others own; applying it again changes nothing.
  if (!type.startsWith("kubernetes:") || type.endsWith("Patch") || !inputs?.kind || !inputs.metadata?.name) return;
  const config = new KubeConfig();
  config.loadFromFile(home.kubeconfig);
  try {
    await KubernetesObjectApi.makeApiClient(config).delete(inputs);
  } catch (error) {
    if (!(error instanceof ApiException && error.code === 404)) throw error;
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
