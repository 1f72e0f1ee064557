import * as pulumi from "@pulumi/pulumi";
import { closedBucket } from "./bucket/closed-bucket.ts";
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
    const fullName = bucketName(args.target, name);
    const policy = pulumi
      .all([args.endpoint, args.key])
      .apply(([endpoint, key]) =>
        policyDocument(
          ...bucketStatements(fullName, args.target, args.names, { endpoint, key }),
          ...(args.statements ?? []),
        ),
      );
    this.bucket = closedBucket(name, { ...args, bucketName: fullName, policy }, { parent: this });
    this.registerOutputs({ bucket: this.bucket });
  }
}
