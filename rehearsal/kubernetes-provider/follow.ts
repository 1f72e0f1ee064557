import { setTimeout as sleep } from "node:timers/promises";
import { ApiError } from "./client.ts";
import type { Cluster, Reference } from "./cluster.ts";
import { collectionPath } from "./kinds.ts";
import type { KubeObject } from "./kube-object.ts";

const pauseMs = 100;

type Listed = { metadata: { resourceVersion: string }; items: KubeObject[] };

/**
 * Follows one object until `signal` fires: what it is now, then whatever becomes of it; undefined while it is not there.
 * With `from`, an object just read or written, it goes on from there without asking first.
 */
export async function* follow(
  cluster: Cluster,
  reference: Reference,
  signal: AbortSignal,
  from?: KubeObject,
): AsyncGenerator<KubeObject | undefined> {
  const path = collectionPath(await cluster.resource(reference), reference.namespace);
  const only = { fieldSelector: `metadata.name=${reference.name}` };
  let version = from?.metadata.resourceVersion;
  if (from) yield from;
  for (;;) {
    if (version === undefined) {
      const { items, metadata } = await cluster.client.request<Listed>("GET", path, only);
      version = metadata.resourceVersion;
      yield items[0] && { ...items[0], apiVersion: reference.apiVersion, kind: reference.kind };
    }
    try {
      for await (const { type, object } of cluster.client.watch(
        path,
        { ...only, resourceVersion: version, allowWatchBookmarks: "true" },
        signal,
      )) {
        version = object.metadata.resourceVersion;
        if (type !== "BOOKMARK") yield type === "DELETED" ? undefined : object;
      }
    } catch (error) {
      // The server forgets old versions: look anew.
      if (!(error instanceof ApiError && (error.code === 410 || error.reason === "Expired"))) throw error;
      version = undefined;
    }
    // A server that hangs up at once is not asked in a loop.
    await sleep(pauseMs, undefined, { signal });
  }
}

export type Followed = { reference: Reference; from?: KubeObject };

/**
 * Follows several objects at once until `decide` answers something, and has answered so for `settleMs` on end. Throws what
 * `decide` throws, and the reason of `signal` when it fires first.
 */
export async function followUntil<Answer>(
  cluster: Cluster,
  followed: Followed[],
  decide: (objects: (KubeObject | undefined)[]) => Answer | undefined,
  { signal, settleMs = 0 }: { signal: AbortSignal; settleMs?: number },
): Promise<Answer> {
  const enough = new AbortController();
  const until = AbortSignal.any([signal, enough.signal]);
  const objects: (KubeObject | undefined)[] = followed.map(() => undefined);
  const unseen = new Set(followed.keys());
  let timer: NodeJS.Timeout | undefined;
  try {
    return await new Promise<Answer>((resolve, reject) => {
      signal.addEventListener("abort", () => reject(signal.reason), { once: true });
      if (signal.aborted) reject(signal.reason);
      const consider = () => {
        clearTimeout(timer);
        const answer = decide(objects);
        if (answer === undefined) return;
        if (settleMs === 0) resolve(answer);
        else timer = setTimeout(() => resolve(answer), settleMs);
      };
      const watch = async ({ reference, from }: Followed, index: number) => {
        for await (const object of follow(cluster, reference, until, from)) {
          objects[index] = object;
          unseen.delete(index);
          if (unseen.size === 0) consider();
        }
      };
      for (const [index, one] of followed.entries()) watch(one, index).catch(reject);
    });
  } finally {
    clearTimeout(timer);
    enough.abort();
  }
}
