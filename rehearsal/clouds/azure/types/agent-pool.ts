import { azureSize } from "../../../../catalogue/azure-offering.ts";
import type { Properties } from "../../../kubernetes-provider/properties.ts";
import { CloudError } from "../../cloud-error.ts";
import { mapOf, textOf, textsOf } from "../../known.ts";
import type { Standing } from "../../world.ts";
import { agentNodes } from "../agent-nodes.ts";
import { aksVersion } from "../aks-version.ts";
import { type AzureCall, armType, standingAt } from "../arm-type.ts";
import { isSpot, zonesOf } from "../machines.ts";
import { releaseNodes } from "../release-nodes.ts";
import { liesBelow, sameId } from "../resource-id.ts";
import { isLongTerm, judgePool, poolFaults } from "./agent-pool-judgement.ts";
import { subnetType } from "./virtual-network.ts";

export const agentPoolType = "azure-native:containerservice:AgentPool";
const path =
  "/subscriptions/{subscriptionId}/resourceGroups/{resourceGroupName}/providers/Microsoft.ContainerService/managedClusters/{resourceName}/agentPools/{agentPoolName}";

/** What AKS does not let be changed in a pool. */
export const frozenInPool = [
  "vnetSubnetID",
  "podSubnetID",
  "availabilityZones",
  "osDiskSizeGB",
  "osDiskType",
  "osType",
  "type",
  "scaleSetPriority",
  "proximityPlacementGroupID",
  "capacityReservationGroupID",
  "enableEncryptionAtHost",
  "enableNodePublicIP",
  "enableUltraSSD",
  "kubeletDiskType",
  "hostGroupID",
  "gpuProfile.driver",
];

export const agentPool = armType({
  path,
  apiVersion: "2025-09-01",
  model: { file: "arm-containerservice", class: "AgentPool" },
  naming: poolNaming(),
  immutable: ["gpuInstanceProfile", "vmSize"],
  frozen: frozenInPool,
  references: [
    { at: "vnetSubnetID", to: [subnetType] },
    { at: "podSubnetID", to: [subnetType] },
    { at: "proximityPlacementGroupID", to: ["azure-native:compute:ProximityPlacementGroup"] },
  ],
  waits: true,
  takesMachines: true,
  takesMs: { create: 400, update: 300, delete: 200 },
  check: (inputs) => poolFaults(inputs),
  judge: (call, id) => {
    const cluster = clusterOf(call, id);
    judgePool(call, cluster, { ...call.inputs, name: call.inputs.agentPoolName! }, id);
    const old = textOf(call.before?.inputs, "mode");
    if (old === "System" && call.inputs.mode !== "System") requireOtherSystemPool(call, cluster, id);
  },
  outputs: (call, id) => poolOutputs(clusterOf(call, id), call.inputs),
  settle: async (call, standing) => {
    call.say(`${standing.outputs.count} nodes join`);
    await joinNodes(call, clusterOf(call, standing.id), standing);
    return undefined;
  },
  judgeDeletion: (call, standing) => {
    const cluster = standingAt(call.world, standing.id.split("/").slice(0, -2).join("/"));
    if (cluster && textOf(standing.inputs, "mode") === "System") requireOtherSystemPool(call, cluster, standing.id);
  },
  release: releaseNodes,
});

function poolNaming() {
  return { pattern: /^[a-z][a-z0-9]{0,11}$/, rule: "1 to 12 lower-case letters and digits, the first a letter" };
}

/** What AKS adds to a pool. */
export function poolOutputs(cluster: Pick<Standing, "inputs" | "outputs">, pool: Properties): Properties {
  const location = String(cluster.inputs.location).toLowerCase();
  const version = aksVersion({
    version: textOf(pool, "orchestratorVersion") ?? textOf(cluster.inputs, "kubernetesVersion"),
    longTerm: isLongTerm(cluster.inputs),
    location,
  });
  return {
    count: pool.count ?? 1,
    mode: pool.mode ?? "User",
    osType: pool.osType ?? "Linux",
    osSKU: pool.osSKU ?? "Ubuntu",
    type: "Microsoft.ContainerService/managedClusters/agentPools",
    maxPods: pool.maxPods ?? 250,
    currentOrchestratorVersion: version,
    orchestratorVersion: pool.orchestratorVersion ?? version,
    nodeImageVersion: "AKSUbuntu-2404gen2containerd-202511.07.0",
    provisioningState: "Succeeded",
    powerState: { code: "Running" },
    vmSize: azureSize(String(pool.vmSize))?.name ?? pool.vmSize!,
    // Not an output of Azure's: where the machines of the pool are found again.
    nodeResourceGroupOfCluster: cluster.outputs.nodeResourceGroup!,
  };
}

/** Brings the machines of a pool to what it says. */
export async function joinNodes(
  { settings }: AzureCall,
  cluster: Standing,
  { inputs, outputs }: Standing,
): Promise<void> {
  const nodeResourceGroup = String(cluster.outputs.nodeResourceGroup);
  const pool = String(outputs.name);
  const spec = {
    nodeResourceGroup,
    pool,
    subscriptionId: settings.subscriptionId,
    location: String(cluster.outputs.location),
    size: azureSize(String(inputs.vmSize))!,
    count: Number(outputs.count),
    zones: zonesOf(inputs),
    mode: String(outputs.mode),
    labels: (mapOf(inputs, "nodeLabels") ?? {}) as Record<string, string>,
    taints: textsOf(inputs, "nodeTaints"),
    spot: isSpot(inputs),
    version: String(outputs.currentOrchestratorVersion),
  };
  await settings.nodes.bring({ nodeResourceGroup, pool }, agentNodes(spec));
}

function clusterOf({ world }: AzureCall, id: string): Standing {
  return standingAt(world, id.split("/").slice(0, -2).join("/"))!;
}

function requireOtherSystemPool({ world }: AzureCall, cluster: Standing, id: string) {
  const others = world
    .standing(agentPoolType)
    .filter((one) => liesBelow(one.id, cluster.id) && !sameId(one.id, id) && one.outputs.mode === "System");
  if (others.length > 0) return;
  throw new CloudError(
    "OperationNotAllowed",
    `There has to be at least one system node pool in the cluster ${cluster.outputs.name}; '${id.split("/").at(-1)}' is the last.`,
    409,
  );
}
