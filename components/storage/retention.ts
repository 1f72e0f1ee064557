import { CronJob } from "@pulumi/kubernetes/batch/v1/cronJob.js";
import { ConfigMap } from "@pulumi/kubernetes/core/v1/configMap.js";
import type * as pulumi from "@pulumi/pulumi";
import { addon } from "../../catalogue/index.ts";
import { type Country, pinned } from "../country.ts";
import { openDoor } from "../network/door.ts";
import { asUser, readOnly } from "../platform/restricted.ts";
import { clientLabels, type Database } from "./database.ts";

export type RetentionArgs = Pick<Country, "registry" | "digests" | "network" | "erase"> & {
  namespace: pulumi.Input<string>;
  /** Every tenant of the country file, with the days for which its records are kept. */
  tenants: Record<string, { recordDays: number }>;
  database: Database;
  /** Text of records.sql. */
  schema: string;
};

/** Name of the job, and of the ConfigMap with its SQL, where the schema is `records.sql`. */
export const retentionName = "retention";
const name = retentionName;
const labels = { "app.kubernetes.io/name": name, ...clientLabels };

/** Deletes usage records that are past their tenants' days, every hour, and those of tenants that are erased. */
export function retention(args: RetentionArgs, opts: pulumi.ResourceOptions): void {
  const metadata = { name, namespace: args.namespace, labels };
  const { egress, hosts, ready } = args.database;
  const sql = new ConfigMap(
    name,
    { metadata, data: { "records.sql": args.schema, "keep.sql": keepSql(args.tenants, args.erase) } },
    opts,
  );
  const door = { namespace: args.namespace, pods: { matchLabels: labels }, egress, hosts };
  const closed = openDoor(name, door, args.network, opts);
  new CronJob(
    name,
    {
      metadata,
      spec: {
        schedule: "17 * * * *",
        timeZone: "Etc/UTC",
        concurrencyPolicy: "Forbid",
        startingDeadlineSeconds: 3600,
        successfulJobsHistoryLimit: 1,
        failedJobsHistoryLimit: 3,
        jobTemplate: {
          spec: {
            backoffLimit: 3,
            activeDeadlineSeconds: 3000,
            template: { metadata: { labels }, spec: podSpec(args, sql.metadata.name) },
          },
        },
      },
    },
    { ...opts, dependsOn: [...ready, closed] },
  );
}

/** The call of `keep_records` for what the country file says. */
export function keepSql(tenants: RetentionArgs["tenants"], erase: readonly string[]): string {
  const days = Object.fromEntries(Object.entries(tenants).map(([tenant, { recordDays }]) => [tenant, recordDays]));
  const erased = erase.flatMap((word) => /^tenants\/(.+)$/.exec(word)?.slice(1) ?? []);
  const array = `ARRAY[${erased.map(literal).join(", ")}]::text[]`;
  return `SELECT * FROM keep_records(${literal(JSON.stringify(days))}::jsonb, ${array});\n`;
}

function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

function podSpec({ registry, digests, database }: RetentionArgs, sql: pulumi.Output<string>) {
  const secretKeyRef = (key: string) => ({ valueFrom: { secretKeyRef: { name: database.secret, key } } });
  return {
    restartPolicy: "Never",
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    // The user of the image, by its number: Kubernetes cannot tell from a name that it is not root.
    securityContext: asUser(26),
    containers: [
      {
        name,
        image: pinned(registry, addon("cloudnative-pg").images.postgres!, digests),
        command: ["psql", "--no-psqlrc", "--single-transaction", "--set=ON_ERROR_STOP=1"],
        args: ["--file=/sql/records.sql", "--file=/sql/keep.sql"],
        env: [
          { name: "PGHOST", value: database.host },
          { name: "PGPORT", value: String(database.port) },
          { name: "PGDATABASE", value: database.database },
          { name: "PGUSER", ...secretKeyRef("username") },
          { name: "PGPASSWORD", ...secretKeyRef("password") },
          { name: "PGSSLMODE", value: "verify-full" },
          { name: "PGSSLROOTCERT", value: "/authority/ca.crt" },
        ],
        resources: { requests: { cpu: "50m", memory: "64Mi" }, limits: { memory: "256Mi" } },
        securityContext: readOnly,
        volumeMounts: [
          { name: "sql", mountPath: "/sql", readOnly: true },
          { name: "authority", mountPath: "/authority", readOnly: true },
        ],
      },
    ],
    volumes: [
      { name: "sql", configMap: { name: sql } },
      { name: "authority", secret: { secretName: database.caSecret, items: [{ key: "ca.crt", path: "ca.crt" }] } },
    ],
  };
}
