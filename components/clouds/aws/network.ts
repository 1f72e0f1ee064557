import { DefaultSecurityGroup } from "@pulumi/aws/ec2/defaultSecurityGroup.js";
import { FlowLog } from "@pulumi/aws/ec2/flowLog.js";
import { RouteTable } from "@pulumi/aws/ec2/routeTable.js";
import { RouteTableAssociation } from "@pulumi/aws/ec2/routeTableAssociation.js";
import { Subnet } from "@pulumi/aws/ec2/subnet.js";
import { Vpc } from "@pulumi/aws/ec2/vpc.js";
import * as pulumi from "@pulumi/pulumi";
import { Egress } from "./egress.ts";
import { logGroup } from "./log.ts";
import { type Edge, edge } from "./network/edge.ts";
import { type Endpoints, endpoints } from "./network/endpoints.ts";
import { partsOf } from "./network/ranges.ts";
import { type SecurityGroups, securityGroups } from "./network/security-groups.ts";
import type { AwsNames } from "./partition.ts";
import { serviceRole } from "./role.ts";
import type { AwsTarget } from "./target.ts";

export type NetworkArgs = {
  target: Pick<AwsTarget, "account" | "region" | "cluster" | "network" | "door">;
  names: AwsNames;
  /** ARN of the key of the flow logs. */
  logKey: pulumi.Input<string>;
};

/**
 * A network without a way to the internet, unless hosts are declared: subnets in every zone, endpoints of the few services that
 * nodes need, flow logs.
 */
export class Network extends pulumi.ComponentResource {
  readonly vpc: pulumi.Output<string>;
  /** Subnets by their zone. */
  readonly subnets: Record<string, pulumi.Output<string>>;
  readonly groups: SecurityGroups;
  readonly endpoints: Endpoints;
  /** Where it meets the internet, if the country file lets it. */
  readonly edge: Edge | undefined;

  constructor(name: string, args: NetworkArgs, opts?: pulumi.ComponentResourceOptions) {
    super("freehold:index:AwsNetwork", name, {}, opts);
    const inside = { parent: this };
    const { cidr, zones, egress } = args.target.network;

    const vpc = new Vpc(
      "vpc",
      // Names of AWS's services lead to the endpoints only where the network answers for names.
      { cidrBlock: cidr, enableDnsSupport: true, enableDnsHostnames: true, tags: named(args, "vpc") },
      inside,
    );
    // Whatever names no group of its own gets this one, which AWS leaves open to itself and to the world.
    new DefaultSecurityGroup("default", { vpcId: vpc.id, ingress: [], egress: [] }, inside);
    const groups = securityGroups(vpc, args.target, inside);
    const open = egress.kind === "filtered" || args.target.door.kind === "public";
    const outer = open ? edge(vpc, args.target, inside) : undefined;
    const out =
      outer && egress.kind === "filtered"
        ? new Egress("egress", { ...args, hosts: egress.hosts, edge: outer, nodes: groups.nodes.id }, inside)
        : undefined;
    const parts = partsOf(cidr, zones.length);
    const made = zones.map((zone, index) => subnet(zone, parts[index]!, vpc, out?.endpoints[zone], args, inside));
    const reached = endpoints({ ...args, vpc, groups, subnets: made }, inside);
    recordFlows(vpc, args, inside);

    this.vpc = vpc.id;
    this.subnets = Object.fromEntries(made.map(({ zone, subnet: { id } }) => [zone, id]));
    this.groups = groups;
    this.endpoints = reached;
    this.edge = outer;
    this.registerOutputs({ vpc: this.vpc, subnets: this.subnets });
  }
}

/** A subnet whose routes lead nowhere but to the network itself, and to the firewall's endpoint where there is one. */
function subnet(
  zone: string,
  cidrBlock: string,
  vpc: Vpc,
  firewall: pulumi.Output<string> | undefined,
  args: NetworkArgs,
  inside: { parent: pulumi.Resource },
) {
  const { cluster } = args.target;
  const routes = new RouteTable(
    zone,
    // The one list of routes there is: a route that somebody adds by hand is removed again.
    {
      vpcId: vpc.id,
      routes: firewall ? [{ cidrBlock: "0.0.0.0/0", vpcEndpointId: firewall }] : [],
      tags: named(args, zone),
    },
    inside,
  );
  const made = new Subnet(
    zone,
    {
      vpcId: vpc.id,
      availabilityZone: zone,
      cidrBlock,
      mapPublicIpOnLaunch: false,
      // By these the control plane finds where a load balancer inside may stand.
      tags: {
        ...named(args, zone),
        "kubernetes.io/role/internal-elb": "1",
        [`kubernetes.io/cluster/${cluster}`]: "shared",
      },
    },
    inside,
  );
  new RouteTableAssociation(zone, { subnetId: made.id, routeTableId: routes.id }, inside);
  return { zone, subnet: made, routes };
}

/** Who spoke to whom, kept in the region. */
function recordFlows(vpc: Vpc, args: NetworkArgs, inside: { parent: pulumi.Resource }) {
  const { target, names, logKey } = args;
  const { account, cluster } = target;
  const logs = logGroup("flows", `/aws/vpc/${cluster}/flows`, logKey, inside);
  const { role, rights } = serviceRole(
    "flows",
    { service: "vpc-flow-logs", account },
    {
      own: [
        {
          Sid: "WriteFlows",
          Effect: "Allow",
          Action: ["logs:CreateLogStream", "logs:PutLogEvents", "logs:DescribeLogGroups", "logs:DescribeLogStreams"],
          Resource: ["", ":*"].map((part) => names.arn("logs", `log-group:/aws/vpc/${cluster}/flows${part}`)),
        },
      ],
    },
    args,
    inside,
  );
  new FlowLog(
    "flows",
    {
      vpcId: vpc.id,
      trafficType: "ALL",
      logDestinationType: "cloud-watch-logs",
      logDestination: logs.arn,
      iamRoleArn: role.arn,
      maxAggregationInterval: 60,
    },
    { ...inside, dependsOn: rights },
  );
}

function named({ target: { cluster } }: NetworkArgs, name: string): Record<string, string> {
  return { Name: `${cluster}-${name}` };
}
