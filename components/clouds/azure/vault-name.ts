import { ask, type Unanswered } from "../command-line.ts";
import { vaultNames } from "./names.ts";
import type { AzureTarget } from "./target.ts";

/**
 * Name of the vault of a country's keys: of the one that stands, or else the first that no deleted vault still has. A deleted
 * vault is left alone: its keys open nothing of what is made now, and can be recovered for ninety days.
 */
export async function vaultName(
  target: Pick<AzureTarget, "subscription" | "cluster">,
): Promise<{ name: string | undefined } | Unanswered> {
  const list = (command: string) =>
    ask<{ name: string }[]>("az", "keyvault", command, "--subscription", target.subscription, "--output", "json");
  const candidates = vaultNames(target);
  const standing = await list("list");
  if ("why" in standing) return standing;
  const stands = candidates.findLast((name) => standing.answer.some((vault) => same(vault.name, name)));
  if (stands) return { name: stands };
  const deleted = await list("list-deleted");
  if ("why" in deleted) return deleted;
  return { name: candidates.find((name) => !deleted.answer.some((vault) => same(vault.name, name))) };
}

function same(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase();
}
