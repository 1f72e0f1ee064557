import { Attachment } from "@pulumi/aws/autoscaling/attachment.js";
import { SecurityGroup } from "@pulumi/aws/ec2/securityGroup.js";
import { Listener } from "@pulumi/aws/lb/listener.js";
import { LoadBalancer } from "@pulumi/aws/lb/loadBalancer.js";
import { TargetGroup } from "@pulumi/aws/lb/targetGroup.js";
import { SecurityGroupEgressRule } from "@pulumi/aws/vpc/securityGroupEgressRule.js";
import { SecurityGroupIngressRule } from "@pulumi/aws/vpc/securityGroupIngressRule.js";
import * as pulumi from "@pulumi/pulumi";
import { webAcl } from "./door/web-acl.ts";
import { type Edge, outerSubnet, route } from "./network/edge.ts";
import { outerParts } from "./network/ranges.ts";
import type { AwsTarget } from "./target.ts";

/** Port of every system node at which the load balancer calls the gateway. */
export const doorPort = 30443;

export type PublicDoorArgs = {
  target: Pick<AwsTarget, "cluster" | "network">;
  door: Extract<AwsTarget["door"], { kind: "public" }>;
  edge: Edge;
  /** Id of the nodes' security group. */
  nodes: pulumi.Input<string>;
  /** Name of the group of machines on which the gateway runs. */
  autoscalingGroup: pulumi.Input<string>;
  /** ARN of the key of the firewall's logs. */
  logKey: pulumi.Input<string>;
  /** Whether it may be deleted. */
  erasable: boolean;
};

type Inside = { parent: pulumi.Resource };

/** The door to the internet: TLS with the declared certificate, a web application firewall, and one port of the nodes behind it. */
export class PublicDoor extends pulumi.ComponentResource {
  /** Name under which AWS answers for it: what the operator's name of the gateway is an alias of. */
  readonly host: pulumi.Output<string>;

  constructor(name: string, args: PublicDoorArgs, opts?: pulumi.ComponentResourceOptions) {
    super("freehold:index:AwsPublicDoor", name, {}, opts);
    const inside = { parent: this };

    const balancer = makeBalancer(args, inside);
    const targets = makeTargets(args, inside);
    const acl = webAcl({ ...args, resource: balancer.arn }, inside);
    new Listener(
      "door",
      {
        loadBalancerArn: balancer.arn,
        port: 443,
        protocol: "HTTPS",
        certificateArn: args.door.certificateArn,
        // 1.3, and 1.2 with forward secrecy: what the gateway itself takes.
        sslPolicy: "ELBSecurityPolicy-TLS13-1-2-Res-2021-06",
        defaultActions: [{ type: "forward", targetGroupArn: targets.arn }],
      },
      // Nobody gets in before the firewall stands.
      { ...inside, dependsOn: acl },
    );
    new Attachment("door", { autoscalingGroupName: args.autoscalingGroup, lbTargetGroupArn: targets.arn }, inside);

    this.host = balancer.dnsName;
    this.registerOutputs({ host: this.host });
  }
}

function makeBalancer({ target, edge, nodes, erasable }: PublicDoorArgs, inside: Inside): LoadBalancer {
  const { cluster, network } = target;
  const tags = { Name: `${cluster}-door` };
  const subnets = network.zones.map((zone, index) => {
    const subnet = outerSubnet(
      { name: `door-${zone}`, zone, cidrBlock: outerParts(index).door, cluster },
      edge,
      inside,
    );
    const routes = [{ cidrBlock: "0.0.0.0/0", gatewayId: edge.gateway.id }];
    return { subnet, routed: route(`door-${zone}`, subnet, routes, edge, inside) };
  });
  const group = securityGroup(cluster, edge, nodes, inside);
  return new LoadBalancer(
    "door",
    {
      internal: false,
      loadBalancerType: "application",
      subnets: subnets.map(({ subnet }) => subnet.id),
      securityGroups: [group.id],
      ipAddressType: "ipv4",
      enableDeletionProtection: !erasable,
      dropInvalidHeaderFields: true,
      desyncMitigationMode: "strictest",
      // A request that the firewall cannot be asked about is refused.
      enableWafFailOpen: false,
      // The gateway opens each tenant's own host, and reads it from this header.
      preserveHostHeader: true,
      xffHeaderProcessingMode: "append",
      // As long as the gateway lets a stream be still: a model may think for long before its first token.
      idleTimeout: 1800,
      tags,
    },
    { ...inside, dependsOn: [edge.gateway, ...subnets.map(({ routed }) => routed)] },
  );
}

/** Lets the world in at 443, and the load balancer to one port of the nodes; nodes let nobody else in there. */
function securityGroup(cluster: string, edge: Edge, nodes: pulumi.Input<string>, inside: Inside): SecurityGroup {
  const name = `${cluster}-door`;
  const group = new SecurityGroup(
    "door",
    { vpcId: edge.vpc.id, name, description: "Load balancer of the gateway", tags: { Name: name } },
    inside,
  );
  const gateway = { ipProtocol: "tcp", fromPort: doorPort, toPort: doorPort };
  new SecurityGroupIngressRule(
    "door-from-internet",
    { securityGroupId: group.id, ipProtocol: "tcp", fromPort: 443, toPort: 443, cidrIpv4: "0.0.0.0/0" },
    inside,
  );
  new SecurityGroupEgressRule(
    "door-to-nodes",
    { securityGroupId: group.id, referencedSecurityGroupId: nodes, ...gateway },
    inside,
  );
  new SecurityGroupIngressRule(
    "nodes-from-door",
    { securityGroupId: nodes, referencedSecurityGroupId: group.id, ...gateway },
    inside,
  );
  return group;
}

function makeTargets({ target: { cluster }, edge }: PublicDoorArgs, inside: Inside): TargetGroup {
  return new TargetGroup(
    "door",
    {
      vpcId: edge.vpc.id,
      targetType: "instance",
      // The gateway's own TLS, so that nothing is in the clear between the two.
      protocol: "HTTPS",
      port: doorPort,
      // A node without a proxy does not answer at all; one with a proxy refuses whoever brings no key.
      healthCheck: { protocol: "HTTPS", port: "traffic-port", path: "/", matcher: "200-499", interval: 10, timeout: 5 },
      // Streams go on while a node leaves.
      deregistrationDelay: 600,
      // Generations differ in length, so turns would pile up long ones.
      loadBalancingAlgorithmType: "least_outstanding_requests",
      tags: { Name: `${cluster}-door` },
    },
    inside,
  );
}
