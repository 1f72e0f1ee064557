import { BlobContainer } from "@pulumi/azure-native/storage/blobContainer.js";
import { BlobServiceProperties } from "@pulumi/azure-native/storage/blobServiceProperties.js";
import { StorageAccount } from "@pulumi/azure-native/storage/storageAccount.js";
import * as pulumi from "@pulumi/pulumi";
import { buckets } from "../../storage/object-store.ts";
import { closedAccount } from "./closed.ts";
import type { AzureKeys } from "./keys.ts";
import { azureNames } from "./names.ts";
import type { AzureNetwork } from "./network.ts";
import { AzurePrivateLink } from "./private-link.ts";
import { after, idOf } from "./resource-id.ts";
import type { AzureSetting } from "./setting.ts";

export type AzureStorageAccountArgs = AzureSetting & { network: AzureNetwork; keys: AzureKeys };

/** Where weights and backups rest: an account that copies nothing out of its region and only the country's network reaches. */
export class AzureStorageAccount extends pulumi.ComponentResource {
  /** Id of the account's blobs. */
  readonly blobs: pulumi.Output<string>;
  /** Id of the container of backups. */
  readonly backups: pulumi.Output<string>;

  constructor(name: string, args: AzureStorageAccountArgs, opts?: pulumi.ComponentResourceOptions) {
    super("freehold:index:AzureStorageAccount", name, {}, opts);
    const { target, resourceGroupName } = args;
    const inside = { parent: this };
    const account = storageAccount(name, args, inside);
    const accountName = after(account, azureNames(target).storageAccount);
    const path = `Microsoft.Storage/storageAccounts/${azureNames(target).storageAccount}`;
    const kept = { enabled: true, days: 30 };
    const blobs = new BlobServiceProperties(
      name,
      {
        resourceGroupName,
        accountName,
        blobServicesName: "default",
        isVersioningEnabled: true,
        deleteRetentionPolicy: kept,
        containerDeleteRetentionPolicy: kept,
      },
      inside,
    );
    const [, backups] = [buckets.weights, buckets.backups].map(
      (containerName) =>
        new BlobContainer(
          containerName,
          { resourceGroupName, accountName, containerName, publicAccess: "None" },
          { ...inside, dependsOn: blobs },
        ),
    );
    this.blobs = idOf(blobs, target, `${path}/blobServices/default`);
    this.backups = idOf(backups!, target, `${path}/blobServices/default/containers/${buckets.backups}`);
    new AzurePrivateLink(name, { ...args, to: idOf(account, target, path), service: "blob" }, inside);
    this.registerOutputs({});
  }
}

function storageAccount(
  name: string,
  { target, resourceGroupName, keys, erasable }: AzureStorageAccountArgs,
  opts: pulumi.ResourceOptions,
) {
  const { uri, identity, ready } = keys.heldBy("storage");
  return new StorageAccount(
    name,
    {
      resourceGroupName,
      accountName: azureNames(target).storageAccount,
      ...closedAccount(target, {
        identity: identity.id,
        keyVaultUri: uri.apply((key) => `${new URL(key).origin}/`),
        keyName: uri.apply((key) => new URL(key).pathname.split("/")[2] ?? ""),
      }),
      publicNetworkAccess: "Disabled",
    },
    { ...opts, dependsOn: ready, protect: !erasable },
  );
}
