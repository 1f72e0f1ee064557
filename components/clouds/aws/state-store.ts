import { Alias } from "@pulumi/aws/kms/alias.js";
import { Key } from "@pulumi/aws/kms/key.js";
import * as pulumi from "@pulumi/pulumi";
import { closedBucket } from "./bucket/closed-bucket.ts";
import { closedStatements, notAService } from "./bucket/statements.ts";
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
    // Settings too: otherwise a destroy that is refused would have opened the bucket first.
    const inside = { parent: this, provider: awsProvider(args, { parent: this }), protect: true };
    if (bucket !== undefined) stateBucket(bucket, args, names, inside);
    if (alias !== undefined) key("secrets", alias, "the secrets in the state", args, names, inside);
    this.registerOutputs({});
  }
}

function stateBucket(name: string, args: AwsStateArgs, names: AwsNames, inside: pulumi.CustomResourceOptions): void {
  const { arn } = key("objects", bucketAlias(name), "the objects of the state", args, names, inside);
  const policy = arn.apply((keyArn) => policyDocument(...statements(name, keyArn, args, names)));
  // Each update writes the state anew; a year is how far back one may have to look.
  closedBucket("state", { bucketName: name, key: arn, undoDays: 365, erasable: false, policy }, inside);
}

/** As of every bucket of the country, but that whoever runs Pulumi reaches it before the country has a network. */
function statements(name: string, keyArn: string, { target, callers }: AwsStateArgs, names: AwsNames): Statement[] {
  return closedStatements(name, target, names, keyArn, (refuse) =>
    // A request through an endpoint of a network of the account's has no public address.
    callers.length > 0
      ? [
          refuse("OnlyFromTheOperator", ["s3:GetObject*", "s3:PutObject*", "s3:DeleteObject*", "s3:ListBucket*"], {
            NotIpAddress: { "aws:SourceIp": callers },
            Null: { "aws:SourceVpce": "true" },
            ...notAService,
          }),
        ]
      : [],
  );
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
    inside,
  );
  new Alias(name, { name: alias, targetKeyId: made.keyId }, inside);
  return made;
}
