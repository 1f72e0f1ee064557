import { setTimeout as sleep } from "node:timers/promises";
import { type KubeConfig, type KubernetesObject, Watch } from "@kubernetes/client-node";
import { paths, Refused } from "./certificates/objects.ts";
import { type Issued, type Pass, passOnce } from "./certificates/pass.ts";

export type { Issued } from "./certificates/pass.ts";

const secondMs = 1000;

/**
 * Makes the Secrets that the cluster's Certificates ask for, as cert-manager would, whose controller runs in no rehearsal: those
 * that are missing, are not as asked for, or have to be renewed; authorities before what they sign. Writes into the status of
 * every Certificate and issuer how it stands. Safe to repeat; answers what it made, and what it could not.
 */
export async function issueCertificates(config: KubeConfig): Promise<Issued[]> {
  return (await passOnce(config)).issued;
}

/**
 * Does the same whenever a Certificate, an issuer or a Secret for TLS changes and whenever a certificate has to be renewed,
 * until `signal` fires. What cannot be made is told once, not each time.
 */
export async function watchCertificates(
  config: KubeConfig,
  signal: AbortSignal,
  onIssued: (issued: Issued[]) => void,
): Promise<void> {
  const failed = new AbortController();
  const until = AbortSignal.any([signal, failed.signal]);
  let changed = new AbortController();
  const watches = [
    ...Object.values(paths).map((path) => ({ path, query: {} })),
    { path: "/api/v1/secrets", query: { fieldSelector: "type=kubernetes.io/tls" } },
  ].map(({ path, query }) => follow(config, path, query, () => changed.abort(), until));
  let told = new Set<string>();
  try {
    while (!signal.aborted) {
      // What changes from here on may come too late for this pass.
      changed = new AbortController();
      const { issued, lookAgain } = await passOnce(config).catch(whenAway);
      const news = issued.filter((one) => one.made || !told.has(JSON.stringify(one)));
      told = new Set(issued.map((one) => JSON.stringify(one)));
      if (news.length > 0) onIssued(news);
      await pause(lookAgain.getTime() - Date.now(), AbortSignal.any([signal, changed.signal]));
    }
  } finally {
    failed.abort();
    await Promise.all(watches);
  }
}

/** Calls back for whatever is at a path, and whatever happens to it; a kind that is not defined is waited for. */
async function follow(config: KubeConfig, path: string, query: object, onEvent: () => void, signal: AbortSignal) {
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

/** An API server that is not there, or not ready, is asked again. */
function whenAway(error: unknown): Pass {
  if (!(error instanceof Refused && error.status >= 500)) throw error;
  return { issued: [], lookAgain: new Date(Date.now() + secondMs) };
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await sleep(Math.max(ms, 0), undefined, { signal }).catch(() => {});
}
