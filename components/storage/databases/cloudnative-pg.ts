import { createHash } from "node:crypto";
import { CustomResource } from "@pulumi/kubernetes/apiextensions/customResource.js";
import { ConfigMap } from "@pulumi/kubernetes/core/v1/configMap.js";
import { Secret } from "@pulumi/kubernetes/core/v1/secret.js";
import * as pulumi from "@pulumi/pulumi";
import { addon } from "../../../catalogue/index.ts";
import { privateIssuer } from "../../addons/cert-manager.ts";
import type { Country } from "../../country.ts";
import { openDoor } from "../../network/door.ts";
import { podsIn, tcp } from "../../network/peers.ts";
import { clientLabels, type Database, type DatabaseArgs, roles } from "../database.ts";
import {
  application,
  backupStore,
  backups,
  certificateSecret,
  clusterSpec,
  firstSql,
  plugin,
  roleSecret,
} from "./cnpg-cluster.ts";

export type CnpgRecords = Extract<NonNullable<Country["storage"]>["records"], { kind: "cloudnative-pg" }>;

/**
 * Name of the database and of its backups. One that is made from a backup has another name than the one whose backup it
 * was, so that it never overwrites what it came from; the same backup and moment give the same name again.
 */
export function serverName({ restoreFrom }: Pick<CnpgRecords, "restoreFrom">): string {
  if (!restoreFrom) return application;
  const origin = createHash("sha256").update(`${restoreFrom.serverName}\n${restoreFrom.until ?? ""}`);
  return `${application}-${origin.digest("hex").slice(0, 6)}`;
}

/**
 * Postgres in the cluster, by CloudNativePG: copies on nodes of their own, of which one writes; every write archived to the
 * object store and a full backup on schedule; made from a backup where the country file says so.
 */
export function cloudnativePg(records: CnpgRecords, args: DatabaseArgs, opts: pulumi.CustomResourceOptions): Database {
  const name = serverName(records);
  const inside = { parent: opts.parent };
  const object = (apiVersion: string, kind: string, objectName: string, spec: object, options: object) =>
    new CustomResource(
      `${kind}-${objectName}`,
      { apiVersion, kind, metadata: { name: objectName, namespace: args.namespace }, spec },
      { ...inside, ...options },
    );

  const first = new ConfigMap(
    firstSql,
    {
      metadata: { name: firstSql, namespace: args.namespace },
      // The superuser runs it once: what it makes has to belong to the application, which applies the same text later. The
      // operator gives the role its password when the database stands.
      data: { "records.sql": `${makeRoles()}\nSET ROLE ${application};\n${args.schema}` },
    },
    inside,
  );
  const { ready } = args.store;
  const store = object("barmancloud.cnpg.io/v1", "ObjectStore", backupStore, backups(records, args), {
    dependsOn: ready,
  });
  const closed = closeRecords(args, inside);
  const secrets = roles.map(
    (role) =>
      new Secret(
        roleSecret(role),
        {
          metadata: { name: roleSecret(role), namespace: args.namespace, labels: { "cnpg.io/reload": "true" } },
          type: "kubernetes.io/basic-auth",
          stringData: { username: role, password: args.passwords[role] },
        },
        inside,
      ),
  );
  const certificate = object(
    "cert-manager.io/v1",
    "Certificate",
    certificateSecret(name),
    certificateSpec(name, args),
    {},
  );
  const cluster = object("postgresql.cnpg.io/v1", "Cluster", name, clusterSpec(name, records, args), {
    ...opts,
    dependsOn: [store, first, closed, ...secrets, certificate],
  });
  const scheduled = {
    cluster: { name },
    schedule: records.backupSchedule,
    // The archive alone restores nothing: the first full backup does not wait for the night.
    immediate: true,
    method: "plugin",
    pluginConfiguration: { name: plugin },
  };
  object("postgresql.cnpg.io/v1", "ScheduledBackup", name, scheduled, { dependsOn: cluster });
  if (args.monitoring) {
    const spec = { selector: { matchLabels: { "cnpg.io/cluster": name } }, podMetricsEndpoints: [{ port: "metrics" }] };
    object("monitoring.coreos.com/v1", "PodMonitor", name, spec, { dependsOn: cluster });
  }
  return {
    host: pulumi.interpolate`${name}-rw.${args.namespace}.svc`,
    port: 5432,
    database: application,
    secret: `${name}-app`,
    caSecret: certificateSecret(name),
    egress: [{ to: [{ podSelector: instances }], ports: [tcp(5432)] }],
    hosts: [],
    ready: [cluster],
  };
}

function makeRoles(): string {
  const made = roles.map(
    (role) =>
      `  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '${role}') THEN CREATE ROLE ${role} LOGIN; END IF;`,
  );
  return ["DO $$ BEGIN", ...made, "END $$;"].join("\n");
}

/** By the country's own authority, which who writes in another namespace knows too; the operator's own is told to nobody there. */
function certificateSpec(name: string, { namespace }: DatabaseArgs) {
  const services = ["rw", "r", "ro"].map((which) => `${name}-${which}`);
  const secretName = certificateSecret(name);
  return {
    secretName,
    secretTemplate: { labels: { "cnpg.io/reload": "true" } },
    dnsNames: services.flatMap((service) => [
      service,
      pulumi.interpolate`${service}.${namespace}`,
      pulumi.interpolate`${service}.${namespace}.svc`,
      pulumi.interpolate`${service}.${namespace}.svc.cluster.local`,
    ]),
    issuerRef: privateIssuer,
    duration: "8760h",
    renewBefore: "720h",
    privateKey: { algorithm: "ECDSA", size: 256, rotationPolicy: "Always" },
  };
}

// Of whichever database stands: while one is being restored, the other still answers.
const instances = { matchExpressions: [{ key: "cnpg.io/cluster", operator: "Exists" }] };

/** The instances reach each other, the API server, which tells them who writes, and the object store; few reach them. */
function closeRecords(args: DatabaseArgs, opts: pulumi.ResourceOptions) {
  const itself = { podSelector: instances };
  const clients = [
    { podSelector: { matchLabels: clientLabels } },
    podsIn(args.gatewayNamespace, clientLabels),
    podsIn(addon("envoy-gateway").namespace, clientLabels),
  ];
  const operator = podsIn(addon("cloudnative-pg").namespace);
  const prometheus = podsIn(addon("prometheus").namespace);
  return openDoor(
    "records",
    {
      namespace: args.namespace,
      pods: instances,
      ingress: [
        { from: [itself, operator], ports: [tcp(5432), tcp(8000)] },
        { from: clients, ports: [tcp(5432)] },
        ...(args.monitoring ? [{ from: [prometheus], ports: [tcp(9187)] }] : []),
      ],
      egress: [{ to: [itself], ports: [tcp(5432), tcp(8000)] }, ...args.store.egress],
      hosts: args.store.hosts,
      callsApiServer: true,
    },
    args.network,
    opts,
  );
}
