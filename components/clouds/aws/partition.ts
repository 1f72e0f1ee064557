import { awsPartition } from "../../../catalogue/aws-partition.ts";
import type { AwsTarget } from "./target.ts";

/** How things of one account in one region are named: in ARNs, by domain, as principals. */
export type AwsNames = {
  /** ARN of something of the account's in the region. */
  arn(service: string, resource: string): string;
  /** ARN of something of IAM's, which has no region. */
  iam(resource: string): string;
  /** ARN of a bucket, or of what is in it. */
  bucket(path: string): string;
  /** ARN of a policy that AWS itself keeps. */
  managedPolicy(name: string): string;
  /** ARN of a policy of EKS's own that says what somebody may do in a cluster. */
  clusterAccess(name: string): string;
  /** A service as the principal of a policy. */
  principal(service: string): string;
  /** A service as `kms:ViaService` names it. */
  host(service: string): string;
  /** Host of the account's registry of images. */
  registry: string;
  /** A service as a VPC endpoint names it. */
  endpointService(service: string): string;
};

/** Names in the partition of the target's region. */
export function awsNames({ region, account }: Pick<AwsTarget, "region" | "account">): AwsNames {
  const partition = awsPartition(region);
  // The schema of the country file has refused unknown regions.
  if (!partition) throw new Error(`no partition of AWS has the region ${region}`);
  const { id, dns, endpoints, principals, otherwise } = partition;
  return {
    arn: (service, resource) => `arn:${id}:${service}:${region}:${account}:${resource}`,
    iam: (resource) => `arn:${id}:iam::${account}:${resource}`,
    bucket: (path) => `arn:${id}:s3:::${path}`,
    managedPolicy: (name) => `arn:${id}:iam::aws:policy/${name}`,
    clusterAccess: (name) => `arn:${id}:eks::aws:cluster-access-policy/${name}`,
    principal: (service) => `${service}.${principals[service.split(".")[0] ?? ""] ?? "amazonaws.com"}`,
    host: (service) => `${service}.${region}.${dns}`,
    registry: `${account}.dkr.ecr.${region}.${dns}`,
    endpointService: (service) =>
      `${otherwise?.services.includes(service) ? otherwise.prefix : endpoints}.${region}.${service}`,
  };
}
