import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { PGlite } from "@electric-sql/pglite";
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { addRecords, copyRecords, exportRecords, makeRoom } from "../../../components/exit/records-delta.ts";
import { bytesPerRecord } from "../../../components/exit/records-volume.ts";
import { exitPlan } from "../../../components/exit.ts";
import { inHall, moving, onAws } from "./sides.ts";

const schema = readFileSync(new URL("../../../components/storage/records.sql", import.meta.url), "utf8");

/** Both databases, of Postgres compiled to WebAssembly. */
let cloud: PGlite;
let hall: PGlite;
beforeAll(async () => {
  [cloud, hall] = await Promise.all([PGlite.create(), PGlite.create()]);
  for (const database of [cloud, hall]) await database.exec(schema);
}, 120_000);
afterAll(() => Promise.all([cloud.close(), hall.close()]));
beforeEach(async () => {
  for (const database of [cloud, hall])
    await database.exec("TRUNCATE usage_records; TRUNCATE usage_by_quarter_hour; TRUNCATE record_days");
});

const add = (database: PGlite, id: string, daysAgo = 0, tokens = 100) =>
  database.query(
    `INSERT INTO usage_records (event_id, time, tenant, model, server, tokens_in, tokens_cached, tokens_out, status)
     VALUES ($1, now() - make_interval(days => $2), 'bank', 'apertus-8b', 'apertus-8b', $3, 0, 0, 200)`,
    [id, daysAgo, tokens],
  );
/** What psql does: the lines of one database, between what comes before and after them, into the other. */
async function bring(days = 2): Promise<number> {
  const { blob } = await cloud.query(exportRecords(days).replace(/STDOUT$/, "'/dev/blob'"));
  await hall.exec("DROP TABLE IF EXISTS brought");
  const [create, copy] = [makeRoom, copyRecords].map((each) => each.replace(/;$/, "")) as [string, string];
  await hall.exec(create);
  await hall.query(copy.replace(/STDIN$/, "'/dev/blob'"), [], { blob: blob! });
  const { affectedRows } = await hall.query(addRecords.replace(/;$/, ""));
  return affectedRows ?? 0;
}
const spent = async () =>
  Number(
    (await hall.query<{ sum: string }>("SELECT coalesce(sum(tokens), 0) AS sum FROM usage_by_quarter_hour")).rows[0]!
      .sum,
  );

it("brings what is missing and leaves what is there, however often, and budgets count each once", async () => {
  for (const database of [cloud, hall]) await add(database, "before");
  await add(cloud, "since");
  await add(hall, "at the new door");
  expect([await bring(), await spent()]).toEqual([1, 300]);
  expect([await bring(), await spent()]).toEqual([0, 300]);
});

it("does not count a second time what was deleted in the hall because its days are over", async () => {
  for (const database of [cloud, hall]) await add(database, "old", 2);
  await hall.query("SELECT * FROM keep_records('{\"bank\": 1}', '{}')");
  expect([await bring(3), await spent()]).toEqual([0, 100]);
});

it("brings back no record that the cloud has not, and nothing older than it was asked for", async () => {
  await add(cloud, "long ago", 10);
  expect(await bring()).toBe(0);
});

it("says no when the cloud does not answer, instead of having nothing new", () => {
  const { phases } = exitPlan(moving(onAws(), inHall()));
  const [write] = phases.find(({ name }) => name === "switch")!.steps[0]!.commands;
  const run = (kubectl: string) =>
    spawnSync("bash", ["-c", `${write!.replace(/^cat >\S+ <<'END'\n/, "").replace(/\nEND$/, "")}`], {
      encoding: "utf8",
      env: { ...process.env, BASH_ENV: undefined, "BASH_FUNC_kubectl%%": `() {  ${kubectl}\n}` },
    });
  const answers = run('case "$*" in *"get pod"*) echo pod/x;; *" -1 "*) cat;; *) echo line;; esac');
  expect([answers.status, answers.stdout.split("\n").includes("line")]).toEqual([0, true]);
  expect(answers.stdout).toContain("ON CONFLICT (event_id) DO NOTHING");
  const silent = run('case "$*" in *"get pod"*) echo pod/x;; *" -1 "*) cat;; *) return 1;; esac');
  expect(silent.status).not.toBe(0);
  expect(silent.stdout).not.toContain("INSERT");
});

it("takes a record for as many bytes as Postgres does", async () => {
  const count = 20_000;
  await cloud.exec(`INSERT INTO usage_records (event_id, time, tenant, model, server, path, tokens_in, tokens_cached, tokens_out, counted, status, bytes_out, details, ms)
    SELECT gen_random_uuid()::text, now() + n * interval '20 seconds', 'hochschule', 'apertus-70b', 'apertus-70b', '/v1/chat/completions', 900, 300, 100, 'gateway', 200, 4000, 'via_upstream', 1800
    FROM generate_series(1, ${count}) n`);
  const { rows } = await cloud.query<{ bytes: number }>(
    `SELECT pg_total_relation_size('usage_records')::float8 / ${count} AS bytes`,
  );
  expect(rows[0]!.bytes / bytesPerRecord).toBeGreaterThan(0.8);
  expect(rows[0]!.bytes / bytesPerRecord).toBeLessThan(1.2);
});
