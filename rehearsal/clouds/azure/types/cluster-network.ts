import { CloudError } from "../../cloud-error.ts";
import { mapOf, mapsOf, textOf } from "../../known.ts";
import type { Standing } from "../../world.ts";
import { type AddressRange, addressNumber, addressRange, overlap } from "../address-range.ts";
import { type AzureCall, resourceNotFound, standingAt } from "../arm-type.ts";
import { mayDo, principalOf, standingIdentities } from "../permissions.ts";
import { parseResourceId, plainLocation } from "../resource-id.ts";
import { networkOf, prefixOf, spacesOf } from "./virtual-network.ts";

const invalid = (message: string) => new CloudError("InvalidParameter", message);

/** What AKS has against the network of a cluster, and against what leads to its API server. */
export function judgeNetwork(call: AzureCall): void {
  const { inputs, world } = call;
  const pools = mapsOf(inputs, "agentPoolProfiles");
  const subnets = [
    ...pools.map((pool) => standingAt(world, textOf(pool, "vnetSubnetID"))),
    standingAt(world, textOf(mapOf(inputs, "apiServerAccessProfile"), "subnetId")),
  ].filter((one) => one !== undefined);
  const network = standingAt(world, subnets[0] && networkOf(subnets[0].id));
  if (network && network.outputs.location !== plainLocation(String(inputs.location))) {
    throw invalid(
      `The virtual network ${network.id} is in ${network.outputs.location}, and the cluster in ${inputs.location}: both have to be in one region.`,
    );
  }
  judgePlugin(call);
  judgeRanges(call, network);
  judgeOutbound(call, subnets);
  judgeApiServer(call, network);
  for (const subnet of subnets) requirePermission(call, subnet);
}

function judgePlugin({ inputs }: AzureCall) {
  const { networkPlugin, networkPluginMode, networkDataplane, networkPolicy, podCidr, loadBalancerSku, outboundType } =
    mapOf(inputs, "networkProfile") ?? {};
  if (networkPluginMode === "overlay" && networkPlugin !== "azure")
    throw invalid("networkPluginMode overlay takes the networkPlugin azure.");
  if (networkDataplane === "cilium" && networkPlugin !== "azure")
    throw invalid("networkDataplane cilium takes the networkPlugin azure.");
  if (networkPolicy === "cilium" && networkDataplane !== "cilium")
    throw invalid("networkPolicy cilium takes the networkDataplane cilium.");
  if (
    networkDataplane === "cilium" &&
    networkPolicy !== undefined &&
    networkPolicy !== "cilium" &&
    networkPolicy !== "none"
  ) {
    throw invalid(`networkPolicy ${networkPolicy} is not for the networkDataplane cilium.`);
  }
  if (podCidr !== undefined && networkPlugin === "azure" && networkPluginMode !== "overlay")
    throw invalid("podCidr is for kubenet and for the networkPluginMode overlay.");
  if (loadBalancerSku === "basic" && outboundType !== undefined && outboundType !== "loadBalancer") {
    throw invalid(`outboundType ${outboundType} takes the loadBalancerSku standard.`);
  }
}

function judgeRanges({ inputs, before }: AzureCall, network: Standing | undefined) {
  if (before) return;
  const profile = mapOf(inputs, "networkProfile") ?? {};
  const range = (key: string, otherwise: string) => {
    const text = textOf(profile, key) ?? otherwise;
    const found = addressRange(text);
    if (!found) throw invalid(`networkProfile.${key} is ${text}, which is no CIDR block without host bits.`);
    return found;
  };
  const services = range("serviceCidr", "10.0.0.0/16");
  const pods = range("podCidr", "10.244.0.0/16");
  const dns = textOf(profile, "dnsServiceIP");
  if (services.bits < 12) throw invalid(`networkProfile.serviceCidr ${services.text} is larger than /12.`);
  const address = dns === undefined ? undefined : addressNumber(dns);
  if (dns !== undefined && (address === undefined || address < services.first || address > services.last)) {
    throw new CloudError(
      "DnsServiceIpOutOfServiceCidr",
      `The specified dnsServiceIP ${dns} is not in the service CIDR ${services.text}.`,
    );
  }
  if (address === services.first || address === services.first + 1) {
    throw invalid(
      `networkProfile.dnsServiceIP ${dns} is one of the first two addresses of the service CIDR, which are kept.`,
    );
  }
  if (overlap(services, pods))
    throw invalid(`networkProfile.serviceCidr ${services.text} overlaps with podCidr ${pods.text}.`);
  for (const space of network ? spacesOf(network.inputs) : []) refuseOverlap(services, pods, space);
}

function refuseOverlap(services: AddressRange, pods: AddressRange, space: AddressRange) {
  if (overlap(services, space)) {
    throw new CloudError(
      "ServiceCidrOverlapExistingSubnetsCidr",
      `The specified service CIDR ${services.text} is conflicted with an existing subnet CIDR (${space.text}). Please see https://aka.ms/aks/servicecidroverlap for how to fix the error.`,
    );
  }
  if (overlap(pods, space))
    throw invalid(`networkProfile.podCidr ${pods.text} overlaps with the virtual network's ${space.text}.`);
}

