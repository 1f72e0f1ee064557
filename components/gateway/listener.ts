import type * as pulumi from "@pulumi/pulumi";
import { privateIssuer } from "../addons/cert-manager.ts";
import type { Country } from "../country.ts";
import { gatewayApi, gatewayNames } from "./names.ts";
import type { MakeObject } from "./objects.ts";

/** The Gateway with its class, its listener for every tenant's host, and that listener's certificate. */
export function makeGateway(
  { host, certificate, nodePort }: Pick<Country["gateway"], "host" | "certificate"> & { nodePort?: number },
  object: MakeObject,
  dependsOn: pulumi.Resource[],
): pulumi.Resource {
  const secretName = certificate.from === "secret" ? certificate.name : "ai-tls";
  const issued = certificate.from === "issuer" ? [issue(host, secretName, object)] : [];
  const ofClass = object(gatewayApi, "GatewayClass", "freehold", {
    metadata: { namespace: undefined },
    spec: { controllerName: "gateway.envoyproxy.io/gatewayclass-controller" },
  });
  return object(
    gatewayApi,
    "Gateway",
    gatewayNames.name,
    {
      // By annotation only; without it nothing is counted and no budget holds.
      metadata: { annotations: { "aigateway.envoyproxy.io/gateway-config": gatewayNames.name } },
      spec: {
        gatewayClassName: "freehold",
        infrastructure: {
          parametersRef: { group: "gateway.envoyproxy.io", kind: "EnvoyProxy", name: gatewayNames.name },
        },
        listeners: [
          {
            name: gatewayNames.listener,
            protocol: "HTTPS",
            port: 443,
            // A load balancer that ends the client's TLS names no host in its own (envoyproxy/gateway issue 4520). Every route
            // has hosts, and what a key opens is its tenant's own, whatever the listener takes.
            ...(nodePort === undefined && { hostname: `*.${host}` }),
            tls: { certificateRefs: [{ name: secretName }] },
            allowedRoutes: { namespaces: { from: "Same" } },
          },
        ],
      },
    },
    { dependsOn: [ofClass, ...issued, ...dependsOn] },
  );
}

/** A certificate from the country's own authority, which renews it. */
function issue(host: string, secretName: string, object: MakeObject): pulumi.Resource {
  return object("cert-manager.io/v1", "Certificate", gatewayNames.name, {
    spec: {
      secretName,
      dnsNames: [`*.${host}`, host],
      duration: "2160h",
      renewBefore: "720h",
      privateKey: { algorithm: "ECDSA", size: 256, rotationPolicy: "Always" },
      issuerRef: privateIssuer,
    },
  });
}
