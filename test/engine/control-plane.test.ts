import { existsSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { setTimeout as sleep } from "node:timers/promises";
import { CoreV1Api } from "@kubernetes/client-node";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { callOnce, configOf } from "../../rehearsal/api-call.ts";
import { clusterRuns, endedInCluster, removeCluster, startCluster } from "../../rehearsal/cluster.ts";
import type { Home } from "../../rehearsal/home.ts";
import { processesUnder } from "../../rehearsal/processes.ts";
import { setup } from "../../rehearsal/toolchain.ts";

const toolchain = await setup();
let home: Home;
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "freehold-control-plane-"));
  home = { cluster: join(folder, "cluster"), kubeconfig: join(folder, "kubeconfig") } as Home;
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await removeCluster(home, toolchain);
  rmSync(folder, { recursive: true, force: true });
});

/** Sockets of these processes that answer others than this machine. */
function listening(pids: number[]): string[] {
  const sockets = pids.flatMap((pid) =>
    readdirSync(`/proc/${pid}/fd`).map((fd) => readlinkSync(`/proc/${pid}/fd/${fd}`, { encoding: "utf8" })),
  );
  return ["tcp", "tcp6"].flatMap((table) =>
    readFileSync(`/proc/net/${table}`, "utf8")
      .split("\n")
      .slice(1)
      .map((line) => line.trim().split(/\s+/))
      // 0A is LISTEN; an address begins with the bytes of 127.0.0.1, from the last.
      .filter(
        ([, address, , state, , , , , , inode]) =>
          state === "0A" && !address!.startsWith("0100007F:") && sockets.includes(`socket:[${inode}]`),
      )
      .map(([, address]) => address!),
  );
}

it("serves this machine alone, without a kubectl, and two beside each other", async () => {
  vi.stubEnv("PATH", "/nowhere");
  const other = { cluster: join(folder, "other"), kubeconfig: join(folder, "kubeconfig-other") } as Home;
  try {
    await Promise.all([startCluster(home, toolchain, "one"), startCluster(other, toolchain, "other")]);
    for (const { kubeconfig } of [home, other]) {
      const config = configOf(kubeconfig);
      expect((await callOnce(config, "GET", "/api/v1/namespaces/kube-system", {})).status).toBe(200);
      // Below what a kernel gives to whoever connects.
      expect(Number(new URL(config.getCurrentCluster()!.server).port)).toBeLessThan(32_768);
    }
    expect([clusterRuns(home), clusterRuns(other)]).toEqual([true, true]);
    expect(listening([...processesUnder(home.cluster), ...processesUnder(other.cluster)])).toEqual([]);
  } finally {
    await removeCluster(other, toolchain);
  }
});

it("goes on where its server did not answer for a while, as on a machine that has too much to do", async () => {
  await startCluster(home, toolchain, "one");
  const commandOf = (pid: number) => readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0")[0]!;
  const server = processesUnder(home.cluster).find((pid) => commandOf(pid).endsWith("/kube-apiserver"))!;
  process.kill(server, "SIGSTOP");
  // Who competes for a lease gives up after ten seconds without a word.
  await sleep(14_000);
  process.kill(server, "SIGCONT");
  const core = configOf(home.kubeconfig).makeApiClient(CoreV1Api);
  await core.createNamespace({ body: { metadata: { name: "afterwards" } } });
  await vi.waitFor(() => core.readNamespacedServiceAccount({ namespace: "afterwards", name: "default" }), {
    timeout: 30_000,
    interval: 100,
  });
  expect([clusterRuns(home), endedInCluster(home)]).toEqual([true, undefined]);
});

it("says at once which part ended and why, and leaves nothing", async () => {
  const etcd = join(folder, "etcd");
  writeFileSync(
    etcd,
    `#!/bin/sh\ncase "$*" in *version*) exec ${toolchain.etcd.path} "$@";; esac\necho 'bind: address already in use' >&2; exit 1\n`,
    {
      mode: 0o755,
    },
  );
  const began = Date.now();
  const starting = startCluster(home, { ...toolchain, etcd: { ...toolchain.etcd, path: etcd } }, "one");
  await expect(starting).rejects.toThrow(
    "The control plane did not start.\n  found    etcd ended\n  said     bind: address already in use\n  remedy   once more takes other ports",
  );
  // kwokctl by itself waits three minutes.
  expect(Date.now() - began).toBeLessThan(60_000);
  expect([existsSync(home.cluster), existsSync(home.kubeconfig), processesUnder(home.cluster)]).toEqual([
    false,
    false,
    [],
  ]);
});
