/** Columns of the usage records, by name: tables that grew at different times have them in different orders. */
const columns =
  "event_id, time, tenant, key, model, asked, server, path, tokens_in, tokens_cached, tokens_out, counted, status, bytes_out, details, flags, ms";

/** SQL that says the records of the last days, whole days of UTC, as lines of COPY. */
export function exportRecords(days: number): string {
  const since = `(date_trunc('day', now() AT TIME ZONE 'UTC') - interval '${days} days') AT TIME ZONE 'UTC'`;
  return `COPY (SELECT ${columns} FROM usage_records WHERE time >= ${since}) TO STDOUT`;
}

/** SQL before the lines: they come into a table of the session's own. */
export const makeRoom = "CREATE TEMP TABLE brought (LIKE usage_records INCLUDING DEFAULTS);";
/** SQL that takes the lines into it. */
export const copyRecords = `COPY brought (${columns}) FROM STDIN;`;

/**
 * SQL after the lines. What is there already is left as it is and counted no second time, and what is past its tenant's days is
 * not brought back: deleted records stay counted, so they would count twice.
 */
export const addRecords = `INSERT INTO usage_records (${columns})
SELECT ${columns} FROM brought
WHERE NOT EXISTS (
  SELECT FROM record_days d
  WHERE d.tenant = brought.tenant
    AND brought.time < (date_trunc('day', now() AT TIME ZONE 'UTC') - make_interval(days => d.days)) AT TIME ZONE 'UTC'
)
ON CONFLICT (event_id) DO NOTHING;`;
