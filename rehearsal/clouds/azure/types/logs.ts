import { randomUUID } from "node:crypto";
import { CloudError } from "../../cloud-error.ts";
import type { Fault } from "../../cloud-type.ts";
import { mapOf, mapsOf, textOf } from "../../known.ts";
import { armType, resourceNotFound, standingAt } from "../arm-type.ts";
import { parseResourceId, sameId } from "../resource-id.ts";
import { softDeleted, stillNamed } from "../soft-deletion.ts";

const workspaceType = "azure-native:operationalinsights:Workspace";

export const workspace = armType({
  path: "/subscriptions/{subscriptionId}/resourceGroups/{resourceGroupName}/providers/Microsoft.OperationalInsights/workspaces/{workspaceName}",
  apiVersion: "2023-09-01",
  model: { file: "arm-operationalinsights", class: "Workspace" },
  naming: {
    pattern: /^[A-Za-z0-9][A-Za-z0-9-]{2,61}[A-Za-z0-9]$/,
    rule: "4 to 63 letters, digits and hyphens, the first and last no hyphen",
  },
  waits: true,
  check: (inputs) => {
    const { retentionInDays: days } = inputs;
    const free = textOf(mapOf(inputs, "sku"), "name") === "Free";
    const allowed = free ? days === 7 : typeof days === "number" && days >= 30 && days <= 730;
    if (days === undefined || allowed) return [];
    return [
      {
        property: "retentionInDays",
        reason: `'retentionInDays' is ${days}; it must be ${free ? "7" : "30 to 730"} for this SKU`,
      },
    ];
  },
  judge: ({ world, inputs, before }, id) => {
    const place = (location: unknown) => String(location).toLowerCase().replaceAll(" ", "");
    const deleted = before ? undefined : stillNamed(world, workspaceType, (one) => sameId(one.id, id));
    if (!deleted || place(deleted.outputs.location) === place(inputs.location)) return;
    throw new CloudError(
      "Conflict",
      `The workspace name '${inputs.workspaceName}' is taken by a deleted workspace in ${deleted.outputs.location}, which can be recovered until ${deleted.left?.scheduledPurgeDate}.`,
      409,
    );
  },
  // Within two weeks of its deletion a workspace of the same name, group and region is the deleted one again, with all its logs.
  outputs: ({ world, before }, id) => {
    const was = before ?? stillNamed(world, workspaceType, (one) => sameId(one.id, id));
    return {
      provisioningState: "Succeeded",
      customerId: was?.outputs.customerId ?? randomUUID(),
      createdDate: was?.outputs.createdDate ?? new Date().toISOString(),
      modifiedDate: new Date().toISOString(),
      privateLinkScopedResources: [],
    };
  },
  leaves: (standing) => softDeleted(standing)!,
});

/** What may be logged of what (Microsoft: Supported log categories); of other types every category is taken. */
const categories: Record<string, string[]> = {
  "azure-native:containerservice:ManagedCluster": [
    "cloud-controller-manager",
    "cluster-autoscaler",
    "csi-azuredisk-controller",
    "csi-azurefile-controller",
    "csi-snapshot-controller",
    "fleet-mcs-controller-manager",
    "fleet-member-agent",
    "fleet-member-net-controller-manager",
    "guard",
    "kube-apiserver",
    "kube-audit",
    "kube-audit-admin",
    "kube-controller-manager",
    "kube-scheduler",
    "node-auto-provisioning",
    "karpenter-events",
  ],
  "azure-native:keyvault:Vault": ["AuditEvent", "AzurePolicyEvaluationDetails"],
  "azure-native:containerregistry:Registry": ["ContainerRegistryLoginEvents", "ContainerRegistryRepositoryEvents"],
  "azure-native:network:NetworkSecurityGroup": ["NetworkSecurityGroupEvent", "NetworkSecurityGroupRuleCounter"],
  // Logs are the services' of an account, and not the account's.
  "azure-native:storage:StorageAccount": [],
  "azure-native:storage:BlobServiceProperties": ["StorageRead", "StorageWrite", "StorageDelete"],
  "azure-native:operationalinsights:Workspace": ["Audit", "SummaryLogs", "Jobs"],
};
const groups = ["allLogs", "audit"];

