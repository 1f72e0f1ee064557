import type { Properties } from "../../../kubernetes-provider/properties.ts";
import { CloudError } from "../../cloud-error.ts";
import type { Fault, Reference } from "../../cloud-type.ts";
import { textOf } from "../../known.ts";
import { type AwsType, arnOf, awsType, newId } from "../aws-type.ts";
import { parseCidr } from "../cidr.ts";
import { toVpc, vpc } from "./networks.ts";

export const securityGroup = "aws:ec2/securityGroup:SecurityGroup";
const defaultSecurityGroup = "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup";

/** A reference to security groups; those that come with a VPC or a cluster stand with it. */
export const toSecurityGroup = (at: string): Reference => ({
  at,
  to: [securityGroup, defaultSecurityGroup],
  missing: (id, world) =>
    world.standing(vpc).some(({ outputs }) => outputs.defaultSecurityGroupId === id) ||
    world
      .standing("aws:eks/cluster:Cluster")
      .some(({ outputs }) => (outputs.vpcConfig as Properties | undefined)?.clusterSecurityGroupId === id)
      ? undefined
      : new CloudError("InvalidGroup.NotFound", `The security group '${id}' does not exist`),
});

/** Security groups and their rules. */
export const securityGroups: Record<string, AwsType> = {
  [securityGroup]: awsType({
    service: "EC2",
    thing: "Security Group",
    calls: { create: "CreateSecurityGroup", update: "AuthorizeSecurityGroupIngress", delete: "DeleteSecurityGroup" },
    request: {
      service: "ec2",
      operation: "CreateSecurityGroup",
      members: { name: "GroupName", ingress: null, egress: null },
    },
    autoname: { property: "name", maxLength: 255, unless: ["namePrefix"] },
    immutable: ["name", "namePrefix", "description", "vpcId"],
    unordered: ["ingress", "egress"],
    defaults: { description: "Managed by Pulumi", revokeRulesOnDelete: false },
    references: [toVpc("vpcId")],
    check: ({ name, description }) => [
      ...(typeof name === "string" && /^sg-/i.test(name)
        ? [{ property: "name", reason: `invalid value for name (cannot begin with sg-)` }]
        : []),
      // docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateSecurityGroup.html
      ...(typeof description === "string" && !/^[0-9A-Za-z_ .:/()#,@[\]+=&;{}!$*-]{1,255}$/.test(description)
        ? [
            {
              property: "description",
              reason: `InvalidParameterValue: Value (${description}) for parameter GroupDescription is invalid. Character sets beyond ASCII are not supported.`,
            },
          ]
        : []),
    ],
    judge: ({ world, inputs, before }) => {
      const twin = world
        .standing(securityGroup)
        .find((one) => one.inputs.vpcId === inputs.vpcId && one.outputs.name === inputs.name && one.id !== before?.id);
      if (twin) {
        throw new CloudError(
          "InvalidGroup.Duplicate",
          `The security group '${inputs.name}' already exists for VPC '${inputs.vpcId}'`,
        );
      }
    },
    make: (call) => {
      const id = newId("sg");
      const name = textOf(call.inputs, "name") ?? `${textOf(call.inputs, "namePrefix") ?? ""}${Date.now()}`;
      const outputs = { name, arn: arnOf(call, "ec2", `security-group/${id}`), ownerId: call.settings.account };
      return { id, outputs: { ...outputs, ingress: call.inputs.ingress ?? [], egress: call.inputs.egress ?? [] } };
    },
    inUse: ({ id }) => new CloudError("DependencyViolation", `resource ${id} has a dependent object`),
  }),

  [defaultSecurityGroup]: awsType({
    service: "EC2",
    thing: "Default Security Group",
    calls: { create: "RevokeSecurityGroupEgress", update: "AuthorizeSecurityGroupIngress" },
    immutable: ["vpcId"],
    unordered: ["ingress", "egress"],
    references: [toVpc("vpcId")],
    make: (call) => {
      const id = String(call.world.get(vpc, String(call.inputs.vpcId))?.outputs.defaultSecurityGroupId ?? newId("sg"));
      const arn = arnOf(call, "ec2", `security-group/${id}`);
      const outputs = {
        arn,
        name: "default",
        description: "default VPC security group",
        ownerId: call.settings.account,
      };
      return { id, outputs: { ...outputs, ingress: call.inputs.ingress ?? [], egress: call.inputs.egress ?? [] } };
    },
  }),

  ...Object.fromEntries(
    (["Ingress", "Egress"] as const).map((direction) => {
      const type = `aws:vpc/securityGroup${direction}Rule:SecurityGroup${direction}Rule`;
      return [type, rule(type, direction)];
    }),
  ),
};

const peers = ["cidrIpv4", "cidrIpv6", "prefixListId", "referencedSecurityGroupId"];

function rule(type: string, direction: "Ingress" | "Egress"): AwsType {
  return awsType({
    service: "EC2",
    thing: `VPC Security Group ${direction} Rule`,
    calls: {
      create: `AuthorizeSecurityGroup${direction}`,
      update: "ModifySecurityGroupRules",
      delete: `RevokeSecurityGroup${direction}`,
    },
    immutable: ["securityGroupId"],
    references: [toSecurityGroup("securityGroupId"), toSecurityGroup("referencedSecurityGroupId")],
    check: ruleFaults,
    judge: ({ world, inputs, before }) => {
      const given = peers.filter((peer) => inputs[peer]);
      if (given.length !== 1)
        throw new CloudError("InvalidParameterCombination", `exactly one of ${peers.join(", ")} has to be set`);
      const key = (of: Properties) =>
        [of.securityGroupId, of.ipProtocol, of.fromPort, of.toPort, ...peers.map((peer) => of[peer])].join(" ");
      const twin = world.standing(type).find((one) => one.id !== before?.id && key(one.inputs) === key(inputs));
      if (twin) {
        throw new CloudError(
          "InvalidPermission.Duplicate",
          `the specified rule "peer: ${inputs[given[0]!]}, ${inputs.ipProtocol}, from port: ${inputs.fromPort ?? -1}, to port: ${inputs.toPort ?? -1}, ALLOW" already exists`,
        );
      }
    },
    make: (call) => {
      const id = newId("sgr");
      return { id, outputs: { arn: arnOf(call, "ec2", `security-group-rule/${id}`), securityGroupRuleId: id } };
    },
  });
}

function ruleFaults(inputs: Properties): Fault[] {
  const { cidrIpv4, ipProtocol, fromPort, toPort } = inputs;
  const faults: Fault[] = [];
  if (typeof cidrIpv4 === "string" && !parseCidr(cidrIpv4))
    faults.push({ property: "cidrIpv4", reason: `InvalidParameterValue: CIDR block ${cidrIpv4} is malformed` });
  if (typeof ipProtocol === "string" && !/^(-1|tcp|udp|icmp|icmpv6|\d{1,3})$/.test(ipProtocol))
    faults.push({
      property: "ipProtocol",
      reason: `InvalidParameterValue: Invalid value '${ipProtocol}' for IP protocol. Unknown protocol.`,
    });
  for (const [property, port] of [
    ["fromPort", fromPort],
    ["toPort", toPort],
  ] as const) {
    if (typeof port === "number" && (port < -1 || port > 65535))
      faults.push({ property, reason: `InvalidParameterValue: Invalid value '${port}' for portRange` });
  }
  if (typeof fromPort === "number" && typeof toPort === "number" && fromPort > toPort && ipProtocol !== "icmp")
    faults.push({
      property: "toPort",
      reason: `InvalidParameterValue: Invalid TCP/UDP port range (${fromPort}:${toPort})`,
    });
  return faults;
}
