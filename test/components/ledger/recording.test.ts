import { appendFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { AccessLog } from "../../../components/ledger/programs/access-log.ts";
import { Recording } from "../../../components/ledger/programs/recording.ts";
import type { RecordsTable } from "../../../components/ledger/programs/records-table.ts";
import { standingText } from "../../../components/ledger/programs/standing-text.ts";
import { line, refusal } from "./lines.ts";

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "freehold-recording-"));
  path = join(folder, "access.log");
});
afterEach(() => rmSync(folder, { recursive: true }));

/** A recording over a table in memory that refuses the first `failing` attempts, with a clock that only sleeping moves. */
function recording({ failing = 0, onSleep = (_ms: number) => {} } = {}) {
  const rows = new Map<string, string>();
  const aside = new Set<string>();
  const said: string[] = [];
  const printed: string[] = [];
  const slept: number[] = [];
  const asked: string[] = [];
  let nowMs = 0;
  const table: RecordsTable = {
    async write(records, refused) {
      if (failing-- > 0) throw new Error("connection refused");
      const before = rows.size;
      for (const { event_id, tenant } of records) rows.set(event_id, tenant);
      for (const { reason } of refused) aside.add(reason);
      const added = rows.size - before;
      return { records: added, duplicates: records.length - added, refused: refused.length };
    },
    close: async () => {},
  };
  const log = new AccessLog(path);
  const one = new Recording({
    log,
    table,
    clock: {
      now: () => nowMs,
      async sleep(ms) {
        nowMs += ms;
        slept.push(ms);
        onSleep(ms);
      },
    },
    asideFromBytes: 2_000,
    reopen: async () => void asked.push("reopen"),
    say: (text) => said.push(text),
    lastResort: (lines) => printed.push(...lines),
  });
  return { one, log, rows, aside, said, printed, slept, asked };
}

const never = new AbortController().signal;
const now = AbortSignal.abort();

it("writes every line before it ends", async () => {
  appendFileSync(path, `${line()}\n${line({ event_id: "e-2" })}\n${line()}\n`);
  const { one, rows } = recording();
  expect(await one.run(now, never)).toBe("written");
  expect([...rows.keys()]).toEqual(["e-1", "e-2"]);
  expect(one.standing).toMatchObject({ records: 2, duplicates: 1, refused: 0, failures: 0, behindMs: 0 });
});

it("goes on while the proxy writes, and ends when it is told to", async () => {
  const stopping = new AbortController();
  let round = 0;
  const { one, rows } = recording({
    onSleep: () => {
      appendFileSync(path, `${line({ event_id: `e-${++round}` })}\n`);
      if (round === 5) stopping.abort();
    },
  });
  expect(await one.run(stopping.signal, never)).toBe("written");
  expect(rows.size).toBe(5);
});

it("waits ever longer for a database that is down, says so once, and loses nothing", async () => {
  appendFileSync(path, `${line()}\n`);
  let worst = 0;
  const { one, rows, said, slept } = recording({
    failing: 9,
    onSleep: () => {
      worst = Math.max(worst, one.standing.behindMs);
    },
  });
  expect(await one.run(now, never)).toBe("written");
  expect(slept).toEqual([500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000, 30_000]);
  expect(said).toEqual([
    "records are not written, and wait in the log: connection refused",
    "records are written again, after 9 attempts",
  ]);
  expect([...rows.keys()]).toEqual(["e-1"]);
  expect(one.standing).toMatchObject({ records: 1, duplicates: 0, failures: 9, behindMs: 0 });
  expect(worst).toBe(91_500);
});

it("prints what it could not write before it has to end", async () => {
  appendFileSync(path, `${line()}\n${line({ event_id: "e-2" })}\n`);
  const giveUp = new AbortController();
  let sleeps = 0;
  const { one, log, printed, rows } = recording({
    failing: Number.POSITIVE_INFINITY,
    onSleep: () => {
      if (++sleeps === 3) giveUp.abort();
    },
  });
  expect(await one.run(now, giveUp.signal)).toBe("given up");
  expect(printed).toEqual([line(), line({ event_id: "e-2" })]);
  expect(rows.size).toBe(0);
  expect(log.behindBytes).toBe(0);
});

