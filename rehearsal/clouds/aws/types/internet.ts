import { CloudError } from "../../cloud-error.ts";
import { textOf, textsOf } from "../../known.ts";
import type { Standing, World } from "../../world.ts";
import { type AwsCall, type AwsType, arnOf, awsType, newId, reference } from "../aws-type.ts";
import { type Cidr, contains, overlap, parseCidr } from "../cidr.ts";
import {
  blocksOf,
  cidrAssociation,
  internetGateway,
  loadBalancer,
  natGateway,
  subnet,
  toSubnet,
  toVpc,
  vpc,
} from "./networks.ts";

const eip = "aws:ec2/eip:Eip";
/** The quota of a new account, L-0263D0A3. */
const mostAddresses = 5;

/** Ways to the internet, and the addresses that they take. */
export const internet: Record<string, AwsType> = {
  [internetGateway]: awsType({
    service: "EC2",
    thing: "EC2 Internet Gateway",
    calls: { create: "CreateInternetGateway", update: "AttachInternetGateway", delete: "DeleteInternetGateway" },
    request: { service: "ec2", operation: "CreateInternetGateway", members: { vpcId: null } },
    references: [toVpc("vpcId")],
    judge: ({ world, inputs, before }) => {
      const other = world
        .standing(internetGateway)
        .find((one) => inputs.vpcId && one.inputs.vpcId === inputs.vpcId && one.id !== before?.id);
      if (other) {
        throw new CloudError(
          "Resource.AlreadyAssociated",
          `resource ${other.id} is already attached to network ${inputs.vpcId}`,
        );
      }
    },
    make: (call) => {
      const id = newId("igw");
      return { id, outputs: { arn: arnOf(call, "ec2", `internet-gateway/${id}`), ownerId: call.settings.account } };
    },
    judgeDeletion: ({ world }, { id, inputs }) => {
      if (publicIn(String(inputs.vpcId), world).length === 0) return;
      throw new CloudError(
        "DependencyViolation",
        `Network ${inputs.vpcId} has some mapped public address(es). Please unmap those public address(es) before ` +
          `detaching the gateway ${id}.`,
      );
    },
  }),

  [cidrAssociation]: awsType({
    service: "EC2",
    thing: "EC2 VPC IPv4 CIDR Block Association",
    calls: { create: "AssociateVpcCidrBlock", delete: "DisassociateVpcCidrBlock" },
    request: { service: "ec2", operation: "AssociateVpcCidrBlock" },
    immutable: ["vpcId", "cidrBlock", "ipv4IpamPoolId", "ipv4NetmaskLength"],
    references: [toVpc("vpcId")],
    check: ({ cidrBlock }) =>
      typeof cidrBlock === "string" && !parseCidr(cidrBlock)
        ? [{ property: "cidrBlock", reason: `"${cidrBlock}" is not a valid CIDR block` }]
        : [],
    judge: judgeBlock,
    make: () => ({ id: newId("vpc-cidr-assoc"), outputs: {} }),
    judgeDeletion: ({ world }, { inputs }) => {
      const block = parseCidr(textOf(inputs, "cidrBlock"))!;
      const inside = world
        .standing(subnet)
        .some(
          (one) => one.inputs.vpcId === inputs.vpcId && overlap(block, parseCidr(textOf(one.inputs, "cidrBlock"))!),
        );
      if (inside)
        throw new CloudError("DependencyViolation", `The CIDR block ${inputs.cidrBlock} has subnets, and cannot go.`);
    },
  }),

  [eip]: awsType({
    service: "EC2",
    thing: "EC2 EIP",
    calls: { create: "AllocateAddress", update: "AssociateAddress", delete: "ReleaseAddress" },
    request: {
      service: "ec2",
      operation: "AllocateAddress",
      members: { instance: null, networkInterface: null, associateWithPrivateIp: null },
    },
    immutable: ["domain", "address", "publicIpv4Pool", "networkBorderGroup"],
    defaults: { domain: "vpc", publicIpv4Pool: "amazon" },
    judge: ({ world, before }) => {
      if (before || world.standing(eip).length < mostAddresses) return;
      throw new CloudError("AddressLimitExceeded", "The maximum number of addresses has been reached.");
    },
    make: (call) => {
      const id = newId("eipalloc");
      const last = 10 + call.world.standing(eip).length;
      const outputs = { arn: arnOf(call, "ec2", `elastic-ip/${id}`), allocationId: id, publicIp: `203.0.113.${last}` };
      return { id, outputs: { ...outputs, publicDns: `ec2-203-0-113-${last}.compute.amazonaws.com` } };
    },
    inUse: ({ id }) =>
      new CloudError(
        "InvalidIPAddress.InUse",
        `The address with allocation id [${id}] is in use and cannot be released.`,
      ),
  }),

  [natGateway]: awsType({
    service: "EC2",
    thing: "EC2 NAT Gateway",
    calls: { create: "CreateNatGateway", delete: "DeleteNatGateway" },
    request: { service: "ec2", operation: "CreateNatGateway", members: { secondaryPrivateIpAddresses: null } },
    immutable: ["subnetId", "allocationId", "connectivityType", "privateIp"],
    defaults: { connectivityType: "public" },
    references: [
      toSubnet("subnetId"),
      reference(
        "allocationId",
        eip,
        "InvalidAllocationID.NotFound",
        (id) => `The allocation ID '${id}' does not exist`,
      ),
    ],
    judge: judgeNatGateway,
    make: (call) => {
      const id = newId("nat");
      const address = call.world.get(eip, String(call.inputs.allocationId))?.outputs.publicIp ?? "";
      const first = parseCidr(textOf(call.world.get(subnet, String(call.inputs.subnetId))?.inputs, "cidrBlock"))!.first;
      const privateIp = [24, 16, 8, 0].map((shift) => Math.floor((first + 4) / 2 ** shift) % 256).join(".");
      return {
        id,
        outputs: {
          publicIp: address,
          privateIp,
          networkInterfaceId: newId("eni"),
          associationId: newId("eipassoc"),
          secondaryAllocationIds: [],
          secondaryPrivateIpAddresses: [],
          secondaryPrivateIpAddressCount: 0,
        },
      };
    },
    waits: true,
    takesMs: { create: 800, delete: 400 },
  }),
};

