import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, mkdirSync, openSync, rmSync } from "node:fs";
import { get } from "node:http";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { V1Container, V1Pod } from "@kubernetes/client-node";
import { inContainer, inside, type Mount, type User, writeEtc, writeHosts } from "./container.ts";
import { environment } from "./environment.ts";
import { addToNetwork, inNetwork, removeFromNetwork } from "./network.ts";
import { type Programs, runnable } from "./programs.ts";
import { type Places, type Referred, writeVolumes } from "./volumes.ts";

/** What all pods of a node run with. */
export type Ground = {
  /** Folder of the node; each pod has its own below it. */
  folder: string;
  programs: Programs;
  /** Folders of the machine that containers see where they are: the toolchain, this checkout. */
  seen: readonly string[];
  referred: Referred;
  say(line: string): void;
};

/** A pod as people name it: `namespace/name`. */
export function nameOf({ metadata }: V1Pod): string {
  return `${metadata?.namespace}/${metadata?.name}`;
}

/** Whether every container of a pod that runs for long can run here. */
export function canRun(pod: V1Pod, programs: Programs): boolean {
  return (
    pod.spec?.restartPolicy !== "Never" &&
    containersOf(pod).every(({ image = "", command = [] }) => runnable(programs, image, command, []) !== undefined)
  );
}

/** The containers of a pod that run as long as it does: sidecars first, as a kubelet starts them. */
function containersOf(pod: V1Pod): V1Container[] {
  return [...sidecarsOf(pod), ...(pod.spec?.containers ?? [])];
}

function sidecarsOf({ spec }: V1Pod): V1Container[] {
  return (spec?.initContainers ?? []).filter(({ restartPolicy }) => restartPolicy === "Always");
}

/** Whom a container runs as, where that is said. */
function userOf({ spec }: V1Pod, { securityContext }: V1Container): User | undefined {
  const { runAsUser: uid, runAsGroup } = { ...spec?.securityContext, ...securityContext };
  return uid === undefined ? undefined : { uid, gid: runAsGroup ?? uid };
}

const firstPauseMs = 200;
const longestPauseMs = 5000;
const wellMs = 10_000;
/** Seconds a pod has to end where its spec says nothing: Kubernetes' own default. */
const graceSeconds = 30;

type Start = { container: V1Container; command: string[]; env: Record<string, string> };

/** A pod as processes of this machine: one a container, in a network and file systems of their own, started again when they end. */
export class RunningPod {
  static #count = 0;
  readonly pod: V1Pod;
  readonly #ground: Ground;
  readonly #network = `pod${++RunningPod.#count}`;
  readonly #folder: string;
  readonly #processes = new Map<string, ChildProcess>();
  #ending = false;

