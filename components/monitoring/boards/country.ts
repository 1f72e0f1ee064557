import { countryName } from "../../../catalogue/index.ts";
import type { Country } from "../../country.ts";
import { type Board, type Query, window } from "../board.ts";
import { enginesOf, ofModels, ofTenantsListener, quantile, refused, tokens } from "../expressions.ts";

/** The country on one page: is all well, and if not, on which board is more. */
export function country(file: Pick<Country, "country" | "modelServers">): Board {
  const answers = (more = "") => `sum(rate(envoy_http_downstream_rq_xx{${ofTenantsListener}${more}}[${window}]))`;
  const number = (title: string, unit: "short" | "reqps" | "percentunit", expr: string, badFrom?: number) => ({
    title,
    unit,
    as: "numbers" as const,
    queries: [{ expr, legend: title }],
    ...(badFrom !== undefined && { badFrom }),
  });
  const byServer = (query: (metrics: ReturnType<typeof enginesOf>[number]) => string): Query[] =>
    enginesOf(file).map((metrics) => ({ expr: query(metrics), legend: "{{server}}" }));
  const { key, permission, limit } = refused(window);
  return {
    id: "country",
    title: countryName(file.country),
    rows: [
      {
        title: "Now",
        panels: [
          number("Answers", "reqps", answers()),
          number("Errors of ours", "percentunit", `${answers(',envoy_response_code_class="5"')} / ${answers()}`, 0.05),
          number("Open requests", "short", `sum(envoy_http_downstream_rq_active{${ofTenantsListener}})`),
          number("Active tenants", "short", `count(${tokens("input", "tenant", window)} > 0) or vector(0)`),
          number(
            "Models without replicas",
            "short",
            `count(kube_deployment_status_replicas_available{${ofModels}} == 0) or vector(0)`,
            1,
          ),
          number("Alerts", "short", 'count(ALERTS{alertstate="firing"}) or vector(0)', 1),
        ],
      },
      {
        title: "Door",
        panels: [
          {
            title: "Answers by status",
            unit: "reqps",
            as: "stack",
            queries: [
              {
                expr: `sum by (envoy_response_code_class) (rate(envoy_http_downstream_rq_xx{${ofTenantsListener}}[${window}]))`,
                legend: "{{envoy_response_code_class}}xx",
              },
            ],
          },
          {
            title: "Refused",
            unit: "reqps",
            as: "stack",
            queries: [
              { expr: key, legend: "401, key" },
              { expr: permission, legend: "403, permission" },
              { expr: limit, legend: "429, limit" },
            ],
          },
          {
            title: "Tokens by tenant",
            unit: "short",
            as: "stack",
            queries: [
              {
                expr: `topk(10, sum by (tenant) (rate(gen_ai_client_token_usage_sum{gen_ai_token_type=~"input|output"}[${window}])))`,
                legend: "{{tenant}}",
              },
            ],
          },
        ],
      },
      {
        title: "Models",
        panels: [
          {
            title: "Tokens written",
            unit: "short",
            as: "stack",
            queries: byServer(({ tokensOut }) => `sum by (server) (rate(${tokensOut}{${ofModels}}[${window}]))`),
          },
          {
            title: "Time to the first token, p95",
            unit: "s",
            queries: byServer(({ firstTokenSeconds }) => quantile(0.95, firstTokenSeconds, "server", window, ofModels)),
          },
          {
            title: "Requests that wait",
            unit: "short",
            queries: byServer(({ waiting }) => `sum by (server) (${waiting}{${ofModels}})`),
          },
        ],
      },
      {
        title: "What calls for somebody",
        panels: [
          {
            title: "Alerts",
            unit: "short",
            as: "stack",
            queries: [
              {
                expr: 'count by (alertname, severity) (ALERTS{alertstate="firing"})',
                legend: "{{alertname}} ({{severity}})",
              },
            ],
          },
        ],
      },
    ],
  };
}
