import { createHmac } from "node:crypto";
import { Secret } from "@pulumi/kubernetes/core/v1/secret.js";
import * as pulumi from "@pulumi/pulumi";
import type { Country } from "../country.ts";
import { tenantLabel } from "../platform/admit-tenants.ts";
import { clientId, isLetIn, type KeyGeneration, keyGenerations } from "./key-life.ts";

type Holders = Record<string, Pick<Country["tenants"][string], "keys" | "ownKey">>;

const shared = "tenant-keys";

/** Secrets that hold keys, by name, with the tenants in each: one for all, and one for each tenant whose sector asks for it. */
export function keySecrets(tenants: Record<string, Pick<Holders[string], "ownKey">>): Record<string, string[]> {
  const { [shared]: all, ...own } = Object.groupBy(Object.keys(tenants), (name) =>
    tenants[name]!.ownKey ? `key-${name}` : shared,
  ) as Record<string, string[]>;
  return { ...(all && { [shared]: all }), ...own };
}

/** The keys of all tenants that are good now, in their Secrets; and each by its tenant and its name. */
export function makeKeys(
  args: { tenants: Holders; keySeed: pulumi.Input<string>; namespace: pulumi.Input<string> },
  opts: pulumi.ResourceOptions,
): { keys: pulumi.Output<Record<string, Record<string, string>>>; secrets: Record<string, Secret> } {
  const at = Date.now() / 1000;
  const lives = Object.entries(args.tenants).map(
    ([name, { keys }]) => [name, keyGenerations(name, keys, at).filter(isLetIn)] as const,
  );
  const secretSeed = pulumi.secret(args.keySeed);
  const secrets = Object.entries(keySecrets(args.tenants)).map(([name, holders]) => {
    const labels = name === shared ? undefined : { [tenantLabel]: holders[0]! };
    const held = lives.flatMap(([tenant, generations]) => (holders.includes(tenant) ? generations : []));
    // What server-side apply no longer finds in `stringData` stays in the Secret: so would a key that was revoked.
    const data = secretSeed.apply((seed) =>
      Object.fromEntries(held.map((of) => [clientId(of), Buffer.from(apiKey(seed, of)).toString("base64")])),
    );
    return [name, new Secret(name, { metadata: { name, namespace: args.namespace, labels }, data }, opts)] as const;
  });
  const keys = secretSeed.apply((seed) =>
    Object.fromEntries(
      lives.map(([name, generations]) => {
        const valid = generations.filter(({ state }) => state === "valid");
        return [name, Object.fromEntries(valid.map((of) => [of.key, apiKey(seed, of)]))];
      }),
    ),
  );
  return { keys, secrets: Object.fromEntries(secrets) };
}

/**
 * The value of an API key: an HMAC-SHA256 of its tenant, name and generation under the country's seed, so that keys need no
 * store, differ between countries, and change with their generation. 43 characters of base64url, 256 bits.
 */
export function apiKey(
  seed: string,
  { tenant, key, generation }: Pick<KeyGeneration, "tenant" | "key" | "generation">,
): string {
  // The tenant's first key is as old as tenants are, and goes without a name.
  const of = key === "default" ? [tenant, generation] : [tenant, key, generation];
  return `fh-${createHmac("sha256", seed).update(of.join("\n")).digest("base64url")}`;
}
