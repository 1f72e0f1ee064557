import type { Properties } from "../../kubernetes-provider/properties.ts";
import { mapOf } from "../known.ts";
import type { Standing, World } from "../world.ts";

const dayMs = 86_400_000;
const vault = "azure-native:keyvault:Vault";
const key = "azure-native:keyvault:Key";

/**
 * What the deletion of a vault or a key leaves: its name stays taken until it is purged, by hand or in the end by Azure; where
 * the vault is protected against purging, nobody can before. Such a resource no longer stands. Undefined for what goes at once.
 */
export function softDeleted({ type, inputs }: Pick<Standing, "type" | "inputs">): Properties | undefined {
  if (type !== vault && type !== key) return undefined;
  const { softDeleteRetentionInDays = 90, enablePurgeProtection = false } = mapOf(inputs, "properties") ?? {};
  const days = type === vault ? Number(softDeleteRetentionInDays) : 90;
  return {
    deletionDate: new Date().toISOString(),
    scheduledPurgeDate: new Date(Date.now() + days * dayMs).toISOString(),
    purgeProtection: enablePurgeProtection === true,
  };
}

/** A deleted vault or key that still has its name. */
export function stillNamed(world: World, type: string, matches: (standing: Standing) => boolean): Standing | undefined {
  return world
    .leaving(type)
    .find((one) => matches(one) && Date.parse(String(one.left?.scheduledPurgeDate)) > Date.now());
}
