import { platformNames } from "../../platform.ts";
import { type Board, window } from "../board.ts";
import { ofProxies, ofRoutes, ofTenantsListener, quantile, refused } from "../expressions.ts";

/** How the door does: what comes in, what it answers, and the parts that it asks on the way. */
export function gateway(): Board {
  const sum = (metric: string, matchers: string, by = "") =>
    `sum${by && ` by (${by})`} (rate(${metric}{${matchers}}[${window}]))`;
  const { key, permission, limit } = refused(window);
  return {
    id: "gateway",
    title: "Gateway",
    rows: [
      {
        title: "Answers",
        panels: [
          {
            title: "By status",
            unit: "reqps",
            as: "stack",
            queries: [
              {
                expr: sum("envoy_http_downstream_rq_xx", ofTenantsListener, "envoy_response_code_class"),
                legend: "{{envoy_response_code_class}}xx",
              },
            ],
          },
          {
            title: "Refused at the door",
            unit: "reqps",
            as: "stack",
            queries: [
              { expr: key, legend: "401, key" },
              { expr: permission, legend: "403, permission" },
              { expr: limit, legend: "429, limit" },
            ],
          },
          {
            title: "Time until all was answered",
            unit: "ms",
            says: "Streams last as long as their answer does.",
            queries: [0.5, 0.95, 0.99].map((share) => ({
              expr: quantile(share, "envoy_http_downstream_rq_time", "", window, ofTenantsListener),
              legend: `p${share * 100}`,
            })),
          },
        ],
      },
      {
        title: "Open now",
        panels: [
          {
            title: "Requests and streams",
            unit: "short",
            queries: [
              { expr: `sum by (pod) (envoy_http_downstream_rq_active{${ofTenantsListener}})`, legend: "{{pod}}" },
            ],
          },
          {
            title: "Connections of clients",
            unit: "short",
            queries: [
              { expr: `sum by (pod) (envoy_http_downstream_cx_active{${ofTenantsListener}})`, legend: "{{pod}}" },
            ],
          },
          {
            title: "Left by their clients",
            unit: "reqps",
            queries: [{ expr: sum("envoy_http_downstream_rq_rx_reset", ofTenantsListener), legend: "left" }],
          },
        ],
      },
      {
        title: "Towards the models",
        panels: [
          {
            title: "Errors by route",
            unit: "reqps",
            queries: [
              {
                expr: sum(
                  "envoy_cluster_upstream_rq_xx",
                  `${ofRoutes},envoy_response_code_class="5"`,
                  "envoy_cluster_name",
                ),
                legend: "{{envoy_cluster_name}}",
              },
            ],
          },
          {
            title: "Broken, timed out, tried again",
            unit: "reqps",
            queries: [
              { expr: sum("envoy_cluster_upstream_rq_rx_reset", ofRoutes), legend: "broken by the model server" },
              { expr: sum("envoy_cluster_upstream_cx_connect_fail", ofRoutes), legend: "not connected" },
              { expr: sum("envoy_cluster_upstream_rq_timeout", ofRoutes), legend: "timed out" },
              { expr: sum("envoy_cluster_upstream_rq_retry", ofRoutes), legend: "tried again" },
            ],
          },
          {
            title: "Replicas set aside",
            unit: "short",
            badFrom: 1,
            queries: [
              {
                expr: `sum by (envoy_cluster_name) (envoy_cluster_outlier_detection_ejections_active{${ofRoutes}}) > 0`,
                legend: "{{envoy_cluster_name}}",
              },
            ],
          },
        ],
      },
      {
        title: "Parts that are asked on the way",
        panels: [
          {
            title: "Reader of models",
            unit: "reqps",
            says: "AI Gateway's processor beside each proxy: what it failed, and what took it too long.",
            queries: [
              { expr: sum("envoy_http_ext_proc_streams_started", ofTenantsListener), legend: "asked" },
              { expr: sum("envoy_http_ext_proc_streams_failed", ofTenantsListener), legend: "failed" },
              { expr: sum("envoy_http_ext_proc_message_timeouts", ofTenantsListener), legend: "timed out" },
            ],
          },
          {
            title: "Rate limiter",
            unit: "reqps",
            says: "What it could not answer is refused with 500.",
            queries: [
              { expr: sum("envoy_cluster_ratelimit_ok", ofRoutes), legend: "within" },
              { expr: limit, legend: "over" },
              { expr: sum("envoy_cluster_ratelimit_error", ofRoutes), legend: "no answer" },
            ],
          },
          {
            title: "Time of the rate limiter",
            unit: "s",
            queries: [0.5, 0.99].map((share) => ({
              expr: quantile(share, "ratelimit_service_response_time_seconds", "", window, ofProxies),
              legend: `p${share * 100}`,
            })),
          },
          {
            title: "Counters (Valkey)",
            unit: "short",
            queries: [
              {
                expr: `kube_statefulset_status_replicas_ready{namespace="${platformNames.gateway}"}`,
                legend: "{{statefulset}} there",
              },
              { expr: `sum(ratelimit_redis_pool_cx_active{${ofProxies}})`, legend: "connections" },
            ],
          },
        ],
      },
      {
        title: "Proxies",
        panels: [
          {
            title: "Memory",
            unit: "bytes",
            queries: [{ expr: `envoy_server_memory_allocated{${ofProxies}}`, legend: "{{pod}}" }],
          },
          {
            title: "Configuration refused",
            unit: "short",
            badFrom: 1,
            says: "A change of tenants, keys or models that a proxy would not take is not live there.",
            queries: [
              {
                expr: `increase(envoy_listener_manager_lds_update_rejected{${ofProxies}}[1h])`,
                legend: "{{pod}} listeners",
              },
              {
                expr: `increase(envoy_cluster_manager_cds_update_rejected{${ofProxies}}[1h])`,
                legend: "{{pod}} clusters",
              },
            ],
          },
          {
            title: "Controller: failures",
            unit: "short",
            queries: [
              {
                expr: `sum by (runner) (increase(watchable_subscribe_total{status="failure"}[1h]))`,
                legend: "{{runner}}",
              },
            ],
          },
        ],
      },
    ],
  };
}
