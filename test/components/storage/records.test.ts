import { readFileSync } from "node:fs";
import { PGlite } from "@electric-sql/pglite";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { keepSql } from "../../../components/storage/retention.ts";

const schema = readFileSync(new URL("../../../components/storage/records.sql", import.meta.url), "utf8");

/** Postgres itself, compiled to WebAssembly: what it says of this SQL, a server says. */
let postgres: PGlite;
beforeAll(async () => {
  postgres = await PGlite.create();
  await postgres.exec(schema);
  // Compiling takes seconds, and longer beside other work.
}, 120_000);
afterAll(() => postgres.close());
beforeEach(async () => {
  await postgres.exec("TRUNCATE usage_records; TRUNCATE record_days; SET TIME ZONE 'UTC'");
});

const rows = async <Row>(sql: string, parameters: unknown[] = []) => (await postgres.query<Row>(sql, parameters)).rows;

let events = 0;
/** One record of a tenant at a moment. */
const record = (tenant: string, time: string, tokens = [100, 40, 7], model = "apertus-8b") =>
  postgres.query("INSERT INTO usage_records VALUES ($1, $2, $3, $4, 'apertus-8b', $5, $6, $7, 200)", [
    `event-${++events}`,
    time,
    tenant,
    model,
    ...tokens,
  ]);

/** What is deleted for a country file's days and words, as of a moment. */
const keep = (kept: Record<string, number>, erased: string[] = [], moment = "2026-11-20T12:00:00Z") =>
  rows<{ of_tenant: string; records: number; because: string }>(
    "SELECT * FROM keep_records($1::jsonb, $2::text[], $3::timestamptz) ORDER BY of_tenant",
    [JSON.stringify(kept), erased, moment],
  );
const left = async () =>
  (
    await rows<{ tenant: string; count: number }>("SELECT tenant, count(*) FROM usage_records GROUP BY 1 ORDER BY 1")
  ).map(({ tenant, count }) => `${tenant} ${count}`);

describe("retention", () => {
  it("deletes each tenant's records once they are past that tenant's days, and nobody else's", async () => {
    for (const tenant of ["bank", "kanton"]) {
      for (const time of ["2026-11-20T11:00:00Z", "2026-11-01T11:00:00Z", "2026-08-01T11:00:00Z"]) {
        await record(tenant, time);
      }
    }
    expect(await keep({ bank: 30, kanton: 90 })).toEqual([
      { of_tenant: "bank", records: 1, because: "older than its days" },
      { of_tenant: "kanton", records: 1, because: "older than its days" },
    ]);
    expect(await keep({ bank: 10, kanton: 90 })).toEqual([
      { of_tenant: "bank", records: 1, because: "older than its days" },
    ]);
    expect(await left()).toEqual(["bank 1", "kanton 2"]);
  });

  it("keeps a day until all of it is past, to the second", async () => {
    await record("bank", "2026-11-19T00:00:00Z");
    await record("bank", "2026-11-18T23:59:59.999Z");
    expect(await keep({ bank: 1 }, [], "2026-11-20T00:00:00Z")).toMatchObject([{ records: 1 }]);
    expect(await keep({ bank: 1 }, [], "2026-11-20T23:59:59Z")).toEqual([]);
    expect(await keep({ bank: 1 }, [], "2026-11-21T00:00:00Z")).toMatchObject([{ records: 1 }]);
  });

  it("deletes nothing the second time", async () => {
    await record("bank", "2026-01-01T00:00:00Z");
    expect(await keep({ bank: 30 })).toHaveLength(1);
    expect(await keep({ bank: 30 })).toEqual([]);
  });

  it("goes on with the last days of a tenant that left the file", async () => {
    await record("bank", "2026-11-19T00:00:00Z");
    await keep({ bank: 30 });
    expect(await keep({}, [], "2026-12-19T12:00:00Z")).toEqual([]);
    expect(await keep({}, [], "2026-12-21T12:00:00Z")).toMatchObject([{ of_tenant: "bank", records: 1 }]);
  });

  it("leaves alone what no file ever named", async () => {
    await record("unknown", "2020-01-01T00:00:00Z");
    expect(await keep({ bank: 1 })).toEqual([]);
    expect(await left()).toEqual(["unknown 1"]);
  });

  it.each(["Europe/Zurich", "Asia/Kathmandu", "Pacific/Kiritimati", "America/St_Johns", "Pacific/Pago_Pago"])(
    "counts days of UTC in a session that lives in %s, over a change to summer time too",
    async (zone) => {
      await postgres.exec(`SET TIME ZONE '${zone}'`);
      for (const time of ["2026-03-28T23:59:59Z", "2026-03-29T00:00:00Z", "2026-03-29T02:30:00Z"]) {
        await record("bank", time);
      }
      await keep({ bank: 2 }, [], "2026-03-31T00:00:00Z");
      const kept = await rows("SELECT time AT TIME ZONE 'UTC' AS utc FROM usage_records ORDER BY time");
      expect(kept).toHaveLength(2);
      const days = await rows<{ day: string }>("SELECT DISTINCT day::text FROM usage_by_day");
      expect(days).toEqual([{ day: "2026-03-29" }]);
    },
  );

  it("refuses days that are none", async () => {
    await expect(keep({ bank: 0 })).rejects.toThrow(/record_days_days_check/);
    await expect(keep({ bank: -5 })).rejects.toThrow(/record_days_days_check/);
  });
});

