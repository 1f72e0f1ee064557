import { addon } from "../../../catalogue/index.ts";
import { pinned } from "../../country.ts";
import { platformNames } from "../../platform/names.ts";
import { spread } from "../../platform/spread.ts";
import { type DatabaseArgs, type Role, roles } from "../database.ts";
import type { CnpgRecords } from "./cloudnative-pg.ts";

/** The backup plugin, as CloudNativePG names it. */
export const plugin = "barman-cloud.cloudnative-pg.io";
/** Name of the database within Postgres, and of who owns it. */
export const application = "records";
/** ObjectStore that says where backups go. */
export const backupStore = "records-backups";
/** ConfigMap with what an empty database begins with. */
export const firstSql = "records-first";
/** Secret with the password of a role. */
export function roleSecret(role: Role): string {
  return `records-${role}`;
}

/** Secret with the certificate of a database, and the authority that signed it. */
export function certificateSecret(name: string): string {
  return `${name}-tls`;
}

const origin = "origin";

/** The spec of the Cluster; `name` is also the name of its backups. */
export function clusterSpec(name: string, records: CnpgRecords, args: DatabaseArgs) {
  const { instances, volumeGiB, restoreFrom } = records;
  const { accountAnnotations, podLabels } = args.store.archive;
  const archive = (serverName: string) => ({ name: plugin, parameters: { barmanObjectName: backupStore, serverName } });
  return {
    description: "Usage records: who asked which model, when, for how many tokens.",
    instances,
    imageName: pinned(args.registry, addon("cloudnative-pg").images.postgres!, args.digests),
    enableSuperuserAccess: false,
    certificates: { serverTLSSecret: certificateSecret(name), serverCASecret: certificateSecret(name) },
    managed: {
      roles: roles.map((role) => ({
        name: role,
        ensure: "present",
        login: true,
        passwordSecret: { name: roleSecret(role) },
      })),
    },
    primaryUpdateStrategy: "unsupervised",
    primaryUpdateMethod: "switchover",
    postgresql: {
      parameters: {
        timezone: "UTC",
        log_timezone: "UTC",
        shared_buffers: "512MB",
        password_encryption: "scram-sha-256",
      },
      // Before the operator's last rule, which would take a password over any connection.
      pg_hba: ["hostnossl all all all reject"],
      ...(instances > 1 && { synchronous: synchronous(instances) }),
    },
    bootstrap: restoreFrom
      ? {
          recovery: {
            source: origin,
            database: application,
            owner: application,
            ...(restoreFrom.until && { recoveryTarget: { targetTime: restoreFrom.until } }),
          },
        }
      : {
          initdb: {
            database: application,
            owner: application,
            dataChecksums: true,
            encoding: "UTF8",
            postInitApplicationSQLRefs: { configMapRefs: [{ name: firstSql, key: "records.sql" }] },
          },
        },
    ...(restoreFrom && { externalClusters: [{ name: origin, plugin: archive(restoreFrom.serverName) }] }),
    plugins: [{ ...archive(name), isWALArchiver: true }],
    storage: {
      size: `${volumeGiB}Gi`,
      ...(args.volumeClass !== undefined && { storageClass: args.volumeClass }),
      resizeInUseVolumes: true,
    },
    affinity: { enablePodAntiAffinity: true, podAntiAffinityType: "required", topologyKey: "kubernetes.io/hostname" },
    topologySpreadConstraints: spread({ "cnpg.io/cluster": name }),
    priorityClassName: platformNames.platformPriority,
    resources: { requests: { cpu: "1", memory: "2Gi" }, limits: { memory: "2Gi" } },
    seccompProfile: { type: "RuntimeDefault" },
    ...(accountAnnotations && { serviceAccountTemplate: { metadata: { annotations: accountAnnotations } } }),
    ...(podLabels && { inheritedMetadata: { labels: podLabels } }),
  };
}

/** A record counts once it is on two disks; with two copies in all, a lost one must not stop the writing. */
function synchronous(instances: number) {
  return { method: "any", number: 1, dataDurability: instances > 2 ? "required" : "preferred" };
}

/** The spec of the ObjectStore: the country's own, as it lets the database in. */
export function backups({ backupDays }: CnpgRecords, { store: { archive } }: DatabaseArgs) {
  return {
    retentionPolicy: `${backupDays}d`,
    configuration: {
      ...archive.configuration,
      wal: { compression: "gzip", maxParallel: 4 },
      data: { compression: "gzip", jobs: 2 },
    },
    instanceSidecarConfiguration: {
      env: archive.env,
      resources: { requests: { cpu: "250m", memory: "256Mi" }, limits: { memory: "1Gi" } },
    },
  };
}
