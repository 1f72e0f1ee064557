import { join } from "node:path";
import { aksVersions, azureSize, azureSizes, azureZones } from "../../../catalogue/azure-offering.ts";
import { deletedVaults } from "../azure/soft-deletion.ts";
import { readSubscription } from "../azure/subscription.ts";
import { vaultType } from "../azure/vault-keys.ts";
import { World } from "../world.ts";

/** What the simulated Azure answers to a question of the `az` command line, in that one's own form; undefined for others. */
export function azureAnswer(command: string, options: Record<string, string>): unknown {
  const { location = "" } = options;
  const folder = join(process.env.FREEHOLD_REHEARSAL!, "world/azure-native");
  const subscription = readSubscription(folder);
  const world = new World(folder);
  const sizes = () => sizesIn(location);
  switch (command) {
    case "account show":
      return { id: subscription.subscription, tenantId: subscription.tenant, state: "Enabled" };
    case "vm list-skus":
      return sizes().map(({ name, family }) => ({
        name,
        family,
        resourceType: "virtualMachines",
        locationInfo: [{ location, zones: azureZones(location) }],
        restrictions: subscription.withheld
          .filter((one) => one.size.toLowerCase() === name.toLowerCase() && one.location === location)
          .map(({ zones }) => ({
            type: zones.length > 0 ? "Zone" : "Location",
            reasonCode: "NotAvailableForSubscription",
            restrictionInfo: { locations: [location], zones },
          })),
      }));
    case "vm list-usage": {
      const names = new Map([...sizes().map(({ family }) => [family, family] as const), ...regionalQuotas]);
      return [...names].map(([value, localizedValue]) => ({
        name: { value, localizedValue },
        currentValue: "0",
        limit: String(limitOf(subscription.quotas, value)),
      }));
    }
    case "keyvault list":
      return world.standing(vaultType).map(({ id, outputs }) => ({ id, name: outputs.name }));
    case "keyvault list-deleted":
      return deletedVaults(world).map(({ id, outputs, left }) => ({
        name: outputs.name,
        properties: { vaultId: id, ...left },
      }));
    case "aks get-versions":
      return { values: [...new Set(aksVersions().general.map(minorOf))].map((version) => ({ version })) };
    case "disk-encryption-set show": {
      const sets = world.standing("azure-native:compute:DiskEncryptionSet");
      const found = sets.find(({ outputs }) => outputs.name === options.name);
      if (!found) throw new Error(`(ResourceNotFound) The disk encryption set ${options.name} was not found.`);
      return { name: options.name, activeKey: found.inputs.activeKey };
    }
    default:
      return undefined;
  }
}

function sizesIn(location: string): { name: string; family: string }[] {
  return azureSizes().flatMap((name) => {
    const size = azureSize(name);
    return size?.offeredIn(location) ? [{ name, family: size.family }] : [];
  });
}

/** What the nodes of a region count against beside their family's quota. */
const regionalQuotas = [
  ["cores", "Total Regional vCPUs"],
  ["lowPriorityCores", "Total Regional Spot vCPUs"],
] as const;

/** What nobody limited in this world has room for whatever is asked. */
function limitOf(quotas: Record<string, number>, quota: string): number {
  const found = Object.entries(quotas).find(([name]) => name.toLowerCase() === quota.toLowerCase());
  return found?.[1] ?? 10_000;
}

function minorOf(version: string): string {
  return version.split(".").slice(0, 2).join(".");
}
