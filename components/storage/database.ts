import type * as pulumi from "@pulumi/pulumi";
import type { Country } from "../country.ts";
import { cloudnativePg } from "./databases/cloudnative-pg.ts";
import { postgres } from "./databases/postgres.ts";
import type { Host } from "./hosts.ts";
import type { ObjectStore } from "./object-store.ts";

/** What a database is told of the storage around it. */
export type DatabaseArgs = Pick<Country, "registry" | "digests" | "network"> & {
  /** Namespace of the storage. */
  namespace: pulumi.Input<string>;
  /** Namespace of whoever reads the records: pods with `clientLabels`. */
  gatewayNamespace: pulumi.Input<string>;
  /** Passwords of the roles of `roles`. */
  passwords: Record<Role, pulumi.Input<string>>;
  /** Class of the volumes; the cluster's default class where there is none. */
  volumeClass?: pulumi.Input<string>;
  /** Where backups go. */
  store: ObjectStore;
  /** Text of records.sql. */
  schema: string;
  /** Whether Prometheus collects metrics. */
  monitoring: boolean;
};

/** The database of the usage records, wherever it stands. Connections are TLS, verified in full. */
export type Database = {
  host: pulumi.Input<string>;
  port: number;
  database: string;
  /** Secret in the storage namespace with the keys username and password. */
  secret: string;
  /** Secret in the storage namespace with the authority of its certificate under ca.crt. */
  caSecret: string;
  /** Egress rules of a NetworkPolicy that lead to it, where it stands in the cluster. */
  egress: { to: object[]; ports: object[] }[];
  /** Its host, where it stands beside the cluster. */
  hosts: Host[];
  /** What has to stand before anybody connects. */
  ready: pulumi.Resource[];
};

/** Labels of the pods that may connect, in the storage namespace, the gateway's, and where the proxies run. */
export const clientLabels = { "freehold.dev/connects-to": "records" } as const;

/**
 * Roles beside the application's own, which records.sql grants no more than they need: one adds records, one reads them, and
 * one reads their sums.
 */
export const roles = ["recorder", "reader", "budgets"] as const;
export type Role = (typeof roles)[number];

/** The database that a country declares: made in the cluster, or only referred to. */
export function database(
  records: NonNullable<Country["storage"]>["records"],
  args: DatabaseArgs,
  opts: pulumi.CustomResourceOptions,
): Database {
  return records.kind === "cloudnative-pg" ? cloudnativePg(records, args, opts) : postgres(records);
}
