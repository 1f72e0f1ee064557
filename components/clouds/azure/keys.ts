import { Key } from "@pulumi/azure-native/keyvault/key.js";
import { Vault } from "@pulumi/azure-native/keyvault/vault.js";
import * as pulumi from "@pulumi/pulumi";
import { keyHolders, nthName } from "../key-change.ts";
import { closedVault } from "./closed.ts";
import { grant } from "./grant.ts";
import { type ManagedIdentity, managedIdentity } from "./managed-identity.ts";
import type { AzureNetwork } from "./network.ts";
import { AzurePrivateLink } from "./private-link.ts";
import { after, idOf } from "./resource-id.ts";
import { type AzureSetting, azureTags } from "./setting.ts";

export type AzureKeysArgs = AzureSetting & { network: AzureNetwork };

/** What the country's keys wrap, each with a key of its own where Freehold makes the keys. */
export type KeyPurpose = "cluster" | "disks" | "registry" | "storage";

/** A key that a service may use under an identity of its own. */
export type HeldKey = {
  /** URI without a version: the service follows the key's rotation. */
  uri: pulumi.Output<string>;
  /** Resource id of the vault, where it is one of ours. */
  vaultId?: pulumi.Output<string>;
  /** The identity that may wrap and unwrap with it. */
  identity: ManagedIdentity;
  /** What has to stand before the service uses it. */
  ready: pulumi.Resource[];
};

/**
 * The country's keys: made in a vault of hardware security modules that only its network reaches, or in the managed HSM that
 * the country brings. The key of the cluster's secrets is in the vault always. Where the keys were changed, the earlier ones stay.
 */
export class AzureKeys extends pulumi.ComponentResource {
  /** Id of the vault. */
  readonly vaultId: pulumi.Output<string>;
  /** The key of the cluster's secrets, with the ids of all that ever were. */
  readonly cluster: { ids: pulumi.Output<string>[]; uriWithVersion: pulumi.Output<string> };
  /** Stands when the vault is reached by its private name. */
  readonly ready: pulumi.Resource;
  private readonly vault: Vault;
  private readonly setting: AzureSetting;

  constructor(name: string, args: AzureKeysArgs, opts?: pulumi.ComponentResourceOptions) {
    super("freehold:index:AzureKeys", name, {}, opts);
    const { target, resourceGroupName, vault, erasable } = args;
    this.setting = { target, resourceGroupName, vault, erasable };
    this.vault = makeVault(name, args, { parent: this });
    this.vaultId = idOf(this.vault, target, vaultPath(vault));
    this.ready = new AzurePrivateLink("keys", { ...args, to: this.vaultId, service: "vault" }, { parent: this }).ready;
    const made = keyHolders(args.target.keys).map((_, index) => this.key("cluster", index + 1));
    this.cluster = { ids: made.map(({ id }) => id), uriWithVersion: made.at(-1)!.key.keyUriWithVersion };
    this.registerOutputs({});
  }

  /** The key for one purpose, and an identity that may use it. */
  heldBy(purpose: Exclude<KeyPurpose, "cluster">): HeldKey {
    const { target } = this.setting;
    const inside = { parent: this };
    const identity = managedIdentity(`keys-${purpose}`, this.setting, inside);
    const held = keyHolders(target.keys).map((holder, index) => {
      // Who may use a key of a managed HSM is said in the HSM, by those who hold it.
      if (holder.kind === "managed-hsm") return { uri: pulumi.output(withoutVersion(holder.key)), ready: [] };
      const { id, uri } = this.key(purpose, index + 1);
      const granted = grant(
        nthName(`keys-${purpose}`, index + 1),
        { role: "Key Vault Crypto Service Encryption User", to: identity.principalId, on: id },
        target,
        inside,
      );
      return { uri, vaultId: this.vaultId, ready: [granted] };
    });
    return { ...held.at(-1)!, identity, ready: held.flatMap(({ ready }) => ready) };
  }

  private key(purpose: KeyPurpose, nth: number) {
    const keyName = nthName(purpose, nth);
    const { target, resourceGroupName, vault } = this.setting;
    const key = new Key(
      `key-${keyName}`,
      {
        resourceGroupName,
        vaultName: after(this.vault, vault),
        keyName,
        properties: {
          kty: "RSA-HSM",
          keySize: 3072,
          keyOps: ["wrapKey", "unwrapKey", "encrypt", "decrypt"],
          attributes: { enabled: true, exportable: false },
          // AKS takes a version and keeps it, so a key that rotated by itself would leave the cluster's secrets behind.
          ...(purpose !== "cluster" && {
            rotationPolicy: {
              lifetimeActions: [{ action: { type: "rotate" }, trigger: { timeAfterCreate: "P365D" } }],
            },
          }),
        },
        tags: azureTags(target),
      },
      {
        parent: this,
        // Azure deletes a key at the vault itself, which nobody reaches before its private name stands, nor after it has gone.
        dependsOn: this.ready,
        // A key that goes with its vault comes back with it, and takes no right of its own.
        deletedWith: this.vault,
        protect: !this.setting.erasable,
      },
    );
    return {
      key,
      id: idOf(key, target, `${vaultPath(vault)}/keys/${keyName}`),
      uri: after(key, `https://${vault}.vault.azure.net/keys/${keyName}`),
    };
  }
}

function vaultPath(vault: string): string {
  return `Microsoft.KeyVault/vaults/${vault}`;
}

function makeVault(
  name: string,
  { target, resourceGroupName, vault, erasable }: AzureSetting,
  opts: pulumi.ResourceOptions,
) {
  return new Vault(
    name,
    {
      resourceGroupName,
      vaultName: vault,
      location: target.location,
      properties: {
        ...closedVault(target),
        publicNetworkAccess: "Disabled",
        // Disks, storage and the registry reach the vault as services of Azure, under the identities that the vault knows.
        networkAcls: { bypass: "AzureServices", defaultAction: "Deny", ipRules: [], virtualNetworkRules: [] },
      },
      tags: azureTags(target),
    },
    { ...opts, protect: !erasable },
  );
}

/** URL of a key whose newest version is always used. */
export function withoutVersion(key: string): string {
  return key.replace(/^(https:\/\/[^/]+\/keys\/[^/]+).*$/, "$1");
}
