import type { KubeConfig } from "@kubernetes/client-node";
import { retentionName } from "../../components/storage/retention.ts";
import { Refused } from "./ask.ts";
import { root } from "./database/objects.ts";
import { passOnce, type Standing } from "./database/pass.ts";
import { follow, pause } from "./follow.ts";

const againMs = 1000;
const hourMs = 3600 * 1000;

/**
 * Makes of the cluster's databases what CloudNativePG's operator would, which runs in no rehearsal: Secrets, certificates,
 * Services, and the one instance that writes. Goes on whenever a Cluster, its instance or the schema changes, until `signal` fires. What is
 * new of how they stand is told once.
 */
export async function watchDatabases(
  config: KubeConfig,
  signal: AbortSignal,
  onNews: (news: Standing[]) => void,
): Promise<void> {
  let changed = new AbortController();
  const watches = [
    { path: `${root}/clusters`, query: {} },
    { path: "/api/v1/secrets", query: { labelSelector: "cnpg.io/reload" } },
    { path: "/api/v1/pods", query: { labelSelector: "cnpg.io/cluster" } },
    { path: "/api/v1/configmaps", query: { fieldSelector: `metadata.name=${retentionName}` } },
  ].map(({ path, query }) => follow(config, path, query, () => changed.abort(), signal));
  let told = new Set<string>();
  while (!signal.aborted) {
    // What changes from here on may come too late for this pass.
    changed = new AbortController();
    const standing = await passOnce(config).catch(whenAway);
    const news = standing?.filter((one) => !told.has(JSON.stringify(one))) ?? [];
    if (standing) told = new Set(standing.map((one) => JSON.stringify(one)));
    if (news.length > 0) onNews(news);
    // An instance that begins to listen changes no object.
    const isSettled = standing?.every((one) => one.accepts);
    await pause(isSettled ? hourMs : againMs, AbortSignal.any([signal, ...(isSettled ? [changed.signal] : [])]));
  }
  await Promise.all(watches);
}

/** An API server that is not there, or not ready, is asked again. */
function whenAway(error: unknown): undefined {
  if (!(error instanceof Refused && error.status >= 500)) throw error;
  return undefined;
}
