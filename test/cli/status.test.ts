import { describe, expect, it } from "vitest";
import { metric } from "../../catalogue/index.ts";
import { pageOf } from "../../cli/status/page.ts";
import { quantileOf, reportOfPrometheus, reportOfSamples } from "../../cli/status/report.ts";
import { parseCountry } from "../../components/country.ts";
import { samplesIn } from "../../rehearsal/door/exposition.ts";
import { faultsIn } from "../components/monitoring/promql.ts";

const apertus = { model: "swiss-ai/Apertus-8B-Instruct-2509", pool: "h200" };
const country = parseCountry({
  country: "CH",
  operator: { name: "Alpen <AI>", domain: "alpen-ai.example" },
  target: { kind: "onprem", context: "alpen", place: "CH" },
  state: { backend: "file:///srv/freehold/state", secretsProvider: "passphrase" },
  pools: { h200: { accelerator: "h200-sxm", nodes: 1 } },
  models: { apertus, spare: apertus },
  tenants: { bank: { models: ["apertus"], ownReplicas: 1 }, kanton: {} },
});
const at = new Date("2026-11-22T03:00:00Z");
const now = at.getTime() / 1000;
const daySeconds = 24 * 3600;

const scraped = samplesIn(
  [
    'vllm:num_requests_running{server="apertus",pod="a"} 1',
    'vllm:num_requests_running{server="bank-apertus",pod="b"} 1',
    'vllm:time_to_first_token_seconds_bucket{server="apertus",le="0.1"} 50',
    'vllm:time_to_first_token_seconds_bucket{server="apertus",le="0.5"} 100',
    'vllm:time_to_first_token_seconds_bucket{server="apertus",le="+Inf"} 100',
  ].join("\n"),
);

/** A Prometheus that keeps ten days, in which apertus was away for a quarter of the last one. */
const asked: string[] = [];
async function prometheus(path: string, { query }: Record<string, string>): Promise<string> {
  asked.push(query!);
  const vector = (value: number) => [{ metric: { server: "apertus" }, value: [now, String(value)] }];
  const matrix = (metric: object, values: [number, number][]) => [
    { metric, values: values.map(([when, value]) => [when, String(value)]) },
  ];
  const days = Array.from({ length: 10 }, (_, ago): [number, number] => [now - ago * daySeconds, 288]).reverse();
  const firing = (labels: object, ...hours: number[]) => ({
    metric: { alertstate: "firing", severity: "critical", ...labels },
    values: hours.map((ago) => [now - ago * 3600, "1"]),
  });
  const result =
    path === "query"
      ? vector(query!.includes("0.95") ? 1.5 : query!.includes("0.5") ? 0.25 : 2)
      : query!.startsWith("count_over_time")
        ? matrix({}, days)
        : query!.startsWith("sum_over_time")
          ? matrix({ server: "apertus" }, [...days.slice(0, -1), [now, 216]])
          : [
              firing({ alertname: "ModelWithoutReplicas", deployment: "apertus" }, 30, 29, 28, 1, 0),
              firing({ alertname: "ModelWithoutReplicas", deployment: "bank-apertus" }, 5),
              firing({ alertname: "GatewayErrors" }, 100),
            ];
  return JSON.stringify({ status: "success", data: { result } });
}

describe("a report of a rehearsal", () => {
  it("has the models that tenants share, with what their replicas tell, and no history", () => {
    expect(reportOfSamples(country, scraped, at)).toEqual({
      at,
      models: [
        { name: "apertus", replicas: 1, firstToken: { p50: 0.1, p95: expect.closeTo(0.46) } },
        { name: "spare", replicas: 0 },
      ],
    });
  });

  it("reckons quantiles as Prometheus does, and none of nothing", () => {
    const buckets = new Map([
      [1, 10],
      [2, 30],
      [Number.POSITIVE_INFINITY, 40],
    ]);
    expect([0.25, 0.5, 0.99].map((share) => quantileOf(share, buckets))).toEqual([1, 1.5, 2]);
    expect(quantileOf(0.5, new Map([[1, 0]]))).toBeUndefined();
  });
});

describe("a report of Prometheus", () => {
  const report = reportOfPrometheus(country, prometheus, at);

  it("tells each day's share in which a model answered, and of days before it measured nothing", async () => {
    const [model, spare] = (await report).models;
    expect(model).toMatchObject({ replicas: 2, firstToken: { p50: 0.25, p95: 1.5 } });
    expect(model!.days).toHaveLength(90);
    expect(model!.days!.slice(78)).toEqual([null, null, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0.75]);
    expect(spare).toMatchObject({ name: "spare", replicas: 0 });
  });

  it("tells what tenants felt, the newest first, each time by itself, and nothing of one tenant's own replicas", async () => {
    const when = (hours: number) => new Date((now - hours * 3600) * 1000);
    const away = "No replica of apertus answers";
    expect((await report).incidents).toEqual([
      { what: away, from: when(1), until: undefined },
      { what: away, from: when(30), until: when(27) },
      { what: "More than one in twenty answers of the gateway is an error of ours", from: when(100), until: when(99) },
    ]);
  });

  it("asks for what is written", async () => {
    await report;
    const known = (name: string) => {
      const found = metric(name);
      return found && { ...found, labels: new Set([...found.labels, "server"]) };
    };
    expect(asked.length).toBe(6);
    for (const query of asked) expect(faultsIn(query, known), query).toEqual([]);
  });
});

describe("the page", () => {
  const page = pageOf(country, reportOfSamples(country, scraped, at));

  it("says what does not answer, and what it does not know", () => {
    expect(page).toContain("spare does not answer.");
    expect(page).toContain("No history is kept here.");
    expect(page).toContain("is not seen from here");
    expect(page).not.toContain("bank");
  });

  it("is whole in itself: it loads nothing, runs nothing, and is no place for somebody's markup", () => {
    expect(page).not.toMatch(/<script|<link|<img|src=|url\(|@import|https?:/);
    expect(page).toContain("default-src 'none'");
    expect(page).toContain("Alpen &lt;AI&gt;");
  });

  it("shows the days as far as there are any", async () => {
    const whole = pageOf(country, await reportOfPrometheus(country, prometheus, at));
    expect(whole.match(/<i class="good"/g)).toHaveLength(9);
    expect(whole.match(/<i class="bad"/g)).toHaveLength(1);
    expect(whole).toContain("97.5 % of 10 days");
    expect(whole).toContain("goes on");
  });
});