it("puts aside what is no record, with why, and saves the record behind a fragment", async () => {
  appendFileSync(path, `nonsense\n${line({ in: -1 })}\n{"event_id":"e-0","ti${line()}\n`);
  const { one, rows, aside } = recording();
  await one.run(now, never);
  expect([...rows.keys()]).toEqual(["e-1"]);
  expect([...aside]).toEqual(["is not JSON", "in is -1", "ends in its middle"]);
  expect(one.standing).toMatchObject({ records: 1, refused: 3 });
});

it("keeps a tenant's refusals up to a number in each minute, also where a batch is tried again, and nobody's not at all", async () => {
  const minute = (at: string) =>
    Array.from({ length: 100 }, (_, n) => refusal({ event_id: `${at}-${n}`, time: `2026-11-22T${at}:00Z` }));
  const anonymous = Array.from({ length: 50 }, (_, n) => refusal({ event_id: `a-${n}`, tenant: null, status: 401 }));
  const answered = Array.from({ length: 100 }, (_, n) => line({ event_id: `ok-${n}` }));
  appendFileSync(path, `${[...minute("10:00"), ...anonymous, ...answered, ...minute("10:01")].join("\n")}\n`);
  const { one, rows } = recording({ failing: 4 });
  await one.run(now, never);
  const kinds = Object.groupBy(rows.keys(), (id) => id.split("-")[0]!);
  expect(Object.entries(kinds).map(([kind, ids]) => [kind, ids!.length])).toEqual([
    ["10:00", 60],
    ["ok", 100],
    ["10:01", 60],
  ]);
  expect(one.standing).toMatchObject({ records: 220, anonymous: 50, overMany: 80 });
});

it("asks the proxy for a new log when the old is large", async () => {
  appendFileSync(path, `${line()}\n`.repeat(10));
  const stopping = new AbortController();
  const { one, asked, log, rows } = recording({
    onSleep: () => {
      if (asked.length === 0) return;
      appendFileSync(path, `${line({ event_id: "e-2" })}\n`);
      stopping.abort();
    },
  });
  await one.run(stopping.signal, never);
  expect(asked).not.toEqual([]);
  expect([...rows.keys()]).toEqual(["e-1", "e-2"]);
  expect(log.behindBytes).toBe(0);
});

it("tells how it stands in Prometheus' words", async () => {
  appendFileSync(path, `${line()}\n${line()}\nnonsense\n`);
  const { one, log } = recording();
  await one.run(now, never);
  appendFileSync(path, "x".repeat(900));
  const text = standingText(one.standing, log.behindBytes);
  const values = Object.fromEntries(
    [...text.matchAll(/^freehold_ledger_(\w+) (\S+)$/gm)].map(([, name, value]) => [name, Number(value)]),
  );
  expect(values).toEqual({
    lag_seconds: 0,
    lag_bytes: 900,
    lag_lines: 2,
    written_total: 1,
    duplicates_total: 1,
    refused_total: 1,
    anonymous_total: 0,
    over_many_total: 0,
    failures_total: 0,
  });
  expect(text.match(/# TYPE/g)).toHaveLength(10);
});

it("counts every refusal of a tenant, those too that are not kept one by one", async () => {
  const refused = Array.from({ length: 70 }, (_, n) => refusal({ event_id: `r-${n}`, tenant: "bank", status: 429 }));
  const others = [refusal({ event_id: "r", tenant: "kanton", status: 403 }), refusal({ tenant: null, status: 401 })];
  appendFileSync(path, `${[...refused, ...others, line()].join("\n")}\n`);
  const { one, log } = recording();
  await one.run(now, never);
  expect(standingText(one.standing, log.behindBytes).match(/^freehold_ledger_refusals_total.+$/gm)).toEqual([
    'freehold_ledger_refusals_total{tenant="bank",status="429"} 70',
    'freehold_ledger_refusals_total{tenant="kanton",status="403"} 1',
  ]);
});
