import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";

const names = z.array(z.string()).default([]);
const subscriptionShape = z.strictObject({
  /** The only subscription that there is; where it is not given, the one that the provider asks for. */
  subscription: z.string().optional(),
  tenant: z.string().default("5a1e0f0c-7d0c-4b1e-9a53-2f3c6d8e9b10"),
  /** Who calls, as Entra knows it. */
  caller: z.strictObject({ clientId: z.string(), objectId: z.string(), roles: z.array(z.string()) }).default({
    clientId: "04b07795-8ddb-461a-bbee-02f9e1bf7b46",
    objectId: "7c1f2e7a-3f0a-4d6b-8f5e-0d9a1c2b3e4f",
    // Keys are deleted at the vault, where an owner of the subscription has no say unless it is given.
    roles: ["Owner", "Key Vault Crypto Officer"],
  }),
  /** Locations in which resources may be made; every one of Azure where none is given. */
  locations: z.array(z.string()).optional(),
  /** vCPUs that a family of sizes, or all spot machines (lowPriorityCores), may take in a location; no limit for what is not named. */
  quotas: z.record(z.string(), z.number().int().nonnegative()).default({}),
  /** Sizes that the subscription does not get, in some zones or in all. */
  withheld: z.array(z.strictObject({ size: z.string(), location: z.string(), zones: names })).default([]),
  /** Names that somebody else in the world has. */
  taken: z
    .strictObject({ storageAccounts: names, vaults: names, registries: names })
    .default({ storageAccounts: [], vaults: [], registries: [] }),
  /** Object ids that Entra knows beside those of this world's identities. */
  principals: names,
  /**
   * Ids of resources that stand outside the program, as capacity reservation groups; without it, whatever is in a resource
   * group that the program did not make is taken to be there.
   */
  outside: z.array(z.string()).optional(),
  /** Keys of managed HSMs, which are made outside. */
  hsmKeys: names,
  /** Roles beside those that are built in. */
  roleDefinitions: names,
});

/** What a subscription is and may, beside what stands in it; a rehearsal writes it into the world as subscription.json. */
export type Subscription = z.output<typeof subscriptionShape>;

/** The subscription as the world's folder has it; an ordinary one where it says nothing. */
export function readSubscription(folder: string): Subscription {
  const file = join(folder, "subscription.json");
  const result = subscriptionShape.safeParse(existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : {});
  if (!result.success) throw new Error(`${file}: ${z.prettifyError(result.error)}`);
  return result.data;
}
