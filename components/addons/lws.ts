import type { AddonValues } from "../addon.ts";

/** Replicas that span nodes. */
export const lws: AddonValues = {
  after: [],
  podSecurity: "restricted",
  answers: [9443],
  values: () => ({
    lws: {
      replicaCount: 2,
      podSecurityContext: { runAsNonRoot: true, seccompProfile: { type: "RuntimeDefault" } },
      // A core and a gibibyte by default, for a controller of a handful of objects.
      resources: { requests: { cpu: "100m", memory: "256Mi" } },
    },
  }),
};
