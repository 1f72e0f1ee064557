// The program that compares, each night, a day of the ledger with the counters of the gateway and of the engines. Postgres'
// own variables (PGHOST, PGUSER, ...) say where the ledger is. Ends with 0 if they agree, with 1 if they differ, with 2 if
// nobody can tell.
import { readFileSync } from "node:fs";
import process from "node:process";
import postgres from "postgres";
import { type AskAt, countedBetween, edgeSeconds } from "./counted.ts";
import { reconcile, verdictOf } from "./reconcile.ts";
import { recordedBetween } from "./recorded.ts";

const { PROMETHEUS_URL, ENGINES = "[]", CONTEXTS = "{}", PGSSLROOTCERT, DAY } = process.env;
const dayMs = 24 * 3600 * 1000;
// Yesterday, whenever within today this runs.
const from = DAY ? new Date(`${DAY}T00:00:00Z`) : new Date(Math.floor(Date.now() / dayMs - 1) * dayMs);
const to = new Date(from.getTime() + dayMs);

const ask: AskAt = async (query, at) => {
  const body = new URLSearchParams({ query, time: at.toISOString() });
  const answer = await fetch(`${PROMETHEUS_URL}/api/v1/query`, {
    method: "POST",
    body,
    signal: AbortSignal.timeout(60_000),
  });
  if (!answer.ok) throw new Error(`Prometheus answered ${answer.status}: ${(await answer.text()).slice(0, 300)}`);
  const { data } = (await answer.json()) as {
    data: { result: { metric: Record<string, string>; value: [number, string] }[] };
  };
  return data.result.map(({ metric, value }) => ({ labels: metric, value: Number(value[1]) }));
};

const sql = postgres({
  max: 1,
  connect_timeout: 30,
  onnotice: () => {},
  connection: { application_name: "freehold-reconciler" },
  ...(PGSSLROOTCERT && { ssl: { ca: readFileSync(PGSSLROOTCERT), rejectUnauthorized: true } }),
});
try {
  const recorded = await recordedBetween(sql, from, to, edgeSeconds);
  const { gateway, engines } = await countedBetween(ask, JSON.parse(ENGINES), from, to);
  const findings = reconcile(recorded, gateway, engines, JSON.parse(CONTEXTS));
  const verdict = verdictOf(findings);
  process.stdout.write(`${JSON.stringify({ day: from.toISOString().slice(0, 10), verdict })}\n`);
  for (const finding of findings) process.stdout.write(`${JSON.stringify(finding)}\n`);
  process.exitCode = { agrees: 0, differs: 1, unknown: 2 }[verdict];
} catch (error) {
  process.stderr.write(`nobody can tell: ${(error as Error).message || error}\n`);
  process.exitCode = 2;
} finally {
  await sql.end({ timeout: 5 });
}
