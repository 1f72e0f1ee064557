import { NetworkPolicy } from "@pulumi/kubernetes/networking/v1/networkPolicy.js";
import * as pulumi from "@pulumi/pulumi";
import { addon } from "../../catalogue/index.ts";
import { clusterDns } from "../closed-namespace.ts";
import type { Model } from "../model.ts";
import { podsIn, tcp, toHost } from "../network/peers.ts";
import { admit } from "../platform/admission.ts";
import { gatewayNames } from "./names.ts";

/**
 * Envoy Gateway runs the proxies in its own namespace: there too they reach the models, their controllers, DNS, and what
 * tenants' identity providers have for keys.
 */
export function closeProxies(
  models: Record<string, Pick<Model, "namespace" | "port">>,
  providers: { host: string; port: number }[],
  opts: pulumi.ResourceOptions,
) {
  const { namespace } = addon("envoy-gateway");
  // Many servers, few namespaces and ports.
  const doors = pulumi
    .all(Object.values(models).map((model) => pulumi.all([model.namespace, model.port])))
    .apply((all) => [...new Map(all.map((door) => [door.join(":"), door])).values()]);
  // Most stand in the same networks and have the same port.
  const asked = new Map(
    providers.map(({ host, port }) => toHost(host, port)).map((rule) => [JSON.stringify(rule), rule]),
  );
  new NetworkPolicy(
    "proxies",
    {
      metadata: { name: "freehold-proxies", namespace },
      spec: {
        podSelector: { matchLabels: { "gateway.envoyproxy.io/owning-gateway-name": gatewayNames.name } },
        policyTypes: ["Egress"],
        egress: doors.apply((all) => [
          ...all.map(([where, port]) => ({ to: [podsIn(where)], ports: [tcp(port)] })),
          { to: [podsIn(namespace), podsIn(addon("ai-gateway").namespace)] },
          ...asked.values(),
          clusterDns,
        ]),
      },
    },
    opts,
  );
}

/**
 * A policy of a route would take the place of the Gateway's: its keys, permissions and limits would be gone. Only the routes
 * by which tokens come in have one.
 */
export function admitPolicies(tokenEntries: string[], opts: pulumi.ResourceOptions) {
  const ours = [
    "securitypolicies/closed",
    `securitypolicies/${gatewayNames.listener}`,
    ...tokenEntries.map((name) => `securitypolicies/${name}`),
    `clienttrafficpolicies/${gatewayNames.name}`,
    `backendtrafficpolicies/${gatewayNames.name}`,
    `envoyextensionpolicies/${gatewayNames.name}`,
  ];
  const kinds = [...new Set(ours.map((one) => one.split("/")[0]!)), "envoypatchpolicies"];
  admit(
    "gateway-policies",
    {
      resources: { "gateway.envoyproxy.io/*": kinds },
      validations: [
        {
          expression: `request.resource.resource + '/' + object.metadata.name in ${JSON.stringify(ours)}`,
          message: "The gateway has one policy of each kind; another would take its place for some routes.",
        },
      ],
    },
    opts,
  );
}
