import { azureZones } from "../../../../catalogue/azure-offering.ts";
import { CloudError } from "../../cloud-error.ts";
import type { Fault } from "../../cloud-type.ts";
import { mapOf, textOf } from "../../known.ts";
import { type AzureCall, armType } from "../arm-type.ts";
import { identityOutputs, judgeIdentity } from "../identity-outputs.ts";
import { mayWrap, principalOf, standingIdentities } from "../permissions.ts";
import { plainLocation, sameId } from "../resource-id.ts";
import { findKey, keyAccessForbidden, requireRecoverable } from "../vault-keys.ts";

const accounts =
  "/subscriptions/{subscriptionId}/resourceGroups/{resourceGroupName}/providers/Microsoft.Storage/storageAccounts";
const accountType = "azure-native:storage:StorageAccount";

export const storageAccount = armType({
  path: `${accounts}/{accountName}`,
  apiVersion: "2024-01-01",
  model: { file: "arm-storage", class: "StorageAccountCreateParameters" },
  naming: { pattern: /^[a-z0-9]{3,24}$/, rule: "3 to 24 lower-case letters and digits" },
  computedWithin: ["identity.principalId", "sku.tier"],
  immutable: ["isHnsEnabled"],
  frozen: ["encryption.requireInfrastructureEncryption"],
  waits: true,
  check: (inputs) => {
    const sku = textOf(mapOf(inputs, "sku"), "name") ?? "";
    const location = textOf(inputs, "location");
    const faults: Fault[] = [];
    if (/ZRS$/.test(sku) && location !== undefined && azureZones(plainLocation(location)).length === 0)
      faults.push({
        property: "sku.name",
        reason: `'sku.name' is '${sku}', and ${location} has no availability zones (InvalidSkuForLocation)`,
      });
    if (inputs.kind === "BlockBlobStorage" && sku !== "" && !sku.startsWith("Premium"))
      faults.push({
        property: "sku.name",
        reason: `'sku.name' is '${sku}'; accounts of the kind BlockBlobStorage are Premium`,
      });
    if (inputs.isSftpEnabled === true && inputs.isHnsEnabled !== true)
      faults.push({
        property: "isSftpEnabled",
        reason: "'isSftpEnabled' takes a hierarchical namespace (isHnsEnabled)",
      });
    return faults;
  },
  judge: (call) => {
    judgeIdentity(call);
    judgeName(call);
    judgeSku(call);
    judgeKey(call);
  },
  outputs: (call) => {
    const name = String(call.inputs.accountName);
    return {
      provisioningState: "Succeeded",
      creationTime: call.before?.outputs.creationTime ?? new Date().toISOString(),
      primaryLocation: plainLocation(String(call.inputs.location)),
      statusOfPrimary: "available",
      primaryEndpoints: Object.fromEntries(
        ["blob", "dfs", "file", "queue", "table", "web"].map((service) => [
          service,
          `https://${name}.${service}.core.windows.net/`,
        ]),
      ),
      sku: {
        ...mapOf(call.inputs, "sku"),
        tier: textOf(mapOf(call.inputs, "sku"), "name")?.split("_")[0] ?? "Standard",
      },
      keyCreationTime: {},
      privateEndpointConnections: [],
      ...identityOutputs(call),
    };
  },
});

const retention = (inputs: Record<string, unknown>, key: string): Fault[] => {
  const policy = mapOf(inputs as never, key);
  if (policy?.enabled !== true || policy.days !== undefined) return [];
  return [{ property: `${key}.days`, reason: `'${key}' is enabled and says no days` }];
};

