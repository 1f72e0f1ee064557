import { addon } from "../../catalogue/index.ts";
import { type Country, pinned } from "../country.ts";
import type { Sidecar } from "../ledger.ts";
import { platformNames } from "../platform.ts";
import { gatewayNames, modelHeader, tenantHeader, toGateway } from "./names.ts";

type ProxyArgs = Country["gateway"] & Pick<Country, "registry" | "digests">;

/**
 * How the proxies run: spread over nodes, drained before they end, each answered request recorded, where there is a ledger by
 * what stands beside them, else in their containers' logs.
 */
export function proxy({ registry, digests, replicas, service, ledger }: ProxyArgs & { ledger?: Sidecar }) {
  const labels = { "gateway.envoyproxy.io/owning-gateway-name": gatewayNames.name };
  return {
    // As long as the longest generation that a rollout, or a new key, should not cut.
    shutdown: { drainTimeout: "600s" },
    provider: {
      type: "Kubernetes",
      kubernetes: {
        envoyDeployment: {
          replicas,
          pod: {
            priorityClassName: platformNames.platformPriority,
            ...(ledger && { labels: ledger.labels, annotations: ledger.annotations, volumes: ledger.volumes }),
            topologySpreadConstraints: ["kubernetes.io/hostname", "topology.kubernetes.io/zone"].map((topologyKey) => ({
              maxSkew: 1,
              topologyKey,
              whenUnsatisfiable: "ScheduleAnyway",
              labelSelector: { matchLabels: labels },
            })),
          },
          container: {
            image: pinned(registry, addon("envoy-gateway").images.envoy!, digests),
            // Long prompts are held in memory while their model is looked for.
            resources: { requests: { cpu: "1", memory: "1Gi" }, limits: { memory: "4Gi" } },
            ...(ledger && { volumeMounts: ledger.volumeMounts }),
          },
          ...(ledger && { initContainers: [ledger.container] }),
        },
        envoyPDB: { maxUnavailable: 1 },
        envoyService: { type: service },
      },
    },
    // The answers below come first otherwise, and AI Gateway's part before the key is checked.
    filterOrder: [{ name: "envoy.filters.http.custom_response", after: "envoy.filters.http.rbac" }],
    bootstrap: {
      type: "Merge",
      // Envoy's default, 1,024, would end at about 500 requests at once: each takes two streams.
      value:
        "layered_runtime: { layers: [{ name: freehold, static_layer: { circuit_breakers.ai-gateway-extproc-uds.default.max_requests: 100000 } }] }\n",
    },
    ...(ledger && { extraArgs: ledger.extraArgs }),
    telemetry: {
      accessLog: {
        settings: [
          {
            matches: [`request.headers['${modelHeader}'] != ''`],
            format: { type: "JSON", json: usageRecord },
            sinks: [{ type: "File", file: { path: ledger?.accessLog ?? "/dev/stdout" } }],
          },
        ],
      },
    },
  };
}

/**
 * What one request leaves behind: who, which model, how many tokens; never a prompt, never an answer. Tokens are null where
 * the request was refused, and where the client left before the end (flag DC): those are to be counted by another way.
 */
const usageRecord = {
  event_id: "%REQ(X-REQUEST-ID)%",
  time: "%START_TIME%",
  tenant: `%REQ(${tenantHeader.toUpperCase()})%`,
  // Without its query, which a client may fill with anything.
  path: "%PATH(NQ)%",
  model: `%REQ(${modelHeader.toUpperCase()})%`,
  backend: "%DYNAMIC_METADATA(io.envoy.ai_gateway:backend_name)%",
  in: "%DYNAMIC_METADATA(io.envoy.ai_gateway:llm_input_token)%",
  cached: "%DYNAMIC_METADATA(io.envoy.ai_gateway:llm_cached_input_token)%",
  out: "%DYNAMIC_METADATA(io.envoy.ai_gateway:llm_output_token)%",
  total: "%DYNAMIC_METADATA(io.envoy.ai_gateway:llm_total_token)%",
  status: "%RESPONSE_CODE%",
  details: "%RESPONSE_CODE_DETAILS%",
  flags: "%RESPONSE_FLAGS%",
  ms: "%DURATION%",
};

/** The part beside each proxy that reads which model is asked for, and counts tokens. */
export function modelReader({ registry, digests }: ProxyArgs) {
  return {
    globalLLMRequestCosts: [
      { metadataKey: "llm_input_token", type: "InputToken" },
      { metadataKey: "llm_cached_input_token", type: "CachedInputToken" },
      { metadataKey: "llm_output_token", type: "OutputToken" },
      { metadataKey: "llm_total_token", type: "TotalToken" },
    ],
    extProc: {
      kubernetes: {
        image: pinned(registry, addon("ai-gateway").images.extProc!, digests),
        resources: { requests: { cpu: "1", memory: "512Mi" }, limits: { memory: "4Gi" } },
      },
    },
  };
}

/** What is held of clients before anything else looks at a request. */
export function clients() {
  return {
    targetRefs: [toGateway],
    // 32 KiB, the default, refuses long prompts.
    connection: { bufferLimit: "50Mi" },
    headers: {
      // Not the client's own: it could make two records one.
      requestID: "Generate",
      // Set by the gateway and nobody else; left in, a request without a key would be recorded under another's name.
      earlyRequestHeaders: { remove: [tenantHeader, modelHeader] },
    },
    // A request may wait for its first token longer than the five minutes that Envoy lets a stream be still.
    timeout: { http: { streamIdleTimeout: "1800s" } },
    tls: { minVersion: "1.2" },
  };
}

/** Retries before the first byte, ejection of failing replicas, and refusals as OpenAI's clients read them. */
export function towardsModels(rules: object[]) {
  return {
    targetRefs: [toGateway],
    circuitBreaker: { maxConnections: 20_000, maxPendingRequests: 20_000, maxParallelRequests: 20_000 },
    healthCheck: {
      passive: { consecutive5XxErrors: 5, interval: "10s", baseEjectionTime: "30s", maxEjectionPercent: 100 },
    },
    retry: {
      numRetries: 2,
      numAttemptsPerPriority: 1,
      // Not on a reset: a generation that had begun would be run, and paid for, twice.
      retryOn: { triggers: ["connect-failure", "retriable-status-codes"], httpStatusCodes: [502, 503] },
    },
    responseOverride: [
      refusal(401, "invalid_api_key", "invalid_request_error", "Incorrect API key provided."),
      refusal(403, "model_not_allowed", "permission_error", "This key may not use this model or host."),
      refusal(429, "rate_limit_exceeded", "tokens", "The tenant's tokens or requests are used up for now."),
    ],
    rateLimit: { type: "Global", global: { rules } },
  };
}

function refusal(status: number, code: string, type: string, message: string) {
  return {
    // A model server's own answers stay as they are.
    source: "Local",
    match: { statusCodes: [{ type: "Value", value: status }] },
    response: {
      contentType: "application/json",
      body: { type: "Inline", inline: JSON.stringify({ error: { message, type, param: null, code } }) },
    },
  };
}
