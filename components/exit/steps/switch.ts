import { addon } from "../../../catalogue/index.ts";
import { grouped } from "../../country/wording.ts";
import type { Move } from "../move.ts";
import { spanText } from "../quantity.ts";
import { addRecords, copyRecords, exportRecords, makeRoom } from "../records-delta.ts";
import { recordsRoute } from "../records-route.ts";
import type { Shell } from "../shell.ts";
import { type Phase, type Step, unnoticed } from "../step.ts";
import { ttlSeconds } from "./prepare.ts";

/** Seconds for which a proxy that ends waits for its streams, and then its recorder for the database. */
export const drainSeconds = { streams: 600, records: 200 };

/** Minutes in which both doors answer and neither knows all that the other counted. */
export const overlapMinutes = Math.ceil((ttlSeconds + drainSeconds.streams + drainSeconds.records) / 60);

/** Whole days of UTC that an import looks back: the backup is younger than one. */
const lookBackDays = 2;

/** The night itself: the last records, the name, the streams, the last records again. */
export function switchOver(move: Move, shell: Shell): Phase {
  const moved = carries(move);
  return {
    name: "switch",
    steps: [...(moved ? [bring(move, shell)] : []), name(move), drain(move)],
  };
}

/** What is done when nobody calls the cloud any more. */
export function afterwards(move: Move, shell: Shell): Phase {
  const moved = carries(move);
  return {
    name: "after",
    steps: [closeDoor(move, shell), ...(moved ? [bringLast(move, shell), agree(move)] : []), watch(move)],
  };
}

function carries(move: Move): boolean {
  return ["restore", "dump"].includes(recordsRoute(move));
}

/** What brings records that were written in the cloud after the backup: a script, for it runs more than once. */
const script = "bring-records.sh";

function importing({ cloud, hall }: Move, { psql }: Shell): string {
  return [
    `cat >${script} <<'END'`,
    // Otherwise a cloud that does not answer would look like one that has nothing new.
    "set -euo pipefail",
    "{",
    `cat <<'SQL'\n${makeRoom}\n${copyRecords}\nSQL`,
    psql(cloud, `-qAtc "${exportRecords(lookBackDays)}"`),
    "echo '\\.'",
    `cat <<'SQL'\n${addRecords}\nSQL`,
    `} | ${psql(hall, "-1 -f -")}`,
    "END",
  ].join("\n");
}

function bring(move: Move, shell: Shell): Step {
  return {
    id: "bring",
    title: "Bring the records since the backup",
    does: `The last ${lookBackDays} days and today, as far as they are missing in the hall. Records have ids: one that is there is left and counted no second time, so this may run as often as you like. Right before the name changes, for the months' budgets are summed from these records. If the backup is older than ${lookBackDays} days, raise the number in it.`,
    commands: [importing(move, shell), `bash ${script}`],
    takes: "minutes: some hundred bytes for each request since the backup",
    clients: unnoticed,
    verify: `INSERT 0 n, and a second run soon after a small n; npx freehold budgets of ${move.cloud.stack} and ${move.hall.stack} differ by what came in between`,
    back: "nothing to take back: they are the tenants' own records",
  };
}

function name({ cloud, hall }: Move): Step {
  const { host } = cloud.country.gateway;
  const tenant = Object.keys(cloud.country.tenants)[0]!;
  return {
    id: "name",
    title: "Change the name",
    does: `*.${host} leads to the hall's address. For ${ttlSeconds} s, and longer where somebody remembers names longer, both doors answer, with the same keys. Where a load balancer stands in front of the hall's proxies, it answers on 443. Counters of tokens a minute and a day begin anew in the hall, so do it soon after 00:00 UTC.`,
    commands: [`dig +short ${tenant}.${host}`, `npx freehold top ${hall.stack} --once`],
    takes: spanText(ttlSeconds),
    seconds: ttlSeconds,
    clients: "nothing, where they trust the hall's certificate",
    verify: "dig says the hall's address, top shows requests there",
    back: `the old address again; what the hall recorded goes to ${cloud.stack} by the same import with both sides exchanged`,
  };
}

