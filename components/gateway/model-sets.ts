import { createHash } from "node:crypto";

/** Tenants that may use the same models, and those models, both sorted. */
export type ModelSet = { name: string; models: string[]; tenants: string[] };

/**
 * Tenants by the models that they may use: what is said of a set is said once for all its tenants. A set's name comes from
 * its models, so that tenants come and go without renaming it.
 */
export function modelSets(tenants: Record<string, { models: readonly string[] }>): ModelSet[] {
  const sets = new Map<string, ModelSet>();
  for (const tenant of Object.keys(tenants).sort()) {
    const models = [...new Set(tenants[tenant]!.models)].sort();
    const name = createHash("sha256").update(models.join("\n")).digest("hex").slice(0, 10);
    const set = sets.get(name) ?? { name, models, tenants: [] };
    set.tenants.push(tenant);
    sets.set(name, set);
  }
  return [...sets.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}
