import { pipeline } from "node:stream/promises";
import { setTimeout as sleep } from "node:timers/promises";
import type { Sql } from "postgres";
import { addRecords, copyRecords, exportRecords, makeRoom } from "../../components/exit/records-delta.ts";
import { connectRecords, recordsOf } from "../door/records.ts";
import { metricsOf } from "../door.ts";
import type { Home } from "../home.ts";

const lookBackDays = 2;
const longestMs = 200_000;

/** What a database of usage records holds of answers: how many, and the tokens of each tenant, by records and by sums. */
export type Holdings = { answers: number; tokens: Record<string, number>; sums: Record<string, number> };

/** What the records' database of an open door holds. */
export function holdings(home: Home): Promise<Holdings> {
  return reading(home, async (sql) => {
    const [{ answers }] = await sql.unsafe<[{ answers: number }]>(
      "SELECT count(*)::int AS answers FROM usage_records WHERE status = 200",
    );
    const byRecord = "SELECT tenant, sum(tokens_in + tokens_out)::text AS tokens FROM usage_records GROUP BY 1";
    const bySum = "SELECT tenant, sum(tokens)::text AS tokens FROM usage_by_quarter_hour GROUP BY 1";
    return { answers, tokens: await tokensBy(sql, byRecord), sums: await tokensBy(sql, bySum) };
  });
}

/** Brings what the hall lacks of the cloud's records, by the SQL of the plan, in one transaction. Answers how many came. */
export function bringRecords(cloud: Home, hall: Home): Promise<number> {
  return reading(cloud, (from) =>
    reading(hall, (to) =>
      to.begin(async (inside) => {
        await inside.unsafe(makeRoom);
        await pipeline(
          await from.unsafe(exportRecords(lookBackDays)).readable(),
          await inside.unsafe(copyRecords).writable(),
        );
        const { count } = await inside.unsafe(addRecords);
        await inside.unsafe("DROP TABLE brought");
        return count;
      }),
    ),
  );
}

/** Waits until everything that a door's proxies logged is in its database. */
export async function written(home: Home): Promise<void> {
  const giveUp = Date.now() + longestMs;
  while (true) {
    const lags = [...(await metricsOf(home)).matchAll(/^freehold_ledger_lag_bytes(?:\{.*?\})? (\S+)/gm)];
    if (lags.length > 0 && lags.every(([, bytes]) => Number(bytes) === 0)) return;
    if (Date.now() > giveUp) throw new Error(`Records of ${home.stack} are not written after ${longestMs / 1000} s.`);
    await sleep(300);
  }
}

async function tokensBy(sql: Sql, statement: string): Promise<Record<string, number>> {
  const rows = await sql.unsafe<{ tenant: string; tokens: string }[]>(statement);
  return Object.fromEntries(
    rows.filter(({ tokens }) => Number(tokens) > 0).map(({ tenant, tokens }) => [tenant, Number(tokens)]),
  );
}

async function reading<Result>(home: Home, use: (sql: Sql) => Promise<Result>): Promise<Result> {
  const records = await recordsOf(home);
  if (!records) throw new Error(`The door of ${home.stack} has no database of records.`);
  const sql = connectRecords(records, { max: 1, fetch_types: false, onnotice: () => {} });
  try {
    return await use(sql);
  } finally {
    await sql.end({ timeout: 5 });
  }
}
