import type * as pulumi from "@pulumi/pulumi";
import { azureNames } from "./names.ts";
import type { AzureTarget } from "./target.ts";

/** A name that is known before the resource stands, so that a plan can be judged by it, and used only after. */
export function after(resource: pulumi.Resource, name: string): pulumi.Output<string> {
  return resource.urn.apply(() => name);
}

/** Id of a resource in the country's group, by its type and name: `Microsoft.KeyVault/vaults/<name>`. */
export function idOf(resource: pulumi.Resource, target: AzureTarget, path: string): pulumi.Output<string> {
  const { resourceGroup } = azureNames(target);
  return after(resource, `/subscriptions/${target.subscription}/resourceGroups/${resourceGroup}/providers/${path}`);
}
