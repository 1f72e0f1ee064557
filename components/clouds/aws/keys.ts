import { Alias } from "@pulumi/aws/kms/alias.js";
import { Key } from "@pulumi/aws/kms/key.js";
import * as pulumi from "@pulumi/pulumi";
import { keyHolders, nthName } from "../key-change.ts";
import { webAclLogs } from "./door/web-acl.ts";
import type { AwsNames } from "./partition.ts";
import { policyDocument, type Statement } from "./policy-document.ts";
import type { AwsKeyHolder, AwsTarget } from "./target.ts";

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
 * store are one: each needs a key of its own outside, and the country file names one. Where the keys were changed, the earlier
 * ones stay, and what they encrypted can be read.
 */
export class Keys extends pulumi.ComponentResource {
  /** ARN of the key that is in use for each purpose. */
  readonly arns: Record<KeyPurpose, pulumi.Output<string>>;
  /** ARN of the alias behind which the key of volumes always is: what names it stays as it is when the key is changed. */
  readonly volumes: pulumi.Output<string>;

  constructor(name: string, args: KeysArgs, opts?: pulumi.ComponentResourceOptions) {
    super("freehold:index:AwsKeys", name, {}, opts);
    const made = keyHolders(args.target.keys).map((holder, index) => keysOf(holder, index + 1, args, this));
    const all = perPurpose((purpose) => made.flatMap((keys) => keys[purpose] ?? []));
    const aliases = perPurpose((purpose) => nameKeys(purpose, all[purpose], args, this));

    this.arns = perPurpose((purpose) => all[purpose].at(-1)!.arn);
    this.volumes = aliases.volumes.arn;
    this.registerOutputs({ arns: this.arns });
  }
}

/** Aliases of every key of a purpose, by which roles are let at them: of the one in use, then of the earlier ones. */
export function keyAliases({ cluster, keys }: Pick<AwsTarget, "cluster" | "keys">, purpose: KeyPurpose): string[] {
  const alias = `alias/${cluster}-${purpose}`;
  const earlier = purpose === "cluster" ? [] : (keys.earlier ?? []);
  return [alias, ...earlier.map((_, index) => `${alias}-${index + 1}`)];
}

/** The keys of one holder. EKS keeps the key that it was made with, so only the first holder has one of the cluster. */
function keysOf(
  holder: AwsKeyHolder,
  nth: number,
  args: KeysArgs,
  parent: pulumi.Resource,
): Partial<Record<KeyPurpose, Key>> {
  const purposes = nth === 1 ? keyPurposes : keyPurposes.filter((purpose) => purpose !== "cluster");
  const kept = { parent, protect: !args.erasable };
  const make = (name: string, uses: readonly KeyPurpose[]) => makeKey(name, nth, uses, holder, args, kept);
  const one = holder.kind === "xks" ? make("all", purposes) : undefined;
  return Object.fromEntries(purposes.map((purpose) => [purpose, one ?? make(purpose, [purpose])]));
}

function nameKeys(purpose: KeyPurpose, keys: Key[], { target }: KeysArgs, parent: pulumi.Resource): Alias {
  const [current, ...earlier] = keyAliases(target, purpose);
  const before = earlier.map(
    (name, index) => new Alias(`${purpose}-${index + 1}`, { name, targetKeyId: keys[index]!.keyId }, { parent }),
  );
  // An earlier key gets its own name first: roles are let at it by name, and must not lose it on the way.
  return new Alias(purpose, { name: current, targetKeyId: keys.at(-1)!.keyId }, { parent, dependsOn: before });
}

function makeKey(
  name: string,
  nth: number,
  purposes: readonly KeyPurpose[],
  holder: AwsKeyHolder,
  { target, names }: KeysArgs,
  opts: pulumi.CustomResourceOptions,
): Key {
  const { account, region, cluster } = target;
  return new Key(
    nthName(name, nth),
    {
      // Before an update the number says which of the country's keys is in use.
      description: `${cluster}: ${purposes.join(", ")}${nth === 1 ? "" : ` (${nth})`}`,
      keyUsage: "ENCRYPT_DECRYPT",
      // A key of several regions can be replicated with its material.
      multiRegion: false,
      isEnabled: true,
      // The material of an external key is turned over where it is held.
      ...(holder.kind === "kms"
        ? { enableKeyRotation: true }
        : { customKeyStoreId: holder.customKeyStore, xksKeyId: holder.externalKey }),
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
