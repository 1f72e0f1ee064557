import { DiskEncryptionSet } from "@pulumi/azure-native/compute/diskEncryptionSet.js";
import type * as pulumi from "@pulumi/pulumi";
import type { AzureKeys } from "./keys.ts";
import { idOf } from "./resource-id.ts";
import { type AzureSetting, azureTags } from "./setting.ts";

/** Id of what encrypts every disk of the cluster, its nodes' and its volumes', with the country's key, and follows its rotation. */
export function diskEncryption(
  name: string,
  { target, resourceGroupName, keys }: AzureSetting & { keys: AzureKeys },
  opts: pulumi.CustomResourceOptions,
): pulumi.Output<string> {
  const { uri, vaultId, identity, ready } = keys.heldBy("disks");
  const made = new DiskEncryptionSet(
    name,
    {
      resourceGroupName,
      diskEncryptionSetName: target.cluster,
      location: target.location,
      encryptionType: "EncryptionAtRestWithCustomerKey",
      activeKey: { keyUrl: uri, ...(vaultId && { sourceVault: { id: vaultId } }) },
      rotationToLatestKeyVersionEnabled: true,
      identity: { type: "UserAssigned", userAssignedIdentities: [identity.id] },
      tags: azureTags(target),
    },
    { ...opts, dependsOn: ready },
  );
  return idOf(made, target, `Microsoft.Compute/diskEncryptionSets/${target.cluster}`);
}
