import { createHash } from "node:crypto";
import postgres from "postgres";
import { type RefusedLine, refusedLine, type UsageRecord } from "./usage-line.ts";

/** What became of a batch: how many were new, were there already, or did not fit and were put aside. */
export type Written = { records: number; duplicates: number; refused: number };

/** Where usage records go: each once, however often it is written. */
export type RecordsTable = {
  write(records: readonly UsageRecord[], refused: readonly RefusedLine[]): Promise<Written>;
  close(): Promise<void>;
};

/** A batch of a few hundred records takes milliseconds: what takes this long does not answer. */
const answerWithinMs = 60_000;
/** Classes of SQLSTATE that say the record is at fault, and no other attempt would change it: data, and constraints. */
const recordsFault = /^2[23]/;

const types = {
  event_id: "text",
  time: "timestamptz",
  tenant: "text",
  key: "text",
  model: "text",
  asked: "text",
  server: "text",
  path: "text",
  tokens_in: "bigint",
  tokens_cached: "bigint",
  tokens_out: "bigint",
  counted: "text",
  status: "smallint",
  bytes_out: "bigint",
  details: "text",
  flags: "text",
  ms: "bigint",
} satisfies Record<keyof UsageRecord, string>;
const columns = Object.keys(types).join(", ");
const insertRecords = `INSERT INTO usage_records (${columns}) SELECT ${columns}
FROM jsonb_to_recordset($1::text::jsonb) AS given (${Object.entries(types).map((pair) => pair.join(" "))})
ON CONFLICT (event_id) DO NOTHING`;
const insertRefused = `INSERT INTO refused_lines (id, tenant, reason, line) SELECT id, tenant, reason, line
FROM jsonb_to_recordset($1::text::jsonb) AS given (id text, tenant text, reason text, line text)
ON CONFLICT (id) DO NOTHING`;

/** The tables of `records.sql`, over one connection that is made anew when it breaks. */
export function recordsTable(options: postgres.Options<Record<string, never>>): RecordsTable {
  const connect = () =>
    postgres({
      ...options,
      max: 1,
      connect_timeout: 10,
      idle_timeout: 60,
      // A pooler between us and the database keeps no statements.
      prepare: false,
      fetch_types: false,
      onnotice: () => {},
      connection: { application_name: "freehold-recorder", statement_timeout: answerWithinMs },
    });
  let sql = connect();

  /** A connection of which nothing is heard any more is given up: its packets may be going nowhere. */
  async function within<Result>(asked: PromiseLike<Result>): Promise<Result> {
    const over = Promise.withResolvers<never>();
    const timer = setTimeout(() => {
      void sql.end({ timeout: 0 });
      sql = connect();
      over.reject(new Error(`the database did not answer within ${answerWithinMs} ms`));
    }, answerWithinMs + 5_000);
    return Promise.race([asked, over.promise]).finally(() => clearTimeout(timer));
  }

  /** Halves a batch until what does not fit stands alone: the others are written. */
  async function insert(records: readonly UsageRecord[]): Promise<{ inserted: number; misfits: RefusedLine[] }> {
    if (records.length === 0) return { inserted: 0, misfits: [] };
    try {
      const { count } = await within(sql.unsafe(insertRecords, [JSON.stringify(records)]));
      return { inserted: count, misfits: [] };
    } catch (error) {
      const { code, message } = error as { code?: string; message: string };
      if (!recordsFault.test(code ?? "")) throw error;
      if (records.length === 1) {
        const [record] = records;
        return { inserted: 0, misfits: [refusedLine(JSON.stringify(record), `${code} ${message}`, record!.tenant)] };
      }
      const middle = Math.ceil(records.length / 2);
      const first = await insert(records.slice(0, middle));
      const second = await insert(records.slice(middle));
      return { inserted: first.inserted + second.inserted, misfits: [...first.misfits, ...second.misfits] };
    }
  }

  return {
    async write(records, refused) {
      const { inserted, misfits } = await insert(records);
      const aside = [...refused, ...misfits];
      if (aside.length > 0) {
        const known = aside.map((one) => ({ id: createHash("sha256").update(one.line).digest("hex"), ...one }));
        await within(sql.unsafe(insertRefused, [JSON.stringify(known)]));
      }
      return { records: inserted, duplicates: records.length - inserted - misfits.length, refused: aside.length };
    },
    close: () => sql.end({ timeout: 5 }),
  };
}
