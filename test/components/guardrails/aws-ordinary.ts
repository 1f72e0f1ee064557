import { bucket, type Call, endpoint, home, peering, snapshot, table, vault } from "./aws-calls.ts";

/** What looks alike, and has to pass. */
export const ordinary: [string, Call][] = [
  ["a machine here", { action: "ec2:RunInstances", resource: `arn:aws:ec2:eu-central-1:${home}:instance/*` }],
  [
    "a machine in the sovereign cloud here",
    {
      action: "ec2:RunInstances",
      resource: `arn:aws-eusc:ec2:eusc-de-east-1:${home}:instance/*`,
      region: "eusc-de-east-1",
    },
  ],
  [
    "a role, wherever AWS serves it",
    { action: "iam:CreateRole", resource: `arn:aws:iam::${home}:role/a`, region: "us-east-1" },
  ],
  [
    "a public name",
    { action: "route53:ChangeResourceRecordSets", resource: "arn:aws:route53:::hostedzone/Z1", region: "us-east-1" },
  ],
  ["a case with AWS", { action: "support:CreateCase", region: "us-east-1" }],
  ["a bucket here", { action: "s3:CreateBucket", resource: bucket }],
  ["an object written and read", { action: "s3:PutObject", resource: `${bucket}/a` }],
  ["a table here", { action: "dynamodb:CreateTable", resource: table }],
  ["a key here", { action: "kms:CreateKey", context: { "kms:MultiRegion": "false" } }],
  ["a snapshot copied here", { action: "ec2:CopySnapshot", resource: snapshot }],
  [
    "a backup copied to a vault here",
    {
      action: "backup:CopyFromBackupVault",
      resource: `arn:aws:backup:eu-central-1:${home}:recovery-point:1`,
      context: { "backup:CopyTargets": [vault("eu-central-1")] },
    },
  ],
  [
    "a secret here",
    { action: "secretsmanager:CreateSecret", resource: `arn:aws:secretsmanager:eu-central-1:${home}:secret:a` },
  ],
  [
    "a prompt answered here",
    { action: "bedrock:InvokeModel", resource: "arn:aws:bedrock:eu-central-1::foundation-model/a" },
  ],
  [
    "events to a queue here",
    {
      action: "events:PutTargets",
      resource: `arn:aws:events:eu-central-1:${home}:rule/a`,
      context: { "events:TargetArn": [`arn:aws:sqs:eu-central-1:${home}:a`] },
    },
  ],
  [
    "networks joined here",
    {
      action: "ec2:CreateVpcPeeringConnection",
      resource: peering,
      context: { "ec2:AccepterVpc": `arn:aws:ec2:eu-central-1:${home}:vpc/vpc-1` },
    },
  ],
  ["an endpoint of a service here", { action: "ec2:CreateVpcEndpoint", resource: endpoint }],
  [
    "a share inside the organization",
    { action: "ram:CreateResourceShare", context: { "ram:RequestedAllowsExternalPrincipals": "false" } },
  ],
  [
    "a role of one's own taken",
    {
      action: "sts:AssumeRole",
      resource: `arn:aws:iam::${home}:role/app`,
      resourcePolicy: {
        Version: "2012-10-17",
        Statement: [{ Effect: "Allow", Principal: { AWS: home }, Action: "sts:AssumeRole" }],
      },
    },
  ],
  [
    "a service that acts for home",
    {
      action: "s3:PutObject",
      resource: `${bucket}/a`,
      by: "cloudtrail.amazonaws.com",
      context: { "aws:SourceAccount": home, "aws:SourceOrgID": "o-home" },
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
