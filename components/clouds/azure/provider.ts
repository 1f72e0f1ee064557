import { Provider } from "@pulumi/azure-native/provider.js";
import type * as pulumi from "@pulumi/pulumi";
import type { AzureTarget } from "./target.ts";

/** The only way to Azure: one subscription, one tenant, one region, whatever the caller's environment says. */
export function azureProvider({ subscription, tenant, location }: AzureTarget, opts: pulumi.ResourceOptions): Provider {
  return new Provider(
    "azure",
    {
      subscriptionId: subscription,
      tenantId: tenant,
      location,
      environment: "public",
      // Otherwise every call tells Microsoft that Pulumi made it.
      disablePulumiPartnerId: true,
    },
    opts,
  );
}
