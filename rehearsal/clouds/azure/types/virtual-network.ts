import type { Properties } from "../../../kubernetes-provider/properties.ts";
import { CloudError } from "../../cloud-error.ts";
import type { Fault } from "../../cloud-type.ts";
import { mapOf, mapsOf, textOf, textsOf } from "../../known.ts";
import type { Standing, World } from "../../world.ts";
import { type AddressRange, addressRange, contains, overlap } from "../address-range.ts";
import { type AzureCall, armType, standingAt } from "../arm-type.ts";
import { liesBelow, sameId } from "../resource-id.ts";

export const subnetType = "azure-native:network:Subnet";
const network = "/subscriptions/{subscriptionId}/resourceGroups/{resourceGroupName}/providers/Microsoft.Network";

/** How most things of Azure's network may be named. */
export const networkNaming = {
  pattern: /^[A-Za-z0-9]([\w.-]{0,78}\w)?$/,
  rule: "1 to 80 letters, digits, underscores, full stops and hyphens, the first a letter or digit, the last no full stop or hyphen",
};

export const virtualNetwork = armType({
  path: `${network}/virtualNetworks/{virtualNetworkName}`,
  apiVersion: "2024-05-01",
  model: { file: "arm-network", class: "VirtualNetwork" },
  naming: {
    ...networkNaming,
    pattern: /^[A-Za-z0-9][\w.-]{0,62}\w$/,
    rule: networkNaming.rule.replace("1 to 80", "2 to 64"),
  },
  waits: true,
  check: (inputs) =>
    textsOf(mapOf(inputs, "addressSpace"), "addressPrefixes").flatMap((text) =>
      cidrFaults("addressSpace.addressPrefixes", text),
    ),
  judge: (call, id) => {
    const spaces = spacesOf(call.inputs);
    if (spaces.length === 0) {
      throw new CloudError("AddressSpaceMissing", `Virtual network '${id.split("/").at(-1)}' has no address space.`);
    }
    const inline = mapsOf(call.inputs, "subnets").map((subnet) => ({ ...subnet, subnetName: subnet.name! }));
    for (const subnet of inline) judgeRange(call, subnet, `${id}/subnets/${subnet.subnetName}`, spaces, inline);
    for (const subnet of subnetsOf(call.world, id)) {
      const range = addressRange(prefixOf(subnet.inputs) ?? "");
      if (range && !spaces.some((space) => contains(space, range))) throw outside(String(subnet.outputs.name), range);
    }
  },
  outputs: ({ world, before }, id) => ({
    provisioningState: "Succeeded",
    ...(before && { subnets: subnetsOf(world, id).map(({ outputs }) => outputs) }),
  }),
  // Subnets that the program declares inside the network stand as any other.
  settle: async (call, { id }) => {
    for (const subnet of mapsOf(call.inputs, "subnets")) {
      const name = String(subnet.name);
      const own = `${id}/subnets/${name}`;
      call.world.put({
        type: subnetType,
        id: own,
        name,
        inputs: subnet,
        outputs: { ...subnet, id: own, name, provisioningState: "Succeeded" },
        holds: holdsOf(call.world, subnet),
        created: new Date().toISOString(),
      });
    }
    return { subnets: subnetsOf(call.world, id).map(({ outputs }) => outputs) };
  },
  judgeDeletion: ({ world }, { id }) => {
    for (const subnet of subnetsOf(world, id)) refuseInUse(world, subnet, id);
  },
});

export const subnet = armType({
  path: `${network}/virtualNetworks/{virtualNetworkName}/subnets/{subnetName}`,
  apiVersion: "2024-05-01",
  model: { file: "arm-network", class: "Subnet" },
  naming: networkNaming,
  waits: true,
  references: [
    { at: "networkSecurityGroup.id", to: ["azure-native:network:NetworkSecurityGroup"] },
    { at: "routeTable.id", to: ["azure-native:network:RouteTable"] },
  ],
  check: (inputs) =>
    [textOf(inputs, "addressPrefix") ?? [], textsOf(inputs, "addressPrefixes")]
      .flat()
      .flatMap((text) => cidrFaults("addressPrefix", text)),
  judge: (call, id) => {
    const parent = standingAt(call.world, networkOf(id))!;
    judgeRange(call, call.inputs, id, spacesOf(parent.inputs), []);
    for (const key of ["networkSecurityGroup", "routeTable"]) judgeLocation(call, key, parent);
    if (call.before && prefixOf(call.before.inputs) !== prefixOf(call.inputs))
      refuseInUse(call.world, call.before, parent.id);
  },
  outputs: ({ inputs }) => ({
    provisioningState: "Succeeded",
    privateEndpointNetworkPolicies: inputs.privateEndpointNetworkPolicies ?? "Disabled",
    privateLinkServiceNetworkPolicies: inputs.privateLinkServiceNetworkPolicies ?? "Enabled",
  }),
  inUse: (standing, users) => inUse(standing, users[0]!.id),
});

