import type { Finding } from "../../country/fault.ts";
import { ask } from "../command-line.ts";
import { keyHolders, lostKeys, nthName } from "../key-change.ts";
import { withoutVersion } from "./keys.ts";
import { azureNames } from "./names.ts";
import type { AzureKeyHolder, AzureTarget } from "./target.ts";

type Asking = Pick<AzureTarget, "cluster" | "keys" | "subscription">;

/** Whether the key that the disks are under is one of the country file's, at its place. Otherwise an update would take it away. */
export async function judgeStandingKeys(target: Asking): Promise<Finding[]> {
  const { cluster, keys } = target;
  const group = azureNames(target).resourceGroup;
  const found = await ask<{ activeKey: { keyUrl: string } }>(
    "az",
    "disk-encryption-set",
    "show",
    "--name",
    cluster,
    "--resource-group",
    group,
    "--output",
    "json",
  );
  if ("said" in found) return /\(?Resource(Group)?NotFound\)?/.test(found.said) ? [] : [unanswered(found.said)];
  const declared = keyHolders<AzureKeyHolder>(keys);
  const { keyUrl } = found.answer.activeKey;
  const urls = declared.map((holder, index) => urlOf(holder, index + 1, target));
  if (urls.includes(withoutVersion(keyUrl))) return [];
  return [lostKeys(holderOf(keyUrl, target), nthOf(keyUrl, target) ?? declared.length, declared)];
}

/** Where the key of disks is of one holder. */
function urlOf(holder: AzureKeyHolder, nth: number, target: Asking): string {
  return holder.kind === "vault" ? `${vaultOf(target)}${nthName("disks", nth)}` : withoutVersion(holder.key);
}

function holderOf(keyUrl: string, target: Asking): AzureKeyHolder {
  return keyUrl.startsWith(vaultOf(target))
    ? { kind: "vault" }
    : { kind: "managed-hsm", key: `${withoutVersion(keyUrl)}/<version>` };
}

/** Its place among the country's keys, as the name of a key in the vault says it. */
function nthOf(keyUrl: string, target: Asking): number | undefined {
  if (!keyUrl.startsWith(vaultOf(target))) return undefined;
  return Number(/\/disks-(\d+)/.exec(keyUrl)?.[1] ?? 1);
}

function vaultOf(target: Asking): string {
  return `https://${azureNames(target).vault}.vault.azure.net/keys/`;
}

function unanswered(said: string): Finding {
  return {
    at: ["target", "keys"],
    found: `Azure does not say: ${said}`,
    allowed: "credentials with the right to Microsoft.Compute/diskEncryptionSets/read",
    remedy: "give them that right: without it nobody can tell before the update which keys would be lost in it",
  };
}
