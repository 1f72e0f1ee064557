import { applicationOf, type ClusterObject, passwords, port } from "./objects.ts";

/** Where the instance finds what it is told: the operator's own folders. */
const at = "/controller";

/** What the stack has to say to a database: what its superuser runs once, and the schema that its owner applies again and again. */
export type Sql = { first: string; schema: string };

/**
 * The files that the operator's program would write into an instance, and what is run in its database: `server` and `first` when
 * it is made, `roles` and `schema` at every start. The schema is what the stack's own Job applies every hour; nothing here runs
 * Jobs.
 */
export function settingsOf(cluster: ClusterObject, { first, schema }: Sql): Record<string, string> {
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
    "first.text": first,
    "schema.text": `SET ROLE ${quoted(owner)};\n${schema}`,
    // Each line is a statement to a Postgres that runs by itself.
    "server.sql": `CREATE ROLE ${quoted(owner)} LOGIN;\nCREATE DATABASE ${quoted(database)} OWNER ${quoted(owner)};\n`,
    "first.sql": all("first.text"),
    "roles.sql": passwords(cluster)
      .map(({ volume }) => kept(`${at}/${volume}`))
      .join(""),
    "schema.sql": all("schema.text"),
  };
}

/** A line that runs a file of any length. */
function all(file: string): string {
  return `DO $$BEGIN EXECUTE pg_read_file('${at}/settings/${file}'); END$$;\n`;
}

/** A line that gives a role the password of a Secret, and makes the role where it is not there. */
function kept(folder: string): string {
  const [name, password] = ["username", "password"].map((key) => `pg_read_file('${folder}/${key}')`);
  const made = `IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = ${name}) THEN EXECUTE format('CREATE ROLE %I', ${name}); END IF`;
  return `DO $$BEGIN ${made}; EXECUTE format('ALTER ROLE %I LOGIN PASSWORD %L', ${name}, ${password}); END$$;\n`;
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

function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
