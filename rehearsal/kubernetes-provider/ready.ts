import { type Await, Hopeless } from "./await.ts";
import { awaits } from "./awaits/index.ts";
import type { Cluster } from "./cluster.ts";
import { followUntil } from "./follow.ts";
import { annotation, annotations, type KubeObject } from "./kube-object.ts";
import { conditionOf } from "./wait-for.ts";

/** The object stands in the cluster, but not ready; `reasons` are the cluster's own. */
export class NotReady extends Error {
  readonly live: KubeObject;
  readonly reasons: string[];

  constructor(message: string, live: KubeObject, reasons: string[]) {
    super([message, ...reasons].join("\n  - "));
    this.live = live;
    this.reasons = [message, ...reasons];
  }
}

export type Patience = {
  /** From `customTimeouts`; 0 for none. */
  timeoutSeconds: number;
  cancelled: AbortSignal;
  say: (status: string) => void;
};

const defaultTimeoutSeconds = 600;

/** Milliseconds that an operation on an object may take. */
export function timeoutMs(inputs: KubeObject, timeoutSeconds: number): number {
  const annotated = Number.parseInt(annotation(inputs, annotations.timeoutSeconds) ?? "", 10);
  return (timeoutSeconds || annotated || defaultTimeoutSeconds) * 1000;
}

/** Waits until a created or updated object is ready, and returns it as it is then. Throws a NotReady when it does not get so. */
export async function untilReady(
  live: KubeObject,
  inputs: KubeObject,
  cluster: Cluster,
  { timeoutSeconds, cancelled, say }: Patience,
): Promise<KubeObject> {
  const rule = awaitOf(inputs);
  if (!rule) return live;
  let last = live;
  let said = "";
  const signal = AbortSignal.any([cancelled, AbortSignal.timeout(timeoutMs(inputs, timeoutSeconds))]);
  const decide = ([object, ...beside]: (KubeObject | undefined)[]) => {
    if (!object) throw new Hopeless(`${nameOf(live)} was deleted while it was waited for`);
    last = object;
    const status = rule.waitsFor(object, beside);
    if (status !== undefined && status !== said) {
      said = status;
      say(status);
    }
    return status === undefined ? object : undefined;
  };
  try {
    const others = (rule.beside?.(live) ?? []).map((reference) => ({ reference }));
    const followed = [{ reference: cluster.reference(live), from: live }, ...others];
    const settleMs = others.length > 0 ? rule.settleMs : 0;
    const ready = await followUntil(cluster, followed, decide, { signal, settleMs });
    if (said) say("");
    return ready;
  } catch (error) {
    if (cancelled.aborted) throw new NotReady(`Resource operation was cancelled for ${nameOf(live)}`, last, []);
    if (error instanceof Hopeless) throw new NotReady(error.message, last, await reasonsOf(rule, last, cluster));
    if (!signal.aborted) throw error;
    const message = `${nameOf(live)} timed out waiting to be Ready (${said || "no word from the cluster"})`;
    throw new NotReady(message, last, await reasonsOf(rule, last, cluster));
  }
}

/** Throws a NotReady when an object that was read is not ready. Asks only about kinds whose readiness may pass. */
export async function checkReady(live: KubeObject, inputs: KubeObject, cluster: Cluster): Promise<void> {
  const rule = awaitOf(inputs);
  if (!rule?.onRead) return;
  const beside = await Promise.all(
    (rule.beside?.(live) ?? []).map((reference) => cluster.get(reference).catch(() => undefined)),
  );
  let waiting: string | undefined;
  try {
    waiting = rule.waitsFor(live, beside);
  } catch (error) {
    if (!(error instanceof Hopeless)) throw error;
    waiting = error.message;
  }
  if (waiting === undefined) return;
  const reasons = await reasonsOf(rule, live, cluster);
  throw new NotReady(`${nameOf(live)} is not ready: ${waiting}`, live, reasons);
}

function awaitOf(inputs: KubeObject): Await | undefined {
  if (annotation(inputs, annotations.skipAwait) === "true") return undefined;
  const condition = annotation(inputs, annotations.waitFor);
  return condition ? conditionOf(condition) : awaits[`${inputs.apiVersion}/${inputs.kind}`];
}

async function reasonsOf(rule: Await, live: KubeObject, cluster: Cluster): Promise<string[]> {
  // The reasons are a help; that they cannot be had must not hide what happened.
  return (await rule.reasons?.(live, cluster).catch(() => [])) ?? [];
}

function nameOf({ kind, metadata: { name } }: KubeObject): string {
  return `${kind} ${name}`;
}
