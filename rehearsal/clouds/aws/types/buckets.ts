import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { CloudError } from "../../cloud-error.ts";
import type { Fault, Reference } from "../../cloud-type.ts";
import { mapsOf, textOf } from "../../known.ts";
import type { World } from "../../world.ts";
import { type AwsCall, type AwsType, arnOf, awsType, reference, regionOf } from "../aws-type.ts";
import type { Request } from "../model-faults.ts";
import { readPolicy } from "../policy-document.ts";
import { toKey } from "./keys.ts";

export const bucket = "aws:s3/bucket:Bucket";
export const bucketPolicy = "aws:s3/bucketPolicy:BucketPolicy";
const versioning = "aws:s3/bucketVersioning:BucketVersioning";
const publicAccess = "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock";

/** What lies in buckets, as whoever rehearses a deletion writes it to `objects.json` of the world. */
const objectsShape = z.record(z.string(), z.strictObject({ objects: z.number(), locked: z.boolean().default(false) }));

/** Buckets, and what is set on them one by one. */
export const buckets: Record<string, AwsType> = {
  [bucket]: awsType({
    service: "S3",
    thing: "S3 Bucket",
    calls: { create: "CreateBucket", update: "PutBucketTagging", delete: "DeleteBucket" },
    request: { service: "s3", operation: "CreateBucket", members: { tags: null, objectLockEnabled: null } },
    autoname: { property: "bucket", maxLength: 63, unless: ["bucketPrefix"], without: /[^a-z0-9-]/g },
    immutable: ["bucket", "bucketPrefix", "objectLockEnabled"],
    defaults: { forceDestroy: false, objectLockEnabled: false },
    check: ({ bucket: name }) => (typeof name === "string" ? nameFaults(name) : []),
    judge: ({ world, inputs, before }) => {
      const name = textOf(inputs, "bucket");
      // Names of buckets are one account's in the whole world; of other accounts nothing is known here.
      if (!before && name && world.get(bucket, name))
        throw new CloudError(
          "BucketAlreadyOwnedByYou",
          "Your previous request to create the named bucket succeeded and you already own it.",
          409,
        );
    },
    make: (call) => {
      const name = textOf(call.inputs, "bucket") ?? `${textOf(call.inputs, "bucketPrefix")}${Date.now()}`;
      const region = regionOf(call);
      const { dnsSuffix } = call.settings.partition;
      return {
        id: name,
        outputs: {
          bucket: name,
          arn: arnOf(call, "s3", name),
          bucketRegion: region,
          bucketDomainName: `${name}.s3.${dnsSuffix}`,
          bucketRegionalDomainName: `${name}.s3.${region}.${dnsSuffix}`,
          hostedZoneId: "Z11RGJOFQNVJUP",
          requestPayer: "BucketOwner",
        },
      };
    },
    judgeDeletion: ({ world }, { id, inputs }) => {
      const { objects, locked } = contentsOf(world, id);
      if (objects > 0 && locked)
        throw new CloudError("AccessDenied", "Access Denied because object protected by object lock.", 403);
      if (objects > 0 && inputs.forceDestroy !== true)
        throw new CloudError(
          "BucketNotEmpty",
          "The bucket you tried to delete is not empty. You must delete all versions in the bucket.",
          409,
        );
    },
    takesMs: { create: 150 },
  }),

  [versioning]: setting("Versioning", "PutBucketVersioning", {
    judge: ({ world, inputs }) => {
      const status = (inputs.versioningConfiguration as { status?: string } | undefined)?.status;
      if (status !== "Enabled" && world.get(bucket, String(inputs.bucket))?.inputs.objectLockEnabled === true)
        throw new CloudError(
          "InvalidBucketState",
          "An Object Lock configuration is present on this bucket, so the versioning state cannot be changed.",
          409,
        );
    },
  }),
  "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration": setting(
    "Server-side Encryption Configuration",
    "PutBucketEncryption",
    {
      request: {
        service: "s3",
        operation: "PutBucketEncryption",
        members: {
          rules: "ServerSideEncryptionConfiguration.Rules",
          "rules.applyServerSideEncryptionByDefault.kmsMasterKeyId": "KMSMasterKeyID",
          "rules.applyServerSideEncryptionByDefault.sseAlgorithm": "SSEAlgorithm",
        },
      },
      references: [toKey("rules.*.applyServerSideEncryptionByDefault.kmsMasterKeyId")],
    },
  ),
  [publicAccess]: setting("Public Access Block", "PutPublicAccessBlock", {
    defaults: {
      blockPublicAcls: false,
      blockPublicPolicy: false,
      ignorePublicAcls: false,
      restrictPublicBuckets: false,
    },
  }),
  "aws:s3/bucketOwnershipControls:BucketOwnershipControls": setting(
    "Ownership Controls",
    "PutBucketOwnershipControls",
    {
      request: { service: "s3", operation: "PutBucketOwnershipControls", members: { rule: "OwnershipControls.Rules" } },
    },
  ),
  [bucketPolicy]: setting("Policy", "PutBucketPolicy", {
    check: ({ policy }) => {
      const read = typeof policy === "string" ? readPolicy(policy) : undefined;
      return read && "fault" in read ? [{ property: "policy", reason: `MalformedPolicy: ${read.fault}` }] : [];
    },
    judge: judgePolicy,
  }),
  "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration": setting(
    "Lifecycle Configuration",
    "PutBucketLifecycleConfiguration",
    {
      request: {
        service: "s3",
        operation: "PutBucketLifecycleConfiguration",
        members: {
          rules: "LifecycleConfiguration.Rules",
          transitionDefaultMinimumObjectSize: "TransitionDefaultMinimumObjectSize",
          "rules.id": "ID",
          "rules.noncurrentVersionTransitions.noncurrentDays": "NoncurrentDays",
        },
      },
      defaults: { transitionDefaultMinimumObjectSize: "all_storage_classes_128K" },
      check: ({ rules }) => {
        const ids = mapsOf({ rules: rules ?? [] }, "rules").map(({ id }) => id);
        return new Set(ids).size < ids.length
          ? [
              {
                property: "rules",
                reason: "InvalidArgument: Rule ID must be unique. Found same ID for more than one rule",
              },
            ]
          : [];
      },
    },
  ),
};

