import type { Properties } from "../../../kubernetes-provider/properties.ts";
import { CloudError } from "../../cloud-error.ts";
import type { Fault } from "../../cloud-type.ts";
import { mapOf, mapsOf, textOf, textsOf } from "../../known.ts";
import {
  type AwsCall,
  type AwsType,
  arnFaults,
  arnOf,
  awsType,
  newId,
  parseArn,
  reference,
  regionOf,
} from "../aws-type.ts";
import { parseCidr } from "../cidr.ts";
import { internetGateway, loadBalancer, subnet, toSubnet, toVpc } from "./networks.ts";
import { nodeGroup } from "./node-group-rules.ts";
import { toSecurityGroup } from "./security-groups.ts";

const listener = "aws:lb/listener:Listener";
const targetGroup = "aws:lb/targetGroup:TargetGroup";

/** A reference to a load balancer. */
export const toLoadBalancer = (at: string) =>
  reference(at, loadBalancer, "LoadBalancerNotFound", (arn) => `Load balancer '${arn}' not found`);
const toTargetGroup = (at: string) =>
  reference(at, targetGroup, "TargetGroupNotFound", (arn) => `Target group '${arn}' not found`);

/** Names of 32 characters at most, unique in the account and region. */
const named = (property: string) => ({ property, maxLength: 32, unless: ["namePrefix"], without: /[^A-Za-z0-9-]/g });
const suffix = () => newId("lb").slice(4);
const validation = (property: string, why: string): Fault[] => [{ property, reason: `ValidationError: ${why}` }];

