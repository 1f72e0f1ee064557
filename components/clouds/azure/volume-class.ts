import { StorageClass } from "@pulumi/kubernetes/storage/v1/storageClass.js";
import type * as pulumi from "@pulumi/pulumi";
import { cloudVolumeClass } from "../../storage/volume-class.ts";
import type { AzureTarget } from "./target.ts";

/**
 * The class of volumes that Freehold's parts name. AKS marks a class of its own as the default, and writes the mark again
 * whenever it is taken off; what names no class lies on disks under the same key, by the cluster's own disk encryption set.
 */
export function encryptedVolumeClass(
  { target, disks }: { target: AzureTarget; disks: pulumi.Input<string> },
  opts: pulumi.CustomResourceOptions,
): StorageClass {
  return new StorageClass(
    cloudVolumeClass,
    {
      metadata: { name: cloudVolumeClass },
      provisioner: "disk.csi.azure.com",
      parameters: {
        skuName: target.network.zones.length > 0 ? "Premium_ZRS" : "Premium_LRS",
        diskEncryptionSetID: disks,
        // Otherwise a link exports the disk to whoever has it.
        networkAccessPolicy: "DenyAll",
      },
      reclaimPolicy: "Retain",
      allowVolumeExpansion: true,
      volumeBindingMode: "WaitForFirstConsumer",
    },
    opts,
  );
}
