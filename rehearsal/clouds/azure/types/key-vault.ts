import { randomBytes } from "node:crypto";
import type { Properties } from "../../../kubernetes-provider/properties.ts";
import { CloudError } from "../../cloud-error.ts";
import type { Fault } from "../../cloud-type.ts";
import { mapOf, mapsOf, textOf } from "../../known.ts";
import type { Standing } from "../../world.ts";
import { type AzureCall, armType, standingAt } from "../arm-type.ts";
import { mayDo } from "../permissions.ts";
import { sameId } from "../resource-id.ts";
import { recoverKeys, softDeleted, stillNamed } from "../soft-deletion.ts";
import { keyType, vaultType } from "../vault-keys.ts";
import { hasPrivateEndpoint } from "./private-link.ts";

const vaults = "/subscriptions/{subscriptionId}/resourceGroups/{resourceGroupName}/providers/Microsoft.KeyVault/vaults";

export const vault = armType({
  path: `${vaults}/{vaultName}`,
  apiVersion: "2024-11-01",
  model: { file: "arm-keyvault", class: "VaultCreateOrUpdateParameters" },
  naming: {
    pattern: /^[A-Za-z](?!.*--)[A-Za-z0-9-]{1,22}[A-Za-z0-9]$/,
    rule: "3 to 24 letters, digits and single hyphens, the first a letter, the last no hyphen",
  },
  waits: true,
  check: (inputs, { subscription }) => {
    const properties = mapOf(inputs, "properties") ?? {};
    const faults: Fault[] = [];
    const tenant = textOf(properties, "tenantId");
    if (tenant !== undefined && tenant !== subscription.tenant)
      faults.push({
        property: "properties.tenantId",
        reason: `'properties.tenantId' is '${tenant}', which is not the subscription's tenant ${subscription.tenant}`,
      });
    const { softDeleteRetentionInDays: days } = properties;
    if (typeof days === "number" && (days < 7 || days > 90))
      faults.push({
        property: "properties.softDeleteRetentionInDays",
        reason: `'properties.softDeleteRetentionInDays' is ${days}; it must be 7 to 90`,
      });
    if (properties.enablePurgeProtection === false)
      faults.push({
        property: "properties.enablePurgeProtection",
        reason: "'properties.enablePurgeProtection' cannot be set to false: leave it out or set it to true",
      });
    if (properties.enableSoftDelete === false)
      faults.push({
        property: "properties.enableSoftDelete",
        reason: "'properties.enableSoftDelete' cannot be set to false any more",
      });
    return faults;
  },
  judge: (call, id) => {
    judgeName(call, id);
    const before = mapOf(call.before?.inputs, "properties");
    const after = mapOf(call.inputs, "properties") ?? {};
    if (before?.enablePurgeProtection === true && after.enablePurgeProtection !== true) {
      throw new CloudError(
        "BadRequest",
        'The property "enablePurgeProtection" cannot be set to false. Enabling the purge protection for a vault is an irreversible action.',
      );
    }
    const [was, is] = [before, after].map((properties) => properties?.softDeleteRetentionInDays);
    if (before && was !== is) {
      throw new CloudError(
        "BadRequest",
        'The property "softDeleteRetentionInDays" has been set already and it can\'t be modified.',
      );
    }
    if (after.enableRbacAuthorization !== true && mapsOf(after, "accessPolicies").length > 1024) {
      throw new CloudError("TooManyAccessPolicies", "A vault takes 1024 access policies at most.");
    }
  },
  outputs: ({ inputs }, id) => ({
    properties: {
      enableSoftDelete: true,
      softDeleteRetentionInDays: 90,
      enableRbacAuthorization: false,
      publicNetworkAccess: "Enabled",
      accessPolicies: [],
      ...mapOf(inputs, "properties"),
      provisioningState: "Succeeded",
      vaultUri: `https://${id.split("/").at(-1)!.toLowerCase()}.vault.azure.net/`,
      hsmPoolResourceId: null,
    },
    type: "Microsoft.KeyVault/vaults",
  }),
  settle: async ({ world, inputs, before }, { id }) => {
    if (!before && textOf(mapOf(inputs, "properties"), "createMode") === "recover") recoverKeys(world, id);
    return undefined;
  },
  computedWithin: ["properties.vaultUri"],
  leaves: (standing) => softDeleted(standing)!,
});

