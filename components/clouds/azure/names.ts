import { createHash } from "node:crypto";
import type { AzureTarget } from "./target.ts";

type Place = Pick<AzureTarget, "subscription" | "cluster">;

/**
 * Names of a country's resources. They are contract: another name is another resource. Those that share one space with all
 * customers of Azure end in a mark of the subscription and the cluster.
 */
export function azureNames({ subscription, cluster }: Place) {
  const mark = markOf(`${subscription}/${cluster}`);
  const stem = cluster.replaceAll("-", "");
  return {
    resourceGroup: cluster,
    nodeResourceGroup: `${cluster}-nodes`,
    network: cluster,
    storageAccount: `${stem.slice(0, 16)}${mark}`,
    registry: `${stem.slice(0, 42)}${mark}`,
    workspace: cluster,
  };
}

/**
 * Names that the vault of a country's keys may have, in the order in which they are taken: a vault that was deleted keeps its
 * name for ninety days, and whoever declares the same country again meanwhile gets another one.
 */
export function vaultNames({ subscription, cluster }: Place): string[] {
  const stem = cluster.slice(0, 15).replace(/-+$/, "");
  const times = Array.from({ length: 20 }, (_, index) => (index === 0 ? "" : `/${index}`));
  return times.map((time) => `${stem}-${markOf(`${subscription}/${cluster}${time}`)}`);
}

/** Name of a role assignment, which Azure wants to be a GUID: always the same for one purpose in one cluster. */
export function assignmentName({ subscription, cluster }: Place, purpose: string): string {
  const hex = digest(`${subscription}/${cluster}/${purpose}`);
  // Version 8 of RFC 9562: a GUID whose bits are the maker's own.
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-9${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

/** Name of the agent pool of a country's pool: Azure has room for twelve letters and digits. */
export function agentPoolName(pool: string): string {
  const stem = pool.replace(/[^a-z\d]/g, "");
  return stem === pool && /^[a-z]/.test(stem) && stem.length <= 12 && stem !== systemPool
    ? stem
    : `p${stem.slice(0, 5)}${digest(pool).slice(0, 6)}`;
}

/** Name of the pool that carries the cluster's own parts. */
export const systemPool = "system";

function markOf(text: string): string {
  return digest(text).slice(0, 8);
}

function digest(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
