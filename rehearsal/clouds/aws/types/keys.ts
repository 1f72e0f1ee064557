import { CloudError } from "../../cloud-error.ts";
import type { Reference } from "../../cloud-type.ts";
import { textOf } from "../../known.ts";
import type { Standing, World } from "../../world.ts";
import { type AwsCall, type AwsType, arnOf, awsType, newUuid, parseArn, regionOf } from "../aws-type.ts";
import { readPolicy } from "../policy-document.ts";

export const key = "aws:kms/key:Key";
const alias = "aws:kms/alias:Alias";

/** A reference to a key by id, ARN or alias. Keys hold nobody back: whoever uses one loses it when it is deleted. */
export const toKey = (at: string): Reference => ({
  at,
  to: [key],
  holds: false,
  missing: (value, world) => (keyOf(value, world) ? undefined : noKey(value, world)),
});

/** The key that an id, an ARN or an alias means. */
export function keyOf(value: string, world: World): Standing | undefined {
  const named = value.includes("alias/") ? world.find([alias], value) : undefined;
  return world.find([key], named ? String(named.outputs.targetKeyId) : value);
}

/** Keys, their names, and the encryption of disks that nobody asked for. */
export const keys: Record<string, AwsType> = {
  [key]: awsType({
    service: "KMS",
    thing: "KMS Key",
    calls: { create: "CreateKey", update: "PutKeyPolicy", delete: "ScheduleKeyDeletion" },
    request: {
      service: "kms",
      operation: "CreateKey",
      members: { customerMasterKeySpec: "KeySpec", deletionWindowInDays: null, tags: null, rotationPeriodInDays: null },
    },
    immutable: ["customerMasterKeySpec", "keyUsage", "multiRegion", "customKeyStoreId", "xksKeyId"],
    defaults: {
      customerMasterKeySpec: "SYMMETRIC_DEFAULT",
      keyUsage: "ENCRYPT_DECRYPT",
      isEnabled: true,
      enableKeyRotation: false,
      multiRegion: false,
    },
    check: ({ deletionWindowInDays, rotationPeriodInDays, policy }) => [
      ...between("deletionWindowInDays", deletionWindowInDays, 7, 30),
      ...between("rotationPeriodInDays", rotationPeriodInDays, 90, 2560),
      ...policyFaults(policy),
    ],
    judge: judgeKey,
    make: (call) => {
      const keyId = call.inputs.multiRegion === true ? `mrk-${newUuid().replaceAll("-", "")}` : newUuid();
      const root = `arn:${call.settings.partition.name}:iam::${call.settings.account}:root`;
      const usual = {
        Version: "2012-10-17",
        Id: "key-default-1",
        Statement: [
          {
            Sid: "Enable IAM User Permissions",
            Effect: "Allow",
            Principal: { AWS: root },
            Action: "kms:*",
            Resource: "*",
          },
        ],
      };
      return {
        id: keyId,
        outputs: {
          keyId,
          arn: arnOf(call, "kms", `key/${keyId}`),
          description: call.inputs.description ?? "",
          policy: call.inputs.policy ?? JSON.stringify(usual),
          rotationPeriodInDays: call.inputs.rotationPeriodInDays ?? (call.inputs.enableKeyRotation === true ? 365 : 0),
        },
      };
    },
    leaves: ({ inputs }) => {
      const days = Number(inputs.deletionWindowInDays ?? 30);
      return { keyState: "PendingDeletion", deletionDate: new Date(Date.now() + days * 86_400_000).toISOString() };
    },
    takesMs: { create: 150 },
  }),

  [alias]: awsType({
    service: "KMS",
    thing: "KMS Alias",
    calls: { create: "CreateAlias", update: "UpdateAlias", delete: "DeleteAlias" },
    request: { service: "kms", operation: "CreateAlias", members: { name: "AliasName" } },
    autoname: { property: "name", maxLength: 256, unless: ["namePrefix"], prefix: "alias/" },
    immutable: ["name", "namePrefix"],
    references: [toKey("targetKeyId")],
    check: ({ name }) =>
      typeof name === "string" && (!name.startsWith("alias/") || name.startsWith("alias/aws/"))
        ? [
            {
              property: "name",
              reason: `name must begin with 'alias/' and be comprised of only [a-zA-Z0-9/_-]; alias/aws/ is AWS's own (${name})`,
            },
          ]
        : [],
    judge: (call) => {
      const { world, inputs, before } = call;
      const twin = world
        .standing(alias)
        .find((one) => one.outputs.name === inputs.name && one.outputs.region === regionOf(call));
      if (twin && twin.id !== before?.id) {
        throw new CloudError(
          "AlreadyExistsException",
          `An alias with the name ${arnOf(call, "kms", String(inputs.name))} already exists`,
        );
      }
    },
    make: (call) => {
      const name = textOf(call.inputs, "name") ?? `${textOf(call.inputs, "namePrefix")}${Date.now()}`;
      return { id: name, outputs: { name, arn: arnOf(call, "kms", name), ...target(call) } };
    },
    change: (call) => target(call),
  }),

  "aws:ebs/encryptionByDefault:EncryptionByDefault": awsType({
    service: "EC2",
    thing: "EBS Encryption by Default",
    calls: {
      create: "EnableEbsEncryptionByDefault",
      update: "EnableEbsEncryptionByDefault",
      delete: "DisableEbsEncryptionByDefault",
    },
    defaults: { enabled: true },
    make: () => ({ id: `terraform-${Date.now()}${newUuid().slice(0, 8)}`, outputs: {} }),
  }),

  "aws:ebs/defaultKmsKey:DefaultKmsKey": awsType({
    service: "EC2",
    thing: "EBS Default KMS Key",
    calls: { create: "ModifyEbsDefaultKmsKeyId", delete: "ResetEbsDefaultKmsKeyId" },
    immutable: ["keyArn"],
    exclusive: true,
    references: [toKey("keyArn")],
    check: ({ keyArn }, { region }) => {
      const arn = typeof keyArn === "string" ? parseArn(keyArn) : undefined;
      return typeof keyArn === "string" && (arn?.service !== "kms" || arn.region !== region)
        ? [{ property: "keyArn", reason: `InvalidParameterValue: ${keyArn} is no ARN of a KMS key in ${region}` }]
        : [];
    },
    make: ({ inputs }) => ({ id: String(inputs.keyArn), outputs: {} }),
  }),
};

