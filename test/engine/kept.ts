import { dirname, join } from "node:path";
import postgres from "postgres";
import { recordsOf } from "../../rehearsal/door/records.ts";
import type { Door } from "../../rehearsal/door.ts";
import type { Kept } from "./attacks/judge.ts";

/** Every record that the ledger of an open door has. */
export async function keptBy(door: Pick<Door, "root">, countryFile: string): Promise<Kept[]> {
  const folder = dirname(dirname(door.root));
  const found = await recordsOf({ folder, countryFile, kubeconfig: join(folder, "kubeconfig") });
  if (!found) throw new Error("the door keeps no records");
  const { socket, host, ca, ...who } = found;
  const sql = postgres({ ...who, path: socket, ssl: { ca, servername: host }, max: 1, onnotice: () => {} });
  try {
    const rows = await sql`SELECT event_id AS id, tenant, model, path, status, counted,
      tokens_in::int AS in, tokens_out::int AS out FROM usage_records`;
    return [...rows] as unknown as Kept[];
  } finally {
    await sql.end({ timeout: 1 });
  }
}
