import type * as pulumi from "@pulumi/pulumi";
import type { AzureTarget } from "./target.ts";

/** What every part of a country's ground on Azure is told of where it stands. */
export type AzureSetting = {
  target: AzureTarget;
  /** Name of the resource group, known when it stands. */
  resourceGroupName: pulumi.Input<string>;
  /** Name of the vault of the country's keys. */
  vault: string;
  /** Whether what holds data, or a key of data, may be deleted. */
  erasable: boolean;
};

/** Tags of every resource: whose it is, and that Freehold made it. */
export function azureTags({ cluster }: Pick<AzureTarget, "cluster">): Record<string, string> {
  return { "freehold-cluster": cluster, "managed-by": "freehold" };
}
