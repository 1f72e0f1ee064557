import { zonesOfAws } from "../../../../catalogue/index.ts";
import { CloudError } from "../../cloud-error.ts";
import type { Reference } from "../../cloud-type.ts";
import { mapsOf, textOf } from "../../known.ts";
import type { Standing, World } from "../../world.ts";
import { type AwsCall, type AwsType, arnOf, awsType, newId, reference, regionOf } from "../aws-type.ts";
import { type Cidr, contains, overlap, parseCidr } from "../cidr.ts";
import { isFirewallEndpoint } from "./firewall-rules.ts";

export const vpc = "aws:ec2/vpc:Vpc";
export const subnet = "aws:ec2/subnet:Subnet";
export const routeTable = "aws:ec2/routeTable:RouteTable";
export const internetGateway = "aws:ec2/internetGateway:InternetGateway";
export const loadBalancer = "aws:lb/loadBalancer:LoadBalancer";
export const natGateway = "aws:ec2/natGateway:NatGateway";
export const cidrAssociation = "aws:ec2/vpcIpv4CidrBlockAssociation:VpcIpv4CidrBlockAssociation";

/** A reference to a VPC. */
export const toVpc = (at: string, more?: Partial<Reference>) =>
  reference(at, vpc, "InvalidVpcID.NotFound", (id) => `The vpc ID '${id}' does not exist`, more);
/** A reference to subnets. */
export const toSubnet = (at: string) =>
  reference(at, subnet, "InvalidSubnetID.NotFound", (id) => `The subnet ID '${id}' does not exist`);
/** A reference to route tables; a VPC's main one stands with the VPC. */
export const toRouteTable = (at: string): Reference => ({
  at,
  to: [routeTable],
  missing: (id, world) =>
    isMainRouteTable(id, world)
      ? undefined
      : new CloudError("InvalidRouteTableID.NotFound", `The routeTable ID '${id}' does not exist`),
});

