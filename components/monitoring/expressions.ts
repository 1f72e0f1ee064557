import { addon } from "../../catalogue/index.ts";
import type { Country } from "../country.ts";
import { type EngineMetrics, engines } from "../engine.ts";
import { platformNames } from "../platform.ts";

/** Matchers of the model servers' own series. */
export const ofModels = `namespace="${platformNames.models}"`;
/** Matchers of what tenants come in by; Envoy has listeners of its own beside it. */
export const ofTenantsListener = 'envoy_http_conn_manager_prefix=~"https?-.+"';
/** Matchers of what leads to models, and not to the gateway's own parts. */
export const ofRoutes = 'envoy_cluster_name=~"httproute/.+"';
/** Matchers of the namespace in which the proxies, their controller and the rate limiter run. */
export const ofProxies = `namespace="${addon("envoy-gateway").namespace}"`;

/** Share of a histogram's observations, by some labels: `quantile(0.95, "vllm:time_to_first_token_seconds", "server", "5m")`. */
export function quantile(share: number, histogram: string, by: string, window: string, matchers = ""): string {
  const buckets = `rate(${histogram}_bucket{${matchers}}[${window}])`;
  return `histogram_quantile(${share}, sum by (${["le", by].filter(Boolean).join(", ")}) (${buckets}))`;
}

/** What the engines of a country call their metrics: one set for each engine. */
export function enginesOf({ modelServers }: Pick<Country, "modelServers">): EngineMetrics[] {
  return [...new Set(Object.values(modelServers).map(({ engine }) => engine))].map((engine) => engines[engine].metrics);
}

/** Requests a second that the gateway itself refused, by the reason. */
export function refused(window: string): Record<"key" | "permission" | "limit", string> {
  const rate = (metric: string, matchers: string) => `sum(rate(${metric}{${matchers}}[${window}]))`;
  return {
    key: rate("envoy_http_api_key_auth_unauthorized", ofTenantsListener),
    permission: rate("envoy_http_rbac_denied", ofTenantsListener),
    limit: rate("envoy_cluster_ratelimit_over_limit", ofRoutes),
  };
}

/** Tokens a second by some labels, as the gateway counted them: what a model read, or what it wrote. */
export function tokens(kind: "input" | "output", by: string, window: string): string {
  return `sum by (${by}) (rate(gen_ai_client_token_usage_sum{gen_ai_token_type="${kind}"}[${window}]))`;
}
