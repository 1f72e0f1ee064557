import { applicationOf, type ClusterObject, port } from "./objects.ts";

/** Where the instance finds what it is told: the operator's own folders. */
const at = "/controller";

/**
 * The files that the operator's program would write into an instance, and what its database begins with. The latter is applied
 * at every start, as the stack's own Job does every hour: nothing here runs Jobs.
 */
export function settingsOf(cluster: ClusterObject, sql: string): Record<string, string> {
  const { database, owner } = applicationOf(cluster);
  return {
    "postgresql.conf": configurationOf(cluster),
    "pg_hba.conf": [
      "local all all peer map=local",
      ...(cluster.spec.postgresql?.pg_hba ?? []),
      "host all all all scram-sha-256",
      "",
    ].join("\n"),
    "pg_ident.conf": "local user26 postgres\n",
    // Each line is a statement to a Postgres that runs by itself.
    "server.sql": `CREATE ROLE ${quoted(owner)} LOGIN;\nCREATE DATABASE ${quoted(database)} OWNER ${quoted(owner)};\n`,
    "application.sql": sql,
    "database.sql": sql ? `DO $$BEGIN EXECUTE pg_read_file('${at}/settings/application.sql'); END$$;\n` : "",
    "password.sql": `DO $$BEGIN EXECUTE format('ALTER ROLE %I PASSWORD %L', ${application("username")}, ${application("password")}); END$$;\n`,
  };
}

/** The words of an instance: whose data it may go on with, its database, and how the server is made. */
export function wordsOf(cluster: ClusterObject): string[] {
  const { dataChecksums, encoding = "UTF8" } = cluster.spec.bootstrap?.initdb ?? {};
  const checksums = dataChecksums === false ? "--no-data-checksums" : "--data-checksums";
  return [cluster.metadata.uid, applicationOf(cluster).database, `--encoding=${encoding}`, "--locale=C", checksums];
}

function configurationOf({ metadata, spec }: ClusterObject): string {
  const parameters: Record<string, string> = {
    ssl_min_protocol_version: "TLSv1.3",
    ...spec.postgresql?.parameters,
    cluster_name: metadata.name,
    data_directory: "/var/lib/postgresql/data/pgdata",
    hba_file: `${at}/settings/pg_hba.conf`,
    ident_file: `${at}/settings/pg_ident.conf`,
    listen_addresses: "*",
    port: String(port),
    ssl: "on",
    ssl_cert_file: `${at}/certificates/tls.crt`,
    ssl_key_file: `${at}/certificates/tls.key`,
    unix_socket_directories: `${at}/run`,
    wal_level: "logical",
    // Nothing is archived: a rehearsal has no object store.
    archive_mode: "off",
  };
  const lines = Object.entries(parameters).map(
    ([name, value]) => `${name} = '${value.replaceAll("\\", "\\\\").replaceAll("'", "''")}'`,
  );
  return `${lines.join("\n")}\n`;
}

function application(key: string): string {
  return `pg_read_file('${at}/application/${key}')`;
}

function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
