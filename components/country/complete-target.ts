import { azureNames } from "../clouds/azure/names.ts";
import type { Written } from "../country.ts";
import { nodeDiskGiB } from "./sections/targets/cloud.ts";

type Target = Written["target"];
type Of<Kind extends Target["kind"]> = Extract<Target, { kind: Kind }>;

/** Where a country stands, with every default applied: whatever it is, it has a kubeconfig context and a place. */
export type CompleteTarget = ReturnType<typeof onprem> | ReturnType<typeof aws> | ReturnType<typeof azure>;

/** The target of a country file with the defaults that follow from its other sections. */
export function completeTarget({ target, country, pools }: Pick<Written, "target" | "pools"> & { country: string }) {
  const names = Object.keys(pools);
  const cluster = `freehold-${country.toLowerCase()}`;
  if (target.kind === "aws") return aws(target, cluster, names);
  if (target.kind === "azure") return azure(target, cluster, names);
  return onprem(target);
}

/** The registry that a cloud makes with the cluster, where every node finds it; undefined where none is made. */
export function ownRegistry(target: CompleteTarget): string | undefined {
  return target.kind === "azure" ? `${azureNames(target).registry}.azurecr.io` : undefined;
}

/** What RDMA devices are advertised as: Elastic Fabric Adapters by AWS's plugin, others as NVIDIA's operator does it. */
export function usualRdmaResource(kind: Target["kind"]): string {
  return kind === "aws" ? "vpc.amazonaws.com/efa" : "rdma/rdma_shared_device_a";
}

function onprem(target: Of<"onprem">) {
  return target;
}

function aws({ cluster: named, ...target }: Of<"aws">, usual: string, pools: string[]) {
  const cluster = named ?? usual;
  const zones = target.network.zones ?? ["a", "b", "c"].map((letter) => `${target.region}${letter}`);
  return {
    ...target,
    cluster,
    context: cluster,
    place: target.region,
    network: { ...target.network, zones },
    nodeGroups: forEach(pools, target.nodeGroups, { imageGiB: nodeDiskGiB, capacity: { kind: "on-demand" as const } }),
  };
}

function azure({ cluster: named, ...target }: Of<"azure">, usual: string, pools: string[]) {
  const cluster = named ?? usual;
  return {
    ...target,
    cluster,
    context: cluster,
    place: target.location,
    nodePools: forEach(pools, target.nodePools, { osDiskGiB: nodeDiskGiB, capacity: { kind: "on-demand" as const } }),
  };
}

function forEach<Entry>(pools: string[], declared: Record<string, Entry>, usual: Entry): Record<string, Entry> {
  return Object.fromEntries(pools.map((pool) => [pool, declared[pool] ?? usual]));
}
