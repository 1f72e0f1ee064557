import { PrivateDnsZoneGroup } from "@pulumi/azure-native/network/privateDnsZoneGroup.js";
import { PrivateEndpoint } from "@pulumi/azure-native/network/privateEndpoint.js";
import { PrivateZone } from "@pulumi/azure-native/privatedns/privateZone.js";
import { VirtualNetworkLink } from "@pulumi/azure-native/privatedns/virtualNetworkLink.js";
import * as pulumi from "@pulumi/pulumi";
import { privateLinkZone } from "../../../catalogue/azure-private-link.ts";
import type { AzureNetwork } from "./network.ts";
import { after, idOf } from "./resource-id.ts";
import { type AzureSetting, azureTags } from "./setting.ts";

export type AzurePrivateLinkArgs = AzureSetting & {
  network: AzureNetwork;
  /** Resource id of what is reached. */
  to: pulumi.Input<string>;
  /** Which of its services, in Azure's word: `vault`, `registry`, `blob`. */
  service: string;
};

/** An address in the country's network for one service of Azure, which has no other, and the name that leads to it. */
export class AzurePrivateLink extends pulumi.ComponentResource {
  /** Stands when clients in the network reach the service. */
  readonly ready: pulumi.Resource;

  constructor(name: string, args: AzurePrivateLinkArgs, opts?: pulumi.ComponentResourceOptions) {
    super("freehold:index:AzurePrivateLink", name, {}, opts);
    const { target, resourceGroupName, network, to, service } = args;
    const inside = { parent: this };
    const zone = privateZone(name, args, inside);
    const privateEndpointName = `${target.cluster}-${name}`;
    const endpoint = new PrivateEndpoint(
      name,
      {
        resourceGroupName,
        privateEndpointName,
        location: target.location,
        subnet: { id: network.endpoints },
        privateLinkServiceConnections: [{ name, privateLinkServiceId: to, groupIds: [service] }],
        tags: azureTags(target),
      },
      { ...inside, dependsOn: network.ready },
    );
    this.ready = new PrivateDnsZoneGroup(
      name,
      {
        resourceGroupName,
        privateEndpointName: after(endpoint, privateEndpointName),
        privateDnsZoneGroupName: "default",
        privateDnsZoneConfigs: [{ name: service, privateDnsZoneId: zone.id }],
      },
      { ...inside, dependsOn: zone.links },
    );
    this.registerOutputs({});
  }
}

/** A DNS zone that only the country's network asks, and its link to the network. */
export function privateZone(
  name: string,
  { target, resourceGroupName, network, service }: Omit<AzurePrivateLinkArgs, "to">,
  opts: pulumi.ResourceOptions,
) {
  // Zones have no region; what is in them is names of the network's own addresses.
  const location = "global";
  const privateZoneName = privateLinkZone(service, target.location);
  const made = new PrivateZone(
    name,
    {
      resourceGroupName,
      privateZoneName,
      location,
      tags: azureTags(target),
    },
    opts,
  );
  const link = new VirtualNetworkLink(
    name,
    {
      resourceGroupName,
      privateZoneName: after(made, privateZoneName),
      virtualNetworkLinkName: target.cluster,
      location,
      virtualNetwork: { id: network.id },
      registrationEnabled: false,
      // Otherwise a name that the zone has not is asked of the internet.
      resolutionPolicy: "Default",
      tags: azureTags(target),
    },
    opts,
  );
  return { id: idOf(made, target, `Microsoft.Network/privateDnsZones/${privateZoneName}`), links: [link] };
}
