import { CloudError } from "../../cloud-error.ts";
import { mapOf, mapsOf, textOf } from "../../known.ts";
import type { Standing } from "../../world.ts";
import { aksVersion } from "../aks-version.ts";
import { type AzureCall, resourceNotFound, standingAt } from "../arm-type.ts";
import { judgeIdentity, within } from "../identity-outputs.ts";
import { mayDo, mayWrap, principalOf, standingIdentities } from "../permissions.ts";
import { plainLocation, sameId } from "../resource-id.ts";
import { findKey, keyAccessForbidden } from "../vault-keys.ts";
import { isLongTerm, judgePool } from "./agent-pool-judgement.ts";
import { requireUsableKey } from "./disk-encryption-set.ts";
import { hasPrivateEndpoint } from "./private-link.ts";

const invalid = (message: string) => new CloudError("InvalidParameter", message);

/** What AKS has against a cluster beside its network. */
export function judgeCluster(call: AzureCall, id: string): void {
  const { inputs, world, before } = call;
  const location = plainLocation(String(inputs.location));
  if (inputs.supportPlan === "AKSLongTermSupport" && !isLongTerm(inputs)) {
    throw invalid("The support plan AKSLongTermSupport takes the tier Premium.");
  }
  aksVersion({ version: textOf(inputs, "kubernetesVersion"), longTerm: isLongTerm(inputs), location });
  if (!before && mapsOf(inputs, "agentPoolProfiles").length === 0) {
    throw invalid(
      "Required parameter agentPoolProfiles is missing (null): a cluster begins with a pool of the mode System.",
    );
  }
  const group = textOf(inputs, "nodeResourceGroup");
  const groups = world.standing("azure-native:resources:ResourceGroup");
  if (group && groups.some(({ outputs }) => sameId(String(outputs.name), group))) {
    throw invalid(`The node resource group ${group} exists already: AKS makes it itself.`);
  }
  judgePeople(call);
  judgeIdentities(call);
  judgeDisks(call, location);
  judgeSecrets(call);
  for (const pool of mapsOf(inputs, "agentPoolProfiles"))
    judgePool(call, { id, inputs }, pool, `${id}/agentPools/${pool.name}`);
}

/** What only shows when the nodes are started: whether they get at what they are made of. */
export function judgeBootstrap(call: AzureCall): void {
  const { inputs, world } = call;
  const profile = mapOf(inputs, "bootstrapProfile");
  const cached = textOf(profile, "artifactSource") === "Cache";
  if (!cached) {
    if (textOf(mapOf(inputs, "networkProfile"), "outboundType") !== "none") return;
    throw new CloudError(
      "VMExtensionError_OutboundConnFail",
      "Unable to establish outbound connection from agents: the outbound type is none, and the nodes take what they start from the internet (bootstrapProfile.artifactSource is not Cache). Please see https://aka.ms/aks/vmextensionerror_outboundconnfail",
    );
  }
  const registry = standingAt(world, textOf(profile, "containerRegistryId"));
  if (!registry) return;
  const fault = bootstrapFault(call, registry);
  if (fault) throw new CloudError("VMExtensionProvisioningError", `The nodes cannot start: ${fault}.`);
}

function bootstrapFault(call: AzureCall, registry: Standing): string | undefined {
  const rules = call.world
    .standing("azure-native:containerregistry:CacheRule")
    .filter(({ id }) => id.toLowerCase().startsWith(`${registry.id.toLowerCase()}/`));
  const takes = rules.some(
    ({ inputs }) =>
      inputs.sourceRepository === "mcr.microsoft.com/*" && inputs.targetRepository === "aks-managed-repository/*",
  );
  if (!takes)
    return `the registry ${registry.outputs.name} has no cache rule from mcr.microsoft.com/* to aks-managed-repository/*`;
  if (registry.inputs.publicNetworkAccess === "Disabled" && !hasPrivateEndpoint(call, registry.id)) {
    return `the registry ${registry.outputs.name} is closed to the public network and has no private endpoint`;
  }
  const kubelet = textOf(within(call.inputs, "identityProfile", "kubeletidentity"), "objectId");
  if (registry.inputs.anonymousPullEnabled === true || (kubelet && mayDo(call, kubelet, "pull-images", registry.id)))
    return undefined;
  return `the kubelet's identity ${kubelet ?? "of AKS's own"} may not pull from the registry ${registry.outputs.name} (AcrPull)`;
}

