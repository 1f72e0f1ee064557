import { readFileSync } from "node:fs";
import { PGlite } from "@electric-sql/pglite";
import type { Sql } from "postgres";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { metric } from "../../../catalogue/index.ts";
import { countedBetween, lost, risen } from "../../../components/ledger/programs/counted.ts";
import {
  type Counted,
  type Recorded,
  reconcile,
  unnoticedTokens,
  verdictOf,
} from "../../../components/ledger/programs/reconcile.ts";
import { recordedBetween } from "../../../components/ledger/programs/recorded.ts";
import { faultsIn, type Known } from "../monitoring/promql.ts";

const none = { in: 0, out: 0 };
const recorded = (fields: Partial<Recorded> = {}): Recorded => ({
  tenant: "bank",
  model: "apertus",
  server: "bank-apertus",
  whole: { in: 100, out: 50 },
  delivered: none,
  dropped: 0,
  uncounted: 0,
  edge: none,
  ...fields,
});
const atGateway = (fields: Partial<Counted> = {}): Counted => ({
  tenant: "bank",
  name: "apertus",
  tokens: { in: 100, out: 50 },
  lost: 0,
  ...fields,
});
const atEngine = (fields: Partial<Counted> = {}): Counted => ({
  name: "bank-apertus",
  tokens: { in: 100, out: 50 },
  lost: 0,
  ...fields,
});
const verdicts = (ours: Recorded[], gateway: Counted[], engines: Counted[]) =>
  reconcile(ours, gateway, engines, { "bank-apertus": 4096 }).map(({ against, verdict }) => `${against} ${verdict}`);
const tokens = (input: number, out: number) => ({ tokens: { in: input, out } });

describe("the ledger against what was counted", () => {
  it("says where prompts alone are more, as requests for several answers make them", () => {
    const why = (counted: Counted) => reconcile([recorded()], [atGateway()], [counted], {}).at(-1)?.why.join();
    expect(why(atEngine(tokens(130, 50)))).toContain("several answers");
    expect(why(atEngine(tokens(130, 70)))).toBe("the ledger has less than was counted");
  });

  it.each<[string, string[], Recorded, Counted[], Counted[]]>([
    ["the same", ["gateway agrees", "engine agrees"], recorded(), [atGateway()], [atEngine()]],
    [
      "in several proxies and replicas",
      ["gateway agrees", "engine agrees"],
      recorded(),
      [atGateway(tokens(60, 50)), atGateway(tokens(40, 0))],
      [atEngine(tokens(99, 1)), atEngine(tokens(1, 49))],
    ],
    [
      "a record too many",
      ["gateway differs", "engine differs"],
      recorded({ whole: { in: 101, out: 50 } }),
      [atGateway()],
      [atEngine()],
    ],
    [
      "a record too few",
      ["gateway differs", "engine differs"],
      recorded({ whole: { in: 100, out: 49 } }),
      [atGateway()],
      [atEngine()],
    ],
    [
      "too few for counters that ended",
      ["gateway unknown", "engine unknown"],
      recorded(),
      [atGateway({ ...tokens(90, 50), lost: 1 })],
      [atEngine({ ...tokens(100, 1), lost: 2 })],
    ],
    [
      "too many for counters that ended",
      ["gateway differs", "engine differs"],
      recorded(),
      [atGateway({ ...tokens(101, 50), lost: 1 })],
      [atEngine({ ...tokens(100, 51), lost: 1 })],
    ],
    ["nothing that tells", ["gateway unknown", "engine unknown"], recorded(), [], []],
    [
      "counts of nobody's",
      ["gateway unknown", "engine agrees"],
      recorded(),
      [atGateway({ tenant: undefined })],
      [atEngine()],
    ],
    [
      "requests at the edges",
      ["gateway explained", "engine explained"],
      recorded({ edge: { in: 10, out: 5 } }),
      [atGateway(tokens(110, 45))],
      [atEngine(tokens(90, 55))],
    ],
    [
      "more than the edges",
      ["gateway differs", "engine differs"],
      recorded({ edge: { in: 10, out: 5 } }),
      [atGateway(tokens(111, 50))],
      [atEngine(tokens(100, 44))],
    ],
  ])("is judged with %s", (_, expected, ours, gateway, engines) => {
    expect(verdicts([ours], gateway, engines)).toEqual(expected);
  });

  it("bounds what an engine made for clients that left, and never lets it have made less", () => {
    const dropped = recorded({ delivered: { in: 20, out: 3 }, dropped: 1 });
    const judged = (out: number) => verdicts([dropped], [atGateway()], [atEngine(tokens(120, out))])[1];
    expect([53, 54, 53 + unnoticedTokens, 54 + unnoticedTokens, 52].map(judged)).toEqual(
      ["agrees", "explained", "explained", "differs", "differs"].map((verdict) => `engine ${verdict}`),
    );
    const before = recorded({ uncounted: 1 });
    expect(verdicts([before], [atGateway()], [atEngine(tokens(100 + 4096, 50))])[1]).toBe("engine explained");
    expect(verdicts([before], [atGateway()], [atEngine(tokens(100 + 4097, 50))])[1]).toBe("engine differs");
  });

  it("knows of tokens that are in no ledger at all, and sums up in one word", () => {
    const lostRecord = reconcile([], [atGateway()], [atEngine()], {});
    expect(lostRecord.map(({ verdict }) => verdict)).toEqual(["differs", "differs"]);
    expect(verdictOf(lostRecord)).toBe("differs");
    expect(verdictOf(reconcile([recorded()], [], [atEngine()], {}))).toBe("unknown");
    expect(verdictOf(reconcile([], [], [], {}))).toBe("agrees");
  });
});

