import { type CnpgRecords, serverName } from "../storage/databases/cloudnative-pg.ts";
import type { Move } from "./move.ts";

/**
 * How usage records come into the hall: `restore` from a copied backup, `dump` from one database into the other, `stay` where
 * both sides name the same database, and `none` where the cloud keeps none.
 */
export type RecordsRoute = "restore" | "dump" | "stay" | "none";

/** How the usage records of a move come into the hall. */
export function recordsRoute({ cloud, hall }: Pick<Move, "cloud" | "hall">): RecordsRoute {
  const [from, to] = [cloud.country.storage?.records, hall.country.storage?.records];
  if (!from || !to) return "none";
  if (from.kind === "cloudnative-pg") return to.kind === "cloudnative-pg" ? "restore" : "dump";
  const same = to.kind === "postgres" && (["host", "port", "database"] as const).every((key) => from[key] === to[key]);
  return same ? "stay" : "dump";
}

/** Name of a database that Freehold makes, and of its backups. */
export function databaseName(records: CnpgRecords): string {
  return serverName(records);
}