function judgeKey({ inputs, settings, world, before }: AwsCall): void {
  const external = textOf(inputs, "customKeyStoreId") ?? textOf(inputs, "xksKeyId");
  if (textOf(inputs, "xksKeyId") && !textOf(inputs, "customKeyStoreId"))
    throw new CloudError("ValidationException", "A custom key store has to be named for an external key");
  const twin = world
    .standing(key)
    .find(({ inputs: of }) => of.customKeyStoreId === inputs.customKeyStoreId && of.xksKeyId === inputs.xksKeyId);
  if (textOf(inputs, "xksKeyId") && twin && twin.id !== before?.id)
    throw new CloudError(
      "XksKeyAlreadyInUseException",
      `External key ${inputs.xksKeyId} is already associated with a KMS key in ${inputs.customKeyStoreId}`,
    );
  // docs.aws.amazon.com/kms/latest/developerguide/custom-key-store-overview.html: neither exists for a custom key store.
  if (external && inputs.multiRegion === true)
    throw new CloudError("UnsupportedOperationException", "Multi-Region keys cannot be created in a custom key store");
  if (external && inputs.enableKeyRotation === true)
    throw new CloudError(
      "UnsupportedOperationException",
      "The key is in a custom key store, which does not rotate keys",
    );
  const policy = textOf(inputs, "policy");
  const read = policy === undefined ? undefined : readPolicy(policy);
  if (!read || "fault" in read || inputs.bypassPolicyLockoutSafetyCheck === true) return;
  const keepers = read.statements.filter(
    ({ Effect, Principal, Action = [] }) =>
      Effect === "Allow" &&
      Action.some((action) => /^(\*|kms:(\*|Put\*|PutKeyPolicy))$/i.test(action)) &&
      Principal?.AWS?.some((name) => name === "*" || name.includes(settings.account)),
  );
  if (keepers.length === 0)
    throw new CloudError(
      "MalformedPolicyDocumentException",
      "The new key policy will not allow you to update the key policy in the future.",
    );
}

function target({ inputs, world }: AwsCall) {
  const found = keyOf(String(inputs.targetKeyId), world);
  return { targetKeyArn: found?.outputs.arn ?? "", targetKeyId: found?.outputs.keyId ?? "" };
}

function noKey(value: string, world: World): CloudError {
  const leaving = world.leaving(key).find(({ id, outputs }) => id === value || outputs.arn === value);
  return leaving
    ? new CloudError("KMSInvalidStateException", `${leaving.outputs.arn} is pending deletion.`)
    : new CloudError("NotFoundException", `Key '${value}' does not exist`);
}

function between(property: string, value: unknown, least: number, most: number) {
  return typeof value === "number" && (value < least || value > most)
    ? [{ property, reason: `expected ${property} to be in the range (${least} - ${most}), got ${value}` }]
    : [];
}

function policyFaults(policy: unknown) {
  const read = typeof policy === "string" ? readPolicy(policy) : undefined;
  return read && "fault" in read
    ? [{ property: "policy", reason: `MalformedPolicyDocumentException: ${read.fault}` }]
    : [];
}
