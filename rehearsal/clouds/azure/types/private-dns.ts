import { CloudError } from "../../cloud-error.ts";
import type { Fault } from "../../cloud-type.ts";
import { mapOf, textOf } from "../../known.ts";
import { armType } from "../arm-type.ts";
import { sameId } from "../resource-id.ts";
import { networkNaming } from "./virtual-network.ts";

const zones =
  "/subscriptions/{subscriptionId}/resourceGroups/{resourceGroupName}/providers/Microsoft.Network/privateDnsZones";
const linkType = "azure-native:privatedns:VirtualNetworkLink";

export const privateZone = armType({
  path: `${zones}/{privateZoneName}`,
  apiVersion: "2024-06-01",
  model: { file: "arm-privatedns", class: "PrivateZone" },
  naming: {
    pattern:
      /^(?=.{1,253}$)([A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?\.){1,33}[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])$/,
    rule: "a domain of 2 to 34 labels",
  },
  waits: true,
  check: (inputs) => globalFaults(textOf(inputs, "location")),
  outputs: () => ({ provisioningState: "Succeeded", numberOfRecordSets: 1, numberOfVirtualNetworkLinks: 0 }),
  judgeDeletion: ({ world }, { id, outputs }) => {
    const link = world.standing(linkType).find((one) => one.id.toLowerCase().startsWith(`${id.toLowerCase()}/`));
    if (!link) return;
    throw new CloudError(
      "CannotDeleteResource",
      `Can not delete resource before nested resources are deleted. ${outputs.name} has the virtual network link ${link.outputs.name}.`,
      409,
    );
  },
});

export const virtualNetworkLink = armType({
  path: `${zones}/{privateZoneName}/virtualNetworkLinks/{virtualNetworkLinkName}`,
  apiVersion: "2024-06-01",
  model: { file: "arm-privatedns", class: "VirtualNetworkLink" },
  naming: networkNaming,
  located: true,
  references: [{ at: "virtualNetwork.id", to: ["azure-native:network:VirtualNetwork"] }],
  frozen: ["virtualNetwork.id"],
  waits: true,
  check: (inputs) => globalFaults(textOf(inputs, "location")),
  judge: ({ world, inputs }, id) => {
    const network = textOf(mapOf(inputs, "virtualNetwork"), "id");
    if (!network) throw new CloudError("VirtualNetworkMissing", "A virtual network link needs a virtual network.");
    const twin = world
      .standing(linkType)
      .find((one) => !sameId(one.id, id) && sameId(textOf(mapOf(one.inputs, "virtualNetwork"), "id"), network));
    const zone = id.split("/").at(-3)!;
    if (!twin) return;
    // One network asks one zone of a name.
    if (twin.id.split("/").at(-3)!.toLowerCase() === zone.toLowerCase()) {
      throw new CloudError(
        "Conflict",
        `A virtual network cannot be linked to multiple zones with overlapping namespaces. You tried to link ${network} with '${zone}', which ${twin.id} does already.`,
        409,
      );
    }
  },
  outputs: () => ({ provisioningState: "Succeeded", virtualNetworkLinkState: "Completed" }),
});

/** Zones and their links stand in no region; azure-native wants that said. */
function globalFaults(location: string | undefined): Fault[] {
  if (location === undefined || location.toLowerCase() === "global") return [];
  return [
    {
      property: "location",
      reason: `'location' is '${location}'; private DNS zones and their links are in 'global' (LocationNotAvailableForResourceType)`,
    },
  ];
}
