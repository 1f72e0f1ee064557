import { ProximityPlacementGroup } from "@pulumi/azure-native/compute/proximityPlacementGroup.js";
import { AgentPool } from "@pulumi/azure-native/containerservice/agentPool.js";
import * as pulumi from "@pulumi/pulumi";
import { accelerator } from "../../../catalogue/index.ts";
import { poolLabel, poolTaint, sharingLabels } from "../../pool.ts";
import type { AzureCluster } from "./cluster.ts";
import { grant } from "./grant.ts";
import { agentPoolName } from "./names.ts";
import type { AzureNetwork } from "./network.ts";
import { after, idOf } from "./resource-id.ts";
import { type AzureSetting, azureTags } from "./setting.ts";
import { spotTaints } from "./spot-taints.ts";
import type { AzureCountry } from "./target.ts";
import { vmSizeOf } from "./vm-size.ts";

export type AzureNodePoolArgs = AzureSetting & {
  pool: AzureCountry["pools"][string];
  drivers: AzureCountry["drivers"];
  network: AzureNetwork;
  cluster: AzureCluster;
};

/** The nodes of one pool of the country: as many as declared, labelled and tainted from their first second. */
export class AzureNodePool extends pulumi.ComponentResource {
  readonly nodes: AgentPool;

  constructor(name: string, args: AzureNodePoolArgs, opts?: pulumi.ComponentResourceOptions) {
    super("freehold:index:AzureNodePool", name, {}, opts);
    const { pool, drivers, target, resourceGroupName, network, cluster } = args;
    const inside = { parent: this };
    const placed = target.nodePools[name];
    if (!placed) throw new Error(`target.nodePools has no ${name}`);
    const taints = [poolTaint(pool), ...(spotTaints(target)[name] ?? [])];
    this.nodes = new AgentPool(
      name,
      {
        resourceGroupName,
        resourceName: after(cluster.cluster, target.cluster),
        agentPoolName: agentPoolName(name),
        mode: "User",
        type: "VirtualMachineScaleSets",
        vmSize: vmSizeOf(name, pool, placed, target.location),
        count: pool.nodes,
        enableAutoScaling: false,
        osType: "Linux",
        osSKU: "Ubuntu",
        // A managed disk is under the country's key on every size, and follows its rotation.
        osDiskType: "Managed",
        osDiskSizeGB: placed.osDiskGiB,
        orchestratorVersion: target.kubernetes,
        vnetSubnetID: network.nodes,
        enableEncryptionAtHost: true,
        enableNodePublicIP: false,
        nodeLabels: { [poolLabel]: name, ...sharingLabels(name, pool.sharing) },
        // AKS's own are in its answer too: what is left out would be taken off with the next change.
        nodeTaints: taints.map(({ key, value, effect }) => `${key}=${value}:${effect}`),
        gpuProfile: { driver: driverOf(pool, drivers) },
        // There is no spare GPU node to take over while another is renewed.
        upgradeSettings: { maxSurge: "0", maxUnavailable: "1", drainTimeoutInMinutes: 60 },
        ...(placed.zone !== undefined && { availabilityZones: [placed.zone] }),
        ...capacity(name, args, inside),
        ...proximity(name, args, inside),
        tags: azureTags(target),
      },
      inside,
    );
    this.registerOutputs({});
  }
}

/** The driver comes from one side only: AKS's own, or the one that the GPU operator installs. */
function driverOf({ accelerator: id }: AzureNodePoolArgs["pool"], { from }: AzureNodePoolArgs["drivers"]): string {
  const ofNvidia = accelerator(id).resource.startsWith("nvidia.com/");
  return from === "nodes" && ofNvidia ? "Install" : "None";
}

function capacity(name: string, { target, cluster }: AzureNodePoolArgs, opts: pulumi.ResourceOptions) {
  const declared = target.nodePools[name]!.capacity;
  if (declared.kind === "on-demand") return { scaleSetPriority: "Regular" };
  if (declared.kind === "spot") {
    // Azure takes spot nodes away with 30 seconds' notice; never above the price of the same node on demand.
    return { scaleSetPriority: "Spot", scaleSetEvictionPolicy: "Delete", spotMaxPrice: -1 };
  }
  // The control plane places the nodes into the reservation, which is somebody else's resource.
  grant(
    `reserves-${name}`,
    { role: "Contributor", to: cluster.identity.principalId, on: groupOf(declared.group) },
    target,
    opts,
  );
  return { scaleSetPriority: "Regular", capacityReservationGroupID: declared.group };
}

/** Id of the resource group that a resource is in. */
function groupOf(id: string): string {
  return id.split("/").slice(0, 5).join("/");
}

/** Nodes whose replicas talk over InfiniBand stand close to each other. */
function proximity(name: string, { pool, target, resourceGroupName }: AzureNodePoolArgs, opts: pulumi.ResourceOptions) {
  if (!pool.rdma) return {};
  const { zone } = target.nodePools[name]!;
  const group = new ProximityPlacementGroup(
    name,
    {
      resourceGroupName,
      proximityPlacementGroupName: `${target.cluster}-${name}`,
      location: target.location,
      proximityPlacementGroupType: "Standard",
      ...(zone !== undefined && {
        zones: [zone],
        intent: { vmSizes: [vmSizeOf(name, pool, target.nodePools[name]!, target.location)] },
      }),
      tags: azureTags(target),
    },
    opts,
  );
  const id = idOf(group, target, `Microsoft.Compute/proximityPlacementGroups/${target.cluster}-${name}`);
  return { proximityPlacementGroupID: id };
}
