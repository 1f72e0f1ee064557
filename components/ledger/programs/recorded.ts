import type { Sql } from "postgres";
import type { Recorded } from "./reconcile.ts";

/** What the ledger has of requests that ended between two moments; counters were read up to `edgeSeconds` before each. */
export async function recordedBetween(sql: Sql, from: Date, to: Date, edgeSeconds: number): Promise<Recorded[]> {
  const rows = await sql.unsafe(statement, [from.toISOString(), to.toISOString(), String(edgeSeconds)]);
  return rows.map(({ tenant, model, server, ...sums }) => {
    const number = (name: string) => Number(sums[name] ?? 0);
    const tokens = (kind: string) => ({ in: number(`${kind}_in`), out: number(`${kind}_out`) });
    return {
      tenant,
      model,
      server,
      whole: tokens("whole"),
      delivered: tokens("delivered"),
      dropped: number("dropped"),
      uncounted: number("uncounted"),
      edge: tokens("edge"),
    };
  });
}

// A record has when its request began. None is expected to take six hours.
export const statement = `WITH asked AS (
  SELECT *, time + make_interval(secs => coalesce(ms, 0) / 1000.0) AS ended,
    make_interval(secs => $3::float8) AS edge
  FROM usage_records
  WHERE time >= $1::timestamptz - interval '6 hours' AND time < $2::timestamptz
), placed AS (
  SELECT *, ended >= $1::timestamptz AND ended < $2::timestamptz AS inside,
    edge > interval '0' AND (
      (time < $1::timestamptz AND ended >= $1::timestamptz - edge) OR (time < $2::timestamptz AND ended >= $2::timestamptz - edge)
    ) AS at_edge
  FROM asked
)
SELECT tenant, model, server,
  sum(tokens_in) FILTER (WHERE inside AND counted = 'gateway')::text AS whole_in,
  sum(tokens_out) FILTER (WHERE inside AND counted = 'gateway')::text AS whole_out,
  sum(tokens_in) FILTER (WHERE inside AND counted = 'delivered')::text AS delivered_in,
  sum(tokens_out) FILTER (WHERE inside AND counted = 'delivered')::text AS delivered_out,
  count(*) FILTER (WHERE inside AND counted = 'delivered')::text AS dropped,
  count(*) FILTER (WHERE inside AND counted IS NULL AND (status < 400 OR status >= 500))::text AS uncounted,
  sum(tokens_in) FILTER (WHERE at_edge)::text AS edge_in,
  sum(tokens_out) FILTER (WHERE at_edge)::text AS edge_out
FROM placed
WHERE inside OR at_edge
GROUP BY 1, 2, 3
ORDER BY 1, 2, 3`;
