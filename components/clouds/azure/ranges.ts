import * as pulumi from "@pulumi/pulumi";
import { overlap, partOf } from "../../network/ip-range.ts";

/** Ranges of a cluster's pods and Services: routed inside the cluster only, so every country may have the same. */
export const clusterRanges = { pods: "10.244.0.0/16", services: "10.245.0.0/16", dns: "10.245.0.10" } as const;

/** How a country's network is divided: half for nodes, an eighth each for doors, private endpoints and the API server. */
export function azureRanges(cidr: string) {
  for (const taken of [clusterRanges.pods, clusterRanges.services]) {
    if (!overlap(cidr, taken)) continue;
    throw new pulumi.RunError(
      [
        `target.network.cidr ${cidr} is not free`,
        `  found    it overlaps ${taken}, which the cluster's pods and Services have`,
        "  allowed  a private range outside 10.244.0.0/15",
        "  remedy   name another range, such as 10.64.0.0/16",
      ].join("\n"),
    );
  }
  return {
    nodes: partOf(cidr, 1, 0),
    doors: partOf(cidr, 3, 4),
    endpoints: partOf(cidr, 3, 5),
    apiServer: partOf(cidr, 3, 6),
  };
}
