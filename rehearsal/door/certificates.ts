import type { KubeConfig } from "@kubernetes/client-node";
import { Refused } from "./ask.ts";
import { paths } from "./certificates/objects.ts";
import { type Issued, type Pass, passOnce } from "./certificates/pass.ts";
import { follow, pause } from "./follow.ts";

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

/** An API server that is not there, or not ready, is asked again. */
function whenAway(error: unknown): Pass {
  if (!(error instanceof Refused && error.status >= 500)) throw error;
  return { issued: [], lookAgain: new Date(Date.now() + secondMs) };
}
