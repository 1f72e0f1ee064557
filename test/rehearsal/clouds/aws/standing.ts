import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { AccountFile } from "../../../../rehearsal/clouds/aws/account.ts";
import { awsCloud } from "../../../../rehearsal/clouds/aws/aws-cloud.ts";
import type { NodeGroupForm, NodeMaker } from "../../../../rehearsal/clouds/aws/nodes.ts";
import type { AwsSettings } from "../../../../rehearsal/clouds/aws/settings.ts";
import type { Properties } from "../../../../rehearsal/kubernetes-provider/properties.ts";
import { Plugin } from "../plugin.ts";
import { account, region, standDoor, standWayOut } from "./standing-edge.ts";

export { account, region } from "./standing-edge.ts";

/** Nodes that are only written down. */
export class WrittenNodes implements NodeMaker {
  readonly groups = new Map<string, { form: NodeGroupForm; count: number }>();

  async scale(form: NodeGroupForm, count: number): Promise<void> {
    this.groups.set(form.group, { form, count });
  }

  async remove(group: string): Promise<void> {
    this.groups.delete(group);
  }
}

/** A simulated AWS, configured, with a control plane that is only written down. */
export async function awsPlugin(options: { account?: AccountFile; region?: string; models?: string } = {}) {
  const nodes = new WrittenNodes();
  const plugin = new Plugin<AwsSettings>(
    awsCloud(() => nodes),
    { FREEHOLD_AWS_MODELS: options.models },
  );
  using refused = new DisposableStack();
  refused.use(plugin);
  const folder = plugin.world.folder;
  mkdirSync(folder, { recursive: true });
  const file: AccountFile = { optedIn: [], ...options.account };
  writeFileSync(join(folder, "account.json"), JSON.stringify(file));
  writeFileSync(
    join(plugin.home, "kubeconfig"),
    "clusters: [{ name: c, cluster: { server: 'https://127.0.0.1:6443', certificate-authority-data: Q0E= } }]\n",
  );
  await plugin.configure({ region: options.region ?? region, allowedAccountIds: JSON.stringify([account]) });
  refused.move();
  return Object.assign(plugin, { nodes });
}
export type AwsPlugin = Awaited<ReturnType<typeof awsPlugin>>;

export const trust = (...services: string[]) =>
  JSON.stringify({
    Version: "2012-10-17",
    Statement: [{ Effect: "Allow", Action: ["sts:AssumeRole", "sts:TagSession"], Principal: { Service: services } }],
  });

/** A policy of a key that lets services in beside the account. */
export const keyPolicy = (...services: string[]) =>
  JSON.stringify({
    Version: "2012-10-17",
    Statement: [
      { Effect: "Allow", Principal: { AWS: `arn:aws:iam::${account}:root` }, Action: "kms:*", Resource: "*" },
      { Effect: "Allow", Principal: { Service: services }, Action: ["kms:Encrypt*", "kms:Decrypt*"], Resource: "*" },
    ],
  });

export const bucketPolicyFor = (bucket: string, service: string) =>
  JSON.stringify({
    Version: "2012-10-17",
    Statement: [
      {
        Effect: "Allow",
        Principal: { Service: service },
        Action: "s3:PutObject",
        Resource: `arn:aws:s3:::${bucket}/*`,
      },
    ],
  });

