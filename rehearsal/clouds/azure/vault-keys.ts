import { CloudError } from "../cloud-error.ts";
import { mapOf, textOf } from "../known.ts";
import type { Standing } from "../world.ts";
import type { AzureCall } from "./arm-type.ts";
import { sameId } from "./resource-id.ts";

export const vaultType = "azure-native:keyvault:Vault";
export const keyType = "azure-native:keyvault:Key";

/** A key as a service finds it by the URI it was given: in a vault of this world, or in a managed HSM outside. */
export type FoundKey = { outside: true } | { outside: false; key: Standing; vault: Standing };

const uri = /^https:\/\/([A-Za-z0-9-]+)\.(vault|managedhsm)\.azure\.net\/keys\/([A-Za-z0-9-]+)(?:\/([0-9a-f]{32}))?$/;

/** Whether a text is the URI of a key, with or without a version. */
export function isKeyUri(text: string): boolean {
  return uri.test(text);
}

/** The key behind a URI; refuses one that nobody has. */
export function findKey({ world, settings }: AzureCall, text: string): FoundKey {
  const [, vaultName, host, keyName, version] = text.match(uri) ?? [];
  if (vaultName === undefined) throw new CloudError("InvalidParameter", `The key URI '${text}' is not well-formed.`);
  if (host === "managedhsm") {
    const known = settings.subscription.hsmKeys;
    // A world that names none knows nothing of HSMs.
    if (known.length === 0 || known.some((one) => one.startsWith(text) || text.startsWith(one)))
      return { outside: true };
    throw keyNotFound(text);
  }
  const vault = world.standing(vaultType).find(({ outputs }) => sameId(String(outputs.name), vaultName));
  const key = world
    .standing(keyType)
    .find(({ inputs }) => sameId(String(inputs.vaultName), vaultName) && sameId(String(inputs.keyName), keyName));
  if (!vault || !key) throw keyNotFound(text);
  if (version && !String(key.outputs.keyUriWithVersion).endsWith(version)) throw keyNotFound(text);
  return { outside: false, key, vault };
}

/** Refuses a vault whose keys may be lost for good: what is encrypted with them would be too. */
export function requireRecoverable(vault: Standing): void {
  const { enableSoftDelete = true, enablePurgeProtection = false } = mapOf(vault.inputs, "properties") ?? {};
  if (enableSoftDelete && enablePurgeProtection) return;
  throw new CloudError(
    "InvalidKeyVaultProperties",
    `The key vault ${vault.outputs.name} has to have soft delete and purge protection enabled before it can hold a key that encrypts data at rest.`,
  );
}

/** Refuses a key of another region: services reach for keys next to them. */
export function requireSameRegion(vault: Standing, location: string | undefined, what: string): void {
  if (location === undefined || textOf(vault.outputs, "location") === location.toLowerCase().replaceAll(" ", ""))
    return;
  throw new CloudError(
    "KeyVaultAndResourceInDifferentRegions",
    `The key vault ${vault.outputs.name} is in ${vault.outputs.location}, and ${what} in ${location}: both have to be in one region.`,
  );
}

/** What a service answers that is not let at a key. */
export function keyAccessForbidden(what: string, key: Standing): CloudError {
  return new CloudError(
    "KeyVaultAccessForbidden",
    `Unable to access key vault resource '${key.outputs.keyUri}' to enable encryption at rest of ${what}. Please grant get, wrap and unwrap key permissions to its identity.`,
  );
}

function keyNotFound(text: string): CloudError {
  return new CloudError(
    "KeyNotFound",
    `A key with URI ${text} was not found in this key vault. If you recently deleted this key you may be able to recover it.`,
    404,
  );
}
