import { CloudError } from "../../cloud-error.ts";
import type { Fault } from "../../cloud-type.ts";
import { mapOf, textOf } from "../../known.ts";
import { type AzureCall, armType } from "../arm-type.ts";
import { identityOutputs, judgeIdentity } from "../identity-outputs.ts";
import { mayWrap, principalOf, standingIdentities } from "../permissions.ts";
import { sameId } from "../resource-id.ts";
import { findKey, isKeyUri, keyAccessForbidden, requireRecoverable } from "../vault-keys.ts";

const registries =
  "/subscriptions/{subscriptionId}/resourceGroups/{resourceGroupName}/providers/Microsoft.ContainerRegistry/registries";
const registryType = "azure-native:containerregistry:Registry";

export const registry = armType({
  path: `${registries}/{registryName}`,
  apiVersion: "2023-01-01-preview",
  model: { file: "arm-containerregistry", class: "Registry" },
  naming: { pattern: /^[A-Za-z0-9]{5,50}$/, rule: "5 to 50 letters and digits" },
  computedWithin: ["identity.principalId", "sku.tier"],
  frozen: ["encryption.status", "zoneRedundancy"],
  waits: true,
  check: (inputs) => {
    const faults: Fault[] = [];
    const uri = textOf(mapOf(mapOf(inputs, "encryption"), "keyVaultProperties"), "keyIdentifier");
    if (uri !== undefined && !isKeyUri(uri))
      faults.push({
        property: "encryption.keyVaultProperties.keyIdentifier",
        reason: `'encryption.keyVaultProperties.keyIdentifier' is '${uri}', which is not the URI of a key`,
      });
    const exporting = textOf(mapOf(mapOf(inputs, "policies"), "exportPolicy"), "status");
    if (
      exporting === "disabled" &&
      inputs.publicNetworkAccess !== undefined &&
      inputs.publicNetworkAccess !== "Disabled"
    )
      faults.push({
        property: "policies.exportPolicy.status",
        reason: "'policies.exportPolicy' can only be disabled where publicNetworkAccess is Disabled",
      });
    return faults;
  },
  judge: (call) => {
    judgeIdentity(call);
    judgeName(call);
    judgeTier(call);
    judgeKey(call);
  },
  outputs: (call) => ({
    provisioningState: "Succeeded",
    creationDate: call.before?.outputs.creationDate ?? new Date().toISOString(),
    loginServer: `${String(call.inputs.registryName).toLowerCase()}.azurecr.io`,
    sku: { ...mapOf(call.inputs, "sku"), tier: textOf(mapOf(call.inputs, "sku"), "name") ?? "Basic" },
    status: null,
    privateEndpointConnections: [],
    dataEndpointHostNames: call.inputs.dataEndpointEnabled
      ? [`${String(call.inputs.registryName).toLowerCase()}.${call.inputs.location}.data.azurecr.io`]
      : [],
    ...identityOutputs(call),
  }),
});

export const cacheRule = armType({
  path: `${registries}/{registryName}/cacheRules/{cacheRuleName}`,
  apiVersion: "2024-11-01-preview",
  model: { file: "arm-containerregistry", class: "CacheRule" },
  naming: { pattern: /^[A-Za-z0-9-]{5,50}$/, rule: "5 to 50 letters, digits and hyphens" },
  frozen: ["sourceRepository", "targetRepository"],
  waits: true,
  judge: ({ world, inputs }, id) => {
    for (const property of ["sourceRepository", "targetRepository"]) {
      if (!textOf(inputs, property))
        throw new CloudError("InvalidCacheRuleRequest", `The cache rule needs a ${property}.`);
    }
    const parent = id.split("/").slice(0, -2).join("/").toLowerCase();
    const twin = world
      .standing("azure-native:containerregistry:CacheRule")
      .find(
        (one) =>
          one.id.toLowerCase().startsWith(`${parent}/`) &&
          !sameId(one.id, id) &&
          one.inputs.targetRepository === inputs.targetRepository,
      );
    if (twin)
      throw new CloudError(
        "CacheRuleTargetRepositoryExists",
        `The target repository ${inputs.targetRepository} is that of the cache rule ${twin.outputs.name} already.`,
        409,
      );
  },
  outputs: ({ before }) => ({
    provisioningState: "Succeeded",
    creationDate: before?.outputs.creationDate ?? new Date().toISOString(),
  }),
});

function judgeName({ world, settings, inputs, before }: AzureCall) {
  const name = String(inputs.registryName);
  const others = world.standing(registryType).some((one) => sameId(String(one.outputs.name), name));
  if (before || !(others || settings.subscription.taken.registries.some((one) => sameId(one, name)))) return;
  throw new CloudError(
    "AlreadyInUse",
    `The registry DNS name ${name.toLowerCase()}.azurecr.io is already in use. Registry names are globally unique.`,
    409,
  );
}

/** What the tiers have (Microsoft: Azure Container Registry service tiers). */
function judgeTier({ inputs }: AzureCall) {
  const tier = textOf(mapOf(inputs, "sku"), "name");
  if (tier === "Premium") return;
  const asked = [
    inputs.publicNetworkAccess === "Disabled" && "publicNetworkAccess",
    mapOf(inputs, "networkRuleSet") !== undefined && "networkRuleSet",
    textOf(mapOf(inputs, "encryption"), "status") === "enabled" && "encryption",
    inputs.zoneRedundancy === "Enabled" && "zoneRedundancy",
    inputs.dataEndpointEnabled === true && "dataEndpointEnabled",
    textOf(mapOf(mapOf(inputs, "policies"), "exportPolicy"), "status") === "disabled" && "policies.exportPolicy",
  ].find((one) => one !== false);
  if (asked === undefined) return;
  throw new CloudError(
    "SkuNotSupported",
    `The property ${asked} is not supported for the SKU ${tier}; the SKU Premium has it.`,
  );
}

function judgeKey(call: AzureCall) {
  const encryption = mapOf(call.inputs, "encryption");
  const held = mapOf(encryption, "keyVaultProperties");
  if (textOf(encryption, "status") !== "enabled") return;
  const uri = textOf(held, "keyIdentifier");
  if (!uri) throw new CloudError("CmkKeyIdentifierMissing", "Encryption with a key of one's own needs the key's URI.");
  const client = textOf(held, "identity");
  const identity = standingIdentities(call, call.inputs).find(({ outputs }) =>
    sameId(String(outputs.clientId), client),
  );
  if (!identity) {
    throw new CloudError(
      "CmkIdentityMissing",
      `The registry is not given the identity with the client id '${client}' by which it is to use its key.`,
    );
  }
  const found = findKey(call, uri);
  if (found.outside) return;
  requireRecoverable(found.vault);
  if (!mayWrap(call, principalOf(identity), found.vault, found.key.id))
    throw keyAccessForbidden("the registry", found.key);
}