function judgePeople({ inputs, settings, before }: AzureCall) {
  const people = mapOf(inputs, "aadProfile");
  if (inputs.disableLocalAccounts === true && people?.managed !== true) {
    throw new CloudError("BadRequest", "disableLocalAccounts is for clusters of Entra ID alone (aadProfile.managed).");
  }
  if (people?.enableAzureRBAC === true && people.managed !== true)
    throw invalid("aadProfile.enableAzureRBAC takes aadProfile.managed.");
  const tenant = textOf(people, "tenantID");
  if (tenant && !sameId(tenant, settings.subscription.tenant))
    throw invalid(`aadProfile.tenantID is ${tenant}, and not the subscription's ${settings.subscription.tenant}.`);
  if (mapOf(before?.inputs, "aadProfile") && !people)
    throw new CloudError("OperationNotAllowed", "Entra ID cannot be taken from a cluster again.");
  const workloads = within(inputs, "securityProfile", "workloadIdentity")?.enabled === true;
  if (workloads && within(inputs, "oidcIssuerProfile")?.enabled !== true)
    throw invalid("Workload identity takes the OIDC issuer (oidcIssuerProfile.enabled).");
}

function judgeIdentities(call: AzureCall) {
  const { inputs, world } = call;
  const identity = mapOf(inputs, "identity");
  if (!identity && !mapOf(inputs, "servicePrincipalProfile"))
    throw invalid("Provisioning of resource(s) failed: a cluster needs an identity or a service principal.");
  judgeIdentity(call);
  const kubelet = textOf(within(inputs, "identityProfile", "kubeletidentity"), "resourceId");
  if (!kubelet) return;
  const standing = standingAt(world, kubelet);
  if (!standing) throw resourceNotFound(kubelet);
  const [controlPlane] = standingIdentities(call, inputs);
  if (!controlPlane)
    throw new CloudError(
      "CustomKubeletIdentityOnlySupportedOnUserAssignedMSICluster",
      "A kubelet's identity can only be given to a cluster whose own identity is UserAssigned.",
    );
  if (mayDo(call, principalOf(controlPlane), "assign-identity", standing.id)) return;
  throw new CloudError(
    "CustomKubeletIdentityMissingPermissionError",
    `The cluster user assigned identity must be given permission to assign kubelet identity ${standing.id}. Check access result not allowed for action Microsoft.ManagedIdentity/userAssignedIdentities/assign/action.`,
  );
}

function judgeDisks(call: AzureCall, location: string) {
  const set = standingAt(call.world, textOf(call.inputs, "diskEncryptionSetID"));
  if (!set) return;
  if (set.outputs.location !== location) {
    throw invalid(
      `The disk encryption set ${set.id} is in ${set.outputs.location}, and the cluster in ${location}: both have to be in one region.`,
    );
  }
  requireUsableKey(call, set);
}

/** The key that secrets are wrapped with at rest. */
function judgeSecrets(call: AzureCall) {
  const kms = within(call.inputs, "securityProfile", "azureKeyVaultKms");
  if (kms?.enabled !== true) return;
  const keyId = textOf(kms, "keyId");
  if (!keyId) throw invalid("securityProfile.azureKeyVaultKms.keyId is needed where it is enabled.");
  if (!/\/[0-9a-f]{32}$/.test(keyId))
    throw invalid(`securityProfile.azureKeyVaultKms.keyId is ${keyId}, which names no version of the key.`);
  const found = findKey(call, keyId);
  const isPrivate = kms.keyVaultNetworkAccess === "Private";
  const vaultId = textOf(kms, "keyVaultResourceId");
  if (isPrivate !== (vaultId !== undefined))
    throw invalid("keyVaultResourceId is needed where keyVaultNetworkAccess is Private, and is for that alone.");
  if (found.outside) return;
  const closed = mapOf(found.vault.inputs, "properties")?.publicNetworkAccess === "Disabled";
  if (closed !== isPrivate) {
    throw invalid(
      `keyVaultNetworkAccess is ${kms.keyVaultNetworkAccess ?? "Public"}, and the key vault ${found.vault.outputs.name} is ${closed ? "closed to" : "open to"} the public network.`,
    );
  }
  if (isPrivate && within(call.inputs, "apiServerAccessProfile")?.enableVnetIntegration !== true) {
    throw invalid(
      "A private key vault takes the API server in the network (apiServerAccessProfile.enableVnetIntegration).",
    );
  }
  if (vaultId && !sameId(vaultId, found.vault.id))
    throw invalid(`keyVaultResourceId is ${vaultId}, and not the vault of ${keyId}.`);
  const [controlPlane] = standingIdentities(call, call.inputs);
  const principal = controlPlane && principalOf(controlPlane);
  const rbac = mapOf(found.vault.inputs, "properties")?.enableRbacAuthorization === true;
  const may =
    principal &&
    (rbac ? mayDo(call, principal, "use-keys", found.key.id) : mayWrap(call, principal, found.vault, found.key.id));
  if (!may) throw keyAccessForbidden("the cluster's secrets", found.key);
  if (isPrivate && !mayDo(call, principal, "link-vault", found.vault.id)) {
    throw new CloudError(
      "LinkedAuthorizationFailed",
      `The identity of the cluster has no permission to approve a private endpoint connection of ${found.vault.id} (Key Vault Contributor).`,
      403,
    );
  }
}
