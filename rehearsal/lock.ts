import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { link, mkdir, readFile, rm, stat, utimes, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { dirname } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

/** Who holds a lock. `started` tells a process from a later one that was given the same number. */
export type Holder = { pid: number; started: string; host: string; since: string };

const pollMs = 50;
// Only for holders on another machine (a cache on a shared disk), whose process table cannot be read.
const refreshMs = 5_000;
const foreignStaleMs = 60_000;

/**
 * Runs `work` while this process alone holds the lock at `path`. A lock whose holder is dead is taken over; while a living
 * one holds it, `onWait` is told whom we wait for (at first, then every few seconds).
 */
export async function withLock<T>(
  path: string,
  work: () => Promise<T>,
  options: { onWait?: (holder: Holder, seconds: number) => void } = {},
): Promise<T> {
  await mkdir(dirname(path), { recursive: true });
  const self: Holder = {
    pid: process.pid,
    started: startOf(process.pid) ?? "",
    host: hostname(),
    since: new Date().toISOString(),
  };
  const begun = Date.now();
  let told = Number.NEGATIVE_INFINITY;
  while (!(await create(path, self))) {
    const text = await readFile(path, "utf8").catch(() => undefined);
    if (text === undefined) continue;
    const holder = parseHolder(text);
    if (!holder || !(await isAlive(holder, path))) {
      await removeDead(path, text);
      continue;
    }
    if (Date.now() - told > 5_000) {
      told = Date.now();
      options.onWait?.(holder, Math.round((told - begun) / 1000));
    }
    await sleep(pollMs);
  }
  const refresh = setInterval(() => void utimes(path, new Date(), new Date()).catch(() => {}), refreshMs);
  refresh.unref();
  try {
    return await work();
  } finally {
    clearInterval(refresh);
    if ((await readFile(path, "utf8").catch(() => undefined)) === JSON.stringify(self)) await rm(path, { force: true });
  }
}

/** When a process was started, as the system tells it; undefined when there is no such process. */
export function startOf(pid: number): string | undefined {
  try {
    if (process.platform === "linux") {
      const fields = readFileSync(`/proc/${pid}/stat`, "utf8");
      // The command's name stands in brackets and may hold spaces: what follows the last bracket is fixed.
      const [state, ...rest] = fields.slice(fields.lastIndexOf(")") + 2).split(" ");
      if (state === "Z" || state === "X") return undefined;
      return `${readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim()}:${rest[18]}`;
    }
    return execFileSync("ps", ["-o", "lstart=", "-p", String(pid)], { encoding: "utf8" }).trim() || undefined;
  } catch {
    return undefined;
  }
}

async function create(path: string, self: Holder): Promise<boolean> {
  // A link appears with its content, so nobody ever reads a lock that does not say yet who holds it.
  const draft = `${path}.${self.pid}.${Math.random().toString(36).slice(2)}`;
  await writeFile(draft, JSON.stringify(self));
  try {
    await link(draft, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  } finally {
    await rm(draft, { force: true });
  }
}

async function removeDead(path: string, dead: string): Promise<void> {
  // Two who both found the lock dead must not remove one another's: removing is itself done under a lock.
  await withLock(`${path}.takeover`, async () => {
    if ((await readFile(path, "utf8").catch(() => undefined)) === dead) await rm(path, { force: true });
  });
}

async function isAlive(holder: Holder, path: string): Promise<boolean> {
  if (holder.host === hostname()) return startOf(holder.pid) === holder.started;
  const touched = await stat(path).catch(() => undefined);
  return touched !== undefined && Date.now() - touched.mtimeMs < foreignStaleMs;
}

function parseHolder(text: string): Holder | undefined {
  try {
    const holder = JSON.parse(text) as Holder;
    return typeof holder.pid === "number" ? holder : undefined;
  } catch {
    return undefined;
  }
}
