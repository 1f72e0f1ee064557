import { setTimeout as sleep } from "node:timers/promises";
import type { V1Pod } from "@kubernetes/client-node";
import type { ClusterView } from "./cluster-view.ts";
import { hostsOf } from "./names.ts";
import { canRun, type Ground, nameOf, RunningPod } from "./pod.ts";
import { Missing } from "./volumes.ts";

// Changes come in crowds.
const crowdMs = 50;

/** What runs on a node, what is ending, and what each pod that does not run yet waits for. */
export type NodeStatus = { running: string[]; ending: string[]; waiting: Record<string, string> };

/** The node that this machine is: it keeps running, as processes, those pods of the cluster whose images it has programs for. */
export class Node {
  readonly #view: ClusterView;
  readonly #ground: Ground;
  readonly #running = new Map<string, RunningPod>();
  readonly #ending = new Set<RunningPod>();
  readonly #waiting = new Map<string, { pod: string; why: string }>();
  /** Pods that were given another address, which they may not show yet. */
  readonly #given = new Set<string>();
  #lastGiven = 0;

  constructor(view: ClusterView, ground: Ground) {
    this.#view = view;
    this.#ground = ground;
  }

  /** Follows the cluster for ever. `onTurn` is told after each look at it. */
  async follow(onTurn: (status: NodeStatus) => void): Promise<never> {
    while (true) {
      const changed = Promise.withResolvers<void>();
      this.#view.onChange = changed.resolve;
      this.#turn();
      onTurn({
        running: [...this.#running.values()].map(({ pod }) => nameOf(pod)).sort(),
        ending: [...this.#ending].map(({ pod }) => nameOf(pod)).sort(),
        waiting: Object.fromEntries([...this.#waiting.values()].map(({ pod, why }) => [pod, why])),
      });
      await changed.promise;
      await sleep(crowdMs);
    }
  }

  /** The pods that run. */
  get pods(): V1Pod[] {
    return [...this.#running.values()].map(({ pod }) => pod);
  }

  /** Those of an application, by their label `app.kubernetes.io/name`. */
  podsOf(application: string): V1Pod[] {
    return this.pods.filter(({ metadata }) => metadata?.labels?.["app.kubernetes.io/name"] === application);
  }

  /** What should not run is ended, what runs learns of new names and new files, and what should run is started. */
  #turn(): void {
    const wanted = this.#view.pods.filter(
      (pod) => pod.status?.podIP && !pod.metadata?.deletionTimestamp && canRun(pod, this.#ground.programs),
    );
    const uids = new Set(wanted.map(({ metadata }) => metadata!.uid!));
    for (const [uid, pod] of this.#running) if (!uids.has(uid)) this.#end(uid, pod);
    for (const uid of this.#waiting.keys()) if (!uids.has(uid)) this.#waiting.delete(uid);
    const hosts = this.#hosts(wanted);
    for (const pod of wanted) this.#keep(pod, hosts(pod));
  }

  #keep(pod: V1Pod, hosts: string): void {
    const uid = pod.metadata!.uid!;
    const there = this.#running.get(uid);
    try {
      if (there) return void there.refresh(hosts);
      if ([...this.#ending].some((other) => other.pod.status!.podIP === pod.status!.podIP)) {
        // Given away when the other was deleted, which may drain for minutes.
        this.#giveAddress(uid, pod);
        throw new Missing("an address of its own");
      }
      if ([...this.#ending].some((other) => nameOf(other.pod) === nameOf(pod)))
        throw new Missing("its files, which the pod of its name that is ending still has");
      this.#running.set(uid, new RunningPod(pod, hosts, this.#ground));
      this.#waiting.delete(uid);
      this.#ground.say(`${nameOf(pod)} runs at ${pod.status!.podIP}`);
    } catch (error) {
      const why = error instanceof Missing ? `waits for ${error.message}` : String(error);
      if (this.#waiting.get(uid)?.why !== why) this.#ground.say(`${nameOf(pod)} ${why}`);
      this.#waiting.set(uid, { pod: nameOf(pod), why });
    }
  }

  /** Once: of two addresses that it was given, it could run at the first and be known by the second. */
  #giveAddress(uid: string, pod: V1Pod): void {
    if (this.#given.has(uid)) return;
    this.#given.add(uid);
    const given = ++this.#lastGiven;
    // A pod that went meanwhile needs none; one that still has its old address asks again.
    this.#view.giveAddress(pod, `10.254.${given >> 8}.${given & 255}`).catch(() => this.#given.delete(uid));
  }

  #end(uid: string, pod: RunningPod): void {
    this.#running.delete(uid);
    this.#ending.add(pod);
    this.#ground.say(`${nameOf(pod.pod)} is ending`);
    pod.end().then(
      () => {
        this.#ending.delete(pod);
        this.#ground.say(`${nameOf(pod.pod)} has ended`);
        // Its name is free.
        this.#view.onChange();
      },
      (error) => this.#ground.say(`${nameOf(pod.pod)} could not be ended: ${error}`),
    );
  }

  /** What the pods of each namespace are told of names; worked out once a turn. */
  #hosts(pods: readonly V1Pod[]): (pod: V1Pod) => string {
    const known = new Map<string, string>();
    return ({ metadata }) => {
      const namespace = metadata?.namespace ?? "";
      const hosts = known.get(namespace) ?? hostsOf(this.#view.services, pods, namespace);
      known.set(namespace, hosts);
      return hosts;
    };
  }
}