/** Everything that a country needs on AWS, in the order in which it is made: type, inputs, and the name it is known by. */
export async function standCountry(plugin: AwsPlugin): Promise<Record<string, { id: string; outputs: Properties }>> {
  const made: Record<string, { id: string; outputs: Properties }> = {};
  const make = async (as: string, type: string, inputs: Properties) => {
    made[as] = await plugin.create(`aws:${type}`, inputs, as);
    return made[as]!;
  };
  const key = await make("key", "kms/key:Key", {
    enableKeyRotation: true,
    policy: keyPolicy(`logs.${region}.amazonaws.com`, "cloudtrail.amazonaws.com"),
  });
  const keyArn = key.outputs.arn!;
  await make("alias", "kms/alias:Alias", { name: "alias/freehold-in", targetKeyId: key.outputs.keyId! });
  await make("ebs", "ebs/encryptionByDefault:EncryptionByDefault", {});
  await make("ebsKey", "ebs/defaultKmsKey:DefaultKmsKey", { keyArn });
  const vpc = await make("vpc", "ec2/vpc:Vpc", { cidrBlock: "10.64.0.0/16", enableDnsHostnames: true });
  await make("closed", "ec2/defaultSecurityGroup:DefaultSecurityGroup", { vpcId: vpc.id, ingress: [], egress: [] });
  const subnets: string[] = [];
  for (const [index, letter] of ["a", "b", "c"].entries()) {
    const at = { vpcId: vpc.id, cidrBlock: `10.64.${index * 32}.0/19`, availabilityZone: region + letter };
    subnets.push((await make(`subnet-${letter}`, "ec2/subnet:Subnet", at)).id);
  }
  const table = await make("table", "ec2/routeTable:RouteTable", { vpcId: vpc.id, routes: [] });
  await make("association", "ec2/routeTableAssociation:RouteTableAssociation", {
    subnetId: subnets[0]!,
    routeTableId: table.id,
  });
  const group = await make("group", "ec2/securityGroup:SecurityGroup", { vpcId: vpc.id, name: "endpoints" });
  await make("ingress", "vpc/securityGroupIngressRule:SecurityGroupIngressRule", {
    securityGroupId: group.id,
    cidrIpv4: "10.64.0.0/16",
    ipProtocol: "tcp",
    fromPort: 443,
    toPort: 443,
  });
  await make("egress", "vpc/securityGroupEgressRule:SecurityGroupEgressRule", {
    securityGroupId: group.id,
    referencedSecurityGroupId: group.id,
    ipProtocol: "-1",
  });
  await make("s3", "ec2/vpcEndpoint:VpcEndpoint", {
    vpcId: vpc.id,
    serviceName: `com.amazonaws.${region}.s3`,
    routeTableIds: [table.id],
  });
  await make("ecr", "ec2/vpcEndpoint:VpcEndpoint", {
    vpcId: vpc.id,
    serviceName: `com.amazonaws.${region}.ecr.api`,
    vpcEndpointType: "Interface",
    privateDnsEnabled: true,
    subnetIds: subnets,
    securityGroupIds: [group.id],
  });
  const logs = await make("logs", "cloudwatch/logGroup:LogGroup", {
    name: "/freehold/flow",
    retentionInDays: 365,
    kmsKeyId: keyArn,
  });
  const flowRole = await make("flowRole", "iam/role:Role", {
    name: "flow",
    assumeRolePolicy: trust("vpc-flow-logs.amazonaws.com"),
  });
  await make("flow", "ec2/flowLog:FlowLog", {
    vpcId: vpc.id,
    trafficType: "ALL",
    logDestination: logs.outputs.arn!,
    iamRoleArn: flowRole.outputs.arn!,
  });
  await standWayOut(make, { vpc: vpc.id, nodes: "10.64.0.0/19", logs: String(logs.outputs.name) });
  const eksRole = await make("eksRole", "iam/role:Role", { name: "eks", assumeRolePolicy: trust("eks.amazonaws.com") });
  await make("eksPolicy", "iam/rolePolicyAttachment:RolePolicyAttachment", {
    role: "eks",
    policyArn: "arn:aws:iam::aws:policy/AmazonEKSClusterPolicy",
  });
  const nodeRole = await make("nodeRole", "iam/role:Role", {
    name: "node",
    assumeRolePolicy: trust("ec2.amazonaws.com"),
  });
  const podRole = await make("podRole", "iam/role:Role", {
    name: "pod",
    assumeRolePolicy: trust("pods.eks.amazonaws.com"),
  });
  await make("podPolicy", "iam/rolePolicy:RolePolicy", {
    role: "pod",
    name: "read",
    policy: JSON.stringify({ Statement: [{ Effect: "Allow", Action: "s3:GetObject", Resource: "*" }] }),
  });
  const cluster = await make("cluster", "eks/cluster:Cluster", {
    name: "freehold-in",
    roleArn: eksRole.outputs.arn!,
    version: "1.35",
    vpcConfig: { subnetIds: subnets, endpointPrivateAccess: true, endpointPublicAccess: false },
    accessConfig: { authenticationMode: "API" },
    encryptionConfig: { provider: { keyArn }, resources: ["secrets"] },
    enabledClusterLogTypes: ["api", "audit"],
  });
  const clusterName = cluster.outputs.name!;
  const operator = `arn:aws:iam::${account}:role/operators`;
  await make("entry", "eks/accessEntry:AccessEntry", { clusterName, principalArn: operator });
  await make("admin", "eks/accessPolicyAssociation:AccessPolicyAssociation", {
    clusterName,
    principalArn: operator,
    policyArn: "arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy",
    accessScope: { type: "cluster" },
  });
  await make("cni", "eks/addon:Addon", { clusterName, addonName: "vpc-cni", resolveConflictsOnCreate: "OVERWRITE" });
  await make("pods", "eks/podIdentityAssociation:PodIdentityAssociation", {
    clusterName,
    namespace: "models",
    serviceAccount: "models",
    roleArn: podRole.outputs.arn!,
  });
  await make("near", "ec2/placementGroup:PlacementGroup", { name: "near", strategy: "cluster" });
  const template = await make("template", "ec2/launchTemplate:LaunchTemplate", {
    name: "h100",
    blockDeviceMappings: [{ deviceName: "/dev/xvda", ebs: { volumeSize: 500, encrypted: "true", kmsKeyId: keyArn } }],
    metadataOptions: { httpTokens: "required", httpPutResponseHopLimit: 1 },
    placement: { groupName: "near" },
  });
  await make("h100", "eks/nodeGroup:NodeGroup", {
    clusterName,
    nodeGroupName: "h100",
    nodeRoleArn: nodeRole.outputs.arn!,
    subnetIds: [subnets[0]!],
    instanceTypes: ["p5.48xlarge"],
    amiType: "AL2023_x86_64_NVIDIA",
    scalingConfig: { minSize: 2, maxSize: 2, desiredSize: 2 },
    launchTemplate: { id: template.id, version: "1" },
    labels: { "freehold.dev/pool": "h100" },
    taints: [{ key: "nvidia.com/gpu", value: "present", effect: "NO_SCHEDULE" }],
  });
  await standDoor(make, { vpc: vpc.id, group: group.id, machines: made.h100!.outputs.resources, keyArn });
  const bucket = "freehold-in-records";
  await make("bucket", "s3/bucket:Bucket", { bucket });
  await make("versioning", "s3/bucketVersioning:BucketVersioning", {
    bucket,
    versioningConfiguration: { status: "Enabled" },
  });
  await make("encryption", "s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration", {
    bucket,
    rules: [
      {
        applyServerSideEncryptionByDefault: { sseAlgorithm: "aws:kms", kmsMasterKeyId: keyArn },
        bucketKeyEnabled: true,
      },
    ],
  });
  await make("public", "s3/bucketPublicAccessBlock:BucketPublicAccessBlock", {
    bucket,
    blockPublicAcls: true,
    blockPublicPolicy: true,
    ignorePublicAcls: true,
    restrictPublicBuckets: true,
  });
  await make("owner", "s3/bucketOwnershipControls:BucketOwnershipControls", {
    bucket,
    rule: { objectOwnership: "BucketOwnerEnforced" },
  });
  await make("policy", "s3/bucketPolicy:BucketPolicy", {
    bucket,
    policy: bucketPolicyFor(bucket, "cloudtrail.amazonaws.com"),
  });
  await make("lifecycle", "s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration", {
    bucket,
    rules: [{ id: "old", status: "Enabled", filter: { prefix: "" }, expiration: { days: 365 } }],
  });
  await make("trail", "cloudtrail/trail:Trail", { name: "audit", s3BucketName: bucket, kmsKeyId: keyArn });
  await make("pull", "ecr/pullThroughCacheRule:PullThroughCacheRule", {
    ecrRepositoryPrefix: "quay",
    upstreamRegistryUrl: "quay.io",
  });
  await make("repositories", "ecr/repositoryCreationTemplate:RepositoryCreationTemplate", {
    prefix: "quay",
    appliedFors: ["PULL_THROUGH_CACHE"],
    imageTagMutability: "IMMUTABLE",
  });
  return made;
}