function judgeOutbound({ inputs, world }: AzureCall, subnets: Standing[]) {
  if (textOf(mapOf(inputs, "networkProfile"), "outboundType") !== "userDefinedRouting") return;
  const own = mapsOf(inputs, "agentPoolProfiles").map((pool) => textOf(pool, "vnetSubnetID"));
  if (own.includes(undefined))
    throw invalid("outboundType userDefinedRouting takes subnets of one's own (vnetSubnetID).");
  for (const subnet of subnets) {
    const table = standingAt(world, textOf(mapOf(subnet.inputs, "routeTable"), "id"));
    if (!table) {
      throw new CloudError(
        "ExistingRouteTableNotAssociatedWithSubnet",
        `An existing route table has not been associated with subnet ${subnet.id}. Please update the route table association. https://aka.ms/aks/customrt`,
      );
    }
    const out = mapsOf(table.inputs, "routes").find((route) => route.addressPrefix === "0.0.0.0/0");
    if (!out || out.nextHopType === "Internet" || out.nextHopType === "None") {
      throw new CloudError(
        "InvalidUserDefinedRoute",
        `The route table ${table.id} has no route for 0.0.0.0/0 to an appliance or gateway, which outboundType userDefinedRouting takes.`,
      );
    }
  }
}

function judgeApiServer(call: AzureCall, network: Standing | undefined) {
  const { inputs, world } = call;
  const access = mapOf(inputs, "apiServerAccessProfile") ?? {};
  const zone = textOf(access, "privateDNSZone");
  const custom = zone !== undefined && !["system", "none"].includes(zone.toLowerCase());
  const sub = textOf(inputs, "fqdnSubdomain");
  if (
    access.enablePrivateCluster !== true &&
    (zone !== undefined || access.enablePrivateClusterPublicFQDN !== undefined)
  ) {
    throw invalid("privateDNSZone and enablePrivateClusterPublicFQDN are for private clusters (enablePrivateCluster).");
  }
  if (
    access.enablePrivateCluster === true &&
    Array.isArray(access.authorizedIPRanges) &&
    access.authorizedIPRanges.length > 0
  ) {
    throw invalid("authorizedIPRanges is not for private clusters.");
  }
  if (textOf(inputs, "dnsPrefix") === undefined && sub === undefined)
    throw new CloudError(
      "DnsPrefixMissing",
      "Required parameter dnsPrefix is missing (null): a cluster needs it, or fqdnSubdomain with a private DNS zone of one's own.",
    );
  if (sub !== undefined && !custom)
    throw invalid("fqdnSubdomain takes a private DNS zone of one's own (apiServerAccessProfile.privateDNSZone).");
  if (zone?.toLowerCase() === "none" && access.enablePrivateClusterPublicFQDN === false)
    throw invalid("privateDNSZone none leaves the API server without a name where its public one is off too.");
  if (custom) judgeZone(call, zone);
  if (access.enableVnetIntegration !== true) return;
  const subnet = standingAt(world, textOf(access, "subnetId"));
  if (!subnet) {
    if (network)
      throw invalid(
        "apiServerAccessProfile.subnetId is needed where enableVnetIntegration is on and the network is one's own.",
      );
    return;
  }
  const delegated = mapsOf(subnet.inputs, "delegations").some(
    (one) => one.serviceName === "Microsoft.ContainerService/managedClusters",
  );
  if (!delegated)
    throw invalid(
      `The subnet ${subnet.id} of the API server is not delegated to Microsoft.ContainerService/managedClusters.`,
    );
  const range = addressRange(prefixOf(subnet.inputs) ?? "");
  if (range && range.bits > 28)
    throw invalid(`The subnet ${subnet.id} of the API server is ${range.text}; it has to be /28 or larger.`);
  const shared = mapsOf(inputs, "agentPoolProfiles").some(
    (pool) => textOf(pool, "vnetSubnetID")?.toLowerCase() === subnet.id.toLowerCase(),
  );
  if (shared) throw invalid(`The subnet ${subnet.id} is delegated to the API server and cannot have nodes in it.`);
}

function judgeZone(call: AzureCall, id: string) {
  const { inputs, world } = call;
  const location = plainLocation(String(inputs.location));
  if (parseResourceId(id)?.type.toLowerCase() !== "microsoft.network/privatednszones")
    throw invalid(`privateDNSZone is ${id}; it has to be system, none or the id of a private DNS zone.`);
  const zone = standingAt(world, id);
  if (!zone) throw resourceNotFound(id);
  const name = String(zone.outputs.name);
  const fits = new RegExp(`^([a-z0-9-]{1,32}\\.)?(privatelink|private)\\.${location}\\.azmk8s\\.io$`);
  if (!fits.test(name))
    throw invalid(
      `The private DNS zone ${name} is not privatelink.${location}.azmk8s.io, private.${location}.azmk8s.io or a subzone of them.`,
    );
  const [identity] = standingIdentities(call, inputs);
  if (!identity)
    throw new CloudError(
      "CustomPrivateDNSZoneOnlySupportedOnUserAssignedMSICluster",
      "A private DNS zone of one's own takes a cluster whose identity is UserAssigned.",
    );
  if (mayDo(call, principalOf(identity), "change-zone", zone.id)) return;
  throw new CloudError(
    "CustomPrivateDNSZoneMissingPermissionError",
    `Service principal or user assigned identity must be given permission to read and write to custom private dns zone ${zone.id}. Check access result not allowed for action Microsoft.Network/privateDnsZones/read.`,
  );
}

/** The control plane puts machines and load balancers into the subnets itself. */
function requirePermission(call: AzureCall, subnet: Standing) {
  const [identity] = standingIdentities(call, call.inputs);
  // AKS lets an identity of the cluster's own into the subnets, as soon as it is there.
  if (!identity || mayDo(call, principalOf(identity), "join-network", subnet.id)) return;
  throw new CloudError(
    "LinkedAuthorizationFailed",
    `The client '${principalOf(identity)}' has permission to perform action 'Microsoft.ContainerService/managedClusters/write' on the cluster; however, it does not have permission to perform action(s) 'Microsoft.Network/virtualNetworks/subnets/join/action' on the linked scope(s) '${subnet.id}'.`,
    403,
  );
}
