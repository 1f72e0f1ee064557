import { once } from "node:events";
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { delimiter, join } from "node:path";
import process from "node:process";
import { setTimeout as sleep } from "node:timers/promises";
import { parse, stringify } from "yaml";
import { callOnce, configOf } from "./api-call.ts";
import { run } from "./child.ts";
import type { Home } from "./home.ts";
import { startOf } from "./lock.ts";
import { stopProcessesUnder } from "./processes.ts";
import type { Toolchain } from "./toolchain.ts";

/** The control plane's processes as kwokctl names them. */
const components = ["etcd", "kube-apiserver", "kube-controller-manager", "kube-scheduler", "kwok-controller"];
const clusterName = "rehearsal";

/** It takes seconds; where the machine has much else to do, more of them. */
const longestMs = 180_000;
const patienceMs = 5_000;
/** Of what a part said last: some say where in their code they were. */
const longestLine = 300;

type Parts = Pick<Toolchain, "kwokctl" | "kwok" | "etcd" | "apiserver" | "controllerManager" | "scheduler">;

/**
 * Starts a real Kubernetes control plane on loopback and writes its kubeconfig under the context that the country names; resolves
 * when it serves. Throws, with what a part that ended said last, where one does not stay up; nothing is left of it then.
 */
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
    `--config=${await settings(home)}`,
    `--kubeconfig=${unfinished}`,
  ]);
  const failed = created.code === 0 ? await notServing(home, unfinished) : created.stderr;
  if (failed !== undefined) {
    await removeCluster(home, toolchain);
    const why = failed.trimEnd().split("\n").slice(-8).join("\n");
    const remedy = "  remedy   once more takes other ports; npx freehold doctor says what this machine lacks";
    throw new Error(`The control plane did not start.\n${why}\n${remedy}`);
  }
  nameContext(unfinished, context);
  renameSync(unfinished, home.kubeconfig);
}

/** Waits until the control plane serves; else says why it does not. */
async function notServing(home: Home, kubeconfig: string): Promise<string | undefined> {
  const config = configOf(kubeconfig);
  const answersTo = async (path: string) => {
    const asked = callOnce(config, "GET", path, {}, undefined, AbortSignal.timeout(patienceMs));
    return (await asked.catch(() => undefined))?.status === 200;
  };
  const giveUp = Date.now() + longestMs;
  while (true) {
    const ended = endedInCluster(home);
    if (ended) return ended;
    // That namespace is made when the server is ready already, and is the first that is asked for.
    if ((await answersTo("/readyz")) && (await answersTo("/api/v1/namespaces/kube-system"))) return undefined;
    if (Date.now() > giveUp) {
      return `  found    no answer within ${longestMs / 1000} s\n${lastWords(home, "kube-apiserver")}`;
    }
    await sleep(100);
  }
}

/** Which part of the control plane has ended, and what it said last. */
export function endedInCluster(home: Home): string | undefined {
  const ended = endedPart(home);
  return ended && `  found    ${ended} ended\n${lastWords(home, ended)}`;
}

function lastWords(home: Home, component: string): string {
  const log = join(home.cluster, "clusters", clusterName, "logs", `${component}.log`);
  const lines = existsSync(log) ? readFileSync(log, "utf8").trimEnd().split("\n").slice(-4) : ["nothing"];
  return lines.map((line, at) => `${at === 0 ? "  said   " : "         "}  ${line.slice(0, longestLine)}`).join("\n");
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
  return existsSync(home.kubeconfig) && endedPart(home) === undefined;
}

/** Stops the control plane and removes its data; says nothing when there is none. */
export async function removeCluster(home: Home, toolchain: Pick<Toolchain, "kwokctl">): Promise<void> {
  if (existsSync(join(home.cluster, "clusters"))) await kwokctl(home, toolchain, ["delete", "cluster"]);
  // kwokctl forgets processes whose record an interruption left half-written: whatever still runs from here goes too.
  stopProcessesUnder(home.cluster);
  rmSync(home.cluster, { recursive: true, force: true });
  rmSync(home.kubeconfig, { force: true });
}

const portNames = [
  "etcdPort",
  "etcdPeerPort",
  "kubeApiserverPort",
  "kubeControllerManagerPort",
  "kubeSchedulerPort",
  "kwokControllerPort",
];

/** What kwokctl has no flags for stands in a file: that nothing is reached from elsewhere, the port of etcd's peers, its parts' own flags. */
async function settings(home: Home): Promise<string> {
  const file = join(home.cluster, "kwokctl.yaml");
  const options = {
    bindAddress: "127.0.0.1",
    // Certificates, authentication and authorization, as a real cluster has them.
    securePort: true,
    ...(await freePorts()),
  };
  writeFileSync(
    file,
    stringify({
      apiVersion: "config.kwok.x-k8s.io/v1alpha1",
      kind: "KwokctlConfiguration",
      options,
      // There is one of each. Left to compete, they end for good when the server does not answer for ten seconds.
      componentsPatches: ["kube-controller-manager", "kube-scheduler"].map((name) => ({
        name,
        extraArgs: [{ key: "leader-elect", value: "false" }],
      })),
    }),
  );
  return file;
}

/**
 * Left alone, kwokctl counts down from the same port every time, and two clusters that start together clash. These are ports that
 * Linux and macOS give to nobody who does not name them, as they do above to whoever connects or listens at any port: what is free
 * when it is looked at is free when the server starts. Each process begins to look at a place of its own, and looks nowhere
 * twice.
 */
const ports = { from: 10_000, below: 32_768 };
let looked = process.pid * 31;

async function freePorts(): Promise<Record<string, number>> {
  const places = Math.floor((ports.below - ports.from) / portNames.length);
  for (let tries = 0; tries < places; tries++) {
    const first = ports.from + (looked++ % places) * portNames.length;
    const free = await Promise.all(portNames.map((_, index) => isFree(first + index)));
    if (free.every(Boolean)) return Object.fromEntries(portNames.map((name, index) => [name, first + index]));
  }
  throw new Error(`No ${portNames.length} ports in a row are free between ${ports.from} and ${ports.below}.`);
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer().listen(port, "127.0.0.1");
  try {
    await once(server, "listening");
  } catch {
    return false;
  }
  await once(server.close(), "close");
  return true;
}

function kwokctl(home: Home, { kwokctl: binary }: Pick<Toolchain, "kwokctl">, args: string[]) {
  return run(binary.path, [...args, `--name=${clusterName}`], {
    env: {
      ...process.env,
      KWOK_WORKDIR: home.cluster,
      KUBECONFIG: `${home.kubeconfig}.new`,
      PATH: [withoutKubectl(home), process.env.PATH].join(delimiter),
    },
  });
}

/**
 * A folder with a `kubectl` that says yes. By kubectl kwokctl asks whether the server answers: it would fetch one where the machine
 * has none, and wait minutes for what does not come. `startCluster` looks for itself.
 */
function withoutKubectl(home: Home): string {
  const folder = join(home.cluster, "no-kubectl");
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "kubectl"), "#!/bin/sh\n", { mode: 0o755 });
  return folder;
}

function endedPart(home: Home): string | undefined {
  return components.find((component) => componentPid(home, component) === undefined);
}

function componentPid(home: Home, component: string): number | undefined {
  const file = join(home.cluster, "clusters", clusterName, "pids", `${component}.pid`);
  if (!existsSync(file)) return undefined;
  const pid = Number(readFileSync(file, "utf8").trim());
  return startOf(pid) === undefined ? undefined : pid;
}
