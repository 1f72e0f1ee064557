import { setTimeout as sleep } from "node:timers/promises";
import { type KubeConfig, type KubernetesObject, Watch } from "@kubernetes/client-node";

const secondMs = 1000;

/** Calls back for whatever is at a path, and whatever happens to it; a kind that is not defined is waited for. */
export async function follow(
  config: KubeConfig,
  path: string,
  query: object,
  onEvent: () => void,
  signal: AbortSignal,
): Promise<void> {
  const watch = new Watch(config);
  let resourceVersion: string | undefined;
  while (!signal.aborted) {
    const over = Promise.withResolvers<void>();
    const seen = (type: string, { metadata }: KubernetesObject) => {
      // After a gap that is too long to be told, everything is told from the start.
      resourceVersion = type === "ERROR" ? undefined : metadata?.resourceVersion;
      onEvent();
    };
    // The client hangs up where nothing happens for half a minute, and goes on from what it has seen.
    const connection = await watch.watch(path, { ...query, resourceVersion }, seen, () => over.resolve());
    const stop = () => connection.abort();
    signal.addEventListener("abort", stop);
    if (signal.aborted) stop();
    await over.promise;
    signal.removeEventListener("abort", stop);
    await pause(secondMs, signal);
  }
}

/** Waits so long, or until `signal` fires. */
export async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await sleep(Math.max(ms, 0), undefined, { signal }).catch(() => {});
}
