import { type AzureResource, own } from "./evaluate-policy.ts";

/** A subscription, or tenant, that is declared. */
export const friend = "11111111-1111-1111-1111-111111111111";
const stranger = "99999999-9999-9999-9999-999999999999";

export const storage = "Microsoft.Storage/storageAccounts";
export const closedStorage = {
  type: storage,
  location: "westeurope",
  [`${storage}/sku.name`]: "Standard_ZRS",
  [`${storage}/allowCrossTenantReplication`]: false,
  [`${storage}/encryption.keySource`]: "Microsoft.Keyvault",
  [`${storage}/publicNetworkAccess`]: "Disabled",
};
const cosmos = "Microsoft.DocumentDB/databaseAccounts";
const closedCosmos = {
  type: cosmos,
  location: "westeurope",
  [`${cosmos}/Locations[*]`]: [{ locationName: "West Europe" }],
  [`${cosmos}/backupPolicy.type`]: "Periodic",
  [`${cosmos}/backupPolicy.periodicModeProperties.backupStorageRedundancy`]: "Local",
  [`${cosmos}/publicNetworkAccess`]: "Disabled",
};
const sql = "Microsoft.Sql/servers/databases";
const postgres = "Microsoft.DBforPostgreSQL/flexibleServers";
const vault = "Microsoft.RecoveryServices/vaults";
const local = { [`${vault}/redundancySettings.standardTierStorageRedundancy`]: "ZoneRedundant" };
const deployment = "Microsoft.CognitiveServices/accounts/deployments";
const setting = "Microsoft.Insights/diagnosticSettings";
const workspace = (subscription: string) =>
  `/subscriptions/${subscription}/resourceGroups/g/providers/Microsoft.OperationalInsights/workspaces/w`;
const image = "Microsoft.Compute/galleries/images/versions";
const regions = `${image}/publishingProfile.targetRegions[*]`;
const disk = "Microsoft.Compute/disks";
const at = { location: "westeurope" };

// The Netherlands, whose region is paired with one in Ireland.
export const leaks: [string, string, AzureResource][] = [
  ["places", "a machine abroad", { type: "Microsoft.Compute/virtualMachines", location: "eastus" }],
  [
    "places",
    "a resource group abroad",
    { type: "Microsoft.Resources/subscriptions/resourceGroups", location: "northeurope" },
  ],
  ["places", "an account that is nowhere in particular", { type: "Microsoft.CognitiveServices/x", location: "global" }],
  [
    "places",
    "a copy of a registry abroad",
    { type: "Microsoft.ContainerRegistry/registries/replications", location: "northeurope" },
  ],
  ["edges", "an edge", { type: "Microsoft.Cdn/profiles", location: "global" }],
  ["partners", "a partner's monitor", { type: "Microsoft.Datadog/monitors", ...at }],
  ["storage-copies", "geo-redundant storage", { ...closedStorage, [`${storage}/sku.name`]: "Standard_RAGRS" }],
  ["storage-copies", "geo-zone-redundant storage", { ...closedStorage, [`${storage}/sku.name`]: "StandardV2_GZRS" }],
  [
    "storage-tenants",
    "storage that replicates to other tenants",
    { ...closedStorage, [`${storage}/allowCrossTenantReplication`]: true },
  ],
  [
    "storage-tenants",
    "storage that says nothing of other tenants",
    { ...closedStorage, [`${storage}/allowCrossTenantReplication`]: undefined },
  ],
  [
    "storage-keys",
    "storage whose key Microsoft holds",
    { ...closedStorage, [`${storage}/encryption.keySource`]: "Microsoft.Storage" },
  ],
  [
    "public-access",
    "storage that answers to everybody",
    { ...closedStorage, [`${storage}/publicNetworkAccess`]: undefined },
  ],
  [
    "cosmos-places",
    "a database with a second home",
    {
      ...closedCosmos,
      [`${cosmos}/Locations[*]`]: [{ locationName: "West Europe" }, { locationName: "North Europe" }],
    },
  ],
  [
    "cosmos-backups",
    "backups of Cosmos DB by default",
    { ...closedCosmos, [`${cosmos}/backupPolicy.periodicModeProperties.backupStorageRedundancy`]: undefined },
  ],
  ["sql-backups", "backups of SQL by default", { type: sql, name: "records", ...at }],
  [
    "sql-backups",
    "backups of SQL in the pair",
    { type: sql, name: "records", ...at, [`${sql}/requestedBackupStorageRedundancy`]: "GeoZone" },
  ],
  [
    "database-backups",
    "backups of PostgreSQL in the pair",
    { type: postgres, ...at, [`${postgres}/backup.geoRedundantBackup`]: "Enabled" },
  ],
  ["vault-copies", "a vault by default", { type: vault, ...at }],
  [
    "vault-copies",
    "a vault that restores abroad",
    { type: vault, ...at, ...local, [`${vault}/redundancySettings.crossRegionRestore`]: "Enabled" },
  ],
  ["links-abroad", "a linked cache", { type: "Microsoft.Cache/redis/linkedServers" }],
  ["image-copies", "an image published abroad", { type: image, ...at, [regions]: [{ name: "East US" }] }],
  ["disk-exports", "a disk that anybody may export", { type: disk, ...at }],
  ["inference", "a global deployment", { type: deployment, [`${deployment}/sku.name`]: "GlobalStandard" }],
  [
    "inference",
    "a data zone deployment",
    { type: deployment, [`${deployment}/sku.name`]: "DataZoneProvisionedManaged" },
  ],
  ["diagnostics", "logs to a stranger's workspace", { type: setting, [`${setting}/workspaceId`]: workspace(stranger) }],
  [
    "diagnostics",
    "logs to a stranger's hub",
    {
      type: setting,
      [`${setting}/workspaceId`]: workspace(own),
      [`${setting}/eventHubAuthorizationRuleId`]: workspace(stranger),
    },
  ],
  ["diagnostics", "logs to a partner", { type: setting, [`${setting}/marketplacePartnerId`]: "/a" }],
  [
    "operators-abroad",
    "another tenant that administers",
    {
      type: "Microsoft.ManagedServices/registrationDefinitions",
      "Microsoft.ManagedServices/registrationDefinitions/managedByTenantId": stranger,
    },
  ],
  ["exemptions", "an exemption", { type: "Microsoft.Authorization/policyExemptions" }],
];

