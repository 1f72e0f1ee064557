import { describe, expect, it } from "vitest";
import { metric } from "../../../catalogue/index.ts";
import { type Country, parseCountry } from "../../../components/country.ts";
import { alerts } from "../../../components/monitoring/alerts.ts";
import { boards } from "../../../components/monitoring/boards.ts";
import { limits } from "../../../components/monitoring/limits.ts";
import { Monitoring } from "../../../components/monitoring.ts";
import { plan } from "../../../policies/program.ts";
import { faultsIn, type Known, labelsOf } from "./promql.ts";

const mistral = "mistralai/Mistral-Large-3-675B-Instruct-2512";
const country: Country = parseCountry({
  country: "CH",
  operator: { name: "Alpen AI", domain: "alpen-ai.example" },
  target: { kind: "onprem", context: "alpen", place: "CH" },
  state: { backend: "file:///srv/freehold/state", secretsProvider: "passphrase" },
  pools: { h200: { accelerator: "h200-sxm", nodes: 8, rdma: {} } },
  models: {
    apertus: { model: "swiss-ai/Apertus-8B-Instruct-2509", pool: "h200", replicas: 2 },
    mistral: { model: mistral, pool: "h200", gpus: 8, nodes: 2, precision: "fp8", contextTokens: 65536 },
  },
  tenants: { kanton: { tokensPerDay: 1_000_000, budget: { tokensPerMonth: 1_000_000 } }, bank: {} },
  storage: {
    keys: { kind: "volumes", statement: "LUKS2" },
    objects: { kind: "ceph", nodes: { disks: "true" } },
    records: { kind: "cloudnative-pg" },
  },
  monitoring: {},
});

// What a monitor adds to the series of those whom it watches, beside what Prometheus adds by itself.
const monitored = await plan(() => new Monitoring("monitoring", { ...country, namespace: "freehold-monitoring" }));
const models = monitored.find(({ props }) => props.kind === "PodMonitor")!.props.spec as {
  podMetricsEndpoints: { relabelings: { targetLabel: string }[] }[];
};
const ofModels = models.podMetricsEndpoints[0]!.relabelings.map(({ targetLabel }) => targetLabel);
const recorded = new Map(
  limits(country.tenants).map(({ record, labels }) => [
    record,
    { type: "gauge" as const, labels: new Set(Object.keys(labels)) },
  ]),
);

const known: Known = (name) => {
  const found = metric(name);
  if (found?.program !== "vllm") return found ?? recorded.get(name);
  return { ...found, labels: new Set([...found.labels, ...ofModels]) };
};

const named = (text: string) => [...text.matchAll(/\{\{ ?(?:\$labels\.)?(\w+) ?\}\}/g)].map(([, label]) => label!);

describe.each(boards(country))("the board $title", ({ rows }) => {
  const queries = rows.flatMap(({ panels }) => panels.flatMap((panel) => panel.queries));

  it("asks for metrics and labels that are written", () => {
    expect(queries.length).toBeGreaterThan(4);
    for (const { expr } of queries) expect(faultsIn(expr, known), expr).toEqual([]);
  });

  it("calls its lines by labels that they have", () => {
    for (const { expr, legend } of queries)
      expect([...labelsOf(expr, known)], expr).toEqual(expect.arrayContaining(named(legend)));
  });
});

describe.each(alerts(country))("the alert $alert", ({ expr, annotations }) => {
  it("asks for metrics and labels that are written, and speaks of labels that it has", () => {
    expect(faultsIn(expr, known), expr).toEqual([]);
    const spoken = [...named(annotations.summary), ...named(annotations.description)];
    expect([...labelsOf(expr, known)]).toEqual(expect.arrayContaining(spoken));
  });
});

describe("a query is refused", () => {
  it.each([
    ["that does not parse", "sum(rate(up[5m])", "does not parse"],
    ["for a metric that nobody writes", "vllm:gpu_cache_usage_perc", "nobody writes vllm:gpu_cache_usage_perc"],
    ["for a label that a metric has not", 'vllm:num_requests_waiting{model="x"}', "has no label model"],
    ["that sums by a label that is not there", "sum by (tenant) (vllm:num_requests_waiting)", "has no label tenant"],
    ["that joins by a label of one side", "up / on (tenant) freehold:tokens_per_day:limit", "up has no label tenant"],
    ["for the name of a histogram by itself", "vllm:time_to_first_token_seconds", "nobody writes"],
    ["for how fast a gauge goes", "rate(vllm:kv_cache_usage_perc[5m])", "it has no rate"],
  ])("%s", (_, query, says) => {
    expect(faultsIn(query, known).join("; ")).toContain(says);
  });
});

describe("limits as series", () => {
  it("are there for what each tenant has, and for nothing else", () => {
    const daily = limits(country.tenants).filter(({ record }) => record === "freehold:tokens_per_day:limit");
    expect(daily).toEqual([
      { record: "freehold:tokens_per_day:limit", expr: "vector(1000000)", labels: { tenant: "kanton" } },
    ]);
    const minutes = limits(country.tenants).filter(({ record }) => record === "freehold:tokens_per_minute:limit");
    expect(minutes.map(({ labels }) => labels.tenant)).toEqual(["kanton", "bank"]);
  });
});
