import { Trail } from "@pulumi/aws/cloudtrail/trail.js";
import * as pulumi from "@pulumi/pulumi";
import { Bucket, type BucketArgs, bucketName } from "./bucket.ts";
import type { AwsNames } from "./partition.ts";
import type { Statement } from "./policy-document.ts";
import type { AwsTarget } from "./target.ts";

export type AuditArgs = Omit<BucketArgs, "undoDays" | "statements" | "target"> & {
  target: Pick<AwsTarget, "account" | "region" | "cluster" | "operators">;
};

/** The record of every call to AWS in the region, in a bucket of its own from which nobody deletes. */
export class Audit extends pulumi.ComponentResource {
  constructor(name: string, args: AuditArgs, opts?: pulumi.ComponentResourceOptions) {
    super("freehold:index:AwsAudit", name, {}, opts);
    const inside = { parent: this };
    const { target, names, key } = args;

    const bucket = new Bucket("audit", { ...args, undoDays: 400, statements: statements(target, names) }, inside);
    new Trail(
      "trail",
      {
        name: target.cluster,
        s3BucketName: bucketName(target, "audit"),
        kmsKeyId: key,
        enableLogging: true,
        // Signed digests show that no record was changed or left out.
        enableLogFileValidation: true,
        // Nothing of other regions is kept here: no other region is used.
        isMultiRegionTrail: false,
        includeGlobalServiceEvents: false,
        isOrganizationTrail: false,
      },
      { ...inside, dependsOn: [bucket] },
    );
    this.registerOutputs();
  }
}

function statements({ account, cluster }: Pick<AwsTarget, "account" | "cluster">, names: AwsNames): Statement[] {
  const bucket = bucketName({ account, cluster }, "audit");
  const trail = { "aws:SourceArn": names.arn("cloudtrail", `trail/${cluster}`) };
  const Principal = { Service: names.principal("cloudtrail") };
  return [
    {
      Sid: "TrailLooks",
      Effect: "Allow",
      Principal,
      Action: "s3:GetBucketAcl",
      Resource: names.bucket(bucket),
      Condition: { StringEquals: trail },
    },
    {
      Sid: "TrailWrites",
      Effect: "Allow",
      Principal,
      Action: "s3:PutObject",
      Resource: names.bucket(`${bucket}/AWSLogs/${account}/*`),
      Condition: { StringEquals: { ...trail, "s3:x-amz-acl": "bucket-owner-full-control" } },
    },
    {
      Sid: "NobodyDeletes",
      Effect: "Deny",
      Principal: "*",
      Action: ["s3:DeleteObject", "s3:DeleteObjectVersion"],
      Resource: names.bucket(`${bucket}/*`),
    },
  ];
}
