import { Eip } from "@pulumi/aws/ec2/eip.js";
import { NatGateway } from "@pulumi/aws/ec2/natGateway.js";
import type { Subnet } from "@pulumi/aws/ec2/subnet.js";
import { Firewall } from "@pulumi/aws/networkfirewall/firewall.js";
import { LoggingConfiguration } from "@pulumi/aws/networkfirewall/loggingConfiguration.js";
import { SecurityGroupEgressRule } from "@pulumi/aws/vpc/securityGroupEgressRule.js";
import * as pulumi from "@pulumi/pulumi";
import { firewallPolicy } from "./egress/firewall-policy.ts";
import { logGroup } from "./log.ts";
import { type Edge, outerSubnet, route } from "./network/edge.ts";
import { outerParts, partsOf } from "./network/ranges.ts";
import type { AwsTarget } from "./target.ts";

export type EgressArgs = {
  target: Pick<AwsTarget, "cluster" | "network">;
  /** Hosts that may be called, exact or `*.` and a domain. */
  hosts: string[];
  edge: Edge;
  /** Id of the nodes' security group. */
  nodes: pulumi.Input<string>;
  /** ARN of the key of the firewall's logs. */
  logKey: pulumi.Input<string>;
};

type Inside = { parent: pulumi.Resource };
const everywhere = "0.0.0.0/0";

/** The one way out of the network: past a firewall that lets through the declared hosts and drops everything else, both ways. */
export class Egress extends pulumi.ComponentResource {
  /** Id of the firewall's endpoint in each zone, to which the zone's routes lead. */
  readonly endpoints: Record<string, pulumi.Output<string>>;

  constructor(name: string, args: EgressArgs, opts?: pulumi.ComponentResourceOptions) {
    super("freehold:index:AwsEgress", name, {}, opts);
    const inside = { parent: this };
    const { zones } = args.target.network;

    const subnets = zones.map((zone, index) => subnetOf("firewall", zone, index, args, inside));
    const firewall = makeFirewall(subnets, args, inside);
    this.endpoints = Object.fromEntries(zones.map((zone) => [zone, endpointIn(zone, firewall)]));
    zones.forEach((zone, index) => {
      const gateway = makeGateway(zone, index, this.endpoints[zone]!, args, inside);
      const routes = [{ cidrBlock: everywhere, natGatewayId: gateway.id }];
      route(`firewall-${zone}`, subnets[index]!, routes, args.edge, inside);
    });
    openNodes(args, inside);
    this.registerOutputs({ endpoints: this.endpoints });
  }
}

function subnetOf(what: "firewall" | "gateway", zone: string, index: number, args: EgressArgs, inside: Inside): Subnet {
  const { cluster } = args.target;
  return outerSubnet({ name: `${what}-${zone}`, zone, cidrBlock: outerParts(index)[what], cluster }, args.edge, inside);
}

function makeFirewall(subnets: Subnet[], args: EgressArgs, inside: Inside): Firewall {
  const { cluster } = args.target;
  const firewall = new Firewall(
    "firewall",
    {
      name: cluster,
      vpcId: args.edge.vpc.id,
      firewallPolicyArn: firewallPolicy(args, inside).arn,
      subnetMappings: subnets.map(({ id }) => ({ subnetId: id, ipAddressType: "IPV4" })),
      // Without it nothing gets out, so whoever takes it away opens nothing.
      deleteProtection: false,
      tags: { Name: `${cluster}-firewall` },
    },
    inside,
  );
  const alerts = logGroup("egress", `/aws/network-firewall/${cluster}/alerts`, args.logKey, inside);
  new LoggingConfiguration(
    "alerts",
    {
      firewallArn: firewall.arn,
      loggingConfiguration: {
        logDestinationConfigs: [
          { logDestinationType: "CloudWatchLogs", logType: "ALERT", logDestination: { logGroup: alerts.name } },
        ],
      },
    },
    inside,
  );
  return firewall;
}

function endpointIn(zone: string, { firewallStatuses }: Firewall): pulumi.Output<string> {
  return firewallStatuses.apply((statuses) => {
    const there = statuses.flatMap(({ syncStates }) => syncStates).find((state) => state.availabilityZone === zone);
    const endpoint = there?.attachments[0]?.endpointId;
    if (!endpoint) throw new pulumi.RunError(`AWS names no endpoint of the firewall in ${zone}: run the update again.`);
    return endpoint;
  });
}

/** Gives what passed the firewall a public address, and sends answers back past the same firewall: it has to see both ways. */
function makeGateway(
  zone: string,
  index: number,
  endpoint: pulumi.Output<string>,
  args: EgressArgs,
  inside: Inside,
): NatGateway {
  const { edge } = args;
  const { cluster, network } = args.target;
  const Name = `${cluster}-gateway-${zone}`;
  const subnet = subnetOf("gateway", zone, index, args, inside);
  const routed = route(
    `gateway-${zone}`,
    subnet,
    [
      { cidrBlock: everywhere, gatewayId: edge.gateway.id },
      { cidrBlock: partsOf(network.cidr, network.zones.length)[index]!, vpcEndpointId: endpoint },
    ],
    edge,
    inside,
  );
  // An address that is in use holds on to the internet gateway.
  const address = new Eip(zone, { domain: "vpc", tags: { Name } }, { ...inside, dependsOn: [edge.gateway] });
  return new NatGateway(
    zone,
    { subnetId: subnet.id, allocationId: address.id, connectivityType: "public", tags: { Name } },
    { ...inside, dependsOn: [edge.gateway, routed] },
  );
}

/** Nodes may speak to whatever the firewall lets through, by the two ports on which it reads names. */
function openNodes({ nodes }: EgressArgs, inside: Inside) {
  for (const port of [443, 80]) {
    new SecurityGroupEgressRule(
      `nodes-to-hosts-${port}`,
      { securityGroupId: nodes, ipProtocol: "tcp", fromPort: port, toPort: port, cidrIpv4: everywhere },
      inside,
    );
  }
}
