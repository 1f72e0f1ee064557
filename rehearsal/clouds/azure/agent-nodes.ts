import { existsSync } from "node:fs";
import type { V1Node } from "@kubernetes/client-node";
import type { AzureSize } from "../../../catalogue/azure-offering.ts";
import { accelerator, migProfiles } from "../../../catalogue/index.ts";
import { ApiError, Client, json } from "../../kubernetes-provider/client.ts";
import { readConnection } from "../../kubernetes-provider/kubeconfig.ts";

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
    bring: async ({ nodeResourceGroup, pool }, wanted) => {
      if (!existsSync(kubeconfig)) return;
      const client = new Client(readConnection({ kubeconfig }));
      const selector = `${clusterLabel}=${nodeResourceGroup},${poolLabel}=${pool}`;
      const path = "/api/v1/nodes";
      const { items } = await client.request<{ items: V1Node[] }>("GET", path, { labelSelector: selector });
      const names = new Set(wanted.map(({ metadata }) => metadata!.name));
      const extra = items.filter(({ metadata }) => !names.has(metadata!.name));
      await Promise.all([
        ...extra.map(({ metadata }) => client.request("DELETE", `${path}/${metadata!.name}`)),
        ...wanted.map((node) => put(client, path, node)),
      ]);
    },
  };
}

async function put(client: Client, path: string, node: V1Node) {
  try {
    await client.request("POST", path, {}, json({ apiVersion: "v1", kind: "Node", ...node }));
  } catch (error) {
    if (!(error instanceof ApiError) || error.reason !== "AlreadyExists") throw error;
    const body = { metadata: { labels: node.metadata!.labels }, spec: { taints: node.spec!.taints ?? null } };
    await client.request("PATCH", `${path}/${node.metadata!.name}`, {}, json(body, "application/merge-patch+json"));
  }
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
  const { resources, labels } = shownGpus(spec);
  const capacity = {
    cpu: String(size.vcpus),
    memory: `${Math.floor(size.memoryGib)}Gi`,
    pods: "250",
    "ephemeral-storage": "2048Gi",
    ...resources,
  };
  return {
    metadata: {
      name,
      annotations: { "kwok.x-k8s.io/node": "fake" },
      labels: {
        type: "kwok",
        "kubernetes.io/hostname": name,
        "kubernetes.io/os": "linux",
        "kubernetes.io/arch": size.instance?.cpu ?? "amd64",
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
    },
    spec: {
      providerID:
        `azure:///subscriptions/${subscriptionId}/resourceGroups/${nodeResourceGroup}/providers/Microsoft.Compute/` +
        `virtualMachineScaleSets/${scaleSet}/virtualMachines/${index}`,
      taints: allTaints(spec).map(toTaint),
    },
    status: { capacity, allocatable: capacity },
  };
}

/** AKS keeps everybody off spot machines who does not say that they take them. */
function allTaints({ taints, spot }: AgentPoolSpec): string[] {
  // An API server refuses a node that has one twice.
  return spot ? [...new Set([...taints, "kubernetes.azure.com/scalesetpriority=spot:NoSchedule"])] : taints;
}

/** As device plugin, MIG manager and feature discovery would leave a node; of what has no GPU, nothing. */
function shownGpus({ size, labels }: AgentPoolSpec): {
  resources: Record<string, string>;
  labels: Record<string, string>;
} {
  const { accelerator: id, gpus } = size.instance ?? {};
  if (id === undefined || gpus === undefined) return { resources: {}, labels: {} };
  const { label, resource } = accelerator(id);
  const layout = labels["nvidia.com/mig.config"];
  const profile = migProfiles(id).find(({ name }) => layout === `all-${name.replaceAll("+", ".")}`);
  return {
    resources: profile ? { [profile.resource]: String(gpus * profile.max_per_gpu) } : { [resource]: String(gpus) },
    labels: {
      [label.key]: label.value,
      [`${resource}.present`]: "true",
      ...(profile && { "nvidia.com/mig.strategy": "mixed", "nvidia.com/mig.config.state": "success" }),
    },
  };
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
