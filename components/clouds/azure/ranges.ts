import * as pulumi from "@pulumi/pulumi";
import { overlap, partOf } from "../../network/ip-range.ts";
import { clusterRanges } from "./cluster-ranges.ts";

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
