import { InternetGateway } from "@pulumi/aws/ec2/internetGateway.js";
import { RouteTable } from "@pulumi/aws/ec2/routeTable.js";
import { RouteTableAssociation } from "@pulumi/aws/ec2/routeTableAssociation.js";
import { Subnet } from "@pulumi/aws/ec2/subnet.js";
import type { Vpc } from "@pulumi/aws/ec2/vpc.js";
import { VpcIpv4CidrBlockAssociation } from "@pulumi/aws/ec2/vpcIpv4CidrBlockAssociation.js";
import type * as pulumi from "@pulumi/pulumi";
import type { AwsTarget } from "../target.ts";
import { outerRange } from "./ranges.ts";

/** Where the network meets the internet: addresses of its own for what stands there, and the one gateway. */
export type Edge = { vpc: Vpc; range: VpcIpv4CidrBlockAssociation; gateway: InternetGateway };

/** Makes it. Nodes keep the addresses that they have without it, so a country that stands can be given one. */
export function edge(vpc: Vpc, { cluster }: Pick<AwsTarget, "cluster">, inside: { parent: pulumi.Resource }): Edge {
  const range = new VpcIpv4CidrBlockAssociation("outer", { vpcId: vpc.id, cidrBlock: outerRange }, inside);
  const gateway = new InternetGateway("internet", { vpcId: vpc.id, tags: { Name: `${cluster}-internet` } }, inside);
  return { vpc, range, gateway };
}

type OuterSubnet = { name: string; zone: string; cidrBlock: string; cluster: string };

/** A subnet at the edge, in which nothing gets a public address by itself; its routes come later, once what they lead to stands. */
export function outerSubnet(
  { name, zone, cidrBlock, cluster }: OuterSubnet,
  { vpc, range }: Edge,
  inside: { parent: pulumi.Resource },
): Subnet {
  return new Subnet(
    name,
    {
      vpcId: vpc.id,
      availabilityZone: zone,
      cidrBlock,
      mapPublicIpOnLaunch: false,
      tags: { Name: `${cluster}-${name}` },
    },
    { ...inside, dependsOn: [range] },
  );
}

type Routes = NonNullable<ConstructorParameters<typeof RouteTable>[1]>["routes"];

/** Says where all goes that leaves a subnet. */
export function route(
  name: string,
  subnet: Subnet,
  routes: Routes,
  { vpc }: Pick<Edge, "vpc">,
  inside: { parent: pulumi.Resource },
): RouteTableAssociation {
  const table = new RouteTable(name, { vpcId: vpc.id, routes, tags: subnet.tags as pulumi.Output<Tags> }, inside);
  return new RouteTableAssociation(name, { subnetId: subnet.id, routeTableId: table.id }, inside);
}
type Tags = Record<string, string>;
