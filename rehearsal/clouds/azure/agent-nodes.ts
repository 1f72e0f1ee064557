import type { V1Node } from "@kubernetes/client-node";
import type { AzureSize } from "../../../catalogue/azure-offering.ts";
import { askedSharing, type NodeForm, shownGpus, simulatedNode } from "../../simulated-node.ts";
import { bringNodes } from "../bring-nodes.ts";

/** The machines of agent pools, as simulated nodes of the rehearsal's control plane. */
export type AgentNodes = {
  /** Makes the nodes of a pool what is wanted: more come, others go, labels and taints follow. */
  bring(pool: PoolId, wanted: V1Node[]): Promise<void>;
};

export type PoolId = { nodeResourceGroup: string; pool: string };

/** What of an agent pool shows in its nodes. */
export type AgentPoolSpec = PoolId & {
  subscriptionId: string;
  location: string;
  size: AzureSize;
  count: number;
  zones: string[];
  mode: string;
  labels: Record<string, string>;
  /** As AKS takes them: `key=value:Effect`. */
  taints: string[];
  spot: boolean;
  version: string;
};

const clusterLabel = "kubernetes.azure.com/cluster";
const poolLabel = "kubernetes.azure.com/agentpool";

/** Nodes in the control plane that a kubeconfig leads to; nothing where there is none, as when only the world is of interest. */
export function agentNodesOf(kubeconfig: string): AgentNodes {
  return {
    bring: ({ nodeResourceGroup, pool }, wanted) =>
      bringNodes(kubeconfig, { [clusterLabel]: nodeResourceGroup, [poolLabel]: pool }, wanted),
  };
}

/** The nodes of an agent pool as they join: AKS's labels, the pool's own, and what GPU feature discovery would write. */
export function agentNodes(spec: AgentPoolSpec): V1Node[] {
  return Array.from({ length: spec.count }, (_, index) => agentNode(spec, index));
}

function agentNode(spec: AgentPoolSpec, index: number): V1Node {
  const { pool, size, location, zones, subscriptionId, nodeResourceGroup } = spec;
  const scaleSet = `aks-${pool}-${digitsOf(`${nodeResourceGroup}/${pool}`)}-vmss`;
  const name = `${scaleSet}${index.toString(36).padStart(6, "0")}`;
  const zone = zones.length > 0 ? `${location}-${zones[index % zones.length]}` : "0";
  const { resources, labels } = devicesOf(spec);
  return simulatedNode({
    name,
    arch: size.instance?.cpu,
    resources: {
      cpu: String(size.vcpus),
      memory: `${Math.floor(size.memoryGib)}Gi`,
      pods: "250",
      ...resources,
    },
    labels: {
      "node.kubernetes.io/instance-type": size.name,
      "topology.kubernetes.io/region": location,
      "topology.kubernetes.io/zone": zone,
      agentpool: pool,
      [poolLabel]: pool,
      [clusterLabel]: nodeResourceGroup,
      "kubernetes.azure.com/mode": spec.mode.toLowerCase(),
      ...(spec.spot && { "kubernetes.azure.com/scalesetpriority": "spot" }),
      ...labels,
      ...spec.labels,
    },
    spec: {
      providerID:
        `azure:///subscriptions/${subscriptionId}/resourceGroups/${nodeResourceGroup}/providers/Microsoft.Compute/` +
        `virtualMachineScaleSets/${scaleSet}/virtualMachines/${index}`,
      taints: allTaints(spec).map(toTaint),
    },
  });
}

/** AKS keeps everybody off spot machines who does not say that they take them. */
function allTaints({ taints, spot }: AgentPoolSpec): string[] {
  // An API server refuses a node that has one twice.
  return spot ? [...new Set([...taints, "kubernetes.azure.com/scalesetpriority=spot:NoSchedule"])] : taints;
}

/** Of what has no GPU, nothing. */
function devicesOf({ size, labels }: AgentPoolSpec): Pick<NodeForm, "resources" | "labels"> {
  const { accelerator: id, gpus } = size.instance ?? {};
  if (id === undefined || gpus === undefined) return { resources: {}, labels: {} };
  return shownGpus({ accelerator: id, gpusPerNode: gpus, sharing: askedSharing(id, labels) });
}

function toTaint(text: string) {
  const [, key, value, effect] = text.match(/^([^=:]+)(?:=([^:]*))?:(\w+)$/)!;
  return { key: key!, ...(value && { value }), effect: effect! };
}

/** Eight digits that are the pool's for good. */
function digitsOf(text: string): string {
  let sum = 7;
  for (const character of text) sum = (sum * 31 + character.charCodeAt(0)) % 100_000_000;
  return String(sum).padStart(8, "0");
}
