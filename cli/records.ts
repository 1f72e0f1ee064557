import process from "node:process";
import postgres from "postgres";
import { clusterRuns } from "../rehearsal/cluster.ts";
import { recordsOf } from "../rehearsal/door/records.ts";
import { doorRuns } from "../rehearsal/door.ts";
import { homeOf } from "../rehearsal/home.ts";
import { Failure } from "./failure.ts";

/** What the usage records' database answers to a command of ours. */
export async function withRecords<Answer>(
  stack: string,
  database: string | undefined,
  command: string,
  ask: (sql: postgres.Sql) => Promise<Answer>,
): Promise<Answer> {
  const options = {
    max: 1,
    connect_timeout: 10,
    onnotice: () => {},
    connection: { application_name: `freehold ${command}` },
  };
  const sql = await connected(stack, database, options);
  try {
    return await ask(sql);
  } catch (error) {
    // Without the address, in which there may be a password.
    throw new Failure(
      `The records could not be read: ${(error as Error).message || (error as { code?: string }).code}`,
    );
  } finally {
    await sql.end({ timeout: 5 });
  }
}

/** What is named, by option or by Postgres' own variables, else the database behind the open door of a rehearsal. */
async function connected(
  stack: string,
  database: string | undefined,
  options: postgres.Options<Record<string, never>>,
) {
  if (database !== undefined) return postgres(database, options);
  if (process.env.PGHOST !== undefined) return postgres(options);
  const home = homeOf(stack);
  const records = clusterRuns(home) && doorRuns(home) ? await recordsOf(home) : undefined;
  if (records) {
    const { socket, host, ca, ...who } = records;
    return postgres({ ...options, ...who, path: socket, ssl: { ca, servername: host } });
  }
  throw new Failure(
    [
      "Nobody said where the records' database is, and no door of a rehearsal that has one is open.",
      "  allowed  --database <url>, or Postgres' own variables: PGHOST, PGPORT, PGUSER, PGPASSWORD, PGDATABASE",
      `  remedy   npx freehold door ${stack}, where a rehearsal stands; in production`,
      "           kubectl -n freehold-storage port-forward service/records-rw 5432, with user and password of Secret records-app",
    ].join("\n"),
  );
}
