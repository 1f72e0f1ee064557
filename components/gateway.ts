import { CustomResource } from "@pulumi/kubernetes/apiextensions/customResource.js";
import { NetworkPolicy } from "@pulumi/kubernetes/networking/v1/networkPolicy.js";
import * as pulumi from "@pulumi/pulumi";
import { addon } from "../catalogue/index.ts";
import type { Country } from "./country.ts";
import type { Model } from "./model.ts";

export type GatewayArgs = Country["gateway"] & {
  /** Namespace of the gateway's objects. */
  namespace: pulumi.Input<string>;
  /** Registry that every image comes from. */
  registry: string;
  tenants: Country["tenants"];
  models: Record<string, Model>;
};

/** Name of the Gateway and of the listener that tenants come in by. */
export const gatewayNames = { name: "ai", listener: "tenants" } as const;

/** Header that the gateway sets from the API key; a client cannot forge it, the gateway overwrites what it sends. */
const tenantHeader = "x-freehold-tenant";
const modelHeader = "x-ai-eg-model";
const gatewayApi = "gateway.networking.k8s.io/v1";
const envoyGateway = "gateway.envoyproxy.io/v1alpha1";
const aiGateway = "aigateway.envoyproxy.io/v1beta1";
const toGateway = { group: "gateway.networking.k8s.io", kind: "Gateway", name: gatewayNames.name };

/** The door: one Gateway that is closed to everybody, opened per tenant, host and model. */
export class Gateway extends pulumi.ComponentResource {
  /** Base URL of each tenant, by tenant name. */
  readonly addresses: Record<string, string>;

  constructor(name: string, args: GatewayArgs, opts?: pulumi.ComponentResourceOptions) {
    super("freehold:index:Gateway", name, {}, opts);
    const object = (apiVersion: string, kind: string, objectName: string, content: object, metadata: object = {}) =>
      new CustomResource(
        `${kind}-${objectName}`,
        { apiVersion, kind, metadata: { name: objectName, namespace: args.namespace, ...metadata }, ...content },
        { parent: this },
      );

    object(
      gatewayApi,
      "GatewayClass",
      "freehold",
      { spec: { controllerName: "gateway.envoyproxy.io/gatewayclass-controller" } },
      { namespace: undefined },
    );
    object(envoyGateway, "EnvoyProxy", gatewayNames.name, { spec: proxy(args) });
    object(aiGateway, "GatewayConfig", gatewayNames.name, { spec: config(args.registry) });
    object(
      gatewayApi,
      "Gateway",
      gatewayNames.name,
      { spec: listeners(args) },
      // By annotation only; without it nothing is counted and no budget holds.
      { annotations: { "aigateway.envoyproxy.io/gateway-config": gatewayNames.name } },
    );
    object(envoyGateway, "ClientTrafficPolicy", gatewayNames.name, {
      spec: {
        targetRefs: [toGateway],
        // 32 KiB, the default, refuses long prompts.
        connection: { bufferLimit: "50Mi" },
        headers: { requestID: "Generate" },
        tls: { minVersion: "1.2" },
      },
    });
    // Whatever listener is added later starts shut.
    object(envoyGateway, "SecurityPolicy", "closed", {
      spec: { targetRefs: [toGateway], authorization: { defaultAction: "Deny" } },
    });
    object(envoyGateway, "SecurityPolicy", gatewayNames.listener, { spec: authorization(args) });
    object(envoyGateway, "BackendTrafficPolicy", gatewayNames.name, { spec: traffic(args.tenants) });

    for (const [model, { host, port }] of Object.entries(args.models)) {
      object(envoyGateway, "Backend", model, { spec: { endpoints: [{ fqdn: { hostname: host, port } }] } });
      object(aiGateway, "AIServiceBackend", model, {
        spec: {
          schema: { name: "OpenAI" },
          backendRef: { group: "gateway.envoyproxy.io", kind: "Backend", name: model },
        },
      });
    }
    closeProxies(args, { parent: this });

    this.addresses = Object.fromEntries(
      Object.keys(args.tenants).map((tenant) => [tenant, `https://${tenantHost(tenant, args.host)}/v1`]),
    );
    this.registerOutputs({ addresses: this.addresses });
  }
}

/** Host name under which a tenant calls. */
export function tenantHost(tenant: string, gatewayHost: string): string {
  return `${tenant}.${gatewayHost}`;
}

function proxy({ registry, replicas }: GatewayArgs) {
  return {
    // As long as the longest generation that a rollout should not cut.
    shutdown: { drainTimeout: "600s" },
    provider: {
      type: "Kubernetes",
      kubernetes: {
        envoyDeployment: { replicas, container: { image: `${registry}/${addon("envoy-gateway").images.envoy}` } },
        // Reached from the country's own load balancer or network; a public one is a decision of its own.
        envoyService: { type: "ClusterIP" },
      },
    },
    telemetry: {
      accessLog: {
        settings: [
          {
            matches: [`request.headers['${modelHeader}'] != ''`],
            format: { type: "JSON", json: usageRecord },
            sinks: [{ type: "File", file: { path: "/dev/stdout" } }],
          },
        ],
      },
    },
  };
}

