import { once } from "node:events";
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { join } from "node:path";
import { parse, stringify } from "yaml";
import { run } from "./child.ts";
import type { Home } from "./home.ts";
import { startOf } from "./lock.ts";
import { stopProcessesUnder } from "./processes.ts";
import type { Toolchain } from "./toolchain.ts";

/** The control plane's processes as kwokctl names them. */
const components = ["etcd", "kube-apiserver", "kube-controller-manager", "kube-scheduler", "kwok-controller"];
const clusterName = "rehearsal";

type Parts = Pick<Toolchain, "kwokctl" | "kwok" | "etcd" | "apiserver" | "controllerManager" | "scheduler">;

/** Starts a real Kubernetes control plane on loopback and writes its kubeconfig under the context that the country names. */
export async function startCluster(home: Home, toolchain: Parts, context: string): Promise<void> {
  await removeCluster(home, toolchain);
  mkdirSync(home.cluster, { recursive: true });
  const unfinished = `${home.kubeconfig}.new`;
  const created = await kwokctl(home, toolchain, [
    "create",
    "cluster",
    "--runtime=binary",
    `--etcd-binary=${toolchain.etcd.path}`,
    `--kube-apiserver-binary=${toolchain.apiserver.path}`,
    `--kube-controller-manager-binary=${toolchain.controllerManager.path}`,
    `--kube-scheduler-binary=${toolchain.scheduler.path}`,
    `--kwok-controller-binary=${toolchain.kwok.path}`,
    ...(await freePorts()),
    // Certificates, authentication and authorization, as a real cluster has them.
    "--secure-port",
    "--wait=60s",
    `--kubeconfig=${unfinished}`,
  ]);
  if (created.code !== 0) {
    await removeCluster(home, toolchain);
    throw new Error(`The control plane did not start.\n${created.stderr.trim().split("\n").slice(-8).join("\n")}`);
  }
  nameContext(unfinished, context);
  renameSync(unfinished, home.kubeconfig);
}

/** Gives the one context of a kubeconfig the name that the country uses for it. */
export function nameContext(kubeconfig: string, context: string): void {
  const config = parse(readFileSync(kubeconfig, "utf8"));
  if (config["current-context"] === context) return;
  config.contexts[0].name = context;
  config["current-context"] = context;
  writeFileSync(`${kubeconfig}.named`, stringify(config), { mode: 0o600 });
  renameSync(`${kubeconfig}.named`, kubeconfig);
}

/** Whether every process of the control plane lives. */
export function clusterRuns(home: Home): boolean {
  return existsSync(home.kubeconfig) && components.every((component) => componentPid(home, component) !== undefined);
}

/** Stops the control plane and removes its data; says nothing when there is none. */
export async function removeCluster(home: Home, toolchain: Pick<Toolchain, "kwokctl">): Promise<void> {
  if (existsSync(join(home.cluster, "clusters"))) await kwokctl(home, toolchain, ["delete", "cluster"]);
  // kwokctl forgets processes whose record an interruption left half-written: whatever still runs from here goes too.
  stopProcessesUnder(home.cluster);
  rmSync(home.cluster, { recursive: true, force: true });
  rmSync(home.kubeconfig, { force: true });
}

const portFlags = [
  "etcd-port",
  "kube-apiserver-port",
  "kube-apiserver-insecure-port",
  "kube-controller-manager-port",
  "kube-scheduler-port",
  "controller-port",
];

/** Left alone, kwokctl counts down from the same port every time, and two clusters that start together clash. */
async function freePorts(): Promise<string[]> {
  const servers = portFlags.map(() => createServer().listen(0, "127.0.0.1"));
  await Promise.all(servers.map((server) => once(server, "listening")));
  const flags = servers.map((server, index) => `--${portFlags[index]}=${(server.address() as AddressInfo).port}`);
  await Promise.all(servers.map((server) => once(server.close(), "close")));
  return flags;
}

function kwokctl(home: Home, { kwokctl: binary }: Pick<Toolchain, "kwokctl">, args: string[]) {
  return run(binary.path, [...args, `--name=${clusterName}`], {
    env: { ...process.env, KWOK_WORKDIR: home.cluster, KUBECONFIG: `${home.kubeconfig}.new` },
  });
}

function componentPid(home: Home, component: string): number | undefined {
  const file = join(home.cluster, "clusters", clusterName, "pids", `${component}.pid`);
  if (!existsSync(file)) return undefined;
  const pid = Number(readFileSync(file, "utf8").trim());
  return startOf(pid) === undefined ? undefined : pid;
}
