import * as pulumi from "@pulumi/pulumi";
import { buckets, type ObjectStore } from "../../storage/object-store.ts";
import { azureNames } from "./names.ts";
import type { AzureTarget } from "./target.ts";

/** Where pods change the token of their service account for one of Entra. */
const signIn = { host: "login.microsoftonline.com", port: 443 };

/** The country's containers as its database uses them: no key, its service account is an identity of Entra. */
export function azureObjectStore(
  target: AzureTarget,
  identity: { clientId: pulumi.Input<string> } | undefined,
  ready: pulumi.Resource[],
): ObjectStore {
  const host = `${azureNames(target).storageAccount}.blob.core.windows.net`;
  const endpoint = `https://${host}`;
  return {
    endpoint,
    region: target.location,
    archive: {
      configuration: {
        destinationPath: `${endpoint}/${buckets.backups}`,
        azureCredentials: { inheritFromAzureAD: true },
      },
      env: [],
      ...(identity && {
        accountAnnotations: { "azure.workload.identity/client-id": pulumi.output(identity.clientId) },
        podLabels: { "azure.workload.identity/use": "true" },
      }),
    },
    buckets,
    egress: [],
    hosts: [{ host, port: 443 }, signIn],
    ready,
  };
}
