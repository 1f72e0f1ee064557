import { Alias } from "@pulumi/aws/kms/alias.js";
import { Key } from "@pulumi/aws/kms/key.js";
import { Bucket } from "@pulumi/aws/s3/bucket.js";
import { BucketLifecycleConfiguration } from "@pulumi/aws/s3/bucketLifecycleConfiguration.js";
import { BucketOwnershipControls } from "@pulumi/aws/s3/bucketOwnershipControls.js";
import { BucketPolicy } from "@pulumi/aws/s3/bucketPolicy.js";
import { BucketPublicAccessBlock } from "@pulumi/aws/s3/bucketPublicAccessBlock.js";
import { BucketServerSideEncryptionConfiguration } from "@pulumi/aws/s3/bucketServerSideEncryptionConfiguration.js";
import { BucketVersioning } from "@pulumi/aws/s3/bucketVersioning.js";
import * as pulumi from "@pulumi/pulumi";
import { bucketAlias } from "./first-step.ts";
import { type AwsNames, awsNames } from "./partition.ts";
import { policyDocument, type Statement } from "./policy-document.ts";
import { awsProvider } from "./provider.ts";
import type { AwsTarget } from "./target.ts";

export type AwsStateArgs = {
  /** ISO code of the country, for the tags. */
  country: string;
  target: AwsTarget;
  /** Bucket of the state, where one is to be made. */
  bucket?: string;
  /** Alias of the key of the secrets in the state, where one is to be made. */
  alias?: string;
  /** Public addresses from which alone the state is read and written; from anywhere with the account's credentials if none. */
  callers: string[];
};

/** What a country's state rests in on AWS: a bucket with a key of its own, and the key of the secrets. Nothing of it is ever deleted by itself. */
export class AwsState extends pulumi.ComponentResource {
  constructor(name: string, args: AwsStateArgs, opts?: pulumi.ComponentResourceOptions) {
    super("freehold:index:AwsState", name, {}, opts);
    const { bucket, alias } = args;
    const names = awsNames(args.target);
    const inside = { parent: this, provider: awsProvider(args, { parent: this }) };
    if (bucket !== undefined) stateBucket(bucket, args, names, inside);
    if (alias !== undefined) key("secrets", alias, "the secrets in the state", args, names, inside);
    this.registerOutputs({});
  }
}

function stateBucket(name: string, args: AwsStateArgs, names: AwsNames, inside: pulumi.CustomResourceOptions): void {
  const { arn } = key("objects", bucketAlias(name), "the objects of the state", args, names, inside);
  const { bucket } = new Bucket("state", { bucket: name, forceDestroy: false }, { ...inside, protect: true });
  const closed = new BucketPublicAccessBlock(
    "state",
    { bucket, blockPublicAcls: true, blockPublicPolicy: true, ignorePublicAcls: true, restrictPublicBuckets: true },
    inside,
  );
  const owned = new BucketOwnershipControls(
    "state",
    { bucket, rule: { objectOwnership: "BucketOwnerEnforced" } },
    inside,
  );
  const versioned = new BucketVersioning("state", { bucket, versioningConfiguration: { status: "Enabled" } }, inside);
  const encrypted = new BucketServerSideEncryptionConfiguration(
    "state",
    {
      bucket,
      rules: [
        {
          applyServerSideEncryptionByDefault: { sseAlgorithm: "aws:kms", kmsMasterKeyId: arn },
          bucketKeyEnabled: true,
          // A key that comes with the request is held by whoever sent it.
          blockedEncryptionTypes: ["SSE-C"],
        },
      ],
    },
    inside,
  );
  const lifecycle = new BucketLifecycleConfiguration(
    "state",
    {
      bucket,
      rules: [
        {
          id: "tidy",
          status: "Enabled",
          filter: {},
          abortIncompleteMultipartUpload: { daysAfterInitiation: 7 },
          // Each update writes the state anew; a year is how far back one may have to look.
          noncurrentVersionExpiration: { noncurrentDays: 365 },
        },
      ],
    },
    { ...inside, dependsOn: [versioned] },
  );
  const policy = arn.apply((keyArn) => policyDocument(...statements(name, keyArn, args, names)));
  // S3 refuses changes of one bucket that cross one another.
  new BucketPolicy("state", { bucket, policy }, { ...inside, dependsOn: [closed, owned, encrypted, lifecycle] });
}

const encryption = "s3:x-amz-server-side-encryption";

/** As of every bucket of the country, but that whoever runs Pulumi reaches it before the country has a network. */
function statements(name: string, keyArn: string, { target, callers }: AwsStateArgs, names: AwsNames): Statement[] {
  const deny = (Sid: string, Action: string | string[], Condition?: Statement["Condition"]): Statement => ({
    Sid,
    Effect: "Deny",
    Principal: "*",
    Action,
    Resource: [names.bucket(name), names.bucket(`${name}/*`)],
    ...(Condition && { Condition }),
  });
  const notAService = { Bool: { "aws:PrincipalIsAWSService": "false" } };
  const keyId = `${encryption}-aws-kms-key-id`;
  return [
    deny("OnlyOverTls", "s3:*", { Bool: { "aws:SecureTransport": "false" } }),
    deny("OnlyThisAccount", "s3:*", { StringNotEquals: { "aws:PrincipalAccount": target.account }, ...notAService }),
    // A request through an endpoint of a network of the account's has no public address.
    ...(callers.length > 0
      ? [
          deny("OnlyFromTheOperator", ["s3:GetObject*", "s3:PutObject*", "s3:DeleteObject*", "s3:ListBucket*"], {
            NotIpAddress: { "aws:SourceIp": callers },
            Null: { "aws:SourceVpce": "true" },
            ...notAService,
          }),
        ]
      : []),
    // Both hold of a request that names a key; one that names none gets the bucket's own.
    deny("NoOtherKey", "s3:PutObject", { StringNotEquals: { [keyId]: keyArn }, Null: { [keyId]: "false" } }),
    deny("NoOtherEncryption", "s3:PutObject", {
      StringNotEquals: { [encryption]: "aws:kms" },
      Null: { [encryption]: "false" },
    }),
    deny("NoCopyElsewhere", ["s3:PutReplicationConfiguration", "s3:PutAccelerateConfiguration"]),
  ];
}

function key(
  name: string,
  alias: string,
  of: string,
  { target }: AwsStateArgs,
  names: AwsNames,
  inside: pulumi.CustomResourceOptions,
): Key {
  const made = new Key(
    name,
    {
      description: `${target.cluster}: ${of}`,
      keyUsage: "ENCRYPT_DECRYPT",
      // A key of several regions can be replicated with its material.
      multiRegion: false,
      isEnabled: true,
      enableKeyRotation: true,
      deletionWindowInDays: 30,
      bypassPolicyLockoutSafetyCheck: false,
      policy: policyDocument({
        Sid: "TheAccountDecides",
        Effect: "Allow",
        Principal: { AWS: names.iam("root") },
        Action: "kms:*",
        Resource: "*",
      }),
    },
    { ...inside, protect: true },
  );
  new Alias(name, { name: alias, targetKeyId: made.keyId }, inside);
  return made;
}
