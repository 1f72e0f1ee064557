import { readFileSync } from "node:fs";
import { PGlite } from "@electric-sql/pglite";
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import type { Budget } from "../../../components/ledger/programs/budget.ts";
import { budgetSums } from "../../../components/ledger/programs/budget-sums.ts";

const schema = readFileSync(new URL("../../../components/storage/records.sql", import.meta.url), "utf8");

let postgres: PGlite;
beforeAll(async () => {
  postgres = await PGlite.create();
  await postgres.exec("CREATE ROLE recorder; CREATE ROLE budgets");
}, 120_000);
afterAll(() => postgres.close());
beforeEach(async () => {
  await postgres.exec(
    "RESET ROLE; DROP SCHEMA public CASCADE; CREATE SCHEMA public; GRANT USAGE ON SCHEMA public TO PUBLIC",
  );
  await postgres.exec(schema);
});
const rows = async <Row>(sql: string) => (await postgres.query<Row>(sql)).rows;
const add = (...records: [id: string, time: string, tenant: string, tokensIn: number, tokensOut: number][]) =>
  postgres.query(
    `INSERT INTO usage_records (event_id, time, tenant, model, tokens_in, tokens_cached, tokens_out, status) VALUES ${records
      .map(([id, time, tenant, tokensIn, out]) => `('${id}', '${time}', '${tenant}', 'm', ${tokensIn}, 0, ${out}, 200)`)
      .join(", ")} ON CONFLICT (event_id) DO NOTHING`,
  );
const quarters = () =>
  rows<{ tenant: string; at: string; tokens: number }>(
    `SELECT tenant, to_char(quarter AT TIME ZONE 'UTC', 'MM-DD HH24:MI') AS at, tokens::int FROM usage_by_quarter_hour ORDER BY 1, 2`,
  );
const budget = (timeZone: string): Budget => ({
  tokensPerMonth: 1,
  timeZone,
  warnAt: [],
  whenSpent: "stop",
  tokensPerMinute: 1,
});
const used = async (timeZone: string, now: string) => {
  const query = async (text: string, parameters: string[]) =>
    (await postgres.query<Record<string, unknown>>(text, parameters)).rows;
  return (await budgetSums(query, { bank: budget(timeZone) }, Date.parse(now))).bank!.used;
};

it("adds each record to its quarter hour once, however often and in whatever batch it comes", async () => {
  await postgres.exec("SET ROLE recorder");
  await add(["a", "2026-11-20T10:14:59.999Z", "bank", 10, 5], ["b", "2026-11-20T10:15:00Z", "bank", 1, 0]);
  await add(
    ["b", "2026-11-20T10:15:00Z", "bank", 1, 0],
    ["c", "2026-11-20T10:16:00Z", "bank", 0, 7],
    ["c", "2026-11-20T10:16:00Z", "bank", 0, 7],
    ["d", "2026-11-20T10:16:00Z", "kanton", 2, 2],
    ["refused", "2026-11-20T10:31:00Z", "kanton", 0, 0],
  );
  await postgres.exec("RESET ROLE");
  expect(await quarters()).toEqual([
    { tenant: "bank", at: "11-20 10:00", tokens: 15 },
    { tenant: "bank", at: "11-20 10:15", tokens: 8 },
    { tenant: "kanton", at: "11-20 10:15", tokens: 4 },
  ]);
});

it("counts nothing of a batch that is taken back", async () => {
  await postgres.exec("BEGIN");
  await add(["a", "2026-11-20T10:14:59Z", "bank", 10, 5]);
  await postgres.exec("ROLLBACK");
  expect(await quarters()).toEqual([]);
});

it("takes on what a database of an earlier version has, once", async () => {
  await postgres.exec("DROP TRIGGER count_records ON usage_records; DROP TABLE usage_by_quarter_hour");
  await add(["a", "2026-11-20T10:14:59Z", "bank", 10, 5], ["b", "2026-11-01T00:00:00Z", "bank", 100, 0]);
  await postgres.exec(schema);
  await postgres.exec(schema);
  await add(["c", "2026-11-20T10:00:00Z", "bank", 0, 1]);
  await postgres.exec(schema);
  expect((await quarters()).map(({ tokens }) => tokens)).toEqual([100, 16]);
});

it("goes on counting what was deleted when its days were over, and forgets a tenant that is erased", async () => {
  await add(["a", "2026-11-02T10:00:00Z", "bank", 10, 0], ["old", "2026-08-02T10:00:00Z", "bank", 3, 0]);
  await add(["k", "2026-11-02T10:00:00Z", "kanton", 10, 0]);
  await rows("SELECT * FROM keep_records('{\"bank\": 5}', ARRAY['kanton'], '2026-11-20T00:00:00Z')");
  expect(await rows("SELECT event_id FROM usage_records")).toEqual([]);
  expect(await quarters()).toEqual([{ tenant: "bank", at: "11-02 10:00", tokens: 10 }]);
});

it("lets the role that keeps budgets read the sums, and nothing else", async () => {
  await add(["a", "2026-11-02T10:00:00Z", "bank", 10, 0]);
  await postgres.exec("SET ROLE budgets");
  expect(await used("UTC", "2026-11-20T00:00:00Z")).toBe(10);
  for (const forbidden of [
    "SELECT tenant FROM usage_records",
    "UPDATE usage_by_quarter_hour SET tokens = 0",
    "DELETE FROM usage_by_quarter_hour",
    "INSERT INTO usage_by_quarter_hour VALUES ('bank', now(), -10)",
  ]) {
    await expect(postgres.exec(forbidden), forbidden).rejects.toThrow(/permission denied/);
  }
});

it("lets the role that writes records write no sums but by them", async () => {
  await postgres.exec("SET ROLE recorder");
  await expect(postgres.exec("INSERT INTO usage_by_quarter_hour VALUES ('bank', now(), -10)")).rejects.toThrow(
    /permission denied/,
  );
});

it.each([
  ["UTC", "2026-10-31T23:59:59Z", "2026-11-01T00:00:00Z"],
  // Ahead by three quarters of an hour more than whole hours.
  ["Asia/Kathmandu", "2026-10-31T18:14:59Z", "2026-10-31T18:15:00Z"],
  // Summer time is half an hour, and it is summer there.
  ["Australia/Lord_Howe", "2026-10-31T12:59:59Z", "2026-10-31T13:00:00Z"],
  // That night the clock goes back, and midnight comes twice: the first one counts.
  ["America/Havana", "2026-11-01T03:59:59Z", "2026-11-01T04:00:00Z"],
  ["America/St_Johns", "2026-11-01T02:29:59Z", "2026-11-01T02:30:00Z"],
  ["Pacific/Kiritimati", "2026-10-31T09:59:59Z", "2026-10-31T10:00:00Z"],
])("begins the month of %s where its clock does, and ends it likewise", async (zone, last, first) => {
  await add(
    ["last", last, "bank", 1, 0],
    ["first", first, "bank", 10, 0],
    ["later", "2026-11-15T00:00:00Z", "bank", 100, 0],
  );
  await add(["next", "2026-12-02T00:00:00Z", "bank", 1000, 0], ["other", "2026-11-15T00:00:00Z", "kanton", 7, 0]);
  expect(await used(zone, "2026-11-15T12:00:00Z")).toBe(110);
  expect(await used(zone, last)).toBe(1);
  expect(await used(zone, first)).toBe(110);
});

it("tells of a month in which nothing was used", async () => {
  expect(await used("UTC", "2026-11-15T12:00:00Z")).toBe(0);
});
