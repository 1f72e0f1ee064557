import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { metric } from "../../catalogue/index.ts";
import { prometheusOf } from "../../cli/top/cluster.ts";
import { samplesOf } from "../../cli/top/door.ts";
import { type Figure, figuresOf, read } from "../../cli/top/figures.ts";
import { fromPrometheus, queryOf, seriesIn } from "../../cli/top/prometheus.ts";
import { fromScrapes, type Scrape } from "../../cli/top/scraped.ts";
import { textOf } from "../../cli/top/text.ts";
import { parseCountry } from "../../components/country.ts";
import { samplesIn } from "../../rehearsal/door/exposition.ts";
import type { Home } from "../../rehearsal/home.ts";
import { faultsIn } from "../components/monitoring/promql.ts";

const country = parseCountry({
  country: "CH",
  operator: { name: "Alpen AI", domain: "alpen-ai.example" },
  target: { kind: "onprem", context: "alpen", place: "CH" },
  state: { backend: "file:///srv/freehold/state", secretsProvider: "passphrase" },
  pools: { h200: { accelerator: "h200-sxm", nodes: 1 } },
  models: { apertus: { model: "swiss-ai/Apertus-8B-Instruct-2509", pool: "h200" } },
  tenants: { kanton: { tokensPerMinute: 60_000 }, bank: {} },
});

const scrape = (at: number, text: string): Scrape => ({ at: at * 1000, samples: samplesIn(text) });
const tokens = (tenant: string, kind: string, pod: string, value: number) =>
  `gen_ai_client_token_usage_sum{tenant="${tenant}",gen_ai_token_type="${kind}",pod="${pod}"} ${value}\n`;
const out: Figure = {
  metric: "gen_ai_client_token_usage_sum",
  by: "tenant",
  how: "rate",
  where: [["gen_ai_token_type", "=", "output"]],
};

describe("a figure of two scrapes", () => {
  it("is what came in between, a second, over all pods of each owner, of what is meant alone", () => {
    const earlier = scrape(10, tokens("kanton", "output", "a", 100) + tokens("kanton", "output", "b", 50));
    const later = scrape(
      12,
      tokens("kanton", "output", "a", 300) +
        tokens("kanton", "output", "b", 60) +
        tokens("kanton", "input", "a", 999) +
        tokens("bank", "output", "a", 20),
    );
    expect(fromScrapes(out, earlier, later)).toEqual({ kanton: 105, bank: 10 });
  });

  it("takes a count that fell for one that began anew, and forgets pods that are gone", () => {
    const earlier = scrape(10, tokens("kanton", "output", "a", 100) + tokens("kanton", "output", "gone", 5000));
    expect(fromScrapes(out, earlier, scrape(11, tokens("kanton", "output", "a", 7)))).toEqual({ kanton: 7 });
  });

  it("is the sum, the highest or the number of what stands", () => {
    const now = scrape(1, 'cache{server="apertus",pod="a"} 0.25\ncache{server="apertus",pod="b"} 0.75\n');
    const figure = (how: Figure["how"]) => fromScrapes({ metric: "cache", by: "server", how }, now, now).apertus;
    expect([figure("sum"), figure("max"), figure("count")]).toEqual([1, 0.75, 2]);
  });

  it("matches labels as PromQL does: whole, and a label that is not there as empty", () => {
    const now = scrape(
      1,
      'rq{prefix="https-10443"} 1\nrq{prefix="admin-https-1"} 2\nrq{prefix="https-10443",error="x"} 4\n',
    );
    const figure = (where: NonNullable<Figure["where"]>) =>
      fromScrapes({ metric: "rq", how: "sum", where }, now, now)[""];
    expect(figure([["prefix", "=~", "https?-.+"]])).toBe(5);
    expect(figure([["error", "!=", ""]])).toBe(4);
    expect(figure([["error", "=", ""]])).toBe(3);
  });
});

describe("a figure of Prometheus's", () => {
  it.each(Object.values(figuresOf(country)).flat())("%s asks for what is written", (_, figure) => {
    const known = (name: string) => {
      const found = metric(name);
      return found && { ...found, labels: new Set([...found.labels, "server"]) };
    };
    expect(faultsIn(queryOf(figure), known)).toEqual([]);
  });

  it("is by its owners", async () => {
    const body = JSON.stringify({
      status: "success",
      data: { resultType: "vector", result: [{ metric: { tenant: "kanton" }, value: [1795315000, "12.5"] }] },
    });
    const asked: string[] = [];
    const found = await fromPrometheus(out, async (query) => {
      asked.push(query);
      return seriesIn(body);
    });
    expect(found).toEqual({ kanton: 12.5 });
    expect(asked).toEqual(['sum by (tenant) (rate(gen_ai_client_token_usage_sum{gen_ai_token_type="output"}[150s]))']);
  });
});

it("says of a door that does not answer how to open it anew", async () => {
  const home = { stack: "ch", folder: join(import.meta.dirname, "no-such-rehearsal") } as Home;
  await expect(samplesOf(home)).rejects.toThrow(
    /^The door of ch does not tell how it is\.\n {2}found .*ENOENT.*\n {2}remedy {3}npx freehold door ch --close/,
  );
});

it("says that nothing measures a country without monitoring", async () => {
  await expect(prometheusOf("ch", country)).rejects.toThrow("no section monitoring in its country file");
});

describe("what is shown", () => {
  const values: Record<string, Record<string, number>> = {
    gen_ai_client_token_usage_sum: { kanton: 300, stranger: 9 },
    "vllm:kv_cache_usage_perc": { apertus: 0.42 },
    envoy_http_rbac_denied: { "": 0.5 },
  };
  const reading = () => read(country, ({ metric: name }) => values[name] ?? {});

  it("has every tenant and model server of the country file, idle ones with noughts, and no others", async () => {
    const { tenants, models, gateway } = await reading();
    expect(tenants).toEqual({
      kanton: { requests: 0, errors: 0, tokensIn: 300, tokensOut: 300, month: 0 },
      bank: { requests: 0, errors: 0, tokensIn: 0, tokensOut: 0, month: 0 },
    });
    expect(models.apertus).toMatchObject({ cache: 0.42, replicas: 0 });
    expect(gateway[""]).toMatchObject({ refusedPermission: 0.5, answers: 0 });
  });

  it("is a table of the busiest first, with the share of the limit", async () => {
    const heading = { country: "Switzerland", from: "here", at: new Date("2026-11-22T03:00:00Z") };
    const lines = textOf(heading, await reading(), country.tenants);
    const at = (start: string) => lines.findIndex((line) => line.startsWith(start));
    expect(lines[0]).toContain("03:00:00 UTC");
    expect(lines[at("kanton")]!.split(/\s{2,}/)).toEqual(["kanton", "0", "0", "300", "300", "60 %"]);
    expect(at("kanton")).toBeLessThan(at("bank"));
    expect(lines[at("apertus")]).toContain("42 %");
    expect(lines[at("refused")]).toContain("0.5/s for permission (403)");
    const few = textOf(heading, await reading(), country.tenants, 11);
    expect(few).toContain("and 1 more, who use less");
  });
});
