import { azureBuiltinRole } from "../../../catalogue/azure-offering.ts";
import type { Properties } from "../../kubernetes-provider/properties.ts";
import { mapOf, mapsOf, textOf, textsOf } from "../known.ts";
import type { Standing } from "../world.ts";
import { type AzureCall, standingAt } from "./arm-type.ts";
import { sameId, scopeHolds } from "./resource-id.ts";

const roleAssignment = "azure-native:authorization:RoleAssignment";
const identityType = "azure-native:managedidentity:UserAssignedIdentity";

/** Whether a principal was granted a role on a resource, or above it, that lets it do something. */
export function mayDo({ world }: Pick<AzureCall, "world">, principal: string, what: string, id: string): boolean {
  return world.standing(roleAssignment).some(({ inputs }) => {
    if (!sameId(textOf(inputs, "principalId"), principal)) return false;
    if (!scopeHolds(`/${String(inputs.scope).replace(/^\//, "")}`, id)) return false;
    return roleAllows(String(inputs.roleDefinitionId), what);
  });
}

/** Whether a role, by the id of its definition, lets its holder do something. */
export function roleAllows(roleDefinitionId: string, what: string): boolean {
  const role = azureBuiltinRole(roleDefinitionId.split("/").at(-1)!);
  // Who may change a vault is not thereby let at its keys: those are the data plane's.
  const data = ["wrap-keys", "use-keys", "delete-keys", "pull-images"].includes(what);
  return role !== undefined && (role.may.includes(what) || (role.may.includes("any") && !data));
}

/** Whether a principal may use keys of a vault: by a role, or by the vault's access policies where it still has those. */
export function mayWrap(call: Pick<AzureCall, "world">, principal: string, vault: Standing, keyId: string): boolean {
  const properties = mapOf(vault.inputs, "properties") ?? {};
  if (properties.enableRbacAuthorization === true) return mayDo(call, principal, "wrap-keys", keyId);
  return mapsOf(properties, "accessPolicies").some((policy) => {
    const keys = textsOf(mapOf(policy, "permissions"), "keys").map((word) => word.toLowerCase());
    const enough = ["get", "wrapkey", "unwrapkey"].every((word) => keys.includes(word) || keys.includes("all"));
    return enough && sameId(textOf(policy, "objectId"), principal);
  });
}

/** Ids of the identities that a resource is given, in either form in which the SDK takes them. */
export function assignedIdentities(inputs: Properties): string[] {
  const given = mapOf(inputs, "identity")?.userAssignedIdentities;
  if (Array.isArray(given)) return given.filter((one) => typeof one === "string");
  return given && typeof given === "object" ? Object.keys(given) : [];
}

/** The identities that a resource is given, as they stand; ids of what does not stand are left out. */
export function standingIdentities(call: Pick<AzureCall, "world">, inputs: Properties): Standing[] {
  return assignedIdentities(inputs)
    .map((id) => standingAt(call.world, id))
    .filter((one) => one?.type === identityType) as Standing[];
}

/** Object id of an identity. */
export function principalOf(identity: Standing): string {
  return String(identity.outputs.principalId);
}