/** What looks alike, and has to pass. */
export const ordinary: [string, AzureResource][] = [
  ["a machine here, spelt as the portal does", { type: "Microsoft.Compute/virtualMachines", location: "West Europe" }],
  ["a private zone, which is global", { type: "Microsoft.Network/privateDnsZones", location: "global" }],
  ["an action group, which is global", { type: "Microsoft.Insights/actionGroups", location: "global" }],
  ["a child that has no place of its own", { type: "Microsoft.Storage/storageAccounts/blobServices" }],
  ["zone-redundant storage", closedStorage],
  ["premium storage", { ...closedStorage, [`${storage}/sku.name`]: "Premium_LRS" }],
  ["a database with one home", closedCosmos],
  [
    "continuous backups",
    {
      ...closedCosmos,
      [`${cosmos}/backupPolicy.type`]: "Continuous",
      [`${cosmos}/backupPolicy.periodicModeProperties.backupStorageRedundancy`]: undefined,
    },
  ],
  ["local backups of SQL", { type: sql, name: "records", ...at, [`${sql}/requestedBackupStorageRedundancy`]: "Local" }],
  ["Azure's own master database", { type: sql, name: "master", ...at }],
  ["backups of PostgreSQL here", { type: postgres, ...at, [`${postgres}/backup.geoRedundantBackup`]: "Disabled" }],
  ["a zone-redundant vault", { type: vault, ...at, ...local }],
  ["an image published here", { type: image, ...at, [regions]: [{ name: "West Europe" }] }],
  ["a disk that nobody exports", { type: disk, ...at, [`${disk}/networkAccessPolicy`]: "DenyAll" }],
  ["a regional deployment", { type: deployment, [`${deployment}/sku.name`]: "Standard" }],
  ["a provisioned deployment", { type: deployment, [`${deployment}/sku.name`]: "ProvisionedManaged" }],
  ["logs to a workspace of one's own", { type: setting, [`${setting}/workspaceId`]: workspace(own) }],
  ["logs to a declared subscription", { type: setting, [`${setting}/workspaceId`]: workspace(friend) }],
  [
    "a declared tenant that administers",
    {
      type: "Microsoft.ManagedServices/registrationDefinitions",
      "Microsoft.ManagedServices/registrationDefinitions/managedByTenantId": friend,
    },
  ],
];