export const diagnosticSetting = armType({
  path: "/{resourceUri}/providers/Microsoft.Insights/diagnosticSettings/{name}",
  apiVersion: "2021-05-01-preview",
  model: { file: "arm-monitor", class: "DiagnosticSettingsResource" },
  autoname: "random",
  references: [
    { at: "workspaceId", to: [workspaceType], holds: false },
    { at: "storageAccountId", to: ["azure-native:storage:StorageAccount"], holds: false },
  ],
  check: (inputs) => {
    const uri = textOf(inputs, "resourceUri");
    const faults: Fault[] = [];
    if (uri !== undefined && !parseResourceId(`/${uri.replace(/^\//, "")}`))
      faults.push({ property: "resourceUri", reason: `'resourceUri' is '${uri}', which is not the id of a resource` });
    for (const [index, log] of mapsOf(inputs, "logs").entries()) {
      if ((log.category === undefined) === (log.categoryGroup === undefined))
        faults.push({
          property: `logs[${index}]`,
          reason: `'logs[${index}]' needs either a category or a categoryGroup`,
        });
    }
    return faults;
  },
  judge: ({ world, inputs }, id) => {
    const uri = `/${String(inputs.resourceUri).replace(/^\//, "")}`;
    // Every account has its services, whether anybody set their properties or not.
    const blobs = /\/blobServices\/default$/i.test(uri);
    const target =
      standingAt(world, uri) ?? (blobs ? standingAt(world, uri.split("/").slice(0, -2).join("/")) : undefined);
    if (!target) throw resourceNotFound(uri);
    const sinks = ["workspaceId", "storageAccountId", "eventHubAuthorizationRuleId", "marketplacePartnerId"];
    if (!sinks.some((sink) => textOf(inputs, sink))) {
      throw new CloudError("BadRequest", "At least one data sink needs to be specified.");
    }
    const known = blobs ? categories["azure-native:storage:BlobServiceProperties"] : categories[target.type];
    for (const log of mapsOf(inputs, "logs")) {
      const category = textOf(log, "category");
      const group = textOf(log, "categoryGroup");
      if (
        (category && known && !known.includes(category)) ||
        (group && (!groups.includes(group) || known?.length === 0))
      ) {
        throw new CloudError("BadRequest", `Category '${category ?? group}' is not supported by ${uri}.`);
      }
    }
    const siblings = world
      .standing("azure-native:monitor:DiagnosticSetting")
      .filter((one) => !sameId(one.id, id) && sameId(one.id.split("/providers/Microsoft.Insights/")[0], uri));
    const twin = siblings.find(
      (one) => sameId(textOf(one.inputs, "workspaceId"), textOf(inputs, "workspaceId")) && shares(one.inputs, inputs),
    );
    if (twin) {
      throw new CloudError(
        "Conflict",
        `Data sink '${textOf(inputs, "workspaceId")}' is already used in diagnostic setting '${twin.outputs.name}' for a category of this one. Data sinks can't be reused in different settings on the same category for the same resource.`,
        409,
      );
    }
    if (siblings.length >= 5) throw new CloudError("BadRequest", "A resource takes 5 diagnostic settings at most.");
  },
  outputs: () => ({ type: "Microsoft.Insights/diagnosticSettings" }),
});

function shares(one: Parameters<typeof mapsOf>[0], other: Parameters<typeof mapsOf>[0]): boolean {
  const named = (inputs: Parameters<typeof mapsOf>[0]) =>
    mapsOf(inputs, "logs").map((log) => textOf(log, "category") ?? textOf(log, "categoryGroup"));
  return named(one).some((category) => named(other).includes(category));
}
