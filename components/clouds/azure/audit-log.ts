import { DiagnosticSetting } from "@pulumi/azure-native/monitor/diagnosticSetting.js";
import { Workspace } from "@pulumi/azure-native/operationalinsights/workspace.js";
import type * as pulumi from "@pulumi/pulumi";
import { azureNames } from "./names.ts";
import { idOf } from "./resource-id.ts";
import { type AzureSetting, azureTags } from "./setting.ts";

/** Id of where the audit logs of the country's resources are kept, in its region: a year, and whoever reads them signs in. */
export function auditLog(name: string, { target, resourceGroupName }: AzureSetting, opts: pulumi.ResourceOptions) {
  const { workspace: workspaceName } = azureNames(target);
  const made = new Workspace(
    name,
    {
      resourceGroupName,
      workspaceName,
      location: target.location,
      sku: { name: "PerGB2018" },
      retentionInDays: 365,
      features: {
        disableLocalAuth: true,
        enableDataExport: false,
        enableLogAccessUsingOnlyResourcePermissions: true,
      },
      // Diagnostic settings write from inside Azure. To close reading as well takes a private link scope of the operator's.
      publicNetworkAccessForIngestion: "Disabled",
      publicNetworkAccessForQuery: "Enabled",
      tags: azureTags(target),
    },
    opts,
  );
  return idOf(made, target, `Microsoft.OperationalInsights/workspaces/${workspaceName}`);
}

/** Sends the named categories of a resource's logs to the audit log. */
export function audited(
  name: string,
  { log, of, categories }: { log: pulumi.Input<string>; of: pulumi.Input<string>; categories: string[] },
  opts: pulumi.ResourceOptions,
) {
  return new DiagnosticSetting(
    `audit-${name}`,
    {
      name: "audit",
      resourceUri: of,
      workspaceId: log,
      logs: categories.map((category) => ({ category, enabled: true })),
    },
    opts,
  );
}
