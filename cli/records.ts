import process from "node:process";
import postgres, { type Sql } from "postgres";
import type { Country } from "../components/country.ts";
import { clusterRuns } from "../rehearsal/cluster.ts";
import { connectRecords, recordsOf } from "../rehearsal/door/records.ts";
import { doorRuns } from "../rehearsal/door.ts";
import { homeOf } from "../rehearsal/home.ts";
import { Failure } from "./failure.ts";
import { forwarded } from "./records/forward.ts";

/** What a command says of the database of the usage records, where it says anything. */
export type Asked = {
  stack: string;
  country: Pick<Country, "target" | "storage">;
  /** URL of the database, by option. */
  database?: string;
  /** What the connection is called in the database. */
  application: string;
};

type Options = postgres.Options<Record<string, never>>;

/** Reads the records' database: the one that is named, else that of an open door, else the cluster's. */
export async function fromRecords<Result>(asked: Asked, use: (sql: Sql) => Promise<Result>): Promise<Result> {
  const options: Options = {
    max: 1,
    connect_timeout: 10,
    // It would ask by itself, and fail where nobody waits for it.
    fetch_types: false,
    onnotice: () => {},
    connection: { application_name: asked.application },
  };
  const { sql, close } = await connected(asked, options);
  try {
    return await use(sql);
  } catch (error) {
    // Without the address, in which there may be a password.
    throw new Failure(
      `The records could not be read: ${(error as Error).message || (error as { code?: string }).code}`,
    );
  } finally {
    await sql.end({ timeout: 5 });
    close();
  }
}

async function connected({ stack, country, database }: Asked, options: Options): Promise<{ sql: Sql; close(): void }> {
  const close = () => {};
  if (database !== undefined) return { sql: postgres(database, options), close };
  if (process.env.PGHOST !== undefined) return { sql: postgres(options), close };
  const home = homeOf(stack);
  const records = clusterRuns(home) && doorRuns(home) ? await recordsOf(home) : undefined;
  if (records) return { sql: connectRecords(records, options), close };
  if (country.storage?.records.kind === "cloudnative-pg" && !clusterRuns(home)) {
    const { host, ca, port, close, ...who } = await forwarded(stack, country.target.context, country.storage.records);
    const ssl = { ca, servername: host };
    return { sql: postgres({ ...options, ...who, host: "127.0.0.1", port, ssl }), close };
  }
  throw new Failure(
    [
      "Nobody said where the records' database is, and no door of a rehearsal that has one is open.",
      "  allowed  --database <url>, or Postgres' own variables: PGHOST, PGPORT, PGUSER, PGPASSWORD, PGDATABASE",
      `  remedy   npx freehold door ${stack}, where a rehearsal stands; storage.records of kind cloudnative-pg is found by`,
      "           itself in a cluster, one of kind postgres is named by --database",
    ].join("\n"),
  );
}
