import { NetworkSecurityGroup } from "@pulumi/azure-native/network/networkSecurityGroup.js";
import { RouteTable } from "@pulumi/azure-native/network/routeTable.js";
import { Subnet } from "@pulumi/azure-native/network/subnet.js";
import { VirtualNetwork } from "@pulumi/azure-native/network/virtualNetwork.js";
import * as pulumi from "@pulumi/pulumi";
import { azureNames } from "./names.ts";
import { azureRanges } from "./ranges.ts";
import { after, idOf } from "./resource-id.ts";
import { securityRules } from "./security-rules.ts";
import { type AzureSetting, azureTags } from "./setting.ts";

/** Name of the subnet in which internal load balancers have their addresses. */
export const doorSubnet = "doors";

/** A country's network: nothing of it has a public address, and no route leads out but one to the declared appliance. */
export class AzureNetwork extends pulumi.ComponentResource {
  readonly id: pulumi.Output<string>;
  /** Ids of its subnets. */
  readonly nodes: pulumi.Output<string>;
  readonly endpoints: pulumi.Output<string>;
  readonly apiServer: pulumi.Output<string>;
  /** Stands when every subnet does. */
  readonly ready: pulumi.Resource[];

  constructor(name: string, setting: AzureSetting, opts?: pulumi.ComponentResourceOptions) {
    super("freehold:index:AzureNetwork", name, {}, opts);
    const { target, resourceGroupName } = setting;
    const inside = { parent: this };
    const ranges = azureRanges(target.network.cidr);
    const { network: virtualNetworkName } = azureNames(target);
    const network = new VirtualNetwork(
      name,
      {
        resourceGroupName,
        virtualNetworkName,
        location: target.location,
        addressSpace: { addressPrefixes: [target.network.cidr] },
        tags: azureTags(target),
      },
      inside,
    );
    const routes = routeTable(name, setting, inside);
    const subnet = (
      purpose: "nodes" | "doors" | "endpoints" | "api-server",
      addressPrefix: string,
      more: object,
      before: Subnet[],
    ) =>
      new Subnet(
        `${name}-${purpose}`,
        {
          resourceGroupName,
          virtualNetworkName: after(network, virtualNetworkName),
          subnetName: purpose === "doors" ? doorSubnet : purpose,
          addressPrefix,
          networkSecurityGroup: { id: securityGroup(name, purpose, setting, inside) },
          // Until 2025 Azure gave every subnet that said nothing a way to the internet.
          defaultOutboundAccess: false,
          ...more,
        },
        // Azure changes one subnet of a network at a time, and refuses the others meanwhile.
        { ...inside, dependsOn: before },
      );
    const routed = routes ? { routeTable: { id: routes } } : {};
    const nodes = subnet("nodes", ranges.nodes, routed, []);
    const doors = subnet("doors", ranges.doors, {}, [nodes]);
    // Endpoints are outside security groups and routes unless the subnet says otherwise.
    const closed = { privateEndpointNetworkPolicies: "NetworkSecurityGroupEnabled" };
    const endpoints = subnet("endpoints", ranges.endpoints, closed, [doors]);
    const service = "Microsoft.ContainerService/managedClusters";
    const delegated = { delegations: [{ name: "aks", serviceName: service }], ...routed };
    const apiServer = subnet("api-server", ranges.apiServer, delegated, [endpoints]);
    const path = `Microsoft.Network/virtualNetworks/${virtualNetworkName}`;
    this.id = idOf(network, target, path);
    this.nodes = idOf(nodes, target, `${path}/subnets/nodes`);
    this.endpoints = idOf(endpoints, target, `${path}/subnets/endpoints`);
    this.apiServer = idOf(apiServer, target, `${path}/subnets/api-server`);
    this.ready = [nodes, doors, endpoints, apiServer];
    this.registerOutputs({});
  }
}

function securityGroup(name: string, purpose: string, setting: AzureSetting, opts: pulumi.ResourceOptions) {
  const { target, resourceGroupName } = setting;
  const networkSecurityGroupName = `${azureNames(target).network}-${purpose}`;
  const group = new NetworkSecurityGroup(
    `${name}-${purpose}`,
    {
      resourceGroupName,
      networkSecurityGroupName,
      location: target.location,
      securityRules: securityRules(target.network),
      tags: azureTags(target),
    },
    opts,
  );
  return idOf(group, target, `Microsoft.Network/networkSecurityGroups/${networkSecurityGroupName}`);
}

/** Sends what leaves the network to the appliance, where there is one. Without one no route leads out. */
function routeTable(name: string, { target, resourceGroupName }: AzureSetting, opts: pulumi.ResourceOptions) {
  const { egress } = target.network;
  if (egress.kind === "none") return undefined;
  const { network: routeTableName } = azureNames(target);
  const table = new RouteTable(
    name,
    {
      resourceGroupName,
      routeTableName,
      location: target.location,
      // Routes that a gateway learns would take precedence over the appliance.
      disableBgpRoutePropagation: true,
      routes: [
        {
          name: "out",
          addressPrefix: "0.0.0.0/0",
          nextHopType: "VirtualAppliance",
          nextHopIpAddress: egress.nextHop,
        },
      ],
      tags: azureTags(target),
    },
    opts,
  );
  return idOf(table, target, `Microsoft.Network/routeTables/${routeTableName}`);
}