function judgeBlock({ world, inputs }: AwsCall): void {
  const text = textOf(inputs, "cidrBlock");
  const block = parseCidr(text);
  const network = world.get(vpc, String(inputs.vpcId));
  const main = parseCidr(textOf(network?.inputs, "cidrBlock"));
  if (!block || !network || !main)
    throw new CloudError("MissingParameter", "Either 'cidrBlock' or 'ipv4IpamPoolId' must be provided.");
  // docs.aws.amazon.com/vpc/latest/userguide/vpc-cidr-blocks.html: a second private range is of the first one's kind.
  const other = privateRanges.find((range) => contains(range, block) && !contains(range, main));
  if (block.prefix < 16 || block.prefix > 28 || (other && privateRanges.some((range) => contains(range, main))))
    throw new CloudError("InvalidVpc.Range", `The CIDR '${text}' is invalid.`);
  if (blocksOf(network, world).some((one) => overlap(one, block)))
    throw new CloudError("InvalidVpc.Range", `The CIDR '${text}' conflicts with a CIDR of the VPC ${network.id}.`);
}

const privateRanges = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"].map((text) => parseCidr(text) as Cidr);

function judgeNatGateway({ world, inputs, before }: AwsCall): void {
  const open = textOf(inputs, "connectivityType") !== "private";
  const network = String(world.get(subnet, String(inputs.subnetId))?.inputs.vpcId);
  if (open && !inputs.allocationId)
    throw new CloudError("MissingParameter", "The request must include the AllocationId parameter.");
  if (open && !world.standing(internetGateway).some((one) => one.inputs.vpcId === network))
    throw new CloudError("Gateway.NotAttached", `Network ${network} has no Internet gateway attached`);
  const twin = world
    .standing(natGateway)
    .find((one) => inputs.allocationId && one.inputs.allocationId === inputs.allocationId && one.id !== before?.id);
  if (twin) {
    throw new CloudError(
      "Resource.AlreadyAssociated",
      `Elastic IP address [${inputs.allocationId}] is already associated`,
    );
  }
}

/** What has a public address in a network. */
function publicIn(network: string, world: World): Standing[] {
  const places = new Set(world.standing(subnet).flatMap(({ id, inputs }) => (inputs.vpcId === network ? [id] : [])));
  return [
    ...world
      .standing(natGateway)
      .filter(({ inputs }) => inputs.connectivityType !== "private" && places.has(String(inputs.subnetId))),
    ...world
      .standing(loadBalancer)
      .filter(({ inputs }) => inputs.internal !== true && textsOf(inputs, "subnets").some((id) => places.has(id))),
  ];
}
