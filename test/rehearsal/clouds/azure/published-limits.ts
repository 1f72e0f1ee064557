import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { AzureModelFile } from "../../../../rehearsal/toolchain/azure-models.ts";

const text = { name: "String" };
const number = { name: "Number" };

/** A few of the limits that Azure's packages carry, as set-up leaves them. */
const limits: Record<string, Partial<AzureModelFile>> = {
  "arm-containerservice": {
    classes: {
      AgentPool: {
        osDiskSizeGB: {
          serializedName: "properties.osDiskSizeGB",
          constraints: { InclusiveMinimum: 0, InclusiveMaximum: 2048 },
          type: number,
        },
        upgradeSettings: {
          serializedName: "properties.upgradeSettings",
          type: { name: "Composite", className: "AgentPoolUpgradeSettings" },
        },
      },
      AgentPoolUpgradeSettings: {
        drainTimeoutInMinutes: {
          serializedName: "drainTimeoutInMinutes",
          constraints: { InclusiveMinimum: 1, InclusiveMaximum: 1440 },
          type: number,
        },
      },
      ManagedCluster: {
        agentPoolProfiles: {
          serializedName: "properties.agentPoolProfiles",
          type: { name: "Sequence", element: { type: { name: "Composite", className: "AgentPool" } } },
        },
      },
    },
  },
  "arm-keyvault": {
    classes: {
      VaultCreateOrUpdateParameters: {
        properties: { serializedName: "properties", type: { name: "Composite", className: "VaultProperties" } },
      },
      VaultProperties: {
        createMode: { serializedName: "createMode", type: { name: "Enum", allowedValues: ["recover", "default"] } },
      },
    },
    parameters: {
      keyName: { serializedName: "keyName", constraints: { Pattern: "^[a-zA-Z0-9-]{1,127}$" }, type: text },
    },
  },
  "arm-storage": {
    classes: {
      BlobServiceProperties: {
        deleteRetentionPolicy: {
          serializedName: "properties.deleteRetentionPolicy",
          type: { name: "Composite", className: "DeleteRetentionPolicy" },
        },
      },
      DeleteRetentionPolicy: {
        days: { serializedName: "days", constraints: { InclusiveMinimum: 1, InclusiveMaximum: 365 }, type: number },
      },
    },
    parameters: {
      containerName: { serializedName: "containerName", constraints: { MinLength: 3, MaxLength: 63 }, type: text },
    },
  },
};

const others = [
  "arm-authorization",
  "arm-compute",
  "arm-containerregistry",
  "arm-monitor",
  "arm-msi",
  "arm-network",
  "arm-operationalinsights",
  "arm-privatedns",
  "arm-resources",
];

/** Writes limits into a folder as set-up does. */
export function writeLimits(folder: string): string {
  mkdirSync(folder, { recursive: true });
  for (const name of [...Object.keys(limits), ...others]) {
    const file = { package: `@azure/${name}`, version: "1.0.0", classes: {}, parameters: {}, ...limits[name] };
    writeFileSync(join(folder, `${name}.json`), JSON.stringify(file));
  }
  return folder;
}
