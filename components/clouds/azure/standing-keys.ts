import type { Finding } from "../../country/fault.ts";
import { ask } from "../command-line.ts";
import { keyHolders, lostKeys, nthName } from "../key-change.ts";
import { withoutVersion } from "./keys.ts";
import { azureNames, vaultNames } from "./names.ts";
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
  const inVault = nameInVault(keyUrl, target);
  const known = declared.some((holder, index) =>
    holder.kind === "vault"
      ? inVault === nthName("disks", index + 1)
      : withoutVersion(holder.key) === withoutVersion(keyUrl),
  );
  if (known) return [];
  const holder: AzureKeyHolder =
    inVault === undefined ? { kind: "managed-hsm", key: `${withoutVersion(keyUrl)}/<version>` } : { kind: "vault" };
  const nth = inVault === undefined ? declared.length : Number(/-(\d+)$/.exec(inVault)?.[1] ?? 1);
  return [lostKeys(holder, nth, declared)];
}

/** Name of a key in one of the vaults that the country may have; it says its place among the country's keys. */
function nameInVault(keyUrl: string, target: Asking): string | undefined {
  const { hostname, pathname } = new URL(keyUrl);
  const ours = vaultNames(target).some((vault) => hostname === `${vault}.vault.azure.net`);
  return ours ? pathname.split("/")[2] : undefined;
}

function unanswered(said: string): Finding {
  return {
    at: ["target", "keys"],
    found: `Azure does not say: ${said}`,
    allowed: "credentials with the right to Microsoft.Compute/diskEncryptionSets/read",
    remedy: "give them that right: without it nobody can tell before the update which keys would be lost in it",
  };
}
