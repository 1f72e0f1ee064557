import { createHmac } from "node:crypto";
import { Secret } from "@pulumi/kubernetes/core/v1/secret.js";
import * as pulumi from "@pulumi/pulumi";
import type { Country } from "../country.ts";
import { tenantLabel } from "../platform/admit-tenants.ts";

type Holders = Record<string, Pick<Country["tenants"][string], "keyGeneration" | "ownKey">>;

const shared = "tenant-keys";

/** Secrets that hold keys, by name, with the tenants in each: one for all, and one for each tenant whose sector asks for it. */
export function keySecrets(tenants: Holders): Record<string, string[]> {
  const { [shared]: all, ...own } = Object.groupBy(Object.keys(tenants), (name) =>
    tenants[name]!.ownKey ? `key-${name}` : shared,
  ) as Record<string, string[]>;
  return { ...(all && { [shared]: all }), ...own };
}

/** The keys of all tenants, in their Secrets. */
export function makeKeys(
  args: { tenants: Holders; keySeed: pulumi.Input<string>; namespace: pulumi.Input<string> },
  opts: pulumi.ResourceOptions,
): { keys: pulumi.Output<Record<string, string>>; secrets: Record<string, Secret> } {
  const generations = Object.entries(args.tenants).map(([name, { keyGeneration }]) => [name, keyGeneration] as const);
  const keys = pulumi.secret(
    pulumi
      .output(args.keySeed)
      .apply((seed) => Object.fromEntries(generations.map(([name, number]) => [name, apiKey(seed, name, number)]))),
  );
  const secrets = Object.entries(keySecrets(args.tenants)).map(([name, holders]) => {
    const labels = name === shared ? undefined : { [tenantLabel]: holders[0]! };
    const stringData = keys.apply((all) => Object.fromEntries(holders.map((holder) => [holder, all[holder]!])));
    return [
      name,
      new Secret(name, { metadata: { name, namespace: args.namespace, labels }, stringData }, opts),
    ] as const;
  });
  return { keys, secrets: Object.fromEntries(secrets) };
}

/**
 * The API key of a tenant: an HMAC-SHA256 of its name and key generation under the country's seed, so that keys need no
 * store, differ between countries, and change when `keyGeneration` does. 43 characters of base64url, 256 bits.
 */
export function apiKey(seed: string, tenant: string, generation: number): string {
  return `fh-${createHmac("sha256", seed).update(`${tenant}\n${generation}`).digest("base64url")}`;
}
