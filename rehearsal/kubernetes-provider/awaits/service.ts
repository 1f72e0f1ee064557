import type { Await } from "../await.ts";
import { field, type KubeObject } from "../kube-object.ts";

type Subset = { addresses?: unknown[]; notReadyAddresses?: unknown[] };

/**
 * A Service is ready when every Pod that it has found is, and a load balancer has its address. Pods that are not there yet
 * do not hold it up: they may well be waiting for the Service.
 */
export const service: Await = {
  onRead: true,
  // Pods come one after the other. The official provider gives them ten seconds; simulated ones need no such time.
  settleMs: 500,
  beside: (object) =>
    hasPods(object) ? [{ ...object.metadata, apiVersion: "v1", kind: "Endpoints", name: object.metadata.name! }] : [],
  waitsFor: (object, [endpoints]) => {
    const type = field(object, "spec", "type");
    const addresses = (field(object, "status", "loadBalancer", "ingress") ?? []) as unknown[];
    if (type === "LoadBalancer" && addresses.length === 0) return "Attempting to allocate IP address to Service";
    if (!hasPods(object)) return undefined;
    if (!endpoints) return "Finding Pods to direct traffic to";
    const subsets = (endpoints.subsets ?? []) as Subset[];
    return subsets.some(({ notReadyAddresses = [] }) => notReadyAddresses.length > 0)
      ? "Waiting for the Pods that it directs traffic to"
      : undefined;
  },
};

/** Neither a headless Service, nor one without a selector, nor another's name waits for Pods. */
function hasPods(object: KubeObject): boolean {
  const selector = (field(object, "spec", "selector") ?? {}) as object;
  return (
    field(object, "spec", "type") !== "ExternalName" &&
    field(object, "spec", "clusterIP") !== "None" &&
    Object.keys(selector).length > 0
  );
}
