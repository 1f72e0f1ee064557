import { addon } from "../../catalogue/index.ts";
import type { AddonValues } from "../addon.ts";
import { tenantHeader } from "../gateway/names.ts";
import { podsIn, tcp } from "../network/peers.ts";

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
        // Its metrics tell whose tokens they counted: the header is the gateway's own, whatever a client sent.
        metricsRequestHeaderAttributes: `${tenantHeader}:tenant`,
        podSecurityContext: { runAsNonRoot: true, seccompProfile: { type: "RuntimeDefault" } },
        securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } },
      },
    },
  }),
};
