import { Bucket as S3Bucket } from "@pulumi/aws/s3/bucket.js";
import { BucketLifecycleConfiguration } from "@pulumi/aws/s3/bucketLifecycleConfiguration.js";
import { BucketOwnershipControls } from "@pulumi/aws/s3/bucketOwnershipControls.js";
import { BucketPolicy } from "@pulumi/aws/s3/bucketPolicy.js";
import { BucketPublicAccessBlock } from "@pulumi/aws/s3/bucketPublicAccessBlock.js";
import { BucketServerSideEncryptionConfiguration } from "@pulumi/aws/s3/bucketServerSideEncryptionConfiguration.js";
import { BucketVersioning } from "@pulumi/aws/s3/bucketVersioning.js";
import * as pulumi from "@pulumi/pulumi";
import { bucketStatements } from "./bucket/statements.ts";
import type { AwsNames } from "./partition.ts";
import { policyDocument, type Statement } from "./policy-document.ts";
import type { AwsTarget } from "./target.ts";

export type BucketArgs = {
  target: Pick<AwsTarget, "account" | "cluster" | "operators">;
  names: AwsNames;
  /** ARN of the key of what is in it. */
  key: pulumi.Input<string>;
  /** Id of the endpoint through which alone its objects are reached. */
  endpoint: pulumi.Input<string>;
  /** Days for which what was overwritten or deleted can be had back. */
  undoDays: number;
  /** Whether it may be deleted with all that is in it. */
  erasable: boolean;
  /** What holds of this one beside what holds of every bucket. */
  statements?: Statement[];
};

/** Name of one of the country's buckets. Names of buckets are the whole world's, so the account makes it the country's own. */
export function bucketName({ account, cluster }: Pick<AwsTarget, "account" | "cluster">, purpose: string): string {
  return `${account}-${cluster}-${purpose}`;
}

/** A bucket that the country's key encrypts, that is never public, copied nowhere, and read only from the country's network. */
export class Bucket extends pulumi.ComponentResource {
  readonly bucket: pulumi.Output<string>;

  constructor(name: string, args: BucketArgs, opts?: pulumi.ComponentResourceOptions) {
    super("freehold:index:AwsBucket", name, {}, opts);
    const inside = { parent: this };
    const { erasable } = args;
    const fullName = bucketName(args.target, name);

    const made = new S3Bucket(name, { bucket: fullName, forceDestroy: erasable }, { ...inside, protect: !erasable });
    const bucket = made.bucket;
    const closed = new BucketPublicAccessBlock(
      name,
      { bucket, blockPublicAcls: true, blockPublicPolicy: true, ignorePublicAcls: true, restrictPublicBuckets: true },
      inside,
    );
    // Lists of access are gone with it: policies alone speak.
    const owned = new BucketOwnershipControls(
      name,
      { bucket, rule: { objectOwnership: "BucketOwnerEnforced" } },
      inside,
    );
    const versioned = new BucketVersioning(name, { bucket, versioningConfiguration: { status: "Enabled" } }, inside);
    const encrypted = new BucketServerSideEncryptionConfiguration(
      name,
      {
        bucket,
        rules: [
          {
            applyServerSideEncryptionByDefault: { sseAlgorithm: "aws:kms", kmsMasterKeyId: args.key },
            // One call of the key for many objects.
            bucketKeyEnabled: true,
            // A key that comes with the request is held by whoever sent it.
            blockedEncryptionTypes: ["SSE-C"],
          },
        ],
      },
      inside,
    );
    const lifecycle = new BucketLifecycleConfiguration(
      name,
      {
        bucket,
        rules: [
          {
            id: "tidy",
            status: "Enabled",
            filter: {},
            abortIncompleteMultipartUpload: { daysAfterInitiation: 7 },
            noncurrentVersionExpiration: { noncurrentDays: args.undoDays },
          },
        ],
      },
      { ...inside, dependsOn: [versioned] },
    );
    const policy = pulumi
      .all([args.endpoint, args.key])
      .apply(([endpoint, key]) =>
        policyDocument(
          ...bucketStatements(fullName, args.target, args.names, { endpoint, key }),
          ...(args.statements ?? []),
        ),
      );
    // S3 refuses changes of one bucket that cross one another.
    new BucketPolicy(name, { bucket, policy }, { ...inside, dependsOn: [closed, owned, encrypted, lifecycle] });

    this.bucket = bucket;
    this.registerOutputs({ bucket: this.bucket });
  }
}
