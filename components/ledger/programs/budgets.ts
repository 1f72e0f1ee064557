// The program that keeps the tenants' budgets of a month. Postgres' own variables (PGHOST, PGUSER, ...) say where the ledger is.
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import process from "node:process";
import { setTimeout as wait } from "node:timers/promises";
import postgres from "postgres";
import { Keeping } from "./budget-keeping.ts";
import { budgetMetrics } from "./budget-metrics.ts";
import { cluster } from "./kubernetes-api.ts";

const { CONFIG_MAP, PORT = "9465", ROUND_SECONDS = "5", PGSSLROOTCERT } = process.env;
if (!CONFIG_MAP) throw new Error("CONFIG_MAP has to say in which ConfigMap the budgets are");

const stopping = new AbortController();
process.on("SIGTERM", () => stopping.abort());

/** A round asks a few times, each for some seconds at most: one that takes longer hangs. */
const roundMs = 120_000;
const answerWithinMs = 10_000;

const connect = () =>
  postgres({
    ...(PGSSLROOTCERT && { ssl: { ca: readFileSync(PGSSLROOTCERT), rejectUnauthorized: true } }),
    max: 1,
    connect_timeout: 5,
    prepare: false,
    fetch_types: false,
    onnotice: () => {},
    connection: { application_name: "freehold-budgets", statement_timeout: answerWithinMs },
  });
let sql = connect();

/** A connection of which nothing is heard any more is given up: its packets may be going nowhere. */
async function query(text: string, parameters: string[]) {
  const over = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    void sql.end({ timeout: 0 });
    sql = connect();
    over.reject(new Error(`no answer within ${answerWithinMs / 1000} s`));
  }, answerWithinMs);
  return Promise.race([sql.unsafe(text, parameters), over.promise]).finally(() => clearTimeout(timer));
}

const say = (line: string) => process.stderr.write(`${new Date().toISOString()} ${line}\n`);
const keeping = new Keeping({ cluster: cluster(process.env, CONFIG_MAP), query, now: Date.now, say });
let lastRound = Date.now();

const server = createServer(({ url }, response) => {
  if (url === "/metrics") {
    response.setHeader("content-type", "text/plain; version=0.0.4");
    response.end(budgetMetrics(keeping, Date.now()));
    return;
  }
  const alive = Date.now() - lastRound < roundMs;
  response.statusCode = alive ? 200 : 503;
  response.end(alive ? "ok\n" : "no\n");
}).listen(Number(PORT));

say("keeps budgets");
while (!stopping.signal.aborted) {
  await keeping.round();
  lastRound = Date.now();
  await wait(Number(ROUND_SECONDS) * 1000, undefined, { signal: stopping.signal }).catch(() => {});
}
server.close();
await sql.end({ timeout: 1 });