export const key = armType({
  path: `${vaults}/{vaultName}/keys/{keyName}`,
  apiVersion: "2024-11-01",
  model: { file: "arm-keyvault", class: "KeyCreateParameters" },
  naming: { pattern: /^[A-Za-z0-9-]{1,127}$/, rule: "1 to 127 letters, digits and hyphens" },
  // A key is made once; its versions are the data plane's.
  frozen: ["properties.kty", "properties.keySize", "properties.curveName"],
  check: (inputs) => keyFaults(mapOf(inputs, "properties") ?? {}),
  judge: ({ world, inputs }, id) => {
    const parent = standingAt(world, id.split("/").slice(0, -2).join("/"))!;
    const hsm = textOf(mapOf(inputs, "properties"), "kty")?.endsWith("-HSM");
    const sku = textOf(mapOf(mapOf(parent.inputs, "properties"), "sku"), "name")?.toLowerCase();
    if (hsm && sku !== "premium") {
      throw new CloudError(
        "BadParameter",
        `Keys in hardware need a vault of the SKU premium; ${parent.outputs.name} is ${sku}.`,
      );
    }
    const deleted = stillNamed(world, keyType, (one) => sameId(one.id, id));
    if (deleted) {
      throw new CloudError(
        "ObjectIsDeletedButRecoverable",
        `Key ${deleted.outputs.name} is currently in a deleted but recoverable state, and its name cannot be reused; in this state, the key can only be recovered or purged.`,
        409,
      );
    }
  },
  outputs: ({ inputs, before }) => {
    const { kty, keySize, curveName, keyOps, attributes, rotationPolicy } = mapOf(inputs, "properties") ?? {};
    const keyUri = `https://${String(inputs.vaultName).toLowerCase()}.vault.azure.net/keys/${inputs.keyName}`;
    const plain = { kty: kty ?? "RSA", keySize, curveName, keyOps, attributes, rotationPolicy };
    return {
      ...(Object.fromEntries(Object.entries(plain).filter(([, value]) => value !== undefined)) as Properties),
      keyUri,
      keyUriWithVersion: before?.outputs.keyUriWithVersion ?? `${keyUri}/${randomBytes(16).toString("hex")}`,
    };
  },
  judgeDeletion: judgeKeyDeletion,
  leaves: (standing) => softDeleted(standing)!,
});

/** Vaults have their names in the whole world, and keep them after their deletion. */
function judgeName({ world, settings, inputs, before }: AzureCall, id: string) {
  const name = String(inputs.vaultName);
  if (before) return;
  const deleted = stillNamed(world, vaultType, (one) => sameId(String(one.outputs.name), name));
  const recovers = textOf(mapOf(inputs, "properties"), "createMode") === "recover";
  if (deleted && !(recovers && sameId(deleted.id, id))) {
    throw new CloudError(
      "ConflictError",
      `A vault with the same name already exists in deleted state. You need to either recover or purge existing key vault. (${name}, until ${deleted.left?.scheduledPurgeDate}; purge protection ${deleted.left?.purgeProtection ? "on" : "off"})`,
      409,
    );
  }
  const others = world.standing(vaultType).some((one) => sameId(String(one.outputs.name), name));
  if (others || settings.subscription.taken.vaults.some((one) => sameId(one, name))) {
    throw new CloudError(
      "VaultAlreadyExists",
      `The vault name '${name}' is already in use. Vault names are globally unique so it is possible that the name is already taken.`,
      409,
    );
  }
}

function keyFaults({ kty, keySize, curveName }: Properties): Fault[] {
  const rsa = typeof kty === "string" && kty.startsWith("RSA");
  if (rsa && keySize !== undefined && ![2048, 3072, 4096].includes(Number(keySize)))
    return [
      { property: "properties.keySize", reason: `'properties.keySize' is ${keySize}; it must be 2048, 3072 or 4096` },
    ];
  if (rsa && curveName !== undefined)
    return [
      { property: "properties.curveName", reason: "'properties.curveName' is for keys of elliptic curves alone" },
    ];
  return [];
}

/** azure-native deletes keys at the vault itself, so who deletes has to be let at it, and has to reach it. */
function judgeKeyDeletion(call: AzureCall, { id, outputs }: Standing) {
  const vaultId = id.split("/").slice(0, -2).join("/");
  const parent = standingAt(call.world, vaultId);
  if (!parent) return;
  const { caller } = call.settings.subscription;
  const properties = mapOf(parent.inputs, "properties") ?? {};
  const byRole = caller.roles.some((role) => ["Key Vault Crypto Officer", "Key Vault Administrator"].includes(role));
  const allowed =
    properties.enableRbacAuthorization === true ? byRole || mayDo(call, caller.objectId, "delete-keys", id) : true;
  if (!allowed) {
    throw new CloudError(
      "Forbidden",
      `Caller is not authorized to perform action on resource. Action: 'Microsoft.KeyVault/vaults/keys/delete', key ${outputs.name}. azure-native deletes keys at the vault itself, which takes a role such as Key Vault Crypto Officer.`,
      403,
    );
  }
  const closed = properties.publicNetworkAccess === "Disabled";
  if (closed && !hasPrivateEndpoint(call, vaultId)) {
    throw new CloudError(
      "Forbidden",
      `Public network access is disabled and request is not from a trusted service nor via an approved private link. Vault: ${parent.outputs.name}.`,
      403,
    );
  }
}
