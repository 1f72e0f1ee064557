import { existsSync } from "node:fs";
import { join } from "node:path";
import { CoreV1Api } from "@kubernetes/client-node";
import postgres, { type Sql } from "postgres";
import { loadCountry } from "../../components/country.ts";
import { platformNames } from "../../components/platform/names.ts";
import { serverName } from "../../components/storage/databases/cloudnative-pg.ts";
import { certificateSecret } from "../../components/storage/databases/cnpg-cluster.ts";
import { configOf } from "../api-call.ts";
import type { Home } from "../home.ts";

/** How the usage records of a rehearsal are reached while its door is open: by a socket file, with TLS in the name of `host`. */
export type Records = {
  socket: string;
  /** The name in the server's certificate. */
  host: string;
  user: string;
  password: string;
  database: string;
  /** The authority that signed it, in PEM. */
  ca: string;
};

/** The socket file by which the primary's port is reached. */
export function recordsSocket({ folder }: Pick<Home, "folder">): string {
  return join(folder, "door", "records.sock");
}

/** How the records are reached; undefined where the country has none in its cluster, or the door has not made them yet. */
export async function recordsOf(
  home: Pick<Home, "folder" | "countryFile" | "kubeconfig">,
): Promise<Records | undefined> {
  const records = loadCountry(home.countryFile).storage?.records;
  const socket = recordsSocket(home);
  if (records?.kind !== "cloudnative-pg" || !existsSync(socket)) return undefined;
  const core = configOf(home.kubeconfig).makeApiClient(CoreV1Api);
  const namespace = platformNames.storage;
  const name = serverName(records);
  const read = (secret: string) => core.readNamespacedSecret({ namespace, name: secret }).catch(() => undefined);
  const [app, authority] = await Promise.all([read(`${name}-app`), read(certificateSecret(name))]);
  if (!app?.data || !authority?.data) return undefined;
  const text = (data: Record<string, string>, key: string) => Buffer.from(data[key] ?? "", "base64").toString();
  return {
    socket,
    host: `${name}-rw.${namespace}.svc`,
    user: text(app.data, "username"),
    password: text(app.data, "password"),
    database: text(app.data, "dbname"),
    ca: text(authority.data, "ca.crt"),
  };
}

/** A client of the records' database. */
export function connectRecords(
  { socket, host, ca, ...who }: Records,
  options: postgres.Options<Record<string, never>>,
): Sql {
  return postgres({ ...options, ...who, path: socket, ssl: { ca, servername: host } });
}