/** Load balancers that read HTTP, and to whom they hand on. */
export const loadBalancers: Record<string, AwsType> = {
  [loadBalancer]: awsType({
    service: "Elastic Load Balancing v2",
    thing: "ELBv2 Load Balancer",
    calls: { create: "CreateLoadBalancer", update: "ModifyLoadBalancerAttributes", delete: "DeleteLoadBalancer" },
    request: {
      service: "elbv2",
      operation: "CreateLoadBalancer",
      members: { loadBalancerType: "Type", internal: null, minimumLoadBalancerCapacity: null },
    },
    autoname: named("name"),
    immutable: ["name", "namePrefix", "internal", "loadBalancerType", "customerOwnedIpv4Pool"],
    unordered: ["subnets", "securityGroups"],
    defaults: { loadBalancerType: "application", internal: false, idleTimeout: 60, enableHttp2: true },
    references: [toSubnet("subnets.*"), toSecurityGroup("securityGroups.*")],
    check: balancerFaults,
    judge: judgeBalancer,
    make: (call) => {
      const { inputs, world } = call;
      const arn = arnOf(call, "elasticloadbalancing", `loadbalancer/app/${inputs.name}/${suffix()}`);
      const dns = `${inputs.name}-${suffix()}.${regionOf(call)}.elb.amazonaws.com`;
      const [first] = textsOf(inputs, "subnets");
      const vpcId = String(world.get(subnet, String(first))?.inputs.vpcId);
      return {
        id: arn,
        outputs: {
          arn,
          arnSuffix: arn.split("loadbalancer/")[1]!,
          dnsName: inputs.internal ? `internal-${dns}` : dns,
          vpcId,
          zoneId: "ZP97RAFLXTNZK",
          ipAddressType: inputs.ipAddressType ?? "ipv4",
        },
      };
    },
    judgeDeletion: (_, { inputs }) => {
      if (inputs.enableDeletionProtection !== true) return;
      throw new CloudError(
        "OperationNotPermitted",
        "Load balancer cannot be deleted because deletion protection is enabled",
      );
    },
    inUse: ({ id }) => new CloudError("ResourceInUse", `Load balancer '${id}' is currently in use by another resource`),
    waits: true,
    takesMs: { create: 900, delete: 300 },
  }),

  [targetGroup]: awsType({
    service: "Elastic Load Balancing v2",
    thing: "ELBv2 Target Group",
    calls: { create: "CreateTargetGroup", update: "ModifyTargetGroup", delete: "DeleteTargetGroup" },
    request: {
      service: "elbv2",
      operation: "CreateTargetGroup",
      members: { healthCheck: null },
    },
    autoname: named("name"),
    immutable: ["name", "namePrefix", "port", "protocol", "protocolVersion", "targetType", "vpcId", "ipAddressType"],
    defaults: { targetType: "instance", deregistrationDelay: "300" },
    references: [toVpc("vpcId")],
    check: groupFaults,
    judge: ({ inputs }) => {
      const missing = ["port", "protocol", "vpcId"].find((property) => inputs[property] === undefined);
      if (missing) throw new CloudError("ValidationError", `A ${missing} must be specified`);
    },
    make: (call) => {
      const arn = arnOf(call, "elasticloadbalancing", `targetgroup/${call.inputs.name}/${suffix()}`);
      return { id: arn, outputs: { arn, arnSuffix: arn.split(":").at(-1)!, loadBalancerArns: [] } };
    },
    inUse: ({ id }) =>
      new CloudError("ResourceInUse", `Target group '${id}' is currently in use by a listener or a rule`),
  }),

  [listener]: awsType({
    service: "Elastic Load Balancing v2",
    thing: "ELBv2 Listener",
    calls: { create: "CreateListener", update: "ModifyListener", delete: "DeleteListener" },
    request: { service: "elbv2", operation: "CreateListener", members: { certificateArn: null } },
    immutable: ["loadBalancerArn"],
    references: [toLoadBalancer("loadBalancerArn"), toTargetGroup("defaultActions.*.targetGroupArn")],
    check: ({ certificateArn }, settings) =>
      typeof certificateArn === "string" ? arnFaults("certificateArn", certificateArn, settings) : [],
    judge: judgeListener,
    make: (call) => {
      const balancer = String(call.inputs.loadBalancerArn).split(":loadbalancer/")[1];
      const arn = arnOf(call, "elasticloadbalancing", `listener/${balancer}/${suffix()}`);
      return { id: arn, outputs: { arn, sslPolicy: call.inputs.sslPolicy ?? "ELBSecurityPolicy-2016-08" } };
    },
  }),

  "aws:autoscaling/attachment:Attachment": awsType({
    service: "Auto Scaling",
    thing: "Auto Scaling Attachment",
    calls: { create: "AttachLoadBalancerTargetGroups", delete: "DetachLoadBalancerTargetGroups" },
    request: { service: "autoscaling", operation: "AttachLoadBalancerTargetGroups", members: { elb: null } },
    immutable: ["autoscalingGroupName", "elb", "lbTargetGroupArn"],
    references: [{ ...toTargetGroup("lbTargetGroupArn"), holds: false }],
    judge: ({ world, inputs }) => {
      const name = textOf(inputs, "autoscalingGroupName");
      const stands = world
        .standing(nodeGroup)
        .flatMap(({ outputs }) => mapsOf(outputs, "resources"))
        .flatMap((resources) => mapsOf(resources, "autoscalingGroups"))
        .some((group) => group.name === name);
      if (!stands)
        throw new CloudError("ValidationError", `AutoScalingGroup name not found - AutoScalingGroup: ${name}`);
    },
    make: ({ inputs }) => ({ id: `${inputs.autoscalingGroupName}-${newId("at").slice(3)}`, outputs: {} }),
  }),
};

function balancerFaults({ name, idleTimeout, loadBalancerType }: Properties): Fault[] {
  return [
    ...(typeof name === "string" && !/^(?!internal-|-)[A-Za-z0-9-]{1,32}(?<!-)$/.test(name)
      ? validation("name", `The load balancer name '${name}' is not valid`)
      : []),
    ...(typeof idleTimeout === "number" && (idleTimeout < 1 || idleTimeout > 4000)
      ? validation("idleTimeout", `expected idle_timeout to be in the range (1 - 4000), got ${idleTimeout}`)
      : []),
    ...(typeof loadBalancerType === "string" && loadBalancerType !== "application"
      ? validation("loadBalancerType", "this simulated cloud has application load balancers alone")
      : []),
  ];
}

