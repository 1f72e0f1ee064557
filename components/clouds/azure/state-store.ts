import { Key } from "@pulumi/azure-native/keyvault/key.js";
import { Vault } from "@pulumi/azure-native/keyvault/vault.js";
import { ResourceGroup } from "@pulumi/azure-native/resources/resourceGroup.js";
import { BlobContainer } from "@pulumi/azure-native/storage/blobContainer.js";
import { BlobServiceProperties } from "@pulumi/azure-native/storage/blobServiceProperties.js";
import { StorageAccount } from "@pulumi/azure-native/storage/storageAccount.js";
import * as pulumi from "@pulumi/pulumi";
import { closedAccount, closedVault } from "./closed.ts";
import { grant } from "./grant.ts";
import { managedIdentity } from "./managed-identity.ts";
import { azureProvider } from "./provider.ts";
import { after, idOf } from "./resource-id.ts";
import { type AzureSetting, azureTags } from "./setting.ts";
import type { AzureTarget } from "./target.ts";

export type AzureStateArgs = {
  /** The country's target, under the name of the state's own resource group. */
  target: AzureTarget;
  /** Name of the vault of the keys. */
  vault: string;
  /** Where the state lies, where that is to be made. */
  container?: { account: string; name: string };
  /** Name of the key of the secrets in the state, where one is to be made. */
  key?: string;
  /** Public addresses from which alone state and key are reached. */
  callers: string[];
};

/** What a country's state rests in on Azure: an account and a vault in a group of their own. Nothing of it is ever deleted by itself. */
export class AzureState extends pulumi.ComponentResource {
  constructor(name: string, args: AzureStateArgs, opts?: pulumi.ComponentResourceOptions) {
    super("freehold:index:AzureState", name, {}, opts);
    const { target, container, key } = args;
    // Rights and settings too: without them nobody would get at what is left.
    const inside = { parent: this, provider: azureProvider(target, { parent: this }), protect: true };
    const group = new ResourceGroup(
      "state",
      { resourceGroupName: target.cluster, location: target.location, tags: azureTags(target) },
      inside,
    );
    const setting = { target, resourceGroupName: after(group, target.cluster), vault: args.vault, erasable: false };
    const vault = makeVault(args, setting, inside);
    if (container) stateContainer(container, vault, args, setting, inside);
    if (key !== undefined) secretsKey(key, vault, args, setting, inside);
    this.registerOutputs({});
  }
}

function makeVault({ vault, callers }: AzureStateArgs, { target, resourceGroupName }: AzureSetting, inside: Options) {
  return new Vault(
    "state",
    {
      resourceGroupName,
      vaultName: vault,
      location: target.location,
      properties: {
        ...closedVault(target),
        enabledForDiskEncryption: false,
        // The country has no network yet through which it could be reached.
        publicNetworkAccess: "Enabled",
        networkAcls: {
          // Storage reaches the vault as a service of Azure, under the identity that the vault knows.
          bypass: "AzureServices",
          defaultAction: "Deny",
          ipRules: callers.map((value) => ({ value })),
          virtualNetworkRules: [],
        },
      },
      tags: azureTags(target),
    },
    inside,
  );
}

function stateContainer(
  { account: accountName, name: containerName }: { account: string; name: string },
  vault: Vault,
  args: AzureStateArgs,
  setting: AzureSetting,
  inside: Options,
): void {
  const { target, resourceGroupName } = setting;
  const account = stateAccount(accountName, vault, args, setting, inside);
  const path = `Microsoft.Storage/storageAccounts/${accountName}`;
  const retention = { enabled: true, days: 365 };
  const blobs = new BlobServiceProperties(
    "state",
    {
      resourceGroupName,
      accountName: after(account, accountName),
      blobServicesName: "default",
      isVersioningEnabled: true,
      deleteRetentionPolicy: retention,
      containerDeleteRetentionPolicy: retention,
    },
    inside,
  );
  const container = new BlobContainer(
    "state",
    { resourceGroupName, accountName: after(account, accountName), containerName, publicAccess: "None" },
    { ...inside, dependsOn: [blobs] },
  );
  const on = idOf(container, target, `${path}/blobServices/default/containers/${containerName}`);
  admit("objects", "Storage Blob Data Contributor", on, target, inside);
}

