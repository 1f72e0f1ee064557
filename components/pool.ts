import { NodePatch } from "@pulumi/kubernetes/core/v1/nodePatch.js";
import * as pulumi from "@pulumi/pulumi";
import { accelerator } from "../catalogue/index.ts";
import type { ClusterNode } from "./cloud.ts";
import type { Country } from "./country.ts";

export type PoolArgs = Country["pools"][string] & {
  /** The cluster's nodes as they are now; the pool takes its own from them. */
  nodesInCluster: ClusterNode[];
};

/** Node label that says which pool a node belongs to; models select on it. */
export const poolLabel = "freehold.dev/pool";

/** GPU nodes set aside for models: labelled for selection, tainted against everything else. */
export class Pool extends pulumi.ComponentResource {
  /** Names of the nodes, in the order they were taken. */
  readonly nodes: string[];

  constructor(name: string, args: PoolArgs, opts?: pulumi.ComponentResourceOptions) {
    super("freehold:index:Pool", name, {}, opts);
    const choice = chooseNodes(name, args, args.nodesInCluster);
    // Components may stand alone in somebody's program, so the refusal is here and not only in the preflight.
    if ("shortage" in choice) throw new pulumi.RunError(choice.shortage);

    for (const node of choice.nodes) {
      new NodePatch(
        node.name,
        {
          metadata: {
            name: node.name,
            labels: { [poolLabel]: name },
            annotations: {
              "pulumi.com/patchForce": "true",
              // A name of our own: an update that was cut off is taken up by the same owner, and leaves none behind.
              "pulumi.com/patchFieldManager": "freehold-pool",
            },
          },
          spec: { taints: taintsOf(node, accelerator(args.accelerator).resource) },
        },
        { parent: this },
      );
    }
    this.nodes = choice.nodes.map((node) => node.name);
    this.registerOutputs({ nodes: this.nodes });
  }
}

type Choice = { nodes: ClusterNode[] } | { shortage: string; found: string; allowed: string };

/** The nodes a pool takes: its own first, then free ones by name. Too few is a shortage, said in nodes and GPUs. */
export function chooseNodes(name: string, pool: Country["pools"][string], inCluster: ClusterNode[]): Choice {
  const { resource, name: product, label } = accelerator(pool.accelerator);
  const fitting = inCluster
    .filter((node) => node.labels[label.key] === label.value)
    .filter((node) => (node.labels[poolLabel] ?? name) === name)
    .filter((node) => Number(node.allocatable[resource] ?? 0) >= pool.gpusPerNode)
    .sort((a, b) => Number(b.labels[poolLabel] === name) - Number(a.labels[poolLabel] === name) || compare(a, b));
  if (fitting.length >= pool.nodes) return { nodes: fitting.slice(0, pool.nodes).sort(compare) };

  const declared = pool.nodes * pool.gpusPerNode;
  const found = `${fitting.length} free nodes with ${pool.gpusPerNode} × ${product} each (${fitting.length * pool.gpusPerNode} GPUs)`;
  const allowed = `${pool.nodes} nodes with ${pool.gpusPerNode} each (${declared} GPUs), labelled ${label.key}=${label.value} and advertising ${resource}`;
  return { shortage: `Pool ${name} declares ${allowed}; the cluster has ${found}.`, found, allowed };
}

/** The GPU taint beside those the node already has: the API server replaces the list as a whole. */
function taintsOf(node: ClusterNode, key: string) {
  const ours = { key, value: "present", effect: "NoSchedule" };
  // Kubernetes sets and clears its own taints (not-ready, unreachable) as a node's state changes.
  const others = node.taints.filter((taint) => taint.key !== key && !taint.key.startsWith("node.kubernetes.io/"));
  return [...others, ours].sort((a, b) => (a.key < b.key ? -1 : 1));
}

const compare = (a: ClusterNode, b: ClusterNode) => a.name.localeCompare(b.name, "en", { numeric: true });
