/** Ranges of a cluster's pods and Services: routed inside the cluster only, so every country may have the same. */
export const clusterRanges = { pods: "10.244.0.0/16", services: "10.245.0.0/16", dns: "10.245.0.10" } as const;