function stateAccount(
  accountName: string,
  vault: Vault,
  { vault: vaultName, callers }: AzureStateArgs,
  setting: AzureSetting,
  inside: Options,
): StorageAccount {
  const { target, resourceGroupName } = setting;
  const keyName = "state-objects";
  const key = makeKey("objects", keyName, vault, vaultName, setting, inside, {
    // The account asks for no version, and follows.
    lifetimeActions: [{ action: { type: "rotate" }, trigger: { timeAfterCreate: "P365D" } }],
  });
  const identity = managedIdentity("objects", setting, inside);
  const on = keyId(key, vaultName, keyName, target);
  const role = "Key Vault Crypto Service Encryption User";
  const granted = grant("objects", { role, to: identity.principalId, on }, target, inside);
  return new StorageAccount(
    "state",
    {
      resourceGroupName,
      accountName,
      ...closedAccount(target, {
        identity: identity.id,
        keyVaultUri: after(key, `https://${vaultName}.vault.azure.net/`),
        keyName,
      }),
      publicNetworkAccess: "Enabled",
      networkRuleSet: {
        bypass: "None",
        defaultAction: "Deny",
        ipRules: callers.flatMap(storageRules).map((iPAddressOrRange) => ({ action: "Allow", iPAddressOrRange })),
        virtualNetworkRules: [],
      },
    },
    { ...inside, dependsOn: granted },
  );
}

function secretsKey(keyName: string, vault: Vault, args: AzureStateArgs, setting: AzureSetting, inside: Options): void {
  // Pulumi asks for the newest version, and with that cannot open what an older one sealed: this key never rotates by itself.
  const key = makeKey("secrets", keyName, vault, args.vault, setting, inside);
  admit("secrets", "Key Vault Crypto User", keyId(key, args.vault, keyName, setting.target), setting.target, inside);
}

type RotationPolicy = { lifetimeActions: { action: { type: "rotate" }; trigger: { timeAfterCreate: string } }[] };

function makeKey(
  name: string,
  keyName: string,
  vault: Vault,
  vaultName: string,
  { target, resourceGroupName }: AzureSetting,
  inside: Options,
  rotationPolicy?: RotationPolicy,
): Key {
  return new Key(
    name,
    {
      resourceGroupName,
      vaultName: after(vault, vaultName),
      keyName,
      properties: {
        kty: "RSA-HSM",
        keySize: 3072,
        keyOps: ["wrapKey", "unwrapKey", "encrypt", "decrypt"],
        attributes: { enabled: true, exportable: false },
        ...(rotationPolicy && { rotationPolicy }),
      },
      tags: azureTags(target),
    },
    inside,
  );
}

function keyId(key: Key, vault: string, keyName: string, target: AzureTarget): pulumi.Output<string> {
  return idOf(key, target, `Microsoft.KeyVault/vaults/${vault}/keys/${keyName}`);
}

/** Lets the groups that administer the country use one thing. */
function admit(what: string, role: string, on: pulumi.Input<string>, target: AzureTarget, inside: Options): void {
  for (const admins of target.admins) grant(`${what}-${admins}`, { role, to: admins, group: true, on }, target, inside);
}

/** Addresses as the firewall of storage takes them: it knows no networks of 31 and 32 bits. */
function storageRules(caller: string): string[] {
  const [address = "", bits] = caller.split("/");
  if (bits === "32") return [address];
  if (bits !== "31") return [caller];
  return [address, address.replace(/\d+$/, (last) => String(Number(last) + 1))];
}

type Options = pulumi.CustomResourceOptions & { parent: pulumi.Resource };