/** Subnets of two zones and one network, with room, and a way to the internet where it calls. */
function judgeBalancer({ world, inputs, before }: AwsCall): void {
  const twin = world.standing(loadBalancer).find((one) => one.inputs.name === inputs.name && one.id !== before?.id);
  if (twin) throw new CloudError("DuplicateLoadBalancerName", `A load balancer with the name '${inputs.name}' exists`);
  const places = textsOf(inputs, "subnets").map((id) => world.get(subnet, id)!);
  const zones = new Set(places.map(({ outputs }) => outputs.availabilityZone));
  if (zones.size < 2)
    throw new CloudError(
      "ValidationError",
      "At least two subnets in two different Availability Zones must be specified",
    );
  if (zones.size < places.length)
    throw new CloudError("InvalidConfigurationRequest", "A load balancer has one subnet in an Availability Zone");
  const networks = new Set(places.map((place) => String(place.inputs.vpcId)));
  if (networks.size > 1) throw new CloudError("InvalidConfigurationRequest", "The subnets are of several VPCs");
  // docs.aws.amazon.com/elasticloadbalancing/latest/application/application-load-balancers.html: /27, and eight free addresses.
  const small = places.find((place) => parseCidr(textOf(place.inputs, "cidrBlock"))!.prefix > 27);
  if (small) throw new CloudError("InvalidSubnet", `Not enough IP space available in ${small.id}`);
  const [network] = networks;
  if (inputs.internal !== true && !world.standing(internetGateway).some((one) => one.inputs.vpcId === network))
    throw new CloudError("InvalidSubnet", `VPC ${network} has no internet gateway`);
}

function groupFaults(inputs: Properties): Fault[] {
  const check = mapOf(inputs, "healthCheck");
  const { interval, timeout } = check ?? {};
  const [, from, to] = /^(\d+)(?:-(\d+))?$/.exec(textOf(check, "matcher") ?? "") ?? [];
  const codes = [from, to].filter((code) => code !== undefined).map(Number);
  return [
    ...(codes.some((code) => code < 200 || code > 499)
      ? validation("healthCheck.matcher", "Health check matcher HTTP code must be between 200 and 499")
      : []),
    ...(typeof interval === "number" && typeof timeout === "number" && timeout >= interval
      ? validation("healthCheck.timeout", `Health check interval must be greater than the timeout, and is ${interval}`)
      : []),
  ];
}

/** TLS takes a certificate of the listener's own region. */
function judgeListener(call: AwsCall): void {
  const { inputs, world, before } = call;
  const tls = inputs.protocol === "HTTPS";
  const certificate = textOf(inputs, "certificateArn");
  if (tls && !certificate)
    throw new CloudError("ValidationError", "A certificate must be specified for HTTPS listeners");
  if (!tls && (certificate || inputs.sslPolicy))
    throw new CloudError("ValidationError", "A certificate and a security policy are of HTTPS listeners alone");
  const { service, region, account, resource } = parseArn(certificate) ?? {};
  if (service === "acm" && (region !== regionOf(call) || account !== call.settings.account)) {
    throw new CloudError("CertificateNotFound", `Certificate '${certificate}' not found`);
  }
  if (certificate && service === "acm" && !/^certificate\/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(resource!))
    throw new CloudError("ValidationError", `Certificate ARN '${certificate}' is not valid`);
  const policy = textOf(inputs, "sslPolicy");
  if (policy && !/^ELBSecurityPolicy-[A-Za-z0-9-]+-20\d\d-\d\d$/.test(policy))
    throw new CloudError("SSLPolicyNotFound", `SSL policy '${policy}' not found`);
  const twin = world
    .standing(listener)
    .find((one) => one.inputs.loadBalancerArn === inputs.loadBalancerArn && one.inputs.port === inputs.port);
  if (twin && twin.id !== before?.id)
    throw new CloudError(
      "DuplicateListener",
      `A listener already exists on this port for this load balancer '${twin.inputs.loadBalancerArn}'`,
    );
}
