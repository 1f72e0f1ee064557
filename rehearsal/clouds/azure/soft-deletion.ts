import type { Properties } from "../../kubernetes-provider/properties.ts";
import { mapOf } from "../known.ts";
import type { Standing, World } from "../world.ts";
import { liesBelow } from "./resource-id.ts";

const dayMs = 86_400_000;
const vault = "azure-native:keyvault:Vault";
const key = "azure-native:keyvault:Key";
const workspace = "azure-native:operationalinsights:Workspace";

/**
 * What the deletion of a vault, a key or a workspace leaves: its name stays taken until it is purged, by hand or in the end by
 * Azure; where the vault is protected against purging, nobody can before. Such a resource no longer stands. Undefined for what
 * goes at once.
 */
export function softDeleted({ type, inputs }: Pick<Standing, "type" | "inputs">): Properties | undefined {
  if (type !== vault && type !== key && type !== workspace) return undefined;
  const { softDeleteRetentionInDays = 90, enablePurgeProtection = false } = mapOf(inputs, "properties") ?? {};
  const days = type === vault ? Number(softDeleteRetentionInDays) : type === key ? 90 : 14;
  return {
    deletionDate: new Date().toISOString(),
    scheduledPurgeDate: new Date(Date.now() + days * dayMs).toISOString(),
    purgeProtection: enablePurgeProtection === true,
  };
}

/** A deleted vault, key or workspace that still has its name. */
export function stillNamed(world: World, type: string, matches: (standing: Standing) => boolean): Standing | undefined {
  return unpurged(world, type).find(matches);
}

/** Vaults that were deleted and are not purged. */
export function deletedVaults(world: World): Standing[] {
  return unpurged(world, vault);
}

/** Brings back what went with a vault: keys that were deleted before it stay deleted. */
export function recoverKeys(world: World, vaultId: string): void {
  for (const { left, ...gone } of unpurged(world, key))
    if (left?.wentWith && liesBelow(gone.id, vaultId)) world.put(gone);
}

function unpurged(world: World, type: string): Standing[] {
  return world.leaving(type).filter(({ left }) => Date.parse(String(left?.scheduledPurgeDate)) > Date.now());
}
