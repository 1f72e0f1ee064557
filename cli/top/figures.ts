import type { Country } from "../../components/country.ts";
import { enginesOf } from "../../components/monitoring/expressions.ts";

/** A number of each tenant, model server, or of the gateway: what series it is made of, and how. */
export type Figure = {
  metric: string;
  /** Label whose values are the tenants or model servers; none for one number of all. */
  by?: "tenant" | "server";
  how: "rate" | "sum" | "max" | "count";
  /** Matchers of PromQL: `["gen_ai_token_type", "=", "input"]`. */
  where?: Matcher[];
};
export type Matcher = [label: string, operator: "=" | "!=" | "=~", value: string];

/** Numbers by section, by whose they are, by their names. */
export type Reading = Record<Section, Record<string, Record<string, number>>>;
export type Section = "tenants" | "models" | "gateway";

const listener: Matcher = ["envoy_http_conn_manager_prefix", "=~", "https?-.+"];
const routes: Matcher = ["envoy_cluster_name", "=~", "httproute/.+"];

/** What is shown, section by section: the names and what each is made of. */
export function figuresOf(
  country: Pick<Country, "modelServers" | "storage">,
): Record<Section, [name: string, figure: Figure][]> {
  const tokens = (kind: string): Figure => ({
    metric: "gen_ai_client_token_usage_sum",
    by: "tenant",
    how: "rate",
    where: [["gen_ai_token_type", "=", kind]],
  });
  const requests: Figure = { metric: "gen_ai_server_request_duration_seconds_count", by: "tenant", how: "rate" };
  const atDoor = (metric: string, ...more: Matcher[]): Figure => ({ metric, how: "rate", where: [listener, ...more] });
  return {
    tenants: [
      ["requests", requests],
      ["errors", { ...requests, where: [["error_type", "!=", ""]] }],
      ["tokensIn", tokens("input")],
      ["tokensOut", tokens("output")],
      ["month", { metric: "freehold_budget_used_tokens", by: "tenant", how: "max" }],
      ...(country.storage
        ? [["refused", { metric: "freehold_ledger_refusals_total", by: "tenant", how: "rate" }] as [string, Figure]]
        : []),
    ],
    models: enginesOf(country).flatMap(({ running, waiting, cache, tokensIn, tokensOut }) => {
      const figure = (metric: string, how: Figure["how"]): Figure => ({ metric, by: "server", how });
      return [
        ["replicas", figure(running, "count")],
        ["running", figure(running, "sum")],
        ["waiting", figure(waiting, "sum")],
        ["cache", figure(cache, "max")],
        ["tokensIn", figure(tokensIn, "rate")],
        ["tokensOut", figure(tokensOut, "rate")],
      ] as [string, Figure][];
    }),
    gateway: [
      ["answers", atDoor("envoy_http_downstream_rq_xx")],
      ["errors", atDoor("envoy_http_downstream_rq_xx", ["envoy_response_code_class", "=", "5"])],
      ["open", { metric: "envoy_http_downstream_rq_active", how: "sum", where: [listener] }],
      ["refusedKey", atDoor("envoy_http_api_key_auth_unauthorized")],
      ["refusedPermission", atDoor("envoy_http_rbac_denied")],
      ["refusedLimit", { metric: "envoy_cluster_ratelimit_over_limit", how: "rate", where: [routes] }],
      ["limiterErrors", { metric: "envoy_cluster_ratelimit_error", how: "rate", where: [routes] }],
    ],
  };
}

/** A reading of all figures: `ask` tells one of them, by whose it is. Tenants and models that say nothing are there with noughts. */
export async function read(
  country: Pick<Country, "modelServers" | "tenants" | "storage">,
  ask: (figure: Figure) => Promise<Record<string, number>> | Record<string, number>,
): Promise<Reading> {
  const owners: Record<Section, string[]> = {
    tenants: Object.keys(country.tenants),
    models: Object.keys(country.modelServers),
    gateway: [""],
  };
  const sections = await Promise.all(
    Object.entries(figuresOf(country)).map(async ([section, figures]) => {
      const found = await Promise.all(figures.map(async ([name, figure]) => [name, await ask(figure)] as const));
      const numbers = owners[section as Section].map((owner) => {
        const own: Record<string, number> = {};
        for (const [name, values] of found) own[name] = (own[name] ?? 0) + (values[owner] ?? 0);
        return [owner, own] as const;
      });
      return [section, Object.fromEntries(numbers)] as const;
    }),
  );
  return Object.fromEntries(sections) as Reading;
}
