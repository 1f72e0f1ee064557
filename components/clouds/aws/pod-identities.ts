import { PodIdentityAssociation } from "@pulumi/aws/eks/podIdentityAssociation.js";
import * as pulumi from "@pulumi/pulumi";
import { bucketName } from "./bucket.ts";
import { keyAliases } from "./keys.ts";
import type { AwsNames } from "./partition.ts";
import { mayUseKey, type Statement } from "./policy-document.ts";
import { podRole } from "./role.ts";
import type { AwsTarget } from "./target.ts";

/** A service account: its name, and its namespace. */
export type ServiceAccountName = { name: string; namespace: string };

export type PodIdentitiesArgs = {
  target: Pick<AwsTarget, "account" | "cluster" | "keys">;
  names: AwsNames;
  clusterName: pulumi.Input<string>;
  /** Those that read weights. */
  weights: ServiceAccountName[];
  /** Those that write backups, and read them again. */
  backups: ServiceAccountName[];
};

/** Which pods may do what with which bucket: each service account has one role, and no key pair exists. */
export class PodIdentities extends pulumi.ComponentResource {
  constructor(name: string, args: PodIdentitiesArgs, opts?: pulumi.ComponentResourceOptions) {
    super("freehold:index:AwsPodIdentities", name, {}, opts);
    const inside = { parent: this };
    grant("weights", args.weights, rights("weights", ["s3:GetObject"], ["kms:Decrypt"], args), args, inside);
    grant(
      "backups",
      args.backups,
      rights(
        "backups",
        ["s3:GetObject", "s3:PutObject", "s3:DeleteObject", "s3:AbortMultipartUpload"],
        ["kms:Decrypt", "kms:GenerateDataKey"],
        args,
      ),
      args,
      inside,
    );
    this.registerOutputs();
  }
}

/** What may be done with the objects of a bucket, and with the key that encrypts them. */
function rights(purpose: string, objects: string[], key: string[], { target, names }: PodIdentitiesArgs): Statement[] {
  const bucket = bucketName(target, purpose);
  return [
    { Sid: "Objects", Effect: "Allow", Action: objects, Resource: names.bucket(`${bucket}/*`) },
    { Sid: "Names", Effect: "Allow", Action: "s3:ListBucket", Resource: names.bucket(bucket) },
    mayUseKey("Key", keyAliases(target, "objects"), names.arn("kms", "key/*"), ...key),
  ];
}

function grant(
  purpose: string,
  accounts: ServiceAccountName[],
  own: Statement[],
  args: PodIdentitiesArgs,
  inside: { parent: pulumi.Resource },
) {
  if (accounts.length === 0) return;
  const { role, rights } = podRole(purpose, { own }, args, inside);
  for (const { name, namespace } of accounts) {
    new PodIdentityAssociation(
      `${purpose}-${name}`,
      { clusterName: args.clusterName, namespace, serviceAccount: name, roleArn: role.arn },
      { ...inside, dependsOn: rights },
    );
  }
}
