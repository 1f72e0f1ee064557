/** A call to AWS: who does what to whose resource, asked of which region, in which circumstances. */
export type Call = {
  action: string;
  resource?: string;
  of?: string;
  by?: string;
  context?: Record<string, string | string[]>;
  region?: string;
  resourcePolicy?: object;
};

/** The account in which everything is tried. */
export const home = "111122223333";
export const stranger = "999988887777";

export const bucket = "arn:aws:s3:::records";
export const table = `arn:aws:dynamodb:eu-central-1:${home}:table/records`;
export const key = `arn:aws:kms:eu-central-1:${home}:key/1`;
export const snapshot = "arn:aws:ec2:eu-central-1::snapshot/snap-1";
export const vault = (region: string) => `arn:aws:backup:${region}:${home}:backup-vault:v`;
export const profile = `arn:aws:bedrock:eu-central-1:${home}:inference-profile/eu.anthropic.claude`;
export const peering = `arn:aws:ec2:eu-central-1:${home}:vpc-peering-connection/pcx-1`;
export const endpoint = `arn:aws:ec2:eu-central-1:${home}:vpc-endpoint/vpce-1`;
export const open = (action: string, resource: string) => ({
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Principal: "*", Action: action, Resource: resource }],
});

/** What leaves the country, or lets somebody in. */
export const leaks: [string, Call][] = [
  [
    "a machine abroad",
    { action: "ec2:RunInstances", resource: `arn:aws:ec2:us-east-1:${home}:instance/*`, region: "us-east-1" },
  ],
  ["a key abroad, which AWS's own guard lets through", { action: "kms:CreateKey", region: "us-east-1" }],
  ["a certificate at the edge, likewise", { action: "acm:RequestCertificate", region: "us-east-1" }],
  [
    "an aggregator abroad, likewise",
    {
      action: "config:PutConfigurationAggregator",
      resource: `arn:aws:config:us-east-1:${home}:config-aggregator/a`,
      region: "us-east-1",
    },
  ],
  [
    "a cost report abroad",
    { action: "cur:PutReportDefinition", resource: `arn:aws:cur:us-east-1:${home}:definition/a`, region: "us-east-1" },
  ],
  ["a distribution", { action: "cloudfront:CreateDistribution", region: "us-east-1" }],
  ["a distribution, asked from here", { action: "cloudfront:CreateDistribution" }],
  ["an accelerator", { action: "globalaccelerator:CreateAccelerator" }],
  ["uploads at the edge", { action: "s3:PutAccelerateConfiguration", resource: bucket }],
  ["a bucket replicated", { action: "s3:PutReplicationConfiguration", resource: bucket }],
  ["a global table", { action: "dynamodb:CreateTableReplica", resource: table }],
  ["a global database", { action: "rds:CreateGlobalCluster", resource: `arn:aws:rds::${home}:global-cluster:a` }],
  [
    "a backup copied abroad",
    {
      action: "backup:CopyFromBackupVault",
      resource: `arn:aws:backup:eu-central-1:${home}:recovery-point:1`,
      context: { "backup:CopyTargets": [vault("us-east-1")] },
    },
  ],
  [
    "a key replicated abroad",
    {
      action: "kms:ReplicateKey",
      resource: key,
      context: { "kms:ReplicaRegion": "us-east-1" },
      resourcePolicy: open("kms:ReplicateKey", key),
    },
  ],
  ["a key of many regions", { action: "kms:CreateKey", context: { "kms:MultiRegion": "true" } }],
  [
    "a secret replicated abroad",
    {
      action: "secretsmanager:CreateSecret",
      resource: `arn:aws:secretsmanager:eu-central-1:${home}:secret:a`,
      context: { "secretsmanager:AddReplicaRegions": ["eu-central-1", "us-east-1"] },
    },
  ],
  ["images replicated", { action: "ecr:PutReplicationConfiguration" }],
  ["images from a registry abroad", { action: "ecr:CreatePullThroughCacheRule" }],
  ["a prompt answered in any region", { action: "bedrock:InvokeModel", resource: profile }],
  [
    "logs of all gathered abroad",
    {
      action: "observabilityadmin:CreateCentralizationRuleForOrganization",
      resource: `arn:aws:observabilityadmin:eu-central-1:${home}:organization-centralization-rule/a`,
      context: { "observabilityadmin:CentralizationDestinationRegion": "us-east-1" },
    },
  ],
  [
    "events sent abroad",
    {
      action: "events:PutTargets",
      resource: `arn:aws:events:eu-central-1:${home}:rule/a`,
      context: { "events:TargetArn": [`arn:aws:events:us-east-1:${home}:event-bus/a`] },
    },
  ],
  ["an image given away", { action: "ec2:ModifyImageAttribute", resource: "arn:aws:ec2:eu-central-1::image/ami-1" }],
  [
    "a snapshot for everybody",
    { action: "ec2:ModifySnapshotAttribute", resource: snapshot, context: { "ec2:Add/group": "all" } },
  ],
  [
    "a snapshot given away",
    { action: "ec2:ModifySnapshotAttribute", resource: snapshot, context: { "ec2:Add/userId": stranger } },
  ],
  [
    "resources shared beyond",
    { action: "ram:CreateResourceShare", context: { "ram:RequestedAllowsExternalPrincipals": "true" } },
  ],
  [
    "networks joined across a border",
    {
      action: "ec2:CreateVpcPeeringConnection",
      resource: peering,
      context: { "ec2:AccepterVpc": `arn:aws:ec2:us-east-1:${home}:vpc/vpc-1` },
    },
  ],
  [
    "an endpoint of a service abroad",
    { action: "ec2:CreateVpcEndpoint", resource: endpoint, context: { "ec2:VpceServiceRegion": "us-east-1" } },
  ],
  ["health checked from all over the world", { action: "route53:CreateHealthCheck", region: "us-east-1" }],
  ["an organization left", { action: "organizations:LeaveOrganization", region: "us-east-1" }],
  [
    "a region opened",
    {
      action: "account:EnableRegion",
      resource: `arn:aws:account::${home}:account`,
      region: "us-east-1",
      context: { "account:TargetRegion": "me-south-1" },
    },
  ],
  [
    "data written to a stranger's bucket",
    {
      action: "s3:PutObject",
      resource: "arn:aws:s3:::loot/a",
      of: stranger,
      context: { "aws:ResourceOrgID": "o-stranger" },
      resourcePolicy: open("s3:PutObject", "arn:aws:s3:::loot/*"),
    },
  ],
  [
    "a stranger who reads",
    {
      action: "s3:GetObject",
      resource: `${bucket}/a`,
      by: stranger,
      context: { "aws:PrincipalOrgID": "o-stranger" },
      resourcePolicy: open("s3:GetObject", `${bucket}/*`),
    },
  ],
  [
    "a stranger who takes a role",
    {
      action: "sts:AssumeRole",
      resource: `arn:aws:iam::${home}:role/app`,
      by: stranger,
      context: { "aws:PrincipalOrgID": "o-stranger" },
      resourcePolicy: {
        Version: "2012-10-17",
        Statement: [{ Effect: "Allow", Principal: { AWS: stranger }, Action: "sts:AssumeRole" }],
      },
    },
  ],
  [
    "a way that is not encrypted",
    { action: "s3:GetObject", resource: `${bucket}/a`, context: { "aws:SecureTransport": "false" } },
  ],
  [
    "a service that acts for a stranger",
    {
      action: "s3:PutObject",
      resource: `${bucket}/a`,
      by: "cloudtrail.amazonaws.com",
      context: { "aws:SourceAccount": stranger, "aws:SourceOrgID": "o-stranger" },
      resourcePolicy: {
        Version: "2012-10-17",
        Statement: [
          {
            Effect: "Allow",
            Principal: { Service: "cloudtrail.amazonaws.com" },
            Action: "s3:PutObject",
            Resource: `${bucket}/*`,
          },
        ],
      },
    },
  ],
];
