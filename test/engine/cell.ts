import { execFile } from "node:child_process";
import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { promisify } from "node:util";
import { CoreV1Api, type V1Pod } from "@kubernetes/client-node";
import { configOf } from "../../rehearsal/api-call.ts";
import type { NodeStatus } from "../../rehearsal/door/node.ts";
import type { Door } from "../../rehearsal/door.ts";
import { commandLine, processesUnder } from "../../rehearsal/processes.ts";

const run = promisify(execFile);

/** What a model server says that it did for one request. */
export type Served = {
  request_id: string;
  endpoint: string;
  model: string;
  cache_salt: string | null;
  outcome: "running" | "finished" | "aborted" | "failed";
  prompt_tokens: number;
  generation_tokens: number;
};

/** The programs of a door's pods, by the names of their files. */
const programs: Record<string, string> = {
  envoy: "Envoy",
  "ai-gateway-extproc": "AI Gateway's processor",
  ratelimit: "rate limiter",
  "valkey-server": "Valkey",
  "envoy-gateway": "Envoy Gateway",
  "ai-gateway-controller": "AI Gateway",
  postgres: "Postgres",
  "model-server.ts": "model servers",
  "recorder.ts": "recorders",
};

/** The namespaces that an open door's pods run in, seen from the machine: for tests and benches that look behind the door. */
export class Cell {
  readonly #home: string;
  readonly #agent: number;

  constructor(door: Pick<Door, "root">) {
    this.#home = join(door.root, "../..");
    const agent = processesUnder(join(this.#home, "door")).find((pid) => {
      const words = commandLine(pid);
      return !words[0]!.endsWith("unshare") && words.some((word) => word.endsWith("rehearsal/door/agent.ts"));
    });
    if (!agent) throw new Error("the door has no cell");
    this.#agent = agent;
  }

  /** The words that run a command in the pods' network. */
  words(command: string[]): string[] {
    return ["nsenter", `--target=${this.#agent}`, "--user", "--net", "--preserve-credentials", "--", ...command];
  }

  async inside(command: string[]): Promise<string> {
    const [file, ...args] = this.words(command);
    return (await run(file!, args, { maxBuffer: 2 ** 28 })).stdout;
  }

  /** Pods that have an address and a container of this name, or any. */
  async pods(namespace: string, container?: string): Promise<V1Pod[]> {
    return (await this.#core.listNamespacedPod({ namespace })).items.filter(
      ({ metadata, spec, status }) =>
        status?.podIP &&
        !metadata?.deletionTimestamp &&
        (!container || spec?.containers.some(({ name }) => name === container)),
    );
  }

  async addresses(namespace: string, container?: string): Promise<string[]> {
    return (await this.pods(namespace, container)).map(({ status }) => status!.podIP!);
  }

  /** What all model servers say that they did since each of them began. */
  async served(): Promise<Served[]> {
    const urls = (await this.addresses("freehold-models")).map(
      (address) => `http://${address}:8000/rehearsal/requests`,
    );
    const texts = await Promise.all(urls.map((url) => this.inside(["curl", "--silent", "--fail", url])));
    return texts.flatMap((text) => text.split("\n").filter(Boolean)).map((line) => JSON.parse(line) as Served);
  }

  /** What the node of the pods says of itself. */
  get status(): NodeStatus {
    return JSON.parse(text(join(this.#home, "door/status.json")));
  }

  get #core(): CoreV1Api {
    return configOf(join(this.#home, "kubeconfig")).makeApiClient(CoreV1Api);
  }

  /** Deletes the pod of one proxy, as a drained node does. */
  async takeAwayProxy(): Promise<void> {
    const [pod] = await this.pods("envoy-gateway-system", "envoy");
    const { name, namespace } = pod!.metadata!;
    await this.#core.deleteNamespacedPod({ name: name!, namespace: namespace! });
  }

  /** The processes of a program, by the name of its file, in pods that run and whose name begins so. */
  processes(program: string, podName = ""): number[] {
    // A container's root is a folder of its pod's.
    const folders = new Set(
      this.status.running.filter((pod) => pod.split("/")[1]!.startsWith(podName)).map((pod) => pod.replace("/", ".")),
    );
    return this.#all().flatMap(({ pid, name }) =>
      name === program && folders.has(basename(dirname(rootOf(pid)))) ? [pid] : [],
    );
  }

  /** Each kind of process, with what all of that kind hold resident in MiB, and their open files. */
  held(): Record<string, { mebibytes: number; files: number }> {
    const held: Record<string, { mebibytes: number; files: number }> = {};
    for (const { pid, name } of this.#all()) {
      const kind = programs[name];
      if (!kind) continue;
      const before = held[kind] ?? { mebibytes: 0, files: 0 };
      held[kind] = { mebibytes: before.mebibytes + residentOf(pid), files: before.files + filesOf(pid) };
    }
    return held;
  }

  /** All processes of the cell: each shares its namespace of processes. */
  #all(): { pid: number; name: string }[] {
    const own = namespaceOf(this.#agent);
    const pids = readdirSync("/proc").filter((name) => /^\d+$/.test(name) && namespaceOf(Number(name)) === own);
    return pids.map(Number).flatMap((pid) => {
      const [file = "", first = ""] = commandLine(pid);
      // Valkey writes where it listens behind its own name.
      const [name = ""] = (file.endsWith("/node") ? first : file).split("/").at(-1)!.split(" ");
      // The same program stands beside each proxy, too, to drain it.
      return first === "envoy" ? [] : [{ pid, name }];
    });
  }
}

/** Resident memory of a process in MiB. */
export function residentOf(pid: number): number {
  const [, kibibytes] = /^VmRSS:\s+(\d+)/m.exec(text(`/proc/${pid}/status`)) ?? [];
  return Math.round(Number(kibibytes ?? 0) / 1024);
}

function filesOf(pid: number): number {
  try {
    return readdirSync(`/proc/${pid}/fd`).length;
  } catch {
    return 0;
  }
}

function namespaceOf(pid: number): string | undefined {
  return link(`/proc/${pid}/ns/pid`);
}

function rootOf(pid: number): string {
  return link(`/proc/${pid}/root`) ?? "/";
}

function link(file: string): string | undefined {
  try {
    return readlinkSync(file);
  } catch {
    return undefined;
  }
}

function text(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}
