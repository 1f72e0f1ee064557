import { PodDisruptionBudget } from "@pulumi/kubernetes/policy/v1/podDisruptionBudget.js";
import { addon } from "../../catalogue/index.ts";
import type { AddonValues } from "../addon.ts";
import { tenantHeader } from "../gateway/names.ts";
import { podsIn, tcp } from "../network/peers.ts";
import { locked } from "../platform/restricted.ts";

/** Its metrics tell whose tokens they counted: the header is the gateway's own, whatever a client sent. */
export const measuredHeaders = `${tenantHeader}:tenant`;
const labels = { "app.kubernetes.io/name": "ai-gateway-helm" };

/** The part of the gateway that knows models: it extends Envoy Gateway and stands beside each proxy. */
export const aiGateway: AddonValues = {
  // Its webhook's certificate comes from there, and its definitions extend the gateway's.
  after: ["cert-manager", "envoy-gateway"],
  podSecurity: "restricted",
  answers: [9443],
  door: () => ({ ingress: [{ from: [podsIn(addon("envoy-gateway").namespace)], ports: [tcp(1063), tcp(18002)] }] }),
  values: () => ({
    aieg: {
      controller: {
        replicaCount: 2,
        maxRecvMsgSize: String(addon("ai-gateway").limits.messageBytes),
        metricsRequestHeaderAttributes: measuredHeaders,
        affinity: {
          podAntiAffinity: {
            preferredDuringSchedulingIgnoredDuringExecution: [
              {
                weight: 100,
                podAffinityTerm: { labelSelector: { matchLabels: labels }, topologyKey: "kubernetes.io/hostname" },
              },
            ],
          },
        },
        podSecurityContext: { runAsNonRoot: true, seccompProfile: { type: "RuntimeDefault" } },
        securityContext: locked,
      },
    },
  }),
  // The chart has none; while no controller answers, no proxy and no limiter can be made: its webhook looks at each.
  first: (_country, namespace, opts) => {
    const name = "ai-gateway-controller";
    const spec = { maxUnavailable: 1, selector: { matchLabels: labels } };
    return [new PodDisruptionBudget(name, { metadata: { name, namespace }, spec }, opts)];
  },
};