  /** Throws `Missing` while something that the pod refers to is not there. */
  constructor(pod: V1Pod, hosts: string, ground: Ground) {
    this.pod = pod;
    this.#ground = ground;
    this.#folder = join(ground.folder, "pods", nameOf(pod).replace("/", "."));
    const volumes = writeVolumes(pod, this.#places, ground.referred);
    const users = containersOf(pod).flatMap((container) => userOf(pod, container) ?? []);
    writeEtc(this.#etc, hosts, users);
    const starts = containersOf(pod).map((container) => this.#prepared(container, volumes));
    addToNetwork(this.#network, pod.status!.podIP!);
    for (const start of starts) this.#run(start, 0);
  }

  /** Brings what it mounts and the names that it knows up to date. */
  refresh(hosts: string): void {
    writeVolumes(this.pod, this.#places, this.#ground.referred);
    writeHosts(this.#etc, hosts);
  }

  /** Ends it as a kubelet does: what its containers do before, then SIGTERM, and SIGKILL when the time is over. */
  async end(): Promise<void> {
    this.#ending = true;
    const over = AbortSignal.timeout((this.pod.spec?.terminationGracePeriodSeconds ?? graceSeconds) * 1000);
    const [sidecars, others] = [sidecarsOf(this.pod), this.pod.spec?.containers ?? []];
    await Promise.all(others.map((container) => this.#end(container, over)));
    // Sidecars outlive what they stand beside, and go in the reverse of the order in which they came.
    for (const sidecar of sidecars.reverse()) await this.#end(sidecar, over);
    removeFromNetwork(this.#network);
    rmSync(this.#folder, { recursive: true, force: true });
  }

  async #end(container: V1Container, over: AbortSignal): Promise<void> {
    const child = this.#processes.get(container.name);
    if (!child) return;
    const ended = new Promise((resolve) => child.once("exit", resolve));
    await this.#before(container, child.pid!, over);
    child.kill("SIGTERM");
    over.addEventListener("abort", () => child.kill("SIGKILL"), { once: true });
    if (over.aborted) child.kill("SIGKILL");
    await ended;
  }

  get #etc(): string {
    return join(this.#folder, "etc");
  }

  get #places(): Places {
    return { own: join(this.#folder, "volumes"), claims: join(this.#ground.folder, "claims") };
  }

  #prepared(container: V1Container, volumes: Map<string, string>): Start {
    const { programs, seen, referred } = this.#ground;
    const { env, command, args } = environment(this.pod, container, referred);
    const mounts = (container.volumeMounts ?? []).flatMap(({ name, mountPath, subPath }): Mount[] => {
      const from = volumes.get(name);
      return from ? [{ from: subPath ? join(from, subPath) : from, at: mountPath }] : [];
    });
    const words = runnable(programs, container.image ?? "", command, args)!;
    const isolated = inContainer(
      join(this.#folder, container.name),
      this.#etc,
      mounts,
      seen,
      this.#logOf(container),
      userOf(this.pod, container),
    );
    return { container, env, command: [...inNetwork(this.#network), ...isolated, ...words] };
  }

  #run(start: Start, failures: number): void {
    const { container, command, env } = start;
    const child = this.#spawn(container, command, env);
    this.#processes.set(container.name, child);
    const began = Date.now();
    child.once("exit", (code, signal) => {
      this.#processes.delete(container.name);
      if (this.#ending) return;
      const again = Date.now() - began > wellMs ? 0 : failures + 1;
      const pauseMs = Math.min(firstPauseMs * 2 ** again, longestPauseMs);
      const how = signal ?? `exit code ${code}`;
      this.#ground.say(`${nameOf(this.pod)} ${container.name} ended by itself (${how}), again in ${pauseMs} ms`);
      setTimeout(() => this.#ending || this.#run(start, again), pauseMs);
    });
  }

  #logOf({ name }: V1Container): string {
    return join(this.#ground.folder, "logs", `${nameOf(this.pod).replace("/", ".")}.${name}.log`);
  }

  #spawn(container: V1Container, command: string[], env: Record<string, string>, signal?: AbortSignal): ChildProcess {
    const file = this.#logOf(container);
    mkdirSync(dirname(file), { recursive: true });
    // A file and no pipe: what writes to /dev/stdout opens it by its name, which a socket does not allow.
    const log = openSync(file, "a");
    const child = spawn(command[0]!, command.slice(1), { env, stdio: ["ignore", log, log], signal });
    closeSync(log);
    return child;
  }

  /** Runs a command where a container's own process runs; resolves when it has ended well. */
  async #exec(container: V1Container, pid: number, command: string[], over: AbortSignal): Promise<void> {
    const { programs, referred } = this.#ground;
    const own = command[0] === container.command?.[0];
    const words = own ? runnable(programs, container.image ?? "", command, [])! : command;
    const { env } = environment(this.pod, container, referred);
    const child = this.#spawn(container, [...inside(pid, userOf(this.pod, container)), ...words], env, over);
    const [code, signal] = await once(child, "exit");
    if (code !== 0) throw new Error(`${command.join(" ")} ended with ${signal ?? `exit code ${code}`}`);
  }

  /** What a container does between the decision that it is to end and SIGTERM: a command in it, a call, or a pause. */
  async #before(container: V1Container, pid: number, over: AbortSignal): Promise<void> {
    const { exec, httpGet, sleep: pause } = container.lifecycle?.preStop ?? {};
    try {
      if (exec) await this.#exec(container, pid, exec.command ?? [], over);
      else if (httpGet) {
        // Not fetch, which waits five minutes at most.
        const sent = get(`http://${this.pod.status!.podIP}:${httpGet.port}${httpGet.path ?? "/"}`, { signal: over });
        const [response] = await once(sent, "response");
        await once(response.resume(), "end");
      } else if (pause) await sleep(pause.seconds * 1000, undefined, { signal: over });
    } catch (error) {
      this.#ground.say(`${nameOf(this.pod)} did not do what it should before it ends: ${error}`);
    }
  }
}
