import { NodePatch } from "@pulumi/kubernetes/core/v1/nodePatch.js";
import * as pulumi from "@pulumi/pulumi";
import { accelerator } from "../catalogue/index.ts";
import type { ClusterNode, NodeTaint } from "./cloud.ts";
import { isCountable } from "./country/pool-resource.ts";
import type { Country } from "./country.ts";
import { chooseNodes, poolLabel } from "./pool/choose-nodes.ts";
import { migLayout } from "./pool/node-fit.ts";

export { poolCapacity, poolResource, unitsPerNode } from "./country/pool-resource.ts";
export { type Choice, chooseNodes, poolLabel, shareNodes } from "./pool/choose-nodes.ts";

export type PoolArgs = Country["pools"][string] & {
  /** The country's add-ons: what Freehold is only about to install, the nodes cannot show yet. */
  addons: Country["addons"];
  /** The cluster's nodes as they are now, of which the pool takes its own; where there are several pools, its `shareNodes`. */
  nodesInCluster: ClusterNode[];
};

/** GPU nodes set aside for models and tenants' own jobs: labelled for selection, cut or shared as declared, tainted. */
export class Pool extends pulumi.ComponentResource {
  /** Names of the nodes, in the order of their names. */
  readonly nodes: string[];
  /** Names of those whose GPUs the cluster does not show yet. */
  readonly awaited: string[];

  constructor(name: string, args: PoolArgs, opts?: pulumi.ComponentResourceOptions) {
    super("freehold:index:Pool", name, {}, opts);
    // Components may stand alone in somebody's program, so refusals are here and not only in the country file's.
    if (!isCountable(args))
      throw new pulumi.RunError(`Pool ${name} asks for a MIG profile that ${args.accelerator} does not have.`);
    const choice = chooseNodes(name, args, args.nodesInCluster, args.addons);
    if ("shortage" in choice) throw new pulumi.RunError(choice.shortage);

    for (const node of choice.nodes) {
      new NodePatch(
        node.name,
        {
          metadata: {
            name: node.name,
            labels: { [poolLabel]: name, ...sharingLabels(name, args.sharing) },
            annotations: {
              "pulumi.com/patchForce": "true",
              // A name of our own: an update that was cut off is taken up by the same owner, and leaves none behind.
              "pulumi.com/patchFieldManager": "freehold-pool",
            },
          },
          spec: { taints: [...othersOf(node, args), poolTaint(args)].sort((a, b) => (a.key < b.key ? -1 : 1)) },
        },
        { parent: this },
      );
    }
    this.nodes = choice.nodes.map((node) => node.name);
    this.awaited = choice.awaited;
    this.registerOutputs({ nodes: this.nodes, awaited: this.awaited });
  }
}

/** Taint of the pool's nodes; a pool for one tenant's development alone has a value that nobody else tolerates. */
export function poolTaint({ accelerator: id, sharing }: Pick<PoolArgs, "accelerator" | "sharing">) {
  // The operators' own daemons tolerate this key, whatever the value, and no other.
  const { resource } = accelerator(id);
  return { key: resource, value: sharing.kind === "time-slicing" ? sharing.tenant : "present", effect: "NoSchedule" };
}

/** What a pod says that may run in spite of a taint. */
export function tolerationOf({ key, value, effect }: NodeTaint) {
  return { key, operator: "Equal", value, effect };
}

/** What tells the GPU operator's MIG manager and device plugin how each GPU of the node is given out. */
export function sharingLabels(pool: string, sharing: PoolArgs["sharing"]): Record<string, string> {
  if (sharing.kind === "whole") return {};
  if (sharing.kind === "time-slicing") return { "nvidia.com/device-plugin.config": pool };
  return migLayout(sharing.profile);
}

/** The taints that the node has beside ours: the API server replaces the list as a whole. */
function othersOf(node: ClusterNode, pool: PoolArgs) {
  const { key } = poolTaint(pool);
  // Kubernetes sets and clears its own taints (not-ready, unreachable) as a node's state changes.
  return node.taints.filter((taint) => taint.key !== key && !taint.key.startsWith("node.kubernetes.io/"));
}
