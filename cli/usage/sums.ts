import type { Sql } from "postgres";

/** What usage can be told by. */
export const dimensions = ["tenant", "model", "day", "key", "cost-centre"] as const;
export type Dimension = (typeof dimensions)[number];

/** What was used, in numbers. `delivered`: requests whose tokens are those that went out before the client left. */
export type Counts = {
  requests: number;
  refused: number;
  delivered: number;
  tokensIn: number;
  tokensCached: number;
  tokensOut: number;
};

/** What one key of a tenant used of one model in one day. */
export type Used = Counts & { tenant: string; key: string; model: string; day: string };

/** A row of a report: what it is by, and the numbers. */
export type Sum = Counts & { by: Partial<Record<Dimension, string>> };

/** Which records are asked for: days from the first to the last, in a time zone. */
export type Asked = { from: string; to: string; zone: string; tenant?: string; model?: string };

/** The finest sums that reports are made of, from the table of records. */
export async function used(sql: Sql, { from, to, zone, tenant = "", model = "" }: Asked): Promise<Used[]> {
  const rows = await sql.unsafe(statement, [from, to, zone, tenant, model]);
  // Sums of bigint come as text: they may be larger than a number can be exact.
  return rows.map(({ tenant, key, model, day, ...counts }) => ({
    tenant,
    key,
    model,
    day,
    ...(Object.fromEntries(Object.entries(counts).map(([name, value]) => [name, exact(value)])) as Counts),
  }));
}

/** The SQL of `used`; its parameters are the first and last day, the zone, a tenant and a model, empty for all. */
export const statement = `SELECT tenant, key, model, (time AT TIME ZONE $3)::date::text AS day,
  count(*)::text AS requests,
  count(*) FILTER (WHERE counted IS NULL AND status BETWEEN 400 AND 499)::text AS refused,
  count(*) FILTER (WHERE counted = 'delivered')::text AS delivered,
  sum(tokens_in)::text AS "tokensIn",
  sum(tokens_cached)::text AS "tokensCached",
  sum(tokens_out)::text AS "tokensOut"
FROM usage_records
WHERE time >= $1::date::timestamp AT TIME ZONE $3 AND time < ($2::date + 1)::timestamp AT TIME ZONE $3
  AND ($4 = '' OR tenant = $4) AND ($5 = '' OR model = $5)
GROUP BY 1, 2, 3, 4
ORDER BY 1, 2, 3, 4`;

function exact(value: string): number {
  const number = Number(value);
  if (!Number.isSafeInteger(number)) throw new Error(`${value} is more than can be counted exactly`);
  return number;
}

/** Sums by some dimensions, in their order. `costCentres`: of a tenant's key, by `tenant/key`. */
export function sums(rows: readonly Used[], by: readonly Dimension[], costCentres: Record<string, string> = {}): Sum[] {
  const found = new Map<string, Sum>();
  for (const row of rows) {
    const all = { ...row, "cost-centre": costCentres[`${row.tenant}/${row.key}`] ?? "" };
    const own = Object.fromEntries(by.map((dimension) => [dimension, all[dimension]]));
    const name = JSON.stringify(own);
    found.set(name, { by: own, ...added(found.get(name), row) });
  }
  return [...found.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, sum]) => sum);
}

/** All of them together. */
export function total(rows: readonly Counts[]): Counts {
  return rows.reduce<Counts>(added, added(undefined, undefined));
}

function added(one: Counts | undefined, other: Counts | undefined): Counts {
  const sum = (name: keyof Counts) => (one?.[name] ?? 0) + (other?.[name] ?? 0);
  return {
    requests: sum("requests"),
    refused: sum("refused"),
    delivered: sum("delivered"),
    tokensIn: sum("tokensIn"),
    tokensCached: sum("tokensCached"),
    tokensOut: sum("tokensOut"),
  };
}
