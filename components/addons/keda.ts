import { addon } from "../../catalogue/index.ts";
import type { AddonValues } from "../addon.ts";
import { podsIn, tcp } from "../network/peers.ts";
import { platformNames } from "../platform.ts";
import { prometheusPort } from "./prometheus.ts";

/** Replicas that follow the load: asks Prometheus, and acts in the models' namespace alone. */
export const keda: AddonValues = {
  after: ["prometheus"],
  podSecurity: "restricted",
  // The external metrics API and the webhook.
  answers: [6443, 9443],
  door: () => ({ egress: [{ to: [podsIn(addon("prometheus").namespace)], ports: [tcp(prometheusPort)] }] }),
  values: () => ({
    keda: {
      watchNamespace: platformNames.models,
      operator: { replicaCount: 2 },
      metricsServer: { replicaCount: 2 },
      webhooks: { replicaCount: 2 },
      podDisruptionBudget: {
        operator: { minAvailable: 1 },
        metricServer: { minAvailable: 1 },
        webhooks: { minAvailable: 1 },
      },
      // Prometheus needs no credentials here, so it reads no Secrets of others.
      permissions: { operator: { restrict: { secret: true } } },
    },
  }),
};
