import { CloudError } from "../../cloud-error.ts";
import type { Fault } from "../../cloud-type.ts";
import { mapOf, textOf } from "../../known.ts";
import type { Standing } from "../../world.ts";
import { type AzureCall, armType } from "../arm-type.ts";
import { identityOutputs, judgeIdentity } from "../identity-outputs.ts";
import { mayWrap, principalOf, standingIdentities } from "../permissions.ts";
import { sameId } from "../resource-id.ts";
import { findKey, isKeyUri, keyAccessForbidden, requireRecoverable, requireSameRegion } from "../vault-keys.ts";

const compute = "/subscriptions/{subscriptionId}/resourceGroups/{resourceGroupName}/providers/Microsoft.Compute";
const naming = {
  pattern: /^\w[\w.-]{0,78}\w$|^\w$/,
  rule: "1 to 80 letters, digits, underscores, full stops and hyphens",
};

export const diskEncryptionSet = armType({
  path: `${compute}/diskEncryptionSets/{diskEncryptionSetName}`,
  apiVersion: "2024-03-02",
  model: { file: "arm-compute", class: "DiskEncryptionSet" },
  naming,
  computedWithin: ["identity.principalId"],
  frozen: ["encryptionType"],
  waits: true,
  check: (inputs) => {
    const url = textOf(mapOf(inputs, "activeKey"), "keyUrl");
    const faults: Fault[] = [];
    if (url !== undefined && !isKeyUri(url))
      faults.push({
        property: "activeKey.keyUrl",
        reason: `'activeKey.keyUrl' is '${url}', which is not the URI of a key`,
      });
    const versioned = url !== undefined && /\/[0-9a-f]{32}$/.test(url);
    if (url !== undefined && isKeyUri(url) && !versioned && inputs.rotationToLatestKeyVersionEnabled === false)
      faults.push({
        property: "activeKey.keyUrl",
        reason: "'activeKey.keyUrl' names no version of the key, which takes rotationToLatestKeyVersionEnabled",
      });
    return faults;
  },
  judge: (call) => {
    judgeIdentity(call);
    const { inputs } = call;
    const active = mapOf(inputs, "activeKey");
    const url = textOf(active, "keyUrl");
    if (!url) throw new CloudError("InvalidParameter", "The value of parameter activeKey.keyUrl is missing.");
    if (!mapOf(inputs, "identity"))
      throw new CloudError("InvalidParameter", "A disk encryption set needs an identity.");
    const found = findKey(call, url);
    if (found.outside) return;
    requireRecoverable(found.vault);
    requireSameRegion(found.vault, textOf(inputs, "location"), "the disk encryption set");
    const source = textOf(mapOf(active, "sourceVault"), "id");
    if (source && !sameId(source, found.vault.id)) {
      throw new CloudError("InvalidParameter", `activeKey.sourceVault is ${source}, and not the vault of ${url}.`);
    }
    // Identities that it is given have to be let at the key before; one of its own can only be let at it afterwards.
    for (const identity of standingIdentities(call, inputs)) {
      if (!mayWrap(call, principalOf(identity), found.vault, found.key.id))
        throw keyAccessForbidden("the disk encryption set", found.key);
    }
  },
  outputs: (call) => ({
    provisioningState: "Succeeded",
    encryptionType: textOf(call.inputs, "encryptionType") ?? "EncryptionAtRestWithCustomerKey",
    lastKeyRotationTimestamp: call.before?.outputs.lastKeyRotationTimestamp ?? new Date().toISOString(),
    previousKeys: [],
    ...identityOutputs(call),
  }),
  inUse: ({ outputs }, users) =>
    new CloudError(
      "OperationNotAllowed",
      `Disk encryption set ${outputs.name} is in use by ${users.map(({ id }) => id).join(", ")} and cannot be deleted.`,
      409,
    ),
});

/** Refuses a disk encryption set that cannot use its key, as it shows once a disk is to be encrypted. */
export function requireUsableKey(call: AzureCall, set: Standing): void {
  const found = findKey(call, textOf(mapOf(set.inputs, "activeKey"), "keyUrl") ?? "");
  if (found.outside) return;
  const own = textOf(mapOf(set.outputs, "identity"), "principalId");
  const principals = [...(own ? [own] : []), ...standingIdentities(call, set.inputs).map(principalOf)];
  const { vault, key } = found;
  if (principals.some((principal) => mayWrap(call, principal, vault, key.id))) return;
  throw keyAccessForbidden(`the disk encryption set ${set.outputs.name}`, key);
}

export const proximityPlacementGroup = armType({
  path: `${compute}/proximityPlacementGroups/{proximityPlacementGroupName}`,
  apiVersion: "2024-11-01",
  model: { file: "arm-compute", class: "ProximityPlacementGroup" },
  naming,
  frozen: ["zones", "proximityPlacementGroupType"],
  check: (inputs) => {
    const intended = mapOf(inputs, "intent") !== undefined;
    const zones = Array.isArray(inputs.zones) ? inputs.zones : [];
    const faults: Fault[] = [];
    if (zones.length > 1)
      faults.push({ property: "zones", reason: "'zones' of a proximity placement group has one member at most" });
    if (zones.length > 0 && !intended)
      faults.push({ property: "zones", reason: "'zones' of a proximity placement group needs an intent of VM sizes" });
    return faults;
  },
  outputs: () => ({ virtualMachines: [], virtualMachineScaleSets: [], availabilitySets: [] }),
  inUse: ({ outputs }, users) =>
    new CloudError(
      "OperationNotAllowed",
      `Proximity placement group ${outputs.name} cannot be deleted: it is used by ${users.map(({ id }) => id).join(", ")}.`,
      409,
    ),
});
