import { platformNames } from "../platform/names.ts";
import type { Move, Side } from "./move.ts";
import { databaseName } from "./records-route.ts";

/** Commands of a move as a shell takes them. */
export type Shell = ReturnType<typeof shell>;

/** The two sides of a move in a shell: Pulumi with each one's own state, kubectl with each one's own context. */
export function shell({ cloud, hall }: Pick<Move, "cloud" | "hall">) {
  const [a, b] = [cloud.country.state, hall.country.state];
  const apart = a.backend !== b.backend;
  const pulumi = ({ stack, country }: Side, words: string) =>
    `${apart ? `PULUMI_BACKEND_URL=${quoted(country.state.backend)} ` : ""}npx pulumi ${words} -s ${stack}`;
  const kubectl = ({ country }: Side, words: string) => `kubectl --context ${quoted(country.target.context)} ${words}`;
  return {
    pulumi,
    kubectl,
    psql: (side: Side, words = "") => psql(side, kubectl, words),
    pgDump: (side: Side) => pgDump(side, kubectl),
  };
}

/** A word that a shell leaves as it is. */
export function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

type Kubectl = (side: Side, words: string) => string;

function psql(side: Side, kubectl: Kubectl, words: string): string {
  const { records } = side.country.storage!;
  const options = `-v ON_ERROR_STOP=1${words && ` ${words}`}`;
  if (records.kind === "cloudnative-pg") return `${inDatabase(side, kubectl)} psql ${options} records`;
  return `psql ${options} ${quoted(address(side))}`;
}

function pgDump(side: Side, kubectl: Kubectl): string {
  const { records } = side.country.storage!;
  const tables = ["usage_records", "usage_by_quarter_hour", "record_days", "refused_lines"];
  const words = `pg_dump --data-only --disable-triggers ${tables.map((table) => `-t ${table}`).join(" ")}`;
  if (records.kind === "cloudnative-pg") return `${inDatabase(side, kubectl)} ${words} records`;
  return `${words} ${quoted(address(side))}`;
}

/** A command in the database's own pod, the one that writes. */
function inDatabase(side: Side, kubectl: Kubectl): string {
  const { records } = side.country.storage!;
  if (records.kind !== "cloudnative-pg") throw new Error("only a database that Freehold makes has pods");
  const inStorage = `-n ${platformNames.storage}`;
  const labels = `cnpg.io/cluster=${databaseName(records)},cnpg.io/instanceRole=primary`;
  return `${kubectl(side, `${inStorage} exec -i $(${kubectl(side, `${inStorage} get pod -l ${labels} -o name`)}) -c postgres --`)}`;
}

function address({ country }: Side): string {
  const { records } = country.storage!;
  if (records.kind !== "postgres") throw new Error("only a database that was there has an address of its own");
  return `host=${records.host} port=${records.port} dbname=${records.database} sslmode=verify-full`;
}
