import type { StorageAccountArgs } from "@pulumi/azure-native/storage/storageAccount.js";
import type * as pulumi from "@pulumi/pulumi";
import { azureTags } from "./setting.ts";
import type { AzureTarget } from "./target.ts";

type SealedBy = {
  /** Id of the identity that may use the key. */
  identity: pulumi.Input<string>;
  keyVaultUri: pulumi.Input<string>;
  keyName: pulumi.Input<string>;
};

/** What every storage account of a country is, however it is reached: nothing is copied out of the region or opened by a key. */
export function closedAccount(
  target: AzureTarget,
  { identity, keyVaultUri, keyName }: SealedBy,
): Omit<StorageAccountArgs, "resourceGroupName"> {
  return {
    location: target.location,
    kind: "StorageV2",
    // Copies in three zones of the region, or in one: every other SKU copies to the paired region.
    sku: { name: target.network.zones.length > 0 ? "Standard_ZRS" : "Standard_LRS" },
    accessTier: "Hot",
    allowBlobPublicAccess: false,
    allowCrossTenantReplication: false,
    // Whoever comes signs in to Entra, so nobody needs a key that opens everything.
    allowSharedKeyAccess: false,
    allowedCopyScope: "PrivateLink",
    defaultToOAuthAuthentication: true,
    enableHttpsTrafficOnly: true,
    isLocalUserEnabled: false,
    isSftpEnabled: false,
    minimumTlsVersion: "TLS1_2",
    routingPreference: {
      routingChoice: "MicrosoftRouting",
      publishInternetEndpoints: false,
      publishMicrosoftEndpoints: false,
    },
    identity: { type: "UserAssigned", userAssignedIdentities: [identity] },
    encryption: {
      keySource: "Microsoft.Keyvault",
      keyVaultProperties: { keyVaultUri, keyName },
      encryptionIdentity: { encryptionUserAssignedIdentity: identity },
      requireInfrastructureEncryption: true,
      services: { blob: { enabled: true, keyType: "Account" }, file: { enabled: true, keyType: "Account" } },
    },
    tags: azureTags(target),
  };
}

/** What every key vault of a country is, however it is reached: behind HSMs, opened by roles, and not deleted for good by anybody. */
export function closedVault({ tenant }: Pick<AzureTarget, "tenant">) {
  return {
    tenantId: tenant,
    sku: { family: "A", name: "premium" },
    enableRbacAuthorization: true,
    enableSoftDelete: true,
    softDeleteRetentionInDays: 90,
    enablePurgeProtection: true,
    enabledForDeployment: false,
    enabledForTemplateDeployment: false,
  } as const;
}
