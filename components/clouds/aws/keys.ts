import { Alias } from "@pulumi/aws/kms/alias.js";
import { Key } from "@pulumi/aws/kms/key.js";
import * as pulumi from "@pulumi/pulumi";
import { webAclLogs } from "./door/web-acl.ts";
import type { AwsNames } from "./partition.ts";
import { policyDocument, type Statement } from "./policy-document.ts";
import type { AwsTarget } from "./target.ts";

/** What keys are for: Secrets of the cluster, volumes, objects and images, logs. */
export const keyPurposes = ["cluster", "volumes", "objects", "logs"] as const;
export type KeyPurpose = (typeof keyPurposes)[number];

export type KeysArgs = {
  target: Pick<AwsTarget, "account" | "region" | "cluster" | "keys">;
  names: AwsNames;
  /** Whether they may be deleted, and with them all that they encrypt. */
  erasable: boolean;
};

/**
 * Keys that the country holds, one for each purpose, so that one can be taken away without the others. Those of an external key
 * store are one: each needs a key of its own outside, and the country file names one.
 */
export class Keys extends pulumi.ComponentResource {
  /** ARN of the key for each purpose. */
  readonly arns: Record<KeyPurpose, pulumi.Output<string>>;

  constructor(name: string, args: KeysArgs, opts?: pulumi.ComponentResourceOptions) {
    super("freehold:index:AwsKeys", name, {}, opts);
    const { cluster, keys } = args.target;
    const kept = { parent: this, protect: !args.erasable };

    const made =
      keys.kind === "xks"
        ? sameForAll(makeKey("all", keyPurposes, args, kept))
        : perPurpose((p) => makeKey(p, [p], args, kept));
    for (const [purpose, key] of Object.entries(made)) {
      new Alias(purpose, { name: `alias/${cluster}-${purpose}`, targetKeyId: key.keyId }, { parent: this });
    }
    this.arns = perPurpose((purpose) => made[purpose].arn);
    this.registerOutputs({ arns: this.arns });
  }
}

function makeKey(
  name: string,
  purposes: readonly KeyPurpose[],
  { target, names }: KeysArgs,
  opts: pulumi.CustomResourceOptions,
): Key {
  const { account, region, cluster, keys } = target;
  return new Key(
    name,
    {
      description: `${cluster}: ${purposes.join(", ")}`,
      keyUsage: "ENCRYPT_DECRYPT",
      // A key of several regions can be replicated with its material.
      multiRegion: false,
      isEnabled: true,
      // The material of an external key is turned over where it is held.
      ...(keys.kind === "kms"
        ? { enableKeyRotation: true }
        : { customKeyStoreId: keys.customKeyStore, xksKeyId: keys.externalKey }),
      // As long as AWS lets one change one's mind.
      deletionWindowInDays: 30,
      bypassPolicyLockoutSafetyCheck: false,
      policy: policyDocument(
        {
          Sid: "TheAccountDecides",
          Effect: "Allow",
          Principal: { AWS: names.iam("root") },
          Action: "kms:*",
          Resource: "*",
        },
        ...purposes.flatMap((purpose) => users(purpose, names, { account, region, cluster })),
      ),
    },
    opts,
  );
}

const use = ["kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:DescribeKey"];

/** Whom a key's policy itself admits: services that come with no role of the account's. */
function users(
  purpose: KeyPurpose,
  names: AwsNames,
  { account, region, cluster }: Pick<AwsTarget, "account" | "region" | "cluster">,
): Statement[] {
  switch (purpose) {
    // S3, ECR and EKS use a key as whoever asks them, so the roles' own policies speak.
    case "cluster":
    case "objects":
      return [];
    case "volumes":
      return [
        {
          // As AWS's own key for volumes has it: whoever of the account starts machines or mounts volumes, and only through EC2.
          Sid: "VolumesOfTheAccount",
          Effect: "Allow",
          Principal: { AWS: "*" },
          Action: [...use, "kms:CreateGrant"],
          Resource: "*",
          Condition: { StringEquals: { "kms:CallerAccount": account, "kms:ViaService": names.host("ec2") } },
        },
      ];
    case "logs":
      return [
        {
          Sid: "LogsOfTheAccount",
          Effect: "Allow",
          Principal: { Service: names.principal(`logs.${region}`) },
          Action: use,
          Resource: "*",
          Condition: {
            ArnLike: {
              "kms:EncryptionContext:aws:logs:arn": [
                names.arn("logs", `log-group:/aws/*/${cluster}/*`),
                names.arn("logs", `log-group:${webAclLogs(cluster)}`),
              ],
            },
          },
        },
        {
          Sid: "TrailOfTheAccount",
          Effect: "Allow",
          Principal: { Service: names.principal("cloudtrail") },
          Action: ["kms:GenerateDataKey*", "kms:DescribeKey"],
          Resource: "*",
          Condition: {
            StringEquals: {
              "aws:SourceAccount": account,
              "aws:SourceArn": names.arn("cloudtrail", `trail/${cluster}`),
            },
          },
        },
      ];
  }
}

function perPurpose<Value>(make: (purpose: KeyPurpose) => Value): Record<KeyPurpose, Value> {
  return Object.fromEntries(keyPurposes.map((purpose) => [purpose, make(purpose)])) as Record<KeyPurpose, Value>;
}

function sameForAll<Value>(value: Value): Record<KeyPurpose, Value> {
  return perPurpose(() => value);
}
