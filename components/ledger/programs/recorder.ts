// The program beside each proxy: carries the lines of its log to the database of the usage records. Postgres' own variables
// (PGHOST, PGUSER, ...) say where that is.
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import process from "node:process";
import { setTimeout as wait } from "node:timers/promises";
import { AccessLog } from "./access-log.ts";
import { type Clock, Recording } from "./recording.ts";
import { recordsTable } from "./records-table.ts";
import { standingText } from "./standing-text.ts";

const {
  ACCESS_LOG,
  REOPEN_URL,
  PORT = "9464",
  LIMIT_BYTES = "Infinity",
  ASIDE_BYTES = String(64 * 1024 ** 2),
  STOP_SECONDS = "200",
  PGSSLROOTCERT,
} = process.env;
if (!ACCESS_LOG) throw new Error("ACCESS_LOG has to say which file the proxy writes");

const stopping = new AbortController();
const giveUp = new AbortController();
process.on("SIGTERM", () => {
  stopping.abort();
  setTimeout(() => giveUp.abort(), Number(STOP_SECONDS) * 1000).unref();
});

/** A round that takes longer hangs: the database is given up on within less. */
const roundMs = 180_000;

const clock: Clock = {
  now: Date.now,
  sleep: (ms, signal) => wait(ms, undefined, { signal }).catch(() => {}),
};
const say = (line: string) => process.stderr.write(`${new Date().toISOString()} ${line}\n`);

const log = new AccessLog(ACCESS_LOG);
const table = recordsTable(PGSSLROOTCERT ? { ssl: { ca: readFileSync(PGSSLROOTCERT), rejectUnauthorized: true } } : {});
const recording = new Recording({
  log,
  table,
  clock,
  asideFromBytes: Number(ASIDE_BYTES),
  say,
  async reopen() {
    if (!REOPEN_URL) return;
    const { status } = await fetch(REOPEN_URL, { method: "POST", signal: AbortSignal.timeout(5_000) });
    if (status !== 200) throw new Error(`the proxy does not open its log anew (${status})`);
  },
  // The container's own log, which outlives the pod.
  lastResort: (lines) => process.stdout.write(`${lines.join("\n")}\n`),
});

const server = createServer(({ url }, response) => {
  const behindBytes = log.behindBytes;
  if (url === "/metrics") {
    response.setHeader("content-type", "text/plain; version=0.0.4");
    response.end(standingText(recording.standing, behindBytes));
    return;
  }
  const alive = clock.now() - recording.lastRoundMs < roundMs;
  // No room for what further requests would leave: better that they are refused than that nobody knows of them.
  const well = url === "/live" ? alive : url === "/ready" && alive && behindBytes < Number(LIMIT_BYTES);
  response.statusCode = well ? 200 : 503;
  response.end(well ? "ok\n" : "no\n");
}).listen(Number(PORT));

say(`reads ${ACCESS_LOG}`);
const how = await recording.run(stopping.signal, giveUp.signal);
if (how === "given up") say("what is left of the log was printed: the database did not answer until the end");
server.close();
await table.close();
process.exitCode = how === "written" ? 0 : 1;