/** Networks, their subnets, and where traffic of these goes. */
export const networks: Record<string, AwsType> = {
  [vpc]: awsType({
    service: "EC2",
    thing: "EC2 VPC",
    calls: { create: "CreateVpc", update: "ModifyVpcAttribute", delete: "DeleteVpc" },
    request: { service: "ec2", operation: "CreateVpc" },
    immutable: ["cidrBlock", "instanceTenancy", "ipv4IpamPoolId", "ipv4NetmaskLength"],
    defaults: { instanceTenancy: "default", enableDnsSupport: true, enableDnsHostnames: false },
    check: ({ cidrBlock }) => {
      if (typeof cidrBlock !== "string") return [];
      const cidr = parseCidr(cidrBlock);
      if (!cidr) return [{ property: "cidrBlock", reason: `"${cidrBlock}" is not a valid CIDR block` }];
      // docs.aws.amazon.com/vpc/latest/userguide/vpc-cidr-blocks.html: between /28 and /16.
      if (cidr.prefix >= 16 && cidr.prefix <= 28) return [];
      return [{ property: "cidrBlock", reason: `InvalidVpc.Range: The CIDR '${cidrBlock}' is invalid.` }];
    },
    judge: ({ inputs }) => {
      if (!textOf(inputs, "cidrBlock"))
        throw new CloudError("MissingParameter", "Either 'cidrBlock' or 'ipv4IpamPoolId' must be provided.");
    },
    make: (call) => {
      const id = newId("vpc");
      const main = newId("rtb");
      return {
        id,
        outputs: {
          arn: arnOf(call, "ec2", `vpc/${id}`),
          mainRouteTableId: main,
          defaultRouteTableId: main,
          defaultNetworkAclId: newId("acl"),
          defaultSecurityGroupId: newId("sg"),
          dhcpOptionsId: newId("dopt"),
          ownerId: call.settings.account,
          assignGeneratedIpv6CidrBlock: false,
          enableNetworkAddressUsageMetrics: false,
        },
      };
    },
    inUse: ({ id }) => new CloudError("DependencyViolation", `The vpc '${id}' has dependencies and cannot be deleted.`),
    takesMs: { create: 200 },
  }),

  [subnet]: awsType({
    service: "EC2",
    thing: "EC2 Subnet",
    calls: { create: "CreateSubnet", update: "ModifySubnetAttribute", delete: "DeleteSubnet" },
    request: { service: "ec2", operation: "CreateSubnet" },
    immutable: ["vpcId", "cidrBlock", "availabilityZone", "availabilityZoneId", "ipv6Native"],
    defaults: { mapPublicIpOnLaunch: false, assignIpv6AddressOnCreation: false, enableDns64: false, ipv6Native: false },
    references: [toVpc("vpcId")],
    check: ({ cidrBlock }) =>
      typeof cidrBlock === "string" && !parseCidr(cidrBlock)
        ? [{ property: "cidrBlock", reason: `"${cidrBlock}" is not a valid CIDR block` }]
        : [],
    judge: judgeSubnet,
    make: (call) => {
      const id = newId("subnet");
      const zone = textOf(call.inputs, "availabilityZone") ?? zonesOfAws(regionOf(call))[0]!;
      return {
        id,
        outputs: {
          arn: arnOf(call, "ec2", `subnet/${id}`),
          availabilityZone: zone,
          availabilityZoneId: zoneId(zone),
          ownerId: call.settings.account,
          privateDnsHostnameTypeOnLaunch: "ip-name",
        },
      };
    },
    inUse: ({ id }) =>
      new CloudError("DependencyViolation", `The subnet '${id}' has dependencies and cannot be deleted.`),
    takesMs: { create: 120 },
  }),

  [routeTable]: awsType({
    service: "EC2",
    thing: "Route Table",
    calls: { create: "CreateRouteTable", update: "CreateRoute", delete: "DeleteRouteTable" },
    immutable: ["vpcId"],
    unordered: ["routes"],
    references: [toVpc("vpcId")],
    check: ({ routes }) =>
      mapsOf({ routes: routes ?? [] }, "routes").flatMap(({ cidrBlock }, index) =>
        typeof cidrBlock === "string" && !parseCidr(cidrBlock)
          ? [{ property: `routes[${index}].cidrBlock`, reason: `"${cidrBlock}" is not a valid CIDR block` }]
          : [],
      ),
    judge: judgeRoutes,
    make: (call) => {
      const id = newId("rtb");
      const outputs = { arn: arnOf(call, "ec2", `route-table/${id}`), ownerId: call.settings.account };
      return { id, outputs: { ...outputs, routes: call.inputs.routes ?? [], propagatingVgws: [] } };
    },
    inUse: ({ id }) =>
      new CloudError("DependencyViolation", `The routeTable '${id}' has dependencies and cannot be deleted.`),
  }),

  "aws:ec2/routeTableAssociation:RouteTableAssociation": awsType({
    service: "EC2",
    thing: "Route Table Association",
    calls: { create: "AssociateRouteTable", update: "ReplaceRouteTableAssociation", delete: "DisassociateRouteTable" },
    immutable: ["subnetId", "gatewayId"],
    references: [toSubnet("subnetId"), toRouteTable("routeTableId")],
    judge: ({ world, inputs, before }) => {
      const other = world
        .standing("aws:ec2/routeTableAssociation:RouteTableAssociation")
        .find((one) => one.inputs.subnetId === inputs.subnetId && one.id !== before?.id);
      if (other)
        throw new CloudError(
          "Resource.AlreadyAssociated",
          `the specified association for route table ${inputs.routeTableId} conflicts with an existing association`,
        );
    },
    make: () => ({ id: newId("rtbassoc"), outputs: {} }),
  }),
};

