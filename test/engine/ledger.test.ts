import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync, writeSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { afterAll, beforeAll, expect, it } from "vitest";
import { total, used } from "../../cli/usage/sums.ts";
import { programs } from "../../components/ledger/programs.ts";
import { seeded } from "../components/gateway/planned.ts";
import { line, refusal } from "../components/ledger/lines.ts";
import { PostgresServer } from "./postgres-server.ts";

const schema = readFileSync(new URL("../../components/storage/records.sql", import.meta.url), "utf8");

const folder = mkdtempSync(join(tmpdir(), "freehold-ledger-"));
const path = join(folder, "access.log");
// As a pod has it: nothing but what the ConfigMap holds, where the volume lays it out.
const { data, items, main } = programs("recorder");
for (const { key, path: file } of items) {
  const at = join(folder, "programs", file);
  mkdirSync(dirname(at), { recursive: true });
  writeFileSync(at, data[key]!);
}
let server: PostgresServer;
let proxy: Server;
let log: number;
let asked = false;
let reopened = 0;

beforeAll(async () => {
  server = await PostgresServer.create(join(folder, "postgres"));
  await server.start();
  const sql = server.connect("postgres");
  await sql.unsafe("CREATE ROLE records; CREATE ROLE recorder LOGIN; GRANT CREATE ON SCHEMA public TO records");
  await sql.unsafe(`SET ROLE records;\n${schema}`);
  await sql.end();
  log = openSync(path, "a");
  proxy = createServer((_, response) => {
    asked = true;
    response.end();
  }).listen(0, "127.0.0.1");
  await once(proxy, "listening");
});
afterAll(async () => {
  proxy.close();
  await server.crash();
  rmSync(folder, { recursive: true, force: true });
});

/** As Envoy does: asked for a new log, it writes the line that it has begun, closes the old file, and opens the new one. */
function write(bytes: Buffer): void {
  if (!asked) {
    writeSync(log, bytes);
    return;
  }
  const end = bytes.indexOf(10) + 1;
  writeSync(log, bytes.subarray(0, end));
  closeSync(log);
  log = openSync(path, "a");
  asked = false;
  reopened++;
  writeSync(log, bytes.subarray(end));
}

function startRecorder() {
  const { port } = proxy.address() as AddressInfo;
  const child = spawn(process.execPath, [join(folder, "programs", main)], {
    env: {
      PATH: process.env.PATH,
      ACCESS_LOG: path,
      REOPEN_URL: `http://127.0.0.1:${port}/reopen_logs`,
      PORT: "0",
      ASIDE_BYTES: "400000",
      PGHOST: server.folder,
      PGUSER: "recorder",
      PGDATABASE: "postgres",
    },
    stdio: ["ignore", "ignore", "pipe"],
  });
  return { child, reads: once(child.stderr, "data") };
}

const ended = (child: ChildProcess) =>
  child.exitCode !== null || child.signalCode !== null
    ? Promise.resolve(child.exitCode)
    : new Promise<number | null>((resolve) => child.once("exit", resolve));

it("has every one of 10,000 mixed lines once, whatever ends while they are written, and not a token more or less", async () => {
  const random = seeded(6);
  const below = (most: number) => Math.floor(random() * most);
  const expected = new Map<string, { tenant: string; tokens: number }>();
  const garbage = new Set<string>();
  const pieces: string[] = [];
  for (let n = 0; n < 10_000; n++) {
    const time = new Date(Date.UTC(2026, 10, 22, 10) + n * 100 - (below(20) === 0 ? 3 * 3_600_000 : 0)).toISOString();
    const tenant = ["bank", "kanton", "spital"][below(3)]!;
    const id = { event_id: `e-${n}`, time, tenant };
    const kind = below(100);
    if (kind < 2) {
      garbage.add(`broken ${n}`);
      pieces.push(`broken ${n}\n`);
    } else if (kind < 4) pieces.push(`${refusal({ ...id, tenant: null, status: 401 })}\n`);
    else if (kind < 8) {
      expected.set(id.event_id, { tenant, tokens: 0 });
      pieces.push(`${refusal(id)}\n`);
    } else {
      const [tokensIn, out] = [below(100_000), below(5_000)];
      const text = line({
        ...id,
        in: tokensIn,
        out,
        total: tokensIn + out,
        ...(kind < 12 && { counted: "delivered", flags: "DC" }),
      });
      expected.set(id.event_id, { tenant, tokens: tokensIn + out });
      // The proxy was killed in the middle of a line, and the next one follows it at once.
      if (kind === 13) {
        garbage.add(`{"event_id":"half-${n}","ti`);
        pieces.push(`{"event_id":"half-${n}","ti`);
      }
      pieces.push(`${text}\n`);
      if (kind < 20) pieces.splice(below(pieces.length), 0, `${text}\n`);
    }
  }
  const bytes = Buffer.from(pieces.join(""));

  let recorder = startRecorder();
  let kills = 0;
  let crashes = 0;
  for (let at = 0; at < bytes.length; ) {
    const size = 1_000 + below(80_000);
    write(bytes.subarray(at, at + size));
    at += size;
    await wait(below(120));
    const what = below(10);
    if (what < 4) {
      recorder.child.kill("SIGKILL");
      await ended(recorder.child);
      recorder = startRecorder();
      kills++;
    } else if (what < 6) {
      await server.crash();
      await wait(below(200));
      await server.start();
      crashes++;
    }
  }
  await recorder.reads;
  recorder.child.kill("SIGTERM");
  expect(await ended(recorder.child)).toBe(0);

  const sql = server.connect("postgres");
  const rows = await sql`SELECT event_id, tenant, (tokens_in + tokens_out)::int AS tokens FROM usage_records`;
  const aside = await sql`SELECT line, reason FROM refused_lines`;
  const told = total(await used(sql, { from: "2026-11-22", to: "2026-11-22", zone: "UTC" }));
  const [summed] = await sql`SELECT sum(tokens)::int AS tokens FROM usage_by_quarter_hour`;
  await sql.end();
  const found = new Map(rows.map(({ event_id, tenant, tokens }) => [event_id, { tenant, tokens }]));
  expect(found.size).toBe(rows.length);
  const wrong = [...expected].filter(
    ([id, { tenant, tokens }]) => found.get(id)?.tenant !== tenant || found.get(id)?.tokens !== tokens,
  );
  expect(wrong).toEqual([]);
  expect(rows.length).toBe(expected.size);
  const tokens = [...expected.values()].reduce((sum, each) => sum + each.tokens, 0);
  expect([told.requests, told.tokensIn + told.tokensOut]).toEqual([expected.size, tokens]);
  // What budgets are kept by has every record once, too.
  expect(summed!.tokens).toBe(tokens);
  expect(new Set(aside.map((each) => each.line))).toEqual(garbage);
  expect([kills > 5, crashes > 3, reopened > 0]).toEqual([true, true, true]);
});

it("writes as a role that may add and do nothing else", async () => {
  const sql = server.connect("recorder");
  for (const forbidden of [
    "SELECT tenant FROM usage_records",
    "SELECT line FROM refused_lines",
    "UPDATE usage_records SET tokens_out = 0",
    "DELETE FROM usage_records",
    "TRUNCATE refused_lines",
    "CREATE TABLE mine (a int)",
  ]) {
    await expect(sql.unsafe(forbidden), forbidden).rejects.toThrow(/permission denied/);
  }
  await sql.end();
});
