import { clusterRanges } from "./cluster-ranges.ts";
import { doorSubnet } from "./network.ts";
import type { AzureTarget } from "./target.ts";

/**
 * What a Service of type LoadBalancer is annotated with, so that its address is one of the country's network and no other, and
 * only that network and the declared callers reach it.
 */
export function doorAnnotations({ network }: Pick<AzureTarget, "network">): Record<string, string> {
  // https://learn.microsoft.com/en-us/azure/aks/internal-lb and configure-load-balancer-standard beside it.
  const service = "service.beta.kubernetes.io";
  return {
    [`${service}/azure-load-balancer-internal`]: "true",
    [`${service}/azure-load-balancer-internal-subnet`]: doorSubnet,
    [`${service}/azure-allowed-ip-ranges`]: [network.cidr, clusterRanges.pods, ...network.callers].join(","),
  };
}
