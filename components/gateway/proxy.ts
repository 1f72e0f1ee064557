import { createHash } from "node:crypto";
import { addon } from "../../catalogue/index.ts";
import { measuredHeaders } from "../addons/ai-gateway.ts";
import { type Country, pinned } from "../country.ts";
import type { Sidecar } from "../ledger.ts";
import { spread } from "../platform/spread.ts";
import { platformNames } from "../platform.ts";
import { countNamespace, gatewayNames, keyHeader, modelHeader, tenantHeader, toGateway } from "./names.ts";

/** The longest request that is taken in; the proxies' own program names it too. */
const longestRequest = "50Mi";

type ProxyArgs = Country["gateway"] &
  Pick<Country, "registry" | "digests" | "tenants"> & {
    /** What tells a cloud which way its load balancer leads. */
    serviceAnnotations?: Record<string, string>;
    /** Port of the nodes that the Service has, where somebody relies on it. */
    nodePort?: number;
  };

/**
 * How the proxies run: spread over nodes, drained before they end, each answered request recorded, where there is a ledger by
 * what stands beside them, else in their containers' logs.
 */
export function proxy({ ledger, ...args }: ProxyArgs & { ledger?: Sidecar }) {
  const { registry, digests, replicas, service, serviceAnnotations = {}, nodePort } = args;
  const reader = [modelReader(args), measuredHeaders];
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
            // What stands beside a proxy is put there when its pod is made, and nobody makes it anew for other settings.
            annotations: { ...ledger?.annotations, "freehold.dev/model-reader": hashOf(reader) },
            ...(ledger && { labels: ledger.labels, volumes: ledger.volumes }),
            topologySpreadConstraints: spread({ "gateway.envoyproxy.io/owning-gateway-name": gatewayNames.name }),
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
        envoyService: {
          type: service,
          ...(Object.keys(serviceAnnotations).length > 0 && { annotations: serviceAnnotations }),
          ...(nodePort !== undefined && {
            patch: { type: "StrategicMerge", value: { spec: { ports: [{ port: 443, nodePort }] } } },
          }),
        },
      },
    },
    // AI Gateway puts its part before the proxies' own program, except where a buffer stands behind that.
    filterOrder: [{ name: "envoy.filters.http.buffer", after: "envoy.filters.http.lua" }],
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

function hashOf(settings: unknown): string {
  return createHash("sha256").update(JSON.stringify(settings)).digest("hex").slice(0, 16);
}

/**
 * What one request leaves behind: who, which model, how many tokens; never a prompt, never an answer. `counted` is `gateway`
 * for a whole answer, and `delivered` for a stream that ended early: its tokens are those that went out. Tokens are null
 * where the request was refused. `served` is the model that answered, which is another than `model` where that one's fallback
 * did.
 */
const usageRecord = {
  event_id: "%REQ(X-REQUEST-ID)%",
  time: "%START_TIME%",
  tenant: `%REQ(${tenantHeader.toUpperCase()})%`,
  key: `%REQ(${keyHeader.toUpperCase()})%`,
  // Without its query, which a client may fill with anything.
  path: "%PATH(NQ)%",
  // One that nobody has may be as long as the request: longer names than a country's are cut.
  model: `%REQ(${modelHeader.toUpperCase()}):64%`,
  // Of whom was asked: AI Gateway's own metadata has it for whole answers alone.
  backend: "%UPSTREAM_METADATA(aigateway.envoy.io:per_route_rule_backend_name)%",
  ...Object.fromEntries(
    ["counted", "in", "cached", "out", "total", "served"].map((name) => [
      name,
      `%DYNAMIC_METADATA(${countNamespace}:${name})%`,
    ]),
  ),
  bytes_out: "%BYTES_SENT%",
  status: "%RESPONSE_CODE%",
  details: "%RESPONSE_CODE_DETAILS%",
  flags: "%RESPONSE_FLAGS%",
  ms: "%DURATION%",
};

// Kinds of tokens and of calls by which one tenant's use of one model is counted.
const seriesOfPair = 10;
const fewestSeries = 4096;

/** The part beside each proxy that reads which model is asked for, and counts tokens. */
export function modelReader({ registry, digests, tenants }: Pick<ProxyArgs, "registry" | "digests" | "tenants">) {
  const pairs = Object.values(tenants).reduce((sum, { models }) => sum + models.length, 0);
  // In leaps, because each other number is a new pod.
  const series = Math.max(fewestSeries, 2 ** Math.ceil(Math.log2(pairs * seriesOfPair)));
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
        // Beyond so many different ones its metrics no longer tell the tenant.
        env: [
          { name: "OTEL_GO_X_CARDINALITY_LIMIT", value: String(series) },
          // Below its limit, near which it would else be ended with long prompts that are handled already.
          { name: "GOMEMLIMIT", value: "7GiB" },
        ],
        // A long prompt takes nearly twice of it what it takes of Envoy, which refuses more before its own limit is reached.
        resources: { requests: { cpu: "1", memory: "512Mi" }, limits: { memory: "8Gi" } },
      },
    },
  };
}

/** What is held of clients before anything else looks at a request. */
export function clients() {
  return {
    targetRefs: [toGateway],
    // 32 KiB, the default, refuses long prompts.
    connection: { bufferLimit: longestRequest },
    headers: {
      // Not the client's own: it could make two records one.
      requestID: "Generate",
      // Set by the gateway and nobody else; left in, a request without a key would be recorded under another's name, and
      // AI Gateway's part would fail over an endpoint that nobody picked.
      earlyRequestHeaders: { remove: [tenantHeader, keyHeader, modelHeader, "x-gateway-destination-endpoint"] },
      // What a client shows with an error, and the record has.
      lateResponseHeaders: { set: [{ name: "x-request-id", value: "%REQ(X-REQUEST-ID)%" }] },
    },
    // A request may wait for its first token longer than the five minutes that Envoy lets a stream be still.
    timeout: { http: { streamIdleTimeout: "1800s" } },
    tls: { minVersion: "1.2" },
  };
}

/** Retries before the first byte, ejection of failing replicas, and limits. */
export function towardsModels(rules: object[]) {
  return {
    targetRefs: [toGateway],
    timeout: {
      // The default of ten seconds is what clients would wait for each replica whose node is gone.
      tcp: { connectTimeout: "2s" },
      // vLLM closes a connection that was still for five seconds, and a request that meets that end is lost.
      http: { connectionIdleTimeout: "4s" },
    },
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
    requestBuffer: { limit: longestRequest },
    // A replica that is about to end, or has begun, is known within its farewell, whatever names are said to live.
    dns: { dnsRefreshRate: "5s", respectDnsTtl: false },
    rateLimit: { type: "Global", global: { rules } },
  };
}