/** What one answered request leaves behind: who, which model, how many tokens; never a prompt, never an answer. */
const usageRecord = {
  event_id: "%REQ(X-REQUEST-ID)%",
  time: "%START_TIME%",
  tenant: `%REQ(${tenantHeader.toUpperCase()})%`,
  model: "%REQ(X-AI-EG-MODEL)%",
  in: "%DYNAMIC_METADATA(io.envoy.ai_gateway:llm_input_token)%",
  cached: "%DYNAMIC_METADATA(io.envoy.ai_gateway:llm_cached_input_token)%",
  out: "%DYNAMIC_METADATA(io.envoy.ai_gateway:llm_output_token)%",
  status: "%RESPONSE_CODE%",
  flags: "%RESPONSE_FLAGS%",
};

function config(registry: string) {
  return {
    globalLLMRequestCosts: [
      { metadataKey: "llm_input_token", type: "InputToken" },
      { metadataKey: "llm_cached_input_token", type: "CachedInputToken" },
      { metadataKey: "llm_output_token", type: "OutputToken" },
      { metadataKey: "llm_total_token", type: "TotalToken" },
    ],
    extProc: {
      kubernetes: {
        image: `${registry}/${addon("ai-gateway").images.extProc}`,
        resources: { requests: { cpu: "1", memory: "512Mi" }, limits: { memory: "4Gi" } },
      },
    },
  };
}

function listeners({ host, tlsSecret }: GatewayArgs) {
  return {
    gatewayClassName: "freehold",
    infrastructure: {
      parametersRef: { group: "gateway.envoyproxy.io", kind: "EnvoyProxy", name: gatewayNames.name },
    },
    listeners: [
      {
        name: gatewayNames.listener,
        protocol: "HTTPS",
        port: 443,
        hostname: `*.${host}`,
        tls: { certificateRefs: [{ name: tlsSecret }] },
        allowedRoutes: { namespaces: { from: "Same" } },
      },
    ],
  };
}

/** A key opens its tenant's host, for that tenant's models; everything else is denied. */
function authorization({ tenants, host }: GatewayArgs) {
  return {
    targetRefs: [{ ...toGateway, sectionName: gatewayNames.listener }],
    apiKeyAuth: {
      credentialRefs: Object.keys(tenants).map((tenant) => ({ name: `key-${tenant}` })),
      extractFrom: [{ headers: ["Authorization"] }],
      forwardClientIDHeader: tenantHeader,
      sanitize: true,
    },
    authorization: {
      defaultAction: "Deny",
      rules: Object.entries(tenants).map(([tenant, { models }]) => ({
        name: tenant,
        action: "Allow",
        principal: {
          headers: [
            { name: tenantHeader, values: [tenant] },
            { name: ":authority", values: [tenantHost(tenant, host)] },
            { name: modelHeader, values: models },
          ],
        },
      })),
    },
  };
}

/** Requests and tokens per tenant and minute, retries before the first byte, ejection of failing replicas. */
function traffic(tenants: Country["tenants"]) {
  const selects = (tenant: string) => [{ headers: [{ name: tenantHeader, type: "Exact", value: tenant }] }];
  return {
    targetRefs: [toGateway],
    circuitBreaker: { maxConnections: 20_000, maxPendingRequests: 20_000, maxParallelRequests: 20_000 },
    healthCheck: {
      passive: { consecutive5XxErrors: 5, interval: "10s", baseEjectionTime: "30s", maxEjectionPercent: 100 },
    },
    retry: {
      numRetries: 2,
      numAttemptsPerPriority: 1,
      retryOn: { triggers: ["connect-failure", "retriable-status-codes"], httpStatusCodes: [502, 503] },
    },
    rateLimit: {
      type: "Global",
      global: {
        rules: Object.entries(tenants).flatMap(([tenant, { requestsPerMinute, tokensPerMinute }]) => [
          {
            // Without `shared` each route would count for itself.
            shared: true,
            clientSelectors: selects(tenant),
            limit: { requests: requestsPerMinute, unit: "Minute" },
          },
          {
            shared: true,
            clientSelectors: selects(tenant),
            limit: { requests: tokensPerMinute, unit: "Minute" },
            // Tokens are known when the answer is: the request costs nothing, the response its tokens.
            cost: {
              request: { from: "Number", number: 0 },
              response: {
                from: "Metadata",
                metadata: { namespace: "io.envoy.ai_gateway", key: "llm_total_token" },
              },
            },
          },
        ]),
      },
    },
  };
}

/** Envoy Gateway runs the proxies in its own namespace: there too they reach the models, their controllers, and DNS. */
function closeProxies({ models }: GatewayArgs, opts: pulumi.ResourceOptions) {
  const inNamespace = (name: pulumi.Input<string>) => ({
    namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": name } },
  });
  new NetworkPolicy(
    "proxies",
    {
      metadata: { name: "freehold-proxies", namespace: addon("envoy-gateway").namespace },
      spec: {
        podSelector: { matchLabels: { "gateway.envoyproxy.io/owning-gateway-name": gatewayNames.name } },
        policyTypes: ["Egress"],
        egress: [
          ...Object.values(models).map(({ namespace, port }) => ({
            to: [inNamespace(namespace)],
            ports: [{ protocol: "TCP", port }],
          })),
          { to: [inNamespace(addon("envoy-gateway").namespace), inNamespace(addon("ai-gateway").namespace)] },
          {
            to: [inNamespace("kube-system")],
            ports: [
              { protocol: "UDP", port: 53 },
              { protocol: "TCP", port: 53 },
            ],
          },
        ],
      },
    },
    opts,
  );
}
