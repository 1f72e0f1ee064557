import { doorSubnet } from "./network.ts";

/** What a Service of type LoadBalancer is annotated with, so that its address is one of the country's network and no other. */
export function doorAnnotations(): Record<string, string> {
  // https://learn.microsoft.com/en-us/azure/aks/internal-lb
  return {
    "service.beta.kubernetes.io/azure-load-balancer-internal": "true",
    "service.beta.kubernetes.io/azure-load-balancer-internal-subnet": doorSubnet,
  };
}