describe("erasure", () => {
  it("erases everything of a tenant that left the file and is named, and says so", async () => {
    await record("bank", "2026-11-20T11:59:59Z");
    await record("kanton", "2026-11-20T11:59:59Z");
    await keep({ bank: 30, kanton: 30 });
    expect(await keep({ kanton: 30 }, ["bank"])).toEqual([{ of_tenant: "bank", records: 1, because: "erased" }]);
    expect(await left()).toEqual(["kanton 1"]);
    expect(await rows("SELECT tenant FROM record_days")).toEqual([{ tenant: "kanton" }]);
    expect(await keep({ kanton: 30 }, ["bank"])).toEqual([]);
  });

  it("erases nobody who only left, and nobody who is only named", async () => {
    await record("bank", "2026-11-20T11:00:00Z");
    expect(await keep({ bank: 30 }, ["bank"])).toEqual([]);
    expect(await keep({})).toEqual([]);
    expect(await left()).toEqual(["bank 1"]);
  });
});

describe("the schema", () => {
  it("is applied again without harm to what is there", async () => {
    await record("bank", "2026-11-20T11:00:00Z");
    await postgres.exec(schema);
    expect(await left()).toEqual(["bank 1"]);
  });

  it("takes a record that arrives twice once", async () => {
    const insert = `INSERT INTO usage_records VALUES ('same', now(), 'bank', 'm', 's', 1, 0, 1, 200)`;
    await postgres.exec(insert);
    await expect(postgres.exec(insert)).rejects.toThrow(/usage_records_pkey/);
  });

  it("refuses tokens that nobody can have used", async () => {
    await expect(record("bank", "2026-11-20T11:00:00Z", [-1, 0, 0])).rejects.toThrow(/tokens_in_check/);
  });

  it("sums a day by tenant and model", async () => {
    await record("bank", "2026-11-20T00:00:00Z");
    await record("bank", "2026-11-20T23:59:59Z", [1, 1, 1]);
    await record("bank", "2026-11-21T00:00:00Z", [5, 5, 5], "bge-m3");
    expect(
      await rows(
        "SELECT day::text, model, requests, tokens_in, tokens_cached, tokens_out FROM usage_by_day ORDER BY 1",
      ),
    ).toEqual([
      { day: "2026-11-20", model: "apertus-8b", requests: 2, tokens_in: 101, tokens_cached: 41, tokens_out: 8 },
      { day: "2026-11-21", model: "bge-m3", requests: 1, tokens_in: 5, tokens_cached: 5, tokens_out: 5 },
    ]);
  });

  it("can belong to the application though the superuser applies it, as CloudNativePG does", async () => {
    await postgres.exec("CREATE ROLE records; CREATE SCHEMA app AUTHORIZATION records; SET search_path TO app");
    await postgres.exec(`SET ROLE records;\n${schema}`);
    const owners = await rows("SELECT DISTINCT tableowner FROM pg_tables WHERE schemaname = 'app'");
    expect(owners).toEqual([{ tableowner: "records" }]);
    // The application applies it once more by itself.
    await postgres.exec(schema);
    await postgres.exec("RESET ROLE; RESET search_path");
  });
});

describe("the text that the job runs", () => {
  it("is one that Postgres takes, for the tenants and words of a country file", async () => {
    await record("old", new Date().toISOString());
    await record("bank", "2020-01-01T00:00:00Z");
    const erase = ["tenants/old", "storage", "everything"];
    const [result] = await postgres.exec(keepSql({ bank: { recordDays: 30 }, kanton: { recordDays: 400 } }, erase));
    expect(result!.rows).toEqual([
      { of_tenant: "old", records: 1, because: "erased" },
      { of_tenant: "bank", records: 1, because: "older than its days" },
    ]);
  });

  it("erases nobody where no tenant is named", async () => {
    await record("old", new Date().toISOString());
    const [result] = await postgres.exec(keepSql({}, ["everything"]));
    expect(result!.rows).toEqual([]);
  });

  it("quotes what a name should never contain", async () => {
    await record("o'neil", new Date().toISOString());
    const [result] = await postgres.exec(keepSql({ "d'or": { recordDays: 1 } }, ["tenants/o'neil"]));
    expect(result!.rows).toEqual([{ of_tenant: "o'neil", records: 1, because: "erased" }]);
  });
});