describe("what Prometheus is asked", () => {
  const known: Known = (name) => {
    const found = metric(name);
    return found?.program === "vllm" ? { ...found, labels: new Set([...found.labels, "server"]) } : found;
  };

  it("is of metrics and labels that are written", async () => {
    const asked: string[] = [];
    const engines = [{ tokensIn: "vllm:prompt_tokens_total", tokensOut: "vllm:generation_tokens_total" }];
    const from = new Date("2026-11-21T00:00:00Z");
    const ask = async (query: string) => {
      asked.push(query);
      return [];
    };
    await countedBetween(ask, engines, from, new Date("2026-11-22T00:00:00Z"));
    expect(asked).toHaveLength(8);
    for (const query of asked) expect(faultsIn(query, known), query).toEqual([]);
    expect(asked.every((query) => query.includes("[86400s]"))).toBe(true);
  });

  it("tells what rose by whose it is, and how many counters it was lost of", async () => {
    const canned = {
      [risen('gen_ai_client_token_usage_sum{gen_ai_token_type="input"}', "tenant, gen_ai_original_model", "60s")]: 7,
      [lost("v_in", "server", "60s")[1]!]: 2,
      [risen("v_out", "server", "60s")]: 9,
    };
    const labels = (query: string): Record<string, string> =>
      query.includes("server") ? { server: "s" } : { tenant: "bank", gen_ai_original_model: "m" };
    const ask = async (query: string) =>
      canned[query] === undefined ? [] : [{ labels: labels(query), value: canned[query] }];
    const engines = [{ tokensIn: "v_in", tokensOut: "v_out" }];
    expect(await countedBetween(ask, engines, new Date(0), new Date(60_000))).toEqual({
      gateway: [{ tenant: "bank", name: "m", tokens: { in: 7, out: 0 }, lost: 0 }],
      engines: [{ tenant: undefined, name: "s", tokens: { in: 0, out: 9 }, lost: 2 }],
    });
  });
});

describe("what the ledger is asked", () => {
  const db = new PGlite();
  const sql = {
    unsafe: async (text: string, values: string[]) => (await db.query(text, values)).rows,
  } as unknown as Sql;
  const day = (time: string) => new Date(`2026-11-${time}Z`);

  beforeAll(async () => {
    await db.exec(readFileSync(new URL("../../../components/storage/records.sql", import.meta.url), "utf8"));
    const put = (id: string, time: string, ms: number, counted: string | null, status = 200) =>
      db.query(
        `INSERT INTO usage_records (event_id, time, tenant, model, server, tokens_in, tokens_cached, tokens_out, counted, status, ms)
         VALUES ($1, $2, 'bank', 'm', 's', 10, 0, 1, $3, $4, $5)`,
        [id, `2026-11-${time}Z`, counted, status, ms],
      );
    await put("ended yesterday", "20T23:50:00", 1000, "gateway");
    await put("ended within", "20T23:59:00", 90_000, "gateway");
    await put("within", "21T12:00:00", 100, "gateway");
    await put("dropped", "21T13:00:00", 100, "delivered");
    await put("refused", "21T13:00:00", 1, null, 429);
    await put("left at once", "21T13:00:00", 1, null, 200);
    await put("ends tomorrow", "21T23:59:59", 5000, "gateway");
    await put("at the end", "21T23:59:00", 1000, "gateway");
  }, 120_000);
  afterAll(() => db.close());

  it("has requests by when they ended, and those apart that stand on an edge", async () => {
    expect(await recordedBetween(sql, day("21T00:00:00"), day("22T00:00:00"), 120)).toEqual([
      {
        tenant: "bank",
        model: "m",
        server: "s",
        whole: { in: 30, out: 3 },
        delivered: { in: 10, out: 1 },
        dropped: 1,
        uncounted: 1,
        edge: { in: 30, out: 3 },
      },
    ]);
  });

  it("has no edges where counters are read at once", async () => {
    const [found] = await recordedBetween(sql, day("21T00:00:00"), day("22T00:00:00"), 0);
    expect([found!.whole, found!.edge]).toEqual([{ in: 30, out: 3 }, none]);
  });
});
