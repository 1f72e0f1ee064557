import type { RouteTable } from "@pulumi/aws/ec2/routeTable.js";
import type { Subnet } from "@pulumi/aws/ec2/subnet.js";
import type { Vpc } from "@pulumi/aws/ec2/vpc.js";
import { VpcEndpoint } from "@pulumi/aws/ec2/vpcEndpoint.js";
import type * as pulumi from "@pulumi/pulumi";
import { awsEndpoints } from "../../../../catalogue/aws-partition.ts";
import type { AwsNames } from "../partition.ts";
import { policyDocument, type Statement } from "../policy-document.ts";
import type { AwsTarget } from "../target.ts";
import type { SecurityGroups } from "./security-groups.ts";

/** The ways to AWS's services. */
export type Endpoints = { s3: VpcEndpoint; all: VpcEndpoint[] };

type EndpointsArgs = {
  target: Pick<AwsTarget, "account" | "region" | "cluster">;
  names: AwsNames;
  vpc: Vpc;
  groups: SecurityGroups;
  subnets: { subnet: Subnet; routes: RouteTable }[];
};

/** Endpoints inside the network for the services that the catalogue names, through which only this account gets anywhere. */
export function endpoints(args: EndpointsArgs, inside: { parent: pulumi.Resource }): Endpoints {
  const { names, vpc, groups, subnets, target } = args;
  const all = Object.entries(awsEndpoints().endpoints).map(
    ([service, { type }]) =>
      new VpcEndpoint(
        service,
        {
          vpcId: vpc.id,
          serviceName: names.endpointService(service),
          vpcEndpointType: type,
          // Without one, whoever is inside reaches everything of the service, whosever it is.
          policy: policyDocument(...statements(service, args)),
          tags: { Name: `${target.cluster}-${service}` },
          // The service's own name leads here instead of to its public addresses.
          privateDnsEnabled: true,
          // For S3 alone, names would otherwise lead here only for those who ask from outside the network.
          ...(service === "s3" && { dnsOptions: { privateDnsOnlyForInboundResolverEndpoint: false } }),
          subnetIds: subnets.map(({ subnet }) => subnet.id),
          securityGroupIds: [groups.endpoints.id],
        },
        inside,
      ),
  );
  const s3 = all[Object.keys(awsEndpoints().endpoints).indexOf("s3")];
  if (!s3) throw new Error("the catalogue has no endpoint for S3");
  return { s3, all };
}

function statements(service: string, { target, names }: EndpointsArgs): Statement[] {
  const { account, region } = target;
  const own: Statement = {
    Sid: "OnlyThisAccount",
    Effect: "Allow",
    Principal: "*",
    Action: "*",
    Resource: "*",
    Condition: { StringEquals: { "aws:PrincipalAccount": account } },
  };
  if (service !== "s3") return [own];
  const layers = Object.values(awsEndpoints().buckets).map((bucket) =>
    names.bucket(`${bucket.replaceAll("{region}", region)}/*`),
  );
  return [
    // A bucket of somebody else's is the way out that every other door leaves open.
    {
      ...own,
      Sid: "OnlyBucketsOfThisAccount",
      Condition: { StringEquals: { "aws:PrincipalAccount": account, "aws:ResourceAccount": account } },
    },
    { Sid: "LayersOfImages", Effect: "Allow", Principal: "*", Action: "s3:GetObject", Resource: layers },
  ];
}
