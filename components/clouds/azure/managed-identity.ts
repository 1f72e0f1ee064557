import { UserAssignedIdentity } from "@pulumi/azure-native/managedidentity/userAssignedIdentity.js";
import type * as pulumi from "@pulumi/pulumi";
import { idOf } from "./resource-id.ts";
import { type AzureSetting, azureTags } from "./setting.ts";

/** An identity that a service of Azure acts under. */
export type ManagedIdentity = {
  id: pulumi.Output<string>;
  name: string;
  /** Object id, to which roles are granted; known when the identity stands. */
  principalId: pulumi.Output<string>;
  clientId: pulumi.Output<string>;
};

/** Makes an identity for one purpose in the cluster. */
export function managedIdentity(
  purpose: string,
  { target, resourceGroupName }: AzureSetting,
  opts: pulumi.ResourceOptions,
): ManagedIdentity {
  const name = `${target.cluster}-${purpose}`;
  const made = new UserAssignedIdentity(
    purpose,
    { resourceGroupName, resourceName: name, location: target.location, tags: azureTags(target) },
    opts,
  );
  const id = idOf(made, target, `Microsoft.ManagedIdentity/userAssignedIdentities/${name}`);
  return { id, name, principalId: made.principalId, clientId: made.clientId };
}
