import { z } from "zod";
import { known, once } from "./once.ts";

const rolesShape = z.strictObject({
  read: z.iso.date(),
  verified: z.boolean(),
  sources: z.array(z.string()).min(1),
  roles: z.record(z.string(), z.guid()),
});

/** Resource id of a built-in role of Azure, by the name that the portal shows, in a subscription. */
export function azureRole(name: string, subscription: string): string {
  const id = known("built-in role of Azure", once("azure-roles.yaml", rolesShape).roles, name);
  return `/subscriptions/${subscription}/providers/Microsoft.Authorization/roleDefinitions/${id}`;
}
