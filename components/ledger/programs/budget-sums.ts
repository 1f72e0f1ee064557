import type { Budgets } from "./budget.ts";
import { monthIn } from "./days.ts";

/** Asks Postgres; resolves to its rows. */
export type Query = (text: string, parameters: string[]) => Promise<readonly Record<string, unknown>[]>;

/** What each tenant with a budget has used of the month that it is in its time zone. */
export async function budgetSums(
  query: Query,
  budgets: Budgets,
  now: number,
): Promise<Record<string, { used: number; from: number }>> {
  const asked = Object.entries(budgets).map(([tenant, { timeZone }]) => ({ tenant, ...monthIn(timeZone, now) }));
  const since = asked.map(({ tenant, from, to }) => ({ tenant, since: text(from), until: text(to) }));
  const rows = await query(statement, [JSON.stringify(since)]);
  const used = new Map(rows.map((row) => [row.tenant, Number(row.used)]));
  return Object.fromEntries(asked.map(({ tenant, from }) => [tenant, { used: used.get(tenant) ?? 0, from }]));
}

const statement = `SELECT tenant, sum(tokens)::text AS used
FROM jsonb_to_recordset($1::text::jsonb) AS asked (tenant text, since timestamptz, until timestamptz)
JOIN usage_by_quarter_hour USING (tenant)
WHERE quarter >= since AND quarter < until
GROUP BY tenant`;

function text(moment: number): string {
  return new Date(moment).toISOString();
}
