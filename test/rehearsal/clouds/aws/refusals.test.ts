import { rmSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Properties } from "../../../../rehearsal/kubernetes-provider/properties.ts";
import { unknown } from "../plugin.ts";
import { modelFolder } from "./model-folder.ts";
import {
  type AwsPlugin,
  account,
  awsPlugin,
  bucketPolicyFor,
  keyPolicy,
  region,
  standCountry,
  trust,
} from "./standing.ts";

// One world for all: a refusal leaves nothing behind, and that is looked at too.
let plugin: AwsPlugin;
let made: Awaited<ReturnType<typeof standCountry>>;
let models: string;
beforeAll(async () => {
  models = modelFolder();
  plugin = await awsPlugin({ models, account: { quotas: { "L-417A185B": 400 } } });
  made = await standCountry(plugin);
});
afterAll(() => {
  plugin[Symbol.dispose]();
  rmSync(models, { recursive: true });
});

const clusterName = "freehold-in";
const arn = (of: string) => String(made[of]!.outputs.arn);
const id = (of: string) => made[of]!.id;
const outside = `arn:aws:iam::${account}:role/operators`;
const group = (more: Properties = {}): Properties => ({
  clusterName,
  nodeGroupName: "new",
  nodeRoleArn: arn("nodeRole"),
  subnetIds: [id("subnet-a")],
  instanceTypes: ["m7i.2xlarge"],
  scalingConfig: { minSize: 1, maxSize: 1, desiredSize: 1 },
  ...more,
});
const newCluster = (more: Properties = {}): Properties => ({
  name: "other",
  roleArn: arn("eksRole"),
  vpcConfig: { subnetIds: [id("subnet-a"), id("subnet-b")], endpointPrivateAccess: true, endpointPublicAccess: false },
  ...more,
});
const endpoint = (more: Properties): Properties => ({
  vpcId: id("vpc"),
  serviceName: `com.amazonaws.${region}.sts`,
  vpcEndpointType: "Interface",
  subnetIds: [id("subnet-a")],
  ...more,
});
const one = { minSize: 1, maxSize: 1, desiredSize: 1 };
type Case = [why: string, type: string, inputs: () => Properties, message: string];

