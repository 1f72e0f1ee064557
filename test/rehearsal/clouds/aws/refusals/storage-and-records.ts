import { arn, type Case, id } from "../refusal-world.ts";
import { bucketPolicyFor } from "../standing.ts";

/** What AWS refuses of storage and records. */
export const storageAndRecordsRefusals: Case[] = [
  ["a bucket's name of a wrong form", "s3/bucket:Bucket", () => ({ bucket: "Freehold_Records" }), "InvalidBucketName"],
  ["a bucket twice", "s3/bucket:Bucket", () => ({ bucket: "freehold-in-records" }), "BucketAlreadyOwnedByYou"],
  [
    "a setting of no bucket",
    "s3/bucketVersioning:BucketVersioning",
    () => ({ bucket: "none", versioningConfiguration: { status: "Enabled" } }),
    "NoSuchBucket",
  ],
  [
    "a policy about another bucket",
    "s3/bucketPolicy:BucketPolicy",
    () => ({ bucket: "freehold-in-records", policy: bucketPolicyFor("other", "logs.amazonaws.com") }),
    "Policy has invalid resource",
  ],
  [
    "a policy that lets everybody in",
    "s3/bucketPolicy:BucketPolicy",
    () => ({
      bucket: "freehold-in-records",
      policy: bucketPolicyFor("freehold-in-records", "x").replace('{"Service":"x"}', '"*"'),
    }),
    "BlockPublicPolicy",
  ],
  ["a log group twice", "cloudwatch/logGroup:LogGroup", () => ({ name: "/freehold/flow" }), "already exists"],
  [
    "days that CloudWatch does not count",
    "cloudwatch/logGroup:LogGroup",
    () => ({ name: "n", retentionInDays: 100 }),
    "got 100",
  ],
  [
    "a log under a key that does not let it in",
    "cloudwatch/logGroup:LogGroup",
    () => ({ name: "n", kmsKeyId: arn("key").replace(/[0-9a-f]{12}$/, "0".repeat(12)) }),
    "does not exist",
  ],
  [
    "a flow log twice",
    "ec2/flowLog:FlowLog",
    () => ({ vpcId: id("vpc"), trafficType: "ALL", logDestination: arn("logs"), iamRoleArn: arn("flowRole") }),
    "FlowLogAlreadyExists",
  ],
  [
    "a flow log to nowhere",
    "ec2/flowLog:FlowLog",
    () => ({ vpcId: id("vpc"), trafficType: "ALL", logDestination: `${arn("logs")}-2`, iamRoleArn: arn("flowRole") }),
    "Access Denied for LogDestination",
  ],
  [
    "a trail to a bucket that does not let it in",
    "cloudtrail/trail:Trail",
    () => ({ name: "second", s3BucketName: "freehold-in-open" }),
    "S3 bucket freehold-in-open does not exist!",
  ],
  [
    "a trail's name twice",
    "cloudtrail/trail:Trail",
    () => ({ name: "audit", s3BucketName: "freehold-in-records" }),
    "TrailAlreadyExistsException",
  ],
  [
    "a registry that ECR does not know",
    "ecr/pullThroughCacheRule:PullThroughCacheRule",
    () => ({ ecrRepositoryPrefix: "x", upstreamRegistryUrl: "registry.example" }),
    "registry.example is not supported",
  ],
  [
    "one that wants credentials",
    "ecr/pullThroughCacheRule:PullThroughCacheRule",
    () => ({ ecrRepositoryPrefix: "x", upstreamRegistryUrl: "ghcr.io" }),
    "Credential ARN is required",
  ],
  [
    "a rule twice",
    "ecr/pullThroughCacheRule:PullThroughCacheRule",
    () => ({ ecrRepositoryPrefix: "quay", upstreamRegistryUrl: "quay.io" }),
    "already exists",
  ],
  [
    "a template twice",
    "ecr/repositoryCreationTemplate:RepositoryCreationTemplate",
    () => ({ prefix: "quay", appliedFors: ["PULL_THROUGH_CACHE"] }),
    "already exists",
  ],
];
