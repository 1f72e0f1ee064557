import { CacheRule } from "@pulumi/azure-native/containerregistry/cacheRule.js";
import { Registry } from "@pulumi/azure-native/containerregistry/registry.js";
import * as pulumi from "@pulumi/pulumi";
import type { AzureKeys } from "./keys.ts";
import { azureNames } from "./names.ts";
import type { AzureNetwork } from "./network.ts";
import { AzurePrivateLink } from "./private-link.ts";
import { after, idOf } from "./resource-id.ts";
import { type AzureSetting, azureTags } from "./setting.ts";

export type AzureRegistryArgs = AzureSetting & { network: AzureNetwork; keys: AzureKeys };

/** Where the nodes get every image: a registry in the country's network, in one region, under the country's key. */
export class AzureRegistry extends pulumi.ComponentResource {
  /** Id of the registry. */
  readonly id: pulumi.Output<string>;
  /** What has to stand before a node can be made. */
  readonly ready: pulumi.Resource[];

  constructor(name: string, args: AzureRegistryArgs, opts?: pulumi.ComponentResourceOptions) {
    super("freehold:index:AzureRegistry", name, {}, opts);
    const inside = { parent: this };
    const made = registry(name, args, inside);
    this.id = idOf(made, args.target, `Microsoft.ContainerRegistry/registries/${azureNames(args.target).registry}`);
    const link = new AzurePrivateLink(name, { ...args, to: this.id, service: "registry" }, inside);
    this.ready = [link.ready, aksParts(args, made, inside)];
    this.registerOutputs({});
  }
}

function registry(name: string, { target, resourceGroupName, keys }: AzureRegistryArgs, opts: pulumi.ResourceOptions) {
  const { uri, identity, ready } = keys.heldBy("registry");
  return new Registry(
    name,
    {
      resourceGroupName,
      registryName: azureNames(target).registry,
      location: target.location,
      // Private endpoints and keys of one's own are of this tier alone.
      sku: { name: "Premium" },
      zoneRedundancy: target.network.zones.length > 0 ? "Enabled" : "Disabled",
      adminUserEnabled: false,
      anonymousPullEnabled: false,
      dataEndpointEnabled: true,
      publicNetworkAccess: "Disabled",
      networkRuleBypassOptions: "None",
      policies: { exportPolicy: { status: "disabled" } },
      identity: {
        type: "UserAssigned",
        userAssignedIdentities: pulumi.output(identity.id).apply((id) => ({ [id]: {} })),
      },
      encryption: {
        status: "enabled",
        keyVaultProperties: { identity: identity.clientId, keyIdentifier: uri },
      },
      tags: azureTags(target),
    },
    { ...opts, dependsOn: ready },
  );
}

/** AKS takes its own parts from Microsoft; the registry fetches them, so that no node has to. All three names are AKS's. */
function aksParts({ target, resourceGroupName }: AzureSetting, made: Registry, opts: pulumi.ResourceOptions) {
  return new CacheRule(
    "aks-parts",
    {
      resourceGroupName,
      registryName: after(made, azureNames(target).registry),
      cacheRuleName: "aks-managed-mcr",
      sourceRepository: "mcr.microsoft.com/*",
      targetRepository: "aks-managed-repository/*",
    },
    opts,
  );
}
