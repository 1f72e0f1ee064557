import { CloudError } from "../../cloud-error.ts";
import { textOf, textsOf } from "../../known.ts";
import { type AwsCall, type AwsType, arnOf, awsType, newId, regionOf } from "../aws-type.ts";
import { readPolicy } from "../policy-document.ts";
import { subnet, toRouteTable, toSubnet, toVpc, vpc } from "./networks.ts";
import { toSecurityGroup } from "./security-groups.ts";

const vpcEndpoint = "aws:ec2/vpcEndpoint:VpcEndpoint";
/** The services that gateways lead to; all others have interfaces (docs.aws.amazon.com/vpc/latest/privatelink). */
const gateways = ["s3", "dynamodb"];

/** Doors from a network to AWS's own services. */
export const endpoints: Record<string, AwsType> = {
  [vpcEndpoint]: awsType({
    service: "EC2",
    thing: "EC2 VPC Endpoint",
    calls: { create: "CreateVpcEndpoint", update: "ModifyVpcEndpoint", delete: "DeleteVpcEndpoints" },
    request: { service: "ec2", operation: "CreateVpcEndpoint", members: { policy: "PolicyDocument" } },
    immutable: ["vpcId", "serviceName", "vpcEndpointType", "serviceRegion"],
    unordered: ["subnetIds", "securityGroupIds", "routeTableIds"],
    defaults: { vpcEndpointType: "Gateway" },
    references: [
      toVpc("vpcId"),
      toSubnet("subnetIds.*"),
      toSecurityGroup("securityGroupIds.*"),
      toRouteTable("routeTableIds.*"),
    ],
    check: ({ policy }) => {
      const read = typeof policy === "string" ? readPolicy(policy) : undefined;
      return read && "fault" in read ? [{ property: "policy", reason: read.fault }] : [];
    },
    judge: judgeEndpoint,
    make: (call) => {
      const id = newId("vpce");
      const region = regionOf(call);
      const service = serviceOf(call);
      const interfaces = textOf(call.inputs, "vpcEndpointType") === "Interface";
      const dns = `${id}-${id.slice(-8)}.${service}.${region}.vpce.${call.settings.partition.dnsSuffix}`;
      return {
        id,
        outputs: {
          arn: arnOf(call, "ec2", `vpc-endpoint/${id}`),
          state: "available",
          ownerId: call.settings.account,
          requesterManaged: false,
          ipAddressType: textOf(call.inputs, "ipAddressType") ?? "ipv4",
          privateDnsEnabled: call.inputs.privateDnsEnabled ?? false,
          policy:
            call.inputs.policy ?? '{"Statement":[{"Action":"*","Effect":"Allow","Principal":"*","Resource":"*"}]}',
          serviceRegion: region,
          cidrBlocks: interfaces ? [] : ["52.219.62.0/23"],
          prefixListId: interfaces ? "" : newId("pl"),
          networkInterfaceIds: textsOf(call.inputs, "subnetIds").map(() => newId("eni")),
          dnsEntries: interfaces ? [{ dnsName: dns, hostedZoneId: "Z2KGSU5NDKZR8V" }] : [],
          subnetIds: call.inputs.subnetIds ?? [],
          routeTableIds: call.inputs.routeTableIds ?? [],
          securityGroupIds: call.inputs.securityGroupIds ?? [],
        },
      };
    },
    waits: true,
    takesMs: { create: 600, delete: 200 },
  }),
};

function judgeEndpoint(call: AwsCall): void {
  const { world, inputs, before } = call;
  const name = textOf(inputs, "serviceName") ?? "";
  const service = serviceOf(call);
  if (!service) throw new CloudError("InvalidServiceName", `The Vpc Endpoint Service '${name}' does not exist`);
  const type = textOf(inputs, "vpcEndpointType") ?? "Gateway";
  const offered = gateways.includes(service) ? ["Gateway", "Interface"] : ["Interface"];
  if (!offered.includes(type)) {
    throw new CloudError(
      "InvalidParameter",
      `Endpoint type (${type}) does not match available service types ([${offered.join(", ")}]).`,
    );
  }
  const subnets = textsOf(inputs, "subnetIds");
  if (type === "Gateway") {
    if (subnets.length > 0 || textsOf(inputs, "securityGroupIds").length > 0)
      throw new CloudError("InvalidParameter", "Subnets and security groups cannot be set for Gateway endpoints.");
    return;
  }
  if (textsOf(inputs, "routeTableIds").length > 0)
    throw new CloudError("InvalidParameter", "Route tables cannot be set for Interface endpoints.");
  const zones = subnets.map((id) => world.get(subnet, id)?.outputs.availabilityZone);
  if (new Set(zones).size < zones.length)
    throw new CloudError("DuplicateSubnetsInSameZone", "Found another VPC endpoint subnet in the availability zone.");
  if (inputs.privateDnsEnabled !== true) return;
  const network = world.get(vpc, String(inputs.vpcId))?.outputs;
  if (!network?.enableDnsSupport || !network.enableDnsHostnames) {
    throw new CloudError(
      "InvalidParameter",
      "Enabling private DNS requires both enableDnsSupport and enableDnsHostnames VPC attributes set to true for " +
        `${inputs.vpcId}`,
    );
  }
  const twin = world
    .standing(vpcEndpoint)
    .filter((one) => one.id !== before?.id && one.inputs.vpcId === inputs.vpcId)
    .find((one) => one.inputs.serviceName === name && one.inputs.privateDnsEnabled === true);
  if (twin) {
    throw new CloudError(
      "InvalidParameter",
      `private-dns-enabled cannot be set because there is already a conflicting DNS domain for ${service} in the VPC ${inputs.vpcId}`,
    );
  }
}

/** `s3` of `com.amazonaws.ap-south-1.s3`; empty for a name that no service of the region has. */
function serviceOf(call: Pick<AwsCall, "inputs" | "settings">): string {
  const name = textOf(call.inputs, "serviceName") ?? "";
  const region = regionOf(call);
  const prefix = [
    `com.amazonaws.${region}.`,
    `${call.settings.partition.reverseDns}.${region}.`,
    `aws.api.${region}.`,
  ].find((one) => name.startsWith(one));
  const service = prefix ? name.slice(prefix.length) : "";
  return /^[a-z0-9][a-z0-9._-]*$/.test(service) ? service : "";
}