/** Id of the network that a subnet is in. */
export function networkOf(subnetId: string): string {
  return subnetId.split("/").slice(0, -2).join("/");
}

/** The range of a subnet. */
export function prefixOf(inputs: Properties): string | undefined {
  return textOf(inputs, "addressPrefix") ?? textsOf(inputs, "addressPrefixes")[0];
}

/** Ranges of the network that something of these inputs makes. */
export function spacesOf(inputs: Properties): AddressRange[] {
  return textsOf(mapOf(inputs, "addressSpace"), "addressPrefixes")
    .map(addressRange)
    .filter((range) => range !== undefined);
}

/** A text that is no range of addresses, said of the property it stands in. */
export function cidrFaults(property: string, text: string): Fault[] {
  if (text.includes(":") || addressRange(text)) return [];
  return [
    { property, reason: `'${property}' is '${text}', which is no CIDR block without host bits (InvalidCIDRNotation)` },
  ];
}

function subnetsOf(world: World, networkId: string): Standing[] {
  return world.standing(subnetType).filter(({ id }) => liesBelow(id, networkId));
}

function judgeRange(call: AzureCall, inputs: Properties, id: string, spaces: AddressRange[], siblings: Properties[]) {
  const name = id.split("/").at(-1)!;
  const range = addressRange(prefixOf(inputs) ?? "");
  if (!range) throw new CloudError("NoAddressPrefixOrPoolProvided", `Subnet '${name}' has no address prefix.`);
  if (range.bits > 29) {
    throw new CloudError(
      "InvalidSubnetMask",
      `Subnet '${name}' has '${range.text}': Azure keeps five addresses, so /29 is the smallest.`,
    );
  }
  if (!spaces.some((space) => contains(space, range))) throw outside(name, range);
  const others = [
    ...subnetsOf(call.world, networkOf(id))
      .filter((one) => !sameId(one.id, id))
      .map((one) => ({ name: String(one.outputs.name), range: addressRange(prefixOf(one.inputs) ?? "") })),
    ...siblings
      .filter((one) => one.subnetName !== name)
      .map((one) => ({ name: String(one.subnetName), range: addressRange(prefixOf(one) ?? "") })),
  ];
  const other = others.find((one) => one.range && overlap(one.range, range));
  if (!other) return;
  throw new CloudError(
    "NetcfgSubnetRangesOverlap",
    `Subnet '${name}' is not valid because its IP address range overlaps with that of an existing subnet '${other.name}' in virtual network '${networkOf(id).split("/").at(-1)}'.`,
  );
}

function outside(name: string, { text }: AddressRange): CloudError {
  return new CloudError(
    "NetcfgInvalidSubnet",
    `Subnet '${name}' is not valid because its IP address range is outside the IP address range of virtual network (${text}).`,
  );
}

function judgeLocation(call: AzureCall, key: string, parent: Standing) {
  const id = textOf(mapOf(call.inputs, key), "id");
  const other = standingAt(call.world, id);
  if (!other || other.outputs.location === parent.outputs.location) return;
  throw new CloudError(
    "InvalidResourceReference",
    `Resource ${id} referenced by subnet ${call.inputs.subnetName} is in ${other.outputs.location}, and not in the network's region ${parent.outputs.location}.`,
  );
}

function holdsOf(world: World, subnet: Properties): Standing["holds"] {
  return ["networkSecurityGroup", "routeTable"]
    .map((key) => standingAt(world, textOf(mapOf(subnet, key), "id")))
    .filter((one) => one !== undefined)
    .map(({ type, id }) => ({ type, id }));
}

function refuseInUse(world: World, one: Standing, networkId: string) {
  const user = world.usersOf(one).find(({ id }) => !liesBelow(id, networkId));
  if (user) throw inUse(one, user.id);
}

function inUse({ id, outputs }: Standing, user: string): CloudError {
  return new CloudError(
    "InUseSubnetCannotBeDeleted",
    `Subnet ${outputs.name} is in use by ${user} and cannot be deleted. In order to delete the subnet, delete all the resources within the subnet. See aka.ms/deletesubnet. (${id})`,
  );
}