/** Routes lead to what stands, and those within the network are of a whole subnet. */
function judgeRoutes({ world, inputs }: AwsCall): void {
  const network = world.get(vpc, String(inputs.vpcId));
  for (const route of mapsOf(inputs, "routes")) {
    const gateway = textOf(route, "gatewayId");
    const own = gateway === undefined ? undefined : world.get(internetGateway, gateway);
    if (gateway !== undefined && gateway !== "local" && !own)
      throw new CloudError("InvalidGatewayID.NotFound", `The gateway ID '${gateway}' does not exist`);
    if (own && own.inputs.vpcId !== inputs.vpcId) {
      throw new CloudError(
        "InvalidParameterValue",
        `route table and network gateway ${gateway} belong to different networks`,
      );
    }
    const nat = textOf(route, "natGatewayId");
    if (nat !== undefined && !world.get(natGateway, nat))
      throw new CloudError("InvalidNatGatewayID.NotFound", `The natGateway ID '${nat}' does not exist`);
    const endpoint = textOf(route, "vpcEndpointId");
    if (endpoint !== undefined && !isFirewallEndpoint(endpoint, world))
      throw new CloudError("InvalidVpcEndpointId.NotFound", `The Vpc Endpoint Id '${endpoint}' does not exist`);
    // docs.aws.amazon.com/vpc/latest/userguide/route-table-options.html, routing to a middlebox appliance.
    const range = parseCidr(textOf(route, "cidrBlock"));
    const inside = network && range && blocksOf(network, world).some((block) => contains(block, range));
    const whole = world
      .standing(subnet)
      .some((one) => one.inputs.vpcId === inputs.vpcId && one.inputs.cidrBlock === route.cidrBlock);
    if (inside && !whole) {
      throw new CloudError(
        "InvalidParameterValue",
        `The destination CIDR block ${route.cidrBlock} is equal to or more specific than one of this VPC's CIDR blocks, and ` +
          "no subnet has it",
      );
    }
  }
}

function judgeSubnet(call: AwsCall): void {
  const { world, inputs, before } = call;
  const zones = zonesOfAws(regionOf(call));
  const zone = textOf(inputs, "availabilityZone");
  if (zone && !zones.includes(zone)) {
    throw new CloudError(
      "InvalidParameterValue",
      `Value (${zone}) for parameter availabilityZone is invalid. Subnets can currently only be created in the ` +
        `following availability zones: ${zones.join(", ")}.`,
    );
  }
  const text = textOf(inputs, "cidrBlock");
  const cidr = parseCidr(text);
  const network = world.get(vpc, String(inputs.vpcId));
  const around = network ? blocksOf(network, world) : [];
  if (!cidr) throw new CloudError("MissingParameter", "Either 'cidrBlock' or 'ipv4IpamPoolId' should be provided.");
  if (!around.some((block) => contains(block, cidr)) || cidr.prefix > 28)
    throw new CloudError("InvalidSubnet.Range", `The CIDR '${text}' is invalid.`);
  const clash = world
    .standing(subnet)
    .filter((one) => one.inputs.vpcId === inputs.vpcId && one.id !== before?.id)
    .find((one) => overlap(parseCidr(textOf(one.inputs, "cidrBlock"))!, cidr));
  if (clash) throw new CloudError("InvalidSubnet.Conflict", `The CIDR '${text}' conflicts with another subnet`);
}

/** `ap-south-1a` is aps1-az1: letters of regions and the number of the zone. */
function zoneId(zone: string): string {
  const short = zone
    .slice(0, -1)
    .split("-")
    .map((word, index) => (index === 0 || /^\d/.test(word) ? word : compass(word)))
    .join("");
  return `${short}-az${zone.charCodeAt(zone.length - 1) - 96}`;
}

function compass(word: string): string {
  return word
    .replace(/^(north|south|east|west|central)/, (name) => name[0]!)
    .replace(/(?<=^.)(east|west)$/, (name) => name[0]!);
}

/** Every range of a network: its first, and those that it got later. */
export function blocksOf(network: Standing, world: World): Cidr[] {
  const later = world.standing(cidrAssociation).filter(({ inputs }) => inputs.vpcId === network.id);
  return [network, ...later].flatMap(({ inputs }) => parseCidr(textOf(inputs, "cidrBlock")) ?? []);
}

function isMainRouteTable(id: string, world: World): boolean {
  return world.standing(vpc).some(({ outputs }) => outputs.mainRouteTableId === id);
}
