import { CustomResource } from "@pulumi/kubernetes/apiextensions/customResource.js";
import * as pulumi from "@pulumi/pulumi";
import type { CloudTaints } from "./cloud.ts";
import type { Country } from "./country.ts";
import { poolLabel, poolTaint, tolerationOf } from "./pool.ts";

export type QueuesArgs = Pick<Country, "pools" | "tenants"> & {
  /** Taints of the cloud's own on the nodes of pools. */
  cloudTaints?: CloudTaints;
};

/** API group and version of Kueue's objects. */
export const queueApi = "kueue.x-k8s.io/v1beta2";

/** Label of the namespaces whose pods and jobs wait in a queue; Kueue leaves all others alone. */
export const queuedNamespace = { "freehold.dev/queued": "true" } as const;

/** Names that the queues of every workspace refer to. */
export const queueNames = {
  /** What the tenants' queues have in common: those that may borrow do so within it. */
  cohort: "freehold",
  /** Flavor of CPU and memory, on whatever node. */
  anywhere: "freehold",
  /** Flavor of a pool's GPUs. */
  ofPool: (pool: string) => `freehold-${pool}`,
  /** The one LocalQueue of a workspace: Kueue puts into it whatever names none. */
  local: "default",
} as const;

/** What the queues of all tenants share: the cohort within which they may borrow, and which nodes each kind of GPU is on. */
export class Queues extends pulumi.ComponentResource {
  constructor(name: string, args: QueuesArgs, opts?: pulumi.ComponentResourceOptions) {
    super("freehold:index:Queues", name, {}, opts);
    const object = (kind: string, objectName: string, spec: object) =>
      new CustomResource(
        `${kind}-${objectName}`,
        { apiVersion: queueApi, kind, metadata: { name: objectName }, spec },
        { parent: this },
      );

    // Empty: it has no GPUs of its own, so whatever is borrowed is another tenant's, and never a model server's.
    object("Cohort", queueNames.cohort, {});
    object("ResourceFlavor", queueNames.anywhere, {});
    for (const pool of queuedPools(args)) {
      const taints = [poolTaint(args.pools[pool]!), ...(args.cloudTaints?.[pool] ?? [])];
      object("ResourceFlavor", queueNames.ofPool(pool), {
        nodeLabels: { [poolLabel]: pool },
        tolerations: taints.map(tolerationOf),
      });
    }
    this.registerOutputs({});
  }
}

/** Pools of which some tenant has GPUs for jobs of its own, in the order of the country file. */
export function queuedPools({ pools, tenants }: QueuesArgs): string[] {
  const wanted = new Set(Object.values(tenants).flatMap(({ workspace }) => Object.keys(workspace?.gpus ?? {})));
  return Object.keys(pools).filter((pool) => wanted.has(pool));
}
