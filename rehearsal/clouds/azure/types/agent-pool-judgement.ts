import type { Properties } from "../../../kubernetes-provider/properties.ts";
import { CloudError } from "../../cloud-error.ts";
import type { Fault } from "../../cloud-type.ts";
import { mapOf, textOf, textsOf } from "../../known.ts";
import type { Standing } from "../../world.ts";
import { addressRange } from "../address-range.ts";
import { aksVersion, requireSkew } from "../aks-version.ts";
import { type AzureCall, resourceNotFound, standingAt } from "../arm-type.ts";
import { isSpot, requireMachines, zonesOf } from "../machines.ts";
import { stands } from "../outside.ts";
import { parseResourceId, sameId } from "../resource-id.ts";
import { networkOf, prefixOf } from "./virtual-network.ts";

/** What AKS has against a pool, seeing nothing but its inputs. `at` is where it stands in a cluster's. */
export function poolFaults(pool: Properties, at = ""): Fault[] {
  const faults: Fault[] = [];
  const say = (property: string, reason: string) =>
    faults.push({ property: `${at}${property}`, reason: `'${at}${property}' ${reason}` });
  const { count } = pool;
  const spot = isSpot(pool);
  if (typeof count === "number" && (count < 0 || count > 1000)) say("count", `is ${count}; it must be 0 to 1000`);
  if (pool.mode === "System" && count === 0) say("count", "is 0; a pool of the mode System has one node at least");
  if (pool.mode === "System" && spot) say("scaleSetPriority", "is Spot; a pool of the mode System is Regular");
  if (!spot && pool.spotMaxPrice !== undefined) say("spotMaxPrice", "is for pools of the priority Spot alone");
  if (!spot && pool.scaleSetEvictionPolicy !== undefined)
    say("scaleSetEvictionPolicy", "is for pools of the priority Spot alone");
  if (spot && typeof pool.spotMaxPrice === "number" && pool.spotMaxPrice !== -1 && pool.spotMaxPrice <= 0)
    say("spotMaxPrice", `is ${pool.spotMaxPrice}; it must be -1 or a price`);
  if (spot && pool.capacityReservationGroupID !== undefined)
    say("capacityReservationGroupID", "is not for pools of the priority Spot");
  for (const label of Object.keys(mapOf(pool, "nodeLabels") ?? {})) {
    if (/(^|\.)kubernetes\.azure\.com\//.test(label))
      say("nodeLabels", `has ${label}: labels of kubernetes.azure.com are AKS's own`);
  }
  for (const taint of textsOf(pool, "nodeTaints")) {
    if (!/^[\w./-]+(=[\w.-]*)?:(NoSchedule|PreferNoSchedule|NoExecute)$/.test(taint))
      say("nodeTaints", `has '${taint}'; a taint is key=value:Effect`);
  }
  const { maxSurge, maxUnavailable } = mapOf(pool, "upgradeSettings") ?? {};
  const none = (value: unknown) => value === "0" || value === "0%";
  if (none(maxSurge) && (maxUnavailable === undefined || none(maxUnavailable)))
    say("upgradeSettings", "has neither maxSurge nor maxUnavailable above 0, so that no node could ever be upgraded");
  if (pool.mode === "System" && maxUnavailable !== undefined && !none(maxUnavailable))
    say("upgradeSettings.maxUnavailable", "is not for pools of the mode System");
  if (pool.enableAutoScaling === true && (pool.minCount === undefined || pool.maxCount === undefined))
    say("enableAutoScaling", "takes minCount and maxCount");
  if (pool.enableAutoScaling !== true && (pool.minCount !== undefined || pool.maxCount !== undefined))
    say("minCount", "and maxCount are for pools with enableAutoScaling alone");
  return faults;
}

/** What AKS has against a pool in its cluster. */
export function judgePool(
  call: AzureCall,
  cluster: Pick<Standing, "id" | "inputs">,
  pool: Properties,
  id: string,
): void {
  const name = String(pool.name);
  const location = String(cluster.inputs.location).toLowerCase().replaceAll(" ", "");
  const vmSize = textOf(pool, "vmSize");
  if (!vmSize)
    throw new CloudError(
      "InvalidParameter",
      `Required parameter agentPoolProfile.vmSize is missing (null). Agent pool name: ${name}.`,
    );
  const size = requireMachines(call, {
    pool: name,
    id,
    vmSize,
    location,
    zones: zonesOf(pool),
    count: Number(pool.count ?? 1),
    spot: isSpot(pool),
  });
  if (pool.mode === "System" && (size.vcpus < 2 || size.memoryGib < 4)) {
    throw new CloudError(
      "SystemPoolSkuTooLow",
      `The VM size ${vmSize} of the system node pool ${name} has fewer than 2 vCPUs or 4 GB of memory.`,
    );
  }
  const gpu = size.instance !== undefined;
  if (!gpu && (mapOf(pool, "gpuProfile") || pool.gpuInstanceProfile !== undefined)) {
    throw new CloudError(
      "InvalidParameter",
      `gpuProfile and gpuInstanceProfile are for VM sizes with GPUs; ${vmSize} of the agent pool ${name} has none.`,
    );
  }
  const controlPlane = aksVersion({
    version: textOf(cluster.inputs, "kubernetesVersion"),
    longTerm: isLongTerm(cluster.inputs),
    location,
  });
  const version = textOf(pool, "orchestratorVersion");
  if (version)
    requireSkew(
      aksVersion({ version, longTerm: isLongTerm(cluster.inputs), location }, "AgentPoolK8sVersionNotSupported"),
      controlPlane,
    );
  judgeSubnet(call, cluster, pool);
  judgePlace(call, pool, location);
}

/** Whether a cluster is under long-term support. */
export function isLongTerm(cluster: Properties): boolean {
  return cluster.supportPlan === "AKSLongTermSupport" && textOf(mapOf(cluster, "sku"), "tier") === "Premium";
}

function judgeSubnet(call: AzureCall, cluster: Pick<Standing, "id" | "inputs">, pool: Properties) {
  const subnetId = textOf(pool, "vnetSubnetID");
  const subnet = standingAt(call.world, subnetId);
  if (!subnetId || !subnet) return;
  const siblings = Array.isArray(cluster.inputs.agentPoolProfiles)
    ? (cluster.inputs.agentPoolProfiles as Properties[])
    : [];
  const other = siblings
    .map((one) => textOf(one, "vnetSubnetID"))
    .find((one) => one && !sameId(networkOf(one), networkOf(subnetId)));
  if (other) {
    throw new CloudError(
      "InvalidParameter",
      `All agent pools have to be in one virtual network: ${pool.name} is in ${networkOf(subnetId)}, another in ${networkOf(other)}.`,
    );
  }
  const range = addressRange(prefixOf(subnet.inputs) ?? "");
  if (!range) return;
  const overlay = textOf(mapOf(cluster.inputs, "networkProfile"), "networkPluginMode") === "overlay";
  const count = Number(pool.count ?? 1);
  // A machine more than there are comes while others are upgraded; without the overlay, each pod takes an address too.
  const needed = (count + 1) * (overlay ? 1 : 1 + Number(pool.maxPods ?? 30));
  const free = range.last - range.first + 1 - 5;
  if (needed <= free) return;
  throw new CloudError(
    "InsufficientSubnetSize",
    `Pre-allocated IPs ${needed} exceeds IPs available ${free} in Subnet Cidr ${range.text}, Subnet Name ${subnet.outputs.name}. https://aka.ms/aks/insufficientsubnetsize`,
  );
}

function judgePlace(call: AzureCall, pool: Properties, location: string) {
  const group = standingAt(call.world, textOf(pool, "proximityPlacementGroupID"));
  if (group && group.outputs.location !== location) {
    throw new CloudError(
      "InvalidParameter",
      `The proximity placement group ${group.id} is in ${group.outputs.location}, and the agent pool ${pool.name} in ${location}.`,
    );
  }
  const zones = zonesOf(pool);
  const groupZones = textsOf(group?.inputs, "zones");
  if (group && (zones.length > 1 || (groupZones.length > 0 && groupZones[0] !== zones[0]))) {
    throw new CloudError(
      "InvalidParameter",
      `The agent pool ${pool.name} is in zones ${zones.join(", ") || "none"}: what is in a proximity placement group is in its zone (${groupZones[0] ?? "any one"}).`,
    );
  }
  const reservation = textOf(pool, "capacityReservationGroupID");
  if (!reservation) return;
  if (parseResourceId(reservation)?.type.toLowerCase() !== "microsoft.compute/capacityreservationgroups") {
    throw new CloudError(
      "InvalidParameter",
      `capacityReservationGroupID is ${reservation}, which is no capacity reservation group.`,
    );
  }
  if (!stands(call, reservation)) throw resourceNotFound(reservation);
}
