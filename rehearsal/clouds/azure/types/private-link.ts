import { CloudError } from "../../cloud-error.ts";
import { mapOf, mapsOf, textOf, textsOf } from "../../known.ts";
import type { Standing } from "../../world.ts";
import { type AzureCall, armType, resourceNotFound, standingAt } from "../arm-type.ts";
import { stands } from "../outside.ts";
import { sameId } from "../resource-id.ts";
import { networkNaming, subnetType } from "./virtual-network.ts";

const provider = "/subscriptions/{subscriptionId}/resourceGroups/{resourceGroupName}/providers/Microsoft.Network";
const endpointType = "azure-native:network:PrivateEndpoint";
const zoneType = "azure-native:privatedns:PrivateZone";

/** What services of Azure can be reached by, each in its words (Microsoft: Private endpoint DNS zone values). */
const services: Record<string, string[]> = {
  "azure-native:keyvault:Vault": ["vault"],
  "azure-native:containerregistry:Registry": ["registry"],
  "azure-native:storage:StorageAccount": ["blob", "blob_secondary", "dfs", "file", "queue", "table", "web"],
  "azure-native:containerservice:ManagedCluster": ["management"],
};

export const privateEndpoint = armType({
  path: `${provider}/privateEndpoints/{privateEndpointName}`,
  apiVersion: "2024-05-01",
  model: { file: "arm-network", class: "PrivateEndpoint" },
  naming: {
    ...networkNaming,
    pattern: /^[A-Za-z0-9][\w.-]{0,62}\w$/,
    rule: networkNaming.rule.replace("1 to 80", "2 to 64"),
  },
  immutable: ["subnet"],
  frozen: ["privateLinkServiceConnections.*.privateLinkServiceId", "privateLinkServiceConnections.*.groupIds"],
  references: [{ at: "subnet.id", to: [subnetType] }],
  waits: true,
  judge: (call) => {
    const { inputs, world } = call;
    const subnetId = textOf(mapOf(inputs, "subnet"), "id");
    if (!subnetId) throw new CloudError("SubnetIdCannotBeNull", "A private endpoint needs a subnet.");
    const network = standingAt(world, subnetId.split("/").slice(0, -2).join("/"));
    if (network && network.outputs.location !== String(inputs.location).toLowerCase().replaceAll(" ", "")) {
      throw new CloudError(
        "InvalidResourceReference",
        `The private endpoint is in ${inputs.location}, its subnet ${subnetId} in ${network.outputs.location}: both have to be in one region.`,
      );
    }
    const connections = [
      ...mapsOf(inputs, "privateLinkServiceConnections"),
      ...mapsOf(inputs, "manualPrivateLinkServiceConnections"),
    ];
    if (connections.length === 0)
      throw new CloudError("PrivateLinkServiceConnectionMissing", "A private endpoint needs a connection.");
    for (const connection of connections)
      judgeConnection(call, textOf(connection, "privateLinkServiceId") ?? "", textsOf(connection, "groupIds"));
  },
  outputs: ({ inputs }, id) => ({
    provisioningState: "Succeeded",
    networkInterfaces: [{ id: `${id.split("/privateEndpoints/")[0]}/networkInterfaces/${id.split("/").at(-1)}.nic.0` }],
    privateLinkServiceConnections: mapsOf(inputs, "privateLinkServiceConnections").map((connection) => ({
      ...connection,
      provisioningState: "Succeeded",
      privateLinkServiceConnectionState: { status: "Approved", description: "Auto-Approved", actionsRequired: "None" },
    })),
  }),
});

export const privateDnsZoneGroup = armType({
  path: `${provider}/privateEndpoints/{privateEndpointName}/privateDnsZoneGroups/{privateDnsZoneGroupName}`,
  apiVersion: "2024-05-01",
  model: { file: "arm-network", class: "PrivateDnsZoneGroup" },
  references: [{ at: "privateDnsZoneConfigs.*.privateDnsZoneId", to: [zoneType] }],
  waits: true,
  judge: ({ world, inputs }, id) => {
    const endpoint = standingAt(world, id.split("/").slice(0, -2).join("/"))!;
    const twin = world
      .standing("azure-native:network:PrivateDnsZoneGroup")
      .find((one) => !sameId(one.id, id) && one.id.toLowerCase().startsWith(`${endpoint.id.toLowerCase()}/`));
    if (twin)
      throw new CloudError(
        "PrivateEndpointCannotHaveMultipleDnsZoneGroups",
        `${endpoint.id} already has ${twin.outputs.name}.`,
      );
    if (mapsOf(inputs, "privateDnsZoneConfigs").length === 0) {
      throw new CloudError("PrivateDnsZoneGroupNeedsZones", "A group of private DNS zones needs one at least.");
    }
  },
  outputs: () => ({ provisioningState: "Succeeded" }),
});

/** Whether a resource is reached by a private endpoint that stands. */
export function hasPrivateEndpoint({ world }: Pick<AzureCall, "world">, id: string): boolean {
  return world
    .standing(endpointType)
    .some(({ inputs }) =>
      mapsOf(inputs, "privateLinkServiceConnections").some((one) => sameId(textOf(one, "privateLinkServiceId"), id)),
    );
}

function judgeConnection(call: AzureCall, target: string, groups: string[]) {
  const standing = standingAt(call.world, target);
  if (!standing) {
    if (stands(call, target)) return;
    throw resourceNotFound(target);
  }
  const offered = services[standing.type] ?? [];
  const stray = groups.find((group) => !offered.includes(group));
  if (groups.length !== 1 || stray !== undefined) {
    throw new CloudError(
      "PrivateLinkServiceGroupIdInvalid",
      `Call to ${target} failed. The group id '${groups.join(", ")}' is not one of its: ${offered.join(", ")}; a private endpoint takes exactly one.`,
    );
  }
  if (standing.type === "azure-native:containerregistry:Registry") requirePremium(standing);
}

function requirePremium({ inputs, outputs }: Standing) {
  const sku = textOf(mapOf(inputs, "sku"), "name");
  if (sku === "Premium") return;
  throw new CloudError(
    "PrivateEndpointsNotSupportedForSku",
    `The registry ${outputs.name} is of the SKU ${sku}; private endpoints are supported by Premium alone.`,
  );
}
