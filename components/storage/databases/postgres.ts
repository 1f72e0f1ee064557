import type { Country } from "../../country.ts";
import type { Database } from "../database.ts";

type Records = Extract<NonNullable<Country["storage"]>["records"], { kind: "postgres" }>;

/** A Postgres that stands in the country already: nothing is made, its Secret is the operator's. */
export function postgres({ host, port, database, credentials }: Records): Database {
  return {
    host,
    port,
    database,
    secret: credentials,
    caSecret: credentials,
    egress: [],
    hosts: [{ host, port }],
    ready: [],
  };
}