/** Something that is set on a bucket once: it has the bucket's name for its id, and goes with it. */
function setting(thing: string, operation: string, more: Partial<AwsType>): AwsType {
  const request: Request = { service: "s3", operation };
  return awsType({
    service: "S3",
    thing: `S3 Bucket ${thing}`,
    calls: { create: operation, update: operation, delete: operation.replace(/^Put/, "Delete") },
    request,
    ...more,
    immutable: ["bucket"],
    exclusive: true,
    references: [toBucket("bucket"), ...(more.references ?? [])],
    make: ({ inputs }) => ({ id: String(inputs.bucket), outputs: {} }),
  });
}

function toBucket(at: string): Reference {
  return reference(at, bucket, "NoSuchBucket", () => "The specified bucket does not exist", { holds: false });
}

/** docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html */
function nameFaults(name: string): Fault[] {
  const fine =
    /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(name) &&
    !name.includes("..") &&
    !/^\d+\.\d+\.\d+\.\d+$/.test(name) &&
    !/^(xn--|sthree-|amzn-s3-demo-)/.test(name) &&
    !/(-s3alias|--ol-s3|\.mrap|--x-s3|--table-s3)$/.test(name);
  return fine
    ? []
    : [{ property: "bucket", reason: `InvalidBucketName: The specified bucket is not valid. (${name})` }];
}

/** S3 takes a policy that is about this bucket alone, and none that lets everybody in where that is blocked. */
function judgePolicy(call: AwsCall): void {
  const { world, inputs } = call;
  const read = readPolicy(textOf(inputs, "policy"));
  if ("fault" in read) throw new CloudError("MalformedPolicy", read.fault);
  const arn = arnOf(call, "s3", String(inputs.bucket));
  const stray = read.statements
    .flatMap(({ Resource = [] }) => Resource)
    .find((one) => one !== arn && !one.startsWith(`${arn}/`));
  if (stray) throw new CloudError("MalformedPolicy", `Policy has invalid resource: ${stray}`);
  if (read.statements.some(({ Principal, NotPrincipal }) => !Principal && !NotPrincipal))
    throw new CloudError("MalformedPolicy", "Missing required field Principal");
  const open = read.statements.some(
    ({ Effect, Principal, Condition }) => Effect === "Allow" && Principal?.AWS?.includes("*") && !Condition,
  );
  if (open && world.get(publicAccess, String(inputs.bucket))?.outputs.blockPublicPolicy === true) {
    throw new CloudError(
      "AccessDenied",
      "User is not authorized to perform: s3:PutBucketPolicy because public policies are blocked by the BlockPublicPolicy block public access setting.",
      403,
    );
  }
}

function contentsOf(world: World, name: string): { objects: number; locked: boolean } {
  const file = join(world.folder, "objects.json");
  const all = existsSync(file) ? objectsShape.parse(JSON.parse(readFileSync(file, "utf8"))) : {};
  return all[name] ?? { objects: 0, locked: false };
}
