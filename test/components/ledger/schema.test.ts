import { readFileSync } from "node:fs";
import { PGlite } from "@electric-sql/pglite";
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";

const schema = readFileSync(new URL("../../../components/storage/records.sql", import.meta.url), "utf8");

let postgres: PGlite;
beforeAll(async () => {
  postgres = await PGlite.create();
}, 120_000);
afterAll(() => postgres.close());
beforeEach(async () => {
  await postgres.exec(
    "RESET ROLE; DROP SCHEMA public CASCADE; CREATE SCHEMA public; GRANT USAGE ON SCHEMA public TO PUBLIC",
  );
});
const rows = async <Row>(sql: string) => (await postgres.query<Row>(sql)).rows;

it("takes a database of the first form on, with its records, and may be applied again", async () => {
  await postgres.exec(schema.slice(0, schema.indexOf("-- What came after the first form")));
  await postgres.exec(
    "INSERT INTO usage_records VALUES ('e-1', '2026-11-20', 'bank', 'apertus-8b', 'apertus-8b', 10, 4, 5, 200)",
  );
  await postgres.exec(schema);
  await postgres.exec(schema);
  expect(await rows("SELECT event_id, key, counted, tokens_out::int, ms FROM usage_records")).toEqual([
    { event_id: "e-1", key: "default", counted: null, tokens_out: 5, ms: null },
  ]);
  await postgres.exec(
    "INSERT INTO usage_records (event_id, time, tenant, model, server, tokens_in, tokens_cached, tokens_out, status) VALUES ('e-2', '2026-11-20', 'bank', 'none', NULL, 0, 0, 0, 403)",
  );
  await expect(postgres.exec("UPDATE usage_records SET counted = 'guessed'")).rejects.toThrow(/counted/);
});

it("holds nobody up who writes while it is applied again", async () => {
  await postgres.exec(schema);
  await postgres.exec("BEGIN");
  await postgres.exec(schema);
  const locks = await rows<{ mode: string }>(
    "SELECT DISTINCT mode FROM pg_locks WHERE relation = 'usage_records'::regclass AND granted",
  );
  await postgres.exec("ROLLBACK");
  const conflicting = ["ShareLock", "ShareRowExclusiveLock", "ExclusiveLock", "AccessExclusiveLock"];
  expect(locks.filter(({ mode }) => conflicting.includes(mode))).toEqual([]);
});

it("lets the role that writes add, also what is there already, and do nothing else", async () => {
  await postgres.exec(`CREATE ROLE recorder;\n${schema}`);
  await postgres.exec("SET ROLE recorder");
  const add =
    "INSERT INTO usage_records (event_id, time, tenant, model, tokens_in, tokens_cached, tokens_out, status) VALUES ('e-1', '2026-11-20', 'bank', 'm', 0, 0, 0, 200) ON CONFLICT (event_id) DO NOTHING";
  expect((await postgres.query(add)).affectedRows).toBe(1);
  expect((await postgres.query(add)).affectedRows).toBe(0);
  await postgres.exec(
    "INSERT INTO refused_lines (id, reason, line) VALUES ('x', 'y', 'z') ON CONFLICT (id) DO NOTHING",
  );
  for (const forbidden of [
    "SELECT tenant FROM usage_records",
    "DELETE FROM usage_records",
    "SELECT line FROM refused_lines",
  ]) {
    await expect(postgres.exec(forbidden), forbidden).rejects.toThrow(/permission denied/);
  }
});

it("keeps refused lines no longer than the shortest record may be kept, and none of an erased tenant", async () => {
  await postgres.exec(schema);
  await postgres.exec(`INSERT INTO refused_lines (id, arrived, tenant, reason, line) VALUES
    ('old', '2026-10-01', NULL, 'r', 'l'), ('new', '2026-11-19', NULL, 'r', 'l'), ('bank', '2026-11-19', 'bank', 'r', 'l')`);
  await postgres.query("SELECT * FROM keep_records('{\"kanton\": 30}', ARRAY['bank'], '2026-11-20')");
  expect(await rows("SELECT id FROM refused_lines")).toEqual([{ id: "new" }]);
});
