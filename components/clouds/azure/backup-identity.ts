import { FederatedIdentityCredential } from "@pulumi/azure-native/managedidentity/federatedIdentityCredential.js";
import type * as pulumi from "@pulumi/pulumi";
import { platformNames } from "../../platform/names.ts";
import { serverName } from "../../storage/databases/cloudnative-pg.ts";
import { grant } from "./grant.ts";
import { managedIdentity } from "./managed-identity.ts";
import type { AzureSetting } from "./setting.ts";
import type { AzureStorageAccount } from "./storage-account.ts";
import type { AzureCountry } from "./target.ts";

export type BackupIdentityArgs = AzureSetting & {
  records: NonNullable<AzureCountry["storage"]>["records"];
  storage: AzureStorageAccount;
  /** Who signs the tokens of the cluster's service accounts. */
  issuer: pulumi.Input<string>;
};

/** The identity under which the database in the cluster writes its backups: a token of its service account, and no key. */
export function backupIdentity(
  { records, storage, issuer, ...setting }: BackupIdentityArgs,
  opts: pulumi.ResourceOptions,
) {
  // A database that the country brought keeps its backups itself.
  if (records.kind !== "cloudnative-pg") return undefined;
  const { target, resourceGroupName } = setting;
  const identity = managedIdentity("backups", setting, opts);
  new FederatedIdentityCredential(
    "backups",
    {
      resourceGroupName,
      resourceName: identity.id.apply(() => identity.name),
      federatedIdentityCredentialResourceName: "database",
      issuer,
      subject: `system:serviceaccount:${platformNames.storage}:${serverName(records)}`,
      audiences: ["api://AzureADTokenExchange"],
    },
    opts,
  );
  grant(
    "backups",
    { role: "Storage Blob Data Contributor", to: identity.principalId, on: storage.backups },
    target,
    opts,
  );
  return identity;
}
