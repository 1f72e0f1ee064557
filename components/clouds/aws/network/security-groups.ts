import { SecurityGroup } from "@pulumi/aws/ec2/securityGroup.js";
import type { Vpc } from "@pulumi/aws/ec2/vpc.js";
import { SecurityGroupEgressRule } from "@pulumi/aws/vpc/securityGroupEgressRule.js";
import { SecurityGroupIngressRule } from "@pulumi/aws/vpc/securityGroupIngressRule.js";
import type * as pulumi from "@pulumi/pulumi";
import type { AwsTarget } from "../target.ts";

/** Who may speak to whom in the network. */
export type SecurityGroups = {
  nodes: SecurityGroup;
  /** Of the control plane's interfaces in the network. */
  controlPlane: SecurityGroup;
  endpoints: SecurityGroup;
};

type Ports = { from: number; to: number } | "all";
type Peer = { cidr: string } | { group: SecurityGroup };

const https: Ports = { from: 443, to: 443 };
const any: Ports = { from: 0, to: 65535 };

/** Groups for nodes, control plane and endpoints, in which nothing is open to the world in either direction. */
export function securityGroups(
  vpc: Vpc,
  { cluster, network: { cidr, callers } }: Pick<AwsTarget, "cluster" | "network">,
  inside: { parent: pulumi.Resource },
): SecurityGroups {
  const group = (name: string, description: string, tags: Record<string, string> = {}) =>
    new SecurityGroup(
      name,
      { vpcId: vpc.id, name: `${cluster}-${name}`, description, tags: { Name: `${cluster}-${name}`, ...tags } },
      inside,
    );
  // By this the control plane finds the group in which it lets load balancers through to nodes.
  const nodes = group("nodes", "Nodes and their pods", { [`kubernetes.io/cluster/${cluster}`]: "owned" });
  const controlPlane = group("control-plane", "Interfaces of the control plane");
  const endpoints = group("endpoints", "Endpoints of AWS services");

  const admit = (to: SecurityGroup, name: string, from: Peer, ports: Ports) =>
    new SecurityGroupIngressRule(name, { securityGroupId: to.id, ...rule(from, ports) }, inside);
  const open = (from: SecurityGroup, name: string, to: Peer, ports: Ports) =>
    new SecurityGroupEgressRule(name, { securityGroupId: from.id, ...rule(to, ports) }, inside);

  // Elastic Fabric Adapters speak to one another only where the group itself is named, in both directions.
  admit(nodes, "nodes-from-nodes", { group: nodes }, "all");
  open(nodes, "nodes-to-nodes", { group: nodes }, "all");
  admit(nodes, "nodes-from-control-plane", { group: controlPlane }, any);
  open(nodes, "nodes-to-network", { cidr }, "all");
  admit(controlPlane, "control-plane-from-nodes", { group: nodes }, https);
  open(controlPlane, "control-plane-to-nodes", { group: nodes }, any);
  admit(endpoints, "endpoints-from-network", { cidr }, https);
  for (const caller of callers) {
    admit(controlPlane, `control-plane-from-${caller}`, { cidr: caller }, https);
    // Load balancers hand on the caller's own address, to a port of the node.
    admit(nodes, `nodes-from-${caller}`, { cidr: caller }, any);
    // The registry, the directory and whatever else the country file names on the operator's own side.
    open(nodes, `nodes-to-${caller}`, { cidr: caller }, any);
  }
  return {
    nodes,
    controlPlane,
    endpoints,
  };
}

function rule(peer: Peer, ports: Ports) {
  return {
    ...(ports === "all" ? { ipProtocol: "-1" } : { ipProtocol: "tcp", fromPort: ports.from, toPort: ports.to }),
    ...("cidr" in peer && { cidrIpv4: peer.cidr }),
    ...("group" in peer && { referencedSecurityGroupId: peer.group.id }),
  };
}
