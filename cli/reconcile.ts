import process from "node:process";
import { type Country, loadCountry } from "../components/country.ts";
import { countedBetween, edgeSeconds } from "../components/ledger/programs/counted.ts";
import { dayAfter, dayIn, isDay } from "../components/ledger/programs/days.ts";
import {
  type Counted,
  type Finding,
  type Recorded,
  reconcile,
  verdictOf,
} from "../components/ledger/programs/reconcile.ts";
import { recordedBetween } from "../components/ledger/programs/recorded.ts";
import { enginesOf } from "../components/monitoring/expressions.ts";
import { doorRuns } from "../rehearsal/door.ts";
import { homeOf } from "../rehearsal/home.ts";
import { Failure } from "./failure.ts";
import { countedByDoor, openedAt, settled } from "./reconcile/door.ts";
import { textOf } from "./reconcile/text.ts";
import { fromRecords } from "./records.ts";
import { chooseStack, stackFile } from "./stacks.ts";
import { prometheusOf } from "./top/cluster.ts";
import { seriesIn } from "./top/prometheus.ts";

type Options = { day?: string; database?: string; cluster?: boolean; json?: boolean };

/** Which requests are compared, with what, by whom it is counted. */
type Comparison = {
  from: Date;
  to: Date;
  /** As people say it. */
  said: string;
  edgeSeconds: number;
  counted(recorded: readonly Recorded[]): Promise<{ gateway: Counted[]; engines: Counted[] }>;
};

const exitCodes = { agrees: 0, differs: 1, unknown: 2 };

/** `freehold reconcile`: whether the ledger, the gateway's counters and the engines' agree. */
export async function reconcileCommand(named: string | undefined, options: Options): Promise<void> {
  try {
    const findings = await compare(named, options);
    process.exitCode = exitCodes[verdictOf(findings)];
  } catch (error) {
    // Who cannot look cannot tell, which is no difference.
    if (!(error instanceof Failure)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exitCode = exitCodes.unknown;
  }
}

async function compare(named: string | undefined, options: Options): Promise<Finding[]> {
  const stack = chooseStack(named);
  const country = loadCountry(stackFile(stack));
  const isRehearsed = !options.cluster && doorRuns(homeOf(stack));
  const comparison = isRehearsed ? await ofDoor(stack, options) : await ofCluster(stack, country, options);
  const { from, to, said } = comparison;
  const asked = { stack, country, database: options.database, application: "freehold reconcile" };
  const recorded = await fromRecords(asked, (sql) => recordedBetween(sql, from, to, comparison.edgeSeconds));
  const { gateway, engines } = await comparison.counted(recorded);
  const contexts = Object.entries(country.modelServers).map(([server, { contextTokens }]) => [server, contextTokens]);
  const findings = reconcile(recorded, gateway, engines, Object.fromEntries(contexts));
  const verdict = verdictOf(findings);
  if (options.json) process.stdout.write(`${JSON.stringify({ from, to, verdict, findings }, null, 2)}\n`);
  else process.stdout.write(`${stack}, ${said}\n\n${textOf(findings, verdict)}\n`);
  return findings;
}

/** A day of UTC, by Prometheus. */
async function ofCluster(stack: string, country: Country, { day }: Options): Promise<Comparison> {
  if (day !== undefined && !isDay(day))
    throw new Failure(`--day ${day} is no day.\n  allowed  days such as 2026-11-21`);
  const today = dayIn("UTC", new Date());
  const chosen = day ?? dayAfter(today, -1);
  if (chosen >= today) throw new Failure(`--day ${chosen} is not over yet.\n  allowed  days of UTC before ${today}`);
  const [from, to] = [new Date(`${chosen}T00:00:00Z`), new Date(`${dayAfter(chosen)}T00:00:00Z`)];
  const get = await prometheusOf(stack, country);
  const ask = async (query: string, at: Date) => seriesIn(await get("query", { query, time: at.toISOString() }));
  return {
    from,
    to,
    said: `${chosen} in UTC, by the Prometheus of context ${country.target.context}`,
    edgeSeconds,
    counted: () => countedBetween(ask, enginesOf(country), from, to),
  };
}

/** All that an open door answered so far: its counters began with it, and nobody keeps what they were. */
async function ofDoor(stack: string, { day }: Options): Promise<Comparison> {
  if (day !== undefined)
    throw new Failure(
      `--day is for a cluster: nobody keeps what a rehearsal counted on other days.\n  remedy   --cluster, or npx freehold door ${stack} --close`,
    );
  const home = homeOf(stack);
  const country = loadCountry(home.countryFile);
  await settled(home, country);
  const from = openedAt(home);
  return {
    from,
    to: new Date(),
    said: `since its door opened on this machine at ${from.toISOString().slice(0, 19)}Z`,
    edgeSeconds: 0,
    counted: (recorded) => countedByDoor(home, country, recorded),
  };
}
