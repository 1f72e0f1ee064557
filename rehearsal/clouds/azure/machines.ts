import { type AzureSize, azureSize, azureZones } from "../../../catalogue/azure-offering.ts";
import { CloudError } from "../cloud-error.ts";
import { textOf, textsOf } from "../known.ts";
import type { Standing } from "../world.ts";
import { type AzureCall, standingAt } from "./arm-type.ts";
import { sameId } from "./resource-id.ts";

/** What of an agent pool takes machines. */
export type Machines = {
  pool: string;
  id: string;
  vmSize: string;
  location: string;
  zones: string[];
  count: number;
  spot: boolean;
};

const poolType = "azure-native:containerservice:AgentPool";

/** Refuses a size that is not offered in the location or to the subscription, zones that it has not, and more than the quota. */
export function requireMachines(call: AzureCall, machines: Machines): AzureSize {
  const size = azureSize(machines.vmSize);
  const { location, vmSize, pool, zones } = machines;
  if (!size?.offeredIn(location)) {
    throw new CloudError(
      "BadRequest",
      `The VM size of ${vmSize} is not allowed in your subscription in location '${location}'. Agent pool name: ${pool}. For the list of VM sizes please see https://aka.ms/aks/quotas-skus-regions`,
    );
  }
  const supported = azureZones(location);
  const stray = zones.find((zone) => !supported.includes(zone));
  if (stray !== undefined) {
    throw new CloudError(
      "AvailabilityZoneNotSupported",
      `Preflight validation check for resource(s) failed. The zone(s) '${stray}' for resource '${pool}' is not supported. The supported zones for location '${location}' are '${supported.join(",")}'.`,
    );
  }
  requireGiven(call, machines);
  requireQuota(call, machines, size);
  return size;
}

function requireGiven({ settings }: AzureCall, { vmSize, location, zones }: Machines) {
  const withheld = settings.subscription.withheld.find((one) => sameId(one.size, vmSize) && one.location === location);
  if (!withheld) return;
  const lost =
    zones.length === 0
      ? withheld.zones.length === 0
      : zones.some((zone) => withheld.zones.length === 0 || withheld.zones.includes(zone));
  if (!lost) return;
  throw new CloudError(
    "SkuNotAvailable",
    `The requested VM size for resource 'Following SKUs have failed for Capacity Restrictions: ${vmSize}' is currently not available in location '${location}'. Please try another size or deploy to a different location or different zone. See https://aka.ms/azureskunotavailable for details.`,
    409,
  );
}

function requireQuota({ world, settings }: AzureCall, { id, location, count, spot }: Machines, size: AzureSize) {
  const counted = spot ? "lowPriorityCores" : size.family;
  const limit = Object.entries(settings.subscription.quotas).find(([quota]) => sameId(quota, counted))?.[1];
  if (limit === undefined) return;
  const used = world
    .standing(poolType)
    .filter((one) => !sameId(one.id, id) && locationOf(world, one) === location)
    .reduce((sum, { outputs }) => {
      const other = azureSize(textOf(outputs, "vmSize") ?? "");
      const same = isSpot(outputs) === spot && (spot || other?.family === size.family);
      return other && same ? sum + other.vcpus * Number(outputs.count ?? 0) : sum;
    }, 0);
  const asked = size.vcpus * count;
  if (used + asked <= limit) return;
  throw spot
    ? new CloudError(
        "OperationNotAllowed",
        `Operation could not be completed as it results in exceeding approved LowPriorityCores quota. Additional details - Deployment Model: Resource Manager, Location: ${location}, Current Limit: ${limit}, Current Usage: ${used}, Additional Required: ${asked}, (Minimum) New Limit Required: ${used + asked}.`,
        409,
      )
    : new CloudError(
        "ErrCode_InsufficientVCPUQuota",
        `Insufficient vcpu quota requested ${asked}, remaining ${limit - used} for family ${size.family} for region ${location}.`,
      );
}

/** The location of a pool is its cluster's. */
function locationOf(world: AzureCall["world"], { id }: Standing): string | undefined {
  return textOf(standingAt(world, id.split("/").slice(0, -2).join("/"))?.outputs, "location");
}

/** Zones of a pool, as given. */
export function zonesOf(pool: Parameters<typeof textsOf>[0]): string[] {
  return textsOf(pool, "availabilityZones");
}

/** Whether a pool, as given, is of machines that Azure takes away when it needs them. */
export function isSpot(pool: Parameters<typeof textOf>[0]): boolean {
  return textOf(pool, "scaleSetPriority") === "Spot";
}