export const blobServiceProperties = armType({
  path: `${accounts}/{accountName}/blobServices/{blobServicesName}`,
  apiVersion: "2024-01-01",
  model: { file: "arm-storage", class: "BlobServiceProperties" },
  naming: { pattern: /^default$/, rule: "default: an account has one blob service" },
  check: (inputs) => [
    ...retention(inputs, "deleteRetentionPolicy"),
    ...retention(inputs, "containerDeleteRetentionPolicy"),
  ],
  judge: ({ inputs }) => {
    const restore = mapOf(inputs, "restorePolicy");
    if (restore?.enabled !== true) return;
    const ready = inputs.isVersioningEnabled === true && mapOf(inputs, "changeFeed")?.enabled === true;
    if (ready && mapOf(inputs, "deleteRetentionPolicy")?.enabled === true) return;
    throw new CloudError(
      "InvalidValuesForRequestParameters",
      "restorePolicy takes versioning, the change feed and a deleteRetentionPolicy that is longer than it.",
    );
  },
  outputs: () => ({ sku: { name: "Standard_LRS", tier: "Standard" } }),
});

export const blobContainer = armType({
  path: `${accounts}/{accountName}/blobServices/default/containers/{containerName}`,
  apiVersion: "2024-01-01",
  model: { file: "arm-storage", class: "BlobContainer" },
  naming: {
    pattern: /^(\$web|\$root|\$logs|[a-z0-9](?!.*--)[a-z0-9-]{1,61}[a-z0-9])$/,
    rule: "3 to 63 lower-case letters, digits and single hyphens, the first and last no hyphen",
  },
  judge: ({ world, inputs }) => {
    const account = world.standing(accountType).find(({ outputs }) => outputs.name === inputs.accountName);
    const open = inputs.publicAccess !== undefined && inputs.publicAccess !== "None";
    if (!open || account?.inputs.allowBlobPublicAccess === true) return;
    throw new CloudError("PublicAccessNotPermitted", "Public access is not permitted on this storage account.", 409);
  },
  outputs: () => ({
    hasImmutabilityPolicy: false,
    hasLegalHold: false,
    leaseState: "Available",
    leaseStatus: "Unlocked",
  }),
});

function judgeName({ world, settings, inputs, before }: AzureCall) {
  const name = String(inputs.accountName);
  if (before) return;
  const others = world.standing(accountType).some((one) => one.outputs.name === name);
  if (!others && !settings.subscription.taken.storageAccounts.includes(name)) return;
  throw new CloudError("StorageAccountAlreadyTaken", `The storage account named ${name} is already taken.`, 409);
}

/** Copies in zones and copies in one place are different accounts: the change is a migration that ARM does not do. */
function judgeSku({ inputs, before }: AzureCall) {
  const [was, is] = [before?.inputs, inputs].map((one) => textOf(mapOf(one, "sku"), "name"));
  const zonal = (sku: string) => /_(G?ZRS|RAGZRS)$/.test(sku);
  const premium = (sku: string) => sku.startsWith("Premium");
  if (!was || !is || (zonal(was) === zonal(is) && premium(was) === premium(is))) return;
  throw new CloudError(
    "InvalidStorageAccountSkuUpdate",
    `The storage account cannot be changed from ${was} to ${is}.`,
    409,
  );
}

function judgeKey(call: AzureCall) {
  const encryption = mapOf(call.inputs, "encryption");
  if (textOf(encryption, "keySource") !== "Microsoft.Keyvault") return;
  const { keyVaultUri, keyName, keyVersion } = mapOf(encryption, "keyVaultProperties") ?? {};
  if (typeof keyVaultUri !== "string" || typeof keyName !== "string") {
    throw new CloudError(
      "KeyVaultPropertiesMissing",
      "Encryption with a key of one's own needs keyVaultUri and keyName.",
    );
  }
  const chosen = textOf(mapOf(encryption, "encryptionIdentity"), "encryptionUserAssignedIdentity");
  const identity = standingIdentities(call, call.inputs).find(({ id }) => sameId(id, chosen));
  if (!identity) {
    throw new CloudError(
      "EncryptionIdentityNotAssigned",
      `The identity '${chosen ?? ""}' of the encryption is not among those that the storage account is given.`,
    );
  }
  const found = findKey(call, `${keyVaultUri.replace(/\/$/, "")}/keys/${keyName}${keyVersion ? `/${keyVersion}` : ""}`);
  if (found.outside) return;
  requireRecoverable(found.vault);
  if (!mayWrap(call, principalOf(identity), found.vault, found.key.id))
    throw keyAccessForbidden("the storage account", found.key);
}