const cases: Record<string, Case[]> = {
  "by AWS's own models": [
    [
      "a name of a wrong form",
      "eks/nodeGroup:NodeGroup",
      () => group({ nodeGroupName: "-new" }),
      "regular expression pattern: [A-Za-z0-9]",
    ],
    [
      "a name that is too long",
      "eks/nodeGroup:NodeGroup",
      () => group({ nodeGroupName: "n".repeat(64) }),
      "length less than or equal to 63",
    ],
    [
      "a number out of range",
      "eks/nodeGroup:NodeGroup",
      () => group({ scalingConfig: { minSize: 0, maxSize: 0, desiredSize: 0 } }),
      "Value '0' at 'scalingConfig.maxSize' failed to satisfy constraint: Member must have value greater than or equal to 1",
    ],
    [
      "a value outside an enum",
      "eks/nodeGroup:NodeGroup",
      () => group({ capacityType: "CHEAP" }),
      "Value 'CHEAP' at 'capacityType' failed to satisfy constraint: Member must satisfy enum value set: [ON_DEMAND, SPOT, CAPACITY_BLOCK]",
    ],
    [
      "one in a list",
      "eks/nodeGroup:NodeGroup",
      () => group({ taints: [{ key: "a", effect: "NoSchedule" }] }),
      "Value 'NoSchedule' at 'taints[0].effect'",
    ],
    [
      "a list that is too long",
      "eks/nodeGroup:NodeGroup",
      () => group({ taints: ["a", "b", "c"].map((key) => ({ key, effect: "NO_EXECUTE" })) }),
      "at 'taints' failed to satisfy constraint: Member must have length less than or equal to 2",
    ],
    [
      "a key of a map",
      "eks/nodeGroup:NodeGroup",
      () => group({ labels: { ["k".repeat(64)]: "v" } }),
      "at 'labels' failed to satisfy constraint: Member must have length less",
    ],
    [
      "an instance type that does not exist",
      "eks/nodeGroup:NodeGroup",
      () => group({ instanceTypes: ["p9.48xlarge"] }),
      "instance types do not exist: [p9.48xlarge]",
    ],
    [
      "a value below a member that is spelt otherwise",
      "s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
      () => ({
        bucket: "freehold-in-records",
        rules: [{ applyServerSideEncryptionByDefault: { sseAlgorithm: "rot13" } }],
      }),
      "Value 'rot13' at 'rules[0].applyServerSideEncryptionByDefault.sseAlgorithm'",
    ],
  ],
  "of every resource": [
    [
      "a tag of AWS's own",
      "ec2/vpc:Vpc",
      () => ({ cidrBlock: "10.0.0.0/16", tags: { "aws:x": "1" } }),
      "tag keys cannot begin with aws:",
    ],
    [
      "too many tags",
      "ec2/vpc:Vpc",
      () => ({
        cidrBlock: "10.0.0.0/16",
        tags: Object.fromEntries(Array.from({ length: 51 }, (_, n) => [`k${n}`, "v"])),
      }),
      "at most 50 tags",
    ],
    [
      "a region that the account has not enabled",
      "ec2/vpc:Vpc",
      () => ({ cidrBlock: "10.0.0.0/16", region: "me-central-1" }),
      "me-central-1 is a region that the account has not enabled",
    ],
  ],
  "of networks": [
    ["no CIDR", "ec2/vpc:Vpc", () => ({ cidrBlock: "10.0.0.0" }), "not a valid CIDR block"],
    ["a CIDR that is too wide", "ec2/vpc:Vpc", () => ({ cidrBlock: "10.0.0.0/8" }), "InvalidVpc.Range"],
    [
      "a subnet in no VPC",
      "ec2/subnet:Subnet",
      () => ({ vpcId: "vpc-0", cidrBlock: "10.64.128.0/24" }),
      "InvalidVpcID.NotFound: The vpc ID 'vpc-0' does not exist",
    ],
    [
      "a subnet outside its VPC",
      "ec2/subnet:Subnet",
      () => ({ vpcId: id("vpc"), cidrBlock: "10.65.0.0/24" }),
      "InvalidSubnet.Range",
    ],
    [
      "subnets that overlap",
      "ec2/subnet:Subnet",
      () => ({ vpcId: id("vpc"), cidrBlock: "10.64.33.0/24" }),
      "InvalidSubnet.Conflict",
    ],
    [
      "a zone of another region",
      "ec2/subnet:Subnet",
      () => ({ vpcId: id("vpc"), cidrBlock: "10.64.128.0/24", availabilityZone: "eu-west-1a" }),
      "following availability zones: ap-south-1a, ap-south-1b, ap-south-1c",
    ],
    [
      "a route to a gateway that is not there",
      "ec2/routeTable:RouteTable",
      () => ({ vpcId: id("vpc"), routes: [{ cidrBlock: "0.0.0.0/0", gatewayId: "igw-0" }] }),
      "InvalidGatewayID.NotFound",
    ],
    [
      "a second table for a subnet",
      "ec2/routeTableAssociation:RouteTableAssociation",
      () => ({ subnetId: id("subnet-a"), routeTableId: id("table") }),
      "Resource.AlreadyAssociated",
    ],
    [
      "an endpoint of no service",
      "ec2/vpcEndpoint:VpcEndpoint",
      () => endpoint({ serviceName: "com.amazonaws.eu-west-1.sts" }),
      "InvalidServiceName",
    ],
    [
      "a gateway to what has none",
      "ec2/vpcEndpoint:VpcEndpoint",
      () => endpoint({ vpcEndpointType: "Gateway", subnetIds: [] }),
      "does not match available service types ([Interface])",
    ],
    [
      "a second endpoint of one name",
      "ec2/vpcEndpoint:VpcEndpoint",
      () => endpoint({ serviceName: `com.amazonaws.${region}.ecr.api`, privateDnsEnabled: true }),
      "conflicting DNS domain",
    ],
    ["a policy that is none", "ec2/vpcEndpoint:VpcEndpoint", () => endpoint({ policy: "all" }), "invalid Json"],
    [
      "a security group's name twice",
      "ec2/securityGroup:SecurityGroup",
      () => ({ vpcId: id("vpc"), name: "endpoints" }),
      "InvalidGroup.Duplicate",
    ],
    [
      "a name like an id",
      "ec2/securityGroup:SecurityGroup",
      () => ({ vpcId: id("vpc"), name: "sg-mine" }),
      "cannot begin with sg-",
    ],
    [
      "a rule of nobody",
      "vpc/securityGroupIngressRule:SecurityGroupIngressRule",
      () => ({ securityGroupId: id("group"), ipProtocol: "tcp" }),
      "exactly one of cidrIpv4",
    ],
    [
      "a rule twice",
      "vpc/securityGroupIngressRule:SecurityGroupIngressRule",
      () => ({ securityGroupId: id("group"), cidrIpv4: "10.64.0.0/16", ipProtocol: "tcp", fromPort: 443, toPort: 443 }),
      "InvalidPermission.Duplicate",
    ],
    [
      "ports the wrong way round",
      "vpc/securityGroupEgressRule:SecurityGroupEgressRule",
      () => ({ securityGroupId: id("group"), cidrIpv4: "10.0.0.0/8", ipProtocol: "tcp", fromPort: 443, toPort: 80 }),
      "Invalid TCP/UDP port range (443:80)",
    ],
  ],
  "of keys and roles": [
    [
      "a key whose policy locks everybody out",
      "kms/key:Key",
      () => ({ policy: bucketPolicyFor("x", "logs.amazonaws.com") }),
      "will not allow you to update the key policy",
    ],
    [
      "rotation of an external key",
      "kms/key:Key",
      () => ({ customKeyStoreId: "cks-1234567890abcdef0", xksKeyId: "k", enableKeyRotation: true }),
      "does not rotate keys",
    ],
    [
      "a deletion window that is too short",
      "kms/key:Key",
      () => ({ deletionWindowInDays: 3 }),
      "in the range (7 - 30)",
    ],
    [
      "an alias without its prefix",
      "kms/alias:Alias",
      () => ({ name: "freehold", targetKeyId: id("key") }),
      "must begin with 'alias/'",
    ],
    [
      "an alias twice",
      "kms/alias:Alias",
      () => ({ name: "alias/freehold-in", targetKeyId: id("key") }),
      "AlreadyExistsException",
    ],
    [
      "an alias of no key",
      "kms/alias:Alias",
      () => ({ name: "alias/x", targetKeyId: "no-key" }),
      "Key 'no-key' does not exist",
    ],
    [
      "a default key of another region",
      "ebs/defaultKmsKey:DefaultKmsKey",
      () => ({ keyArn: arn("key").replace(region, "eu-west-1") }),
      "is no ARN of a KMS key in ap-south-1",
    ],
    [
      "a role's name twice",
      "iam/role:Role",
      () => ({ name: "eks", assumeRolePolicy: trust("eks.amazonaws.com") }),
      "EntityAlreadyExists: Role with name eks already exists.",
    ],
    [
      "a trust that is no policy",
      "iam/role:Role",
      () => ({ name: "r", assumeRolePolicy: "{" }),
      "MalformedPolicyDocument",
    ],
    [
      "a trust in no service",
      "iam/role:Role",
      () => ({ name: "r", assumeRolePolicy: trust("eks") }),
      'Invalid principal in policy: "SERVICE":"eks"',
    ],
    [
      "a trust in another partition",
      "iam/role:Role",
      () => ({
        name: "r",
        assumeRolePolicy: JSON.stringify({
          Statement: [
            { Effect: "Allow", Action: "sts:AssumeRole", Principal: { AWS: "arn:aws-cn:iam::111122223333:root" } },
          ],
        }),
      }),
      'Invalid principal in policy: "AWS"',
    ],
    [
      "a role's policy that says who",
      "iam/rolePolicy:RolePolicy",
      () => ({ role: "pod", policy: keyPolicy("x.amazonaws.com") }),
      "should not specify a principal",
    ],
    [
      "a policy for no role",
      "iam/rolePolicy:RolePolicy",
      () => ({
        role: "nobody",
        policy: JSON.stringify({ Statement: [{ Effect: "Allow", Action: "s3:*", Resource: "*" }] }),
      }),
      "NoSuchEntity: The role with name nobody cannot be found.",
    ],
    [
      "a managed policy of another partition",
      "iam/rolePolicyAttachment:RolePolicyAttachment",
      () => ({ role: "pod", policyArn: "arn:aws-us-gov:iam::aws:policy/ReadOnlyAccess" }),
      "partition aws-us-gov is not aws",
    ],
    [
      "a policy that nobody made",
      "iam/rolePolicyAttachment:RolePolicyAttachment",
      () => ({ role: "pod", policyArn: `arn:aws:iam::${account}:policy/mine` }),
      "NoSuchEntity",
    ],
  ],
  "of clusters": [
    [
      "a cluster's name twice",
      "eks/cluster:Cluster",
      () => newCluster({ name: clusterName }),
      "Cluster already exists with name",
    ],
    [
      "a version that EKS does not make",
      "eks/cluster:Cluster",
      () => newCluster({ version: "1.22" }),
      "unsupported Kubernetes version 1.22",
    ],
    [
      "one zone",
      "eks/cluster:Cluster",
      () => newCluster({ vpcConfig: { subnetIds: [id("subnet-a")], endpointPrivateAccess: true } }),
      "at least two different AZs",
    ],
    [
      "no way in",
      "eks/cluster:Cluster",
      () =>
        newCluster({
          vpcConfig: {
            subnetIds: [id("subnet-a"), id("subnet-b")],
            endpointPrivateAccess: false,
            endpointPublicAccess: false,
          },
        }),
      "cannot be both disabled",
    ],
    [
      "a role of another service",
      "eks/cluster:Cluster",
      () => newCluster({ roleArn: arn("nodeRole") }),
      "the trusted entity is not correct",
    ],
    [
      "a role that is not there",
      "eks/cluster:Cluster",
      () => newCluster({ roleArn: `arn:aws:iam::${account}:role/none` }),
      "does not exist or cannot be assumed",
    ],
    [
      "a key that is not there",
      "eks/cluster:Cluster",
      () => newCluster({ encryptionConfig: { provider: { keyArn: `${arn("key")}0` }, resources: ["secrets"] } }),
      "NotFoundException",
    ],
    [
      "services within the network",
      "eks/cluster:Cluster",
      () => newCluster({ kubernetesNetworkConfig: { serviceIpv4Cidr: "10.64.0.0/20" } }),
      "overlaps with the CIDR of the VPC",
    ],
    [
      "services at public addresses",
      "eks/cluster:Cluster",
      () => newCluster({ kubernetesNetworkConfig: { serviceIpv4Cidr: "8.8.0.0/20" } }),
      "must be private",
    ],
    [
      "a log that there is not",
      "eks/cluster:Cluster",
      () => newCluster({ enabledClusterLogTypes: ["kubelet"] }),
      "got kubelet",
    ],
    [
      "an entry twice",
      "eks/accessEntry:AccessEntry",
      () => ({ clusterName, principalArn: outside }),
      "already in use on this cluster",
    ],
    [
      "a principal that is none",
      "eks/accessEntry:AccessEntry",
      () => ({ clusterName, principalArn: `arn:aws:sts::${account}:assumed-role/a/b` }),
      "invalid principal",
    ],
    [
      "a group of Kubernetes' own",
      "eks/accessEntry:AccessEntry",
      () => ({ clusterName, principalArn: `${outside}2`, kubernetesGroups: ["system:masters"] }),
      "cannot start with system:",
    ],
    [
      "a cluster that is not there",
      "eks/accessEntry:AccessEntry",
      () => ({ clusterName: "none", principalArn: outside }),
      "No cluster found for name: none.",
    ],
    [
      "a policy for who has no entry",
      "eks/accessPolicyAssociation:AccessPolicyAssociation",
      () => ({
        clusterName,
        principalArn: `${outside}2`,
        policyArn: "arn:aws:eks::aws:cluster-access-policy/AmazonEKSViewPolicy",
        accessScope: { type: "cluster" },
      }),
      "You must create an access entry first",
    ],
    [
      "a policy that EKS has not",
      "eks/accessPolicyAssociation:AccessPolicyAssociation",
      () => ({
        clusterName,
        principalArn: outside,
        policyArn: "arn:aws:iam::aws:policy/AdministratorAccess",
        accessScope: { type: "cluster" },
      }),
      "policyArn parameter format is not valid",
    ],
    [
      "a scope without its namespaces",
      "eks/accessPolicyAssociation:AccessPolicyAssociation",
      () => ({
        clusterName,
        principalArn: outside,
        policyArn: "arn:aws:eks::aws:cluster-access-policy/AmazonEKSViewPolicy",
        accessScope: { type: "namespace" },
      }),
      "namespaces must be set",
    ],
    [
      "an add-on that there is not",
      "eks/addon:Addon",
      () => ({ clusterName, addonName: "calico" }),
      "Addon calico specified is not supported",
    ],
    ["an add-on twice", "eks/addon:Addon", () => ({ clusterName, addonName: "vpc-cni" }), "Addon already exists."],
    [
      "a role that pods cannot take",
      "eks/podIdentityAssociation:PodIdentityAssociation",
      () => ({ clusterName, namespace: "a", serviceAccount: "b", roleArn: arn("nodeRole") }),
      "pods.eks.amazonaws.com",
    ],
    [
      "two roles for one account",
      "eks/podIdentityAssociation:PodIdentityAssociation",
      () => ({ clusterName, namespace: "models", serviceAccount: "models", roleArn: arn("podRole") }),
      "Association already exists",
    ],
  ],
  "of machines": [
    [
      "a type that the region has not",
      "eks/nodeGroup:NodeGroup",
      () => group({ instanceTypes: ["p4de.24xlarge"], amiType: "AL2023_x86_64_NVIDIA" }),
      "p4de.24xlarge) is not supported in ap-south-1; it is offered in",
    ],
    [
      "GPUs under an image without their driver",
      "eks/nodeGroup:NodeGroup",
      () => group({ instanceTypes: ["p5.48xlarge"], amiType: "AL2023_x86_64_STANDARD" }),
      "the image has no driver for them",
    ],
    [
      "an image for GPUs without any",
      "eks/nodeGroup:NodeGroup",
      () => group({ amiType: "AL2023_x86_64_NVIDIA" }),
      "it has no GPU",
    ],
    [
      "more vCPUs than the quota",
      "eks/nodeGroup:NodeGroup",
      () => group({ instanceTypes: ["p5.48xlarge"], amiType: "AL2023_x86_64_NVIDIA" }),
      "You have requested more vCPU capacity (576) than your current vCPU limit of 400",
    ],
    [
      "a node group's name twice",
      "eks/nodeGroup:NodeGroup",
      () => group({ nodeGroupName: "h100" }),
      "NodeGroup already exists with name h100",
    ],
    [
      "fewer nodes than the least",
      "eks/nodeGroup:NodeGroup",
      () => group({ scalingConfig: { ...one, desiredSize: 0 } }),
      "can't be less than min size",
    ],
    [
      "a role that machines cannot take",
      "eks/nodeGroup:NodeGroup",
      () => group({ nodeRoleArn: arn("podRole") }),
      "[ec2.amazonaws.com] were not found",
    ],
    [
      "a disk beside a template's",
      "eks/nodeGroup:NodeGroup",
      () => group({ diskSize: 100, launchTemplate: { id: id("template"), version: "1" } }),
      "Disk size must be specified within the launch template",
    ],
    [
      "a template that is not there",
      "eks/nodeGroup:NodeGroup",
      () => group({ launchTemplate: { id: "lt-0", version: "1" } }),
      "InvalidLaunchTemplateId.NotFound",
    ],
    [
      "a capacity block without its reservation",
      "eks/nodeGroup:NodeGroup",
      () => {
        const { instanceTypes: _, ...rest } = group();
        return { ...rest, capacityType: "CAPACITY_BLOCK", launchTemplate: { id: id("template"), version: "1" } };
      },
      "names the reservation",
    ],
    [
      "a template's name twice",
      "ec2/launchTemplate:LaunchTemplate",
      () => ({ name: "h100" }),
      "Launch template name already in use.",
    ],
    [
      "a placement that is not there",
      "ec2/launchTemplate:LaunchTemplate",
      () => ({ name: "new", placement: { groupName: "far" } }),
      "The Placement Group 'far' is unknown.",
    ],
    [
      "a disk under no key",
      "ec2/launchTemplate:LaunchTemplate",
      () => ({ name: "new", blockDeviceMappings: [{ ebs: { kmsKeyId: "none" } }] }),
      "NotFoundException",
    ],
    [
      "a reservation that is none",
      "ec2/launchTemplate:LaunchTemplate",
      () => ({
        name: "new",
        capacityReservationSpecification: { capacityReservationTarget: { capacityReservationId: "mine" } },
      }),
      "Malformed",
    ],
    [
      "a placement group twice",
      "ec2/placementGroup:PlacementGroup",
      () => ({ name: "near", strategy: "cluster" }),
      "InvalidPlacementGroup.Duplicate",
    ],
  ],
  "of storage and records": [
    [
      "a bucket's name of a wrong form",
      "s3/bucket:Bucket",
      () => ({ bucket: "Freehold_Records" }),
      "InvalidBucketName",
    ],
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
  ],
};

describe.each(Object.entries(cases))("AWS refuses, %s:", (_, rows) => {
  it.each(rows)("%s", async (_, type, inputs, message) => {
    const before = plugin.world.standing().length;
    await expect(plugin.create(`aws:${type}`, inputs(), "refused")).rejects.toThrow(message);
    expect(plugin.world.standing()).toHaveLength(before);
  });
});

describe("a refusal of AWS", () => {
  it("says what was being done, and which request it was", async () => {
    await expect(
      plugin.create("aws:ec2/subnet:Subnet", { vpcId: "vpc-0", cidrBlock: "10.0.0.0/24" }, "west"),
    ).rejects.toThrow(
      /^creating EC2 Subnet \(west\): operation error EC2: CreateSubnet, https response error StatusCode: 400, RequestID: [0-9a-f-]{36}, api error InvalidVpcID.NotFound: /,
    );
  });

  it("is none while what is asked is not known yet", async () => {
    const vague = group({ instanceTypes: [unknown], subnetIds: [unknown], nodeRoleArn: unknown, clusterName: unknown });
    expect(await plugin.faults("aws:eks/nodeGroup:NodeGroup", vague)).toEqual([]);
  });
});