function drain({ cloud }: Move): Step {
  const seconds = drainSeconds.streams;
  return {
    id: "drain",
    title: "Wait for the streams",
    does: "Answers that began in the cloud end there.",
    commands: [`npx freehold top ${cloud.stack} --once`],
    takes: `${spanText(seconds)}, in which every stream that proxies wait for has ended`,
    seconds,
    clients: unnoticed,
    verify: "no requests in the cloud",
    back: "as above",
  };
}

function closeDoor({ cloud }: Move, { pulumi }: Shell): Step {
  const closed = cloud.country.gateway.service === "ClusterIP";
  const does = closed
    ? "The cloud's proxies are reached by a load balancer of the operator's: take them out of it."
    : `Write freehold:gateway.service: ClusterIP into ${cloud.stack}'s file: its load balancer goes, and no record can come after the last import.`;
  return {
    id: "close",
    title: "Close the cloud's door",
    does,
    commands: closed ? [] : [pulumi(cloud, "up")],
    takes: "minutes",
    clients: "whoever still calls the old address is refused a connection, and looks the name up again",
    verify: "a connection to the cloud's old address is refused",
    back: closed ? "put them back" : `take the line out, ${pulumi(cloud, "up")}`,
  };
}

function bringLast(move: Move, shell: Shell): Step {
  const proxies = addon("envoy-gateway").namespace;
  return {
    id: "bring-last",
    title: "Bring the last records",
    does: `When the cloud's recorders have written everything (freehold_ledger_lag_bytes is 0 on each; they take ${drainSeconds.records} s at most).`,
    commands: [
      `${shell.psql(move.cloud, '-qAtc "SELECT max(time) FROM usage_records"')} # recorders are in ${proxies}`,
      `bash ${script}`,
      `bash ${script}`,
    ],
    takes: spanText(drainSeconds.records),
    seconds: drainSeconds.records,
    clients: unnoticed,
    verify: "both end with 0 and the second says INSERT 0 0: every record of the cloud is in the hall, and once",
    back: "nothing to take back",
  };
}

function agree({ cloud, hall }: Move): Step {
  return {
    id: "agree",
    title: "Let both ledgers be compared",
    does: `Two days after, when the day after is over: the cloud's ledger with its own gateway and engines, up to the switch. The hall's ledger has both sides' records of that day, and its gateway and engines counted only their own, so ${hall.stack} agrees from the next whole day on; the alert RecordsNotReconciled may speak until then.`,
    commands: [
      `npx freehold reconcile ${cloud.stack} --day "$DAY_OF_SWITCH"`,
      `npx freehold reconcile ${hall.stack} --day "$(date -u -d "$DAY_OF_SWITCH + 1 day" +%F)"`,
    ],
    takes: "minutes, two days later",
    clients: unnoticed,
    verify: "both end with 0",
    back: "look at what differs before the cloud is erased",
  };
}

function watch({ cloud, hall }: Move): Step {
  return {
    id: "watch",
    title: "Keep the cloud for a while",
    does: `Until the hall has been through what an ordinary week brings. Both are paid for meanwhile. Lengthen the TTL of *.${cloud.country.gateway.host} again.`,
    commands: [`npx freehold status ${hall.stack}`],
    takes: "as long as you want a way back; a week is ordinary",
    clients: unnoticed,
    verify: "no alert of the hall is open",
    back: "the last moment at which there is a way back",
  };
}

/** What tenants with a hard stop may use beyond their month's budgets, because of the switch. */
export function overruns(move: Move): { tenant: string; tokens: number }[] {
  if (!carries(move)) return [];
  return Object.entries(move.cloud.country.tenants).flatMap(([tenant, { budget, tokensPerMinute }]) =>
    budget?.whenSpent === "stop" ? [{ tenant, tokens: tokensPerMinute * overlapMinutes }] : [],
  );
}

/** Tenants whose day begins anew with the hall's counters. */
export function daysAnew({ cloud }: Pick<Move, "cloud">): { tenant: string; tokens: number }[] {
  return Object.entries(cloud.country.tenants).flatMap(([tenant, { tokensPerDay }]) =>
    tokensPerDay === undefined ? [] : [{ tenant, tokens: tokensPerDay }],
  );
}

/** `bank 1,500,000 tokens, kanton 6,000,000 tokens`. */
export function tokensText(each: { tenant: string; tokens: number }[]): string {
  return each.map(({ tenant, tokens }) => `${tenant} ${grouped(tokens)} tokens`).join(", ");
}
