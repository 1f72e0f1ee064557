import { Bucket } from "@pulumi/aws/s3/bucket.js";
import { BucketLifecycleConfiguration } from "@pulumi/aws/s3/bucketLifecycleConfiguration.js";
import { BucketOwnershipControls } from "@pulumi/aws/s3/bucketOwnershipControls.js";
import { BucketPolicy } from "@pulumi/aws/s3/bucketPolicy.js";
import { BucketPublicAccessBlock } from "@pulumi/aws/s3/bucketPublicAccessBlock.js";
import { BucketServerSideEncryptionConfiguration } from "@pulumi/aws/s3/bucketServerSideEncryptionConfiguration.js";
import { BucketVersioning } from "@pulumi/aws/s3/bucketVersioning.js";
import type * as pulumi from "@pulumi/pulumi";

export type ClosedBucketArgs = {
  /** Its name in the whole world. */
  bucketName: string;
  /** ARN of the key of what is in it. */
  key: pulumi.Input<string>;
  /** Days for which what was overwritten or deleted can be had back. */
  undoDays: number;
  /** Whether it may be deleted with all that is in it. */
  erasable: boolean;
  policy: pulumi.Input<string>;
};

/** A bucket that the country's key encrypts, that is never public, and that does what its policy says: what S3 calls it. */
export function closedBucket(
  name: string,
  args: ClosedBucketArgs,
  inside: pulumi.CustomResourceOptions,
): pulumi.Output<string> {
  const { erasable, policy } = args;
  const { bucket } = new Bucket(
    name,
    { bucket: args.bucketName, forceDestroy: erasable },
    { ...inside, protect: !erasable },
  );
  const closed = new BucketPublicAccessBlock(
    name,
    { bucket, blockPublicAcls: true, blockPublicPolicy: true, ignorePublicAcls: true, restrictPublicBuckets: true },
    inside,
  );
  // Lists of access are gone with it: policies alone speak.
  const owned = new BucketOwnershipControls(name, { bucket, rule: { objectOwnership: "BucketOwnerEnforced" } }, inside);
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
  // S3 refuses changes of one bucket that cross one another.
  new BucketPolicy(name, { bucket, policy }, { ...inside, dependsOn: [closed, owned, encrypted, lifecycle] });
  return bucket;
}
