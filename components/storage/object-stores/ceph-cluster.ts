import { addon } from "../../../catalogue/index.ts";
import { pinned } from "../../country.ts";
import { keyHolder } from "../key-holder.ts";
import type { ObjectStoreArgs } from "../object-store.ts";
import { type CephObjects, cephNames, gatewayPort } from "./ceph.ts";

/** A pool of which every block is on as many nodes as there are copies. */
export function replicated(copies: number) {
  return { failureDomain: "host", replicated: { size: copies, requireSafeReplicaSize: true } };
}

/** The spec of the CephCluster: encrypted disks on the labelled nodes, encrypted connections, and nothing that reports home. */
export function cephCluster(objects: CephObjects, { registry, digests, keys, monitoring }: ObjectStoreArgs) {
  const { disks } = keyHolder(keys);
  return {
    cephVersion: { image: pinned(registry, addon("rook-ceph").images.ceph!, digests) },
    dataDirHostPath: "/var/lib/rook",
    mon: { count: 3, allowMultiplePerNode: false },
    mgr: { count: 2, allowMultiplePerNode: false },
    // A door that nobody needs: what it shows is in Prometheus.
    dashboard: { enabled: false },
    // Crash reports stay in the cluster; the manager's module that would send them cannot be unloaded, so it is told not to.
    cephConfig: { mgr: { "mgr/telemetry/enabled": "false", "mgr/telemetry/channel_crash": "false" } },
    crashCollector: { daysToRetain: 30 },
    logCollector: { enabled: true, periodicity: "daily", maxLogSize: "500M" },
    monitoring: { enabled: monitoring, metricsDisabled: !monitoring },
    network: { connections: { encryption: { enabled: true }, requireMsgr2: true } },
    placement: { all: placement(objects) },
    priorityClassNames: { mon: "system-node-critical", osd: "system-node-critical", mgr: "system-cluster-critical" },
    resources: {
      mon: sized("1", "2Gi"),
      mgr: sized("500m", "2Gi"),
      osd: sized("2", "8Gi"),
      prepareosd: { requests: { cpu: "500m", memory: "256Mi" }, limits: { memory: "8Gi" } },
      crashcollector: sized("100m", "128Mi"),
      logcollector: sized("100m", "512Mi"),
      exporter: sized("50m", "128Mi"),
    },
    // A disk that is out is a person's decision, and so is wiping one.
    removeOSDsIfOutAndSafeToRemove: false,
    disruptionManagement: { managePodBudgets: true },
    ...(disks && objects.claims && { security: { kms: disks } }),
    storage: objects.claims ? onClaims(objects, objects.claims) : onDevices(objects),
  };
}

/** The spec of the CephObjectStore: S3 alone, over TLS alone. */
export function cephObjectStore(objects: CephObjects, { modelsNamespace }: ObjectStoreArgs) {
  return {
    metadataPool: replicated(objects.copies),
    dataPool: replicated(objects.copies),
    preservePoolsOnDelete: true,
    allowUsersInNamespaces: [modelsNamespace],
    protocols: { enableAPIs: ["s3", "admin"] },
    gateway: {
      instances: objects.gateways,
      securePort: gatewayPort,
      sslCertificateRef: cephNames.certificate,
      priorityClassName: "system-cluster-critical",
      resources: sized("2", "4Gi"),
      placement: {
        ...placement(objects),
        podAntiAffinity: {
          preferredDuringSchedulingIgnoredDuringExecution: [
            {
              weight: 100,
              podAffinityTerm: {
                labelSelector: { matchLabels: { app: "rook-ceph-rgw" } },
                topologyKey: "kubernetes.io/hostname",
              },
            },
          ],
        },
      },
    },
  };
}

function onDevices({ devices }: CephObjects) {
  return {
    // All that the placement allows, which is the labelled ones.
    useAllNodes: true,
    useAllDevices: false,
    deviceFilter: devices,
    config: { encryptedDevice: "true" },
  };
}

function onClaims(
  objects: CephObjects,
  { class: storageClassName, count, volumeGiB }: NonNullable<CephObjects["claims"]>,
) {
  const osds = {
    matchExpressions: [{ key: "app", operator: "In", values: ["rook-ceph-osd", "rook-ceph-osd-prepare"] }],
  };
  return {
    useAllNodes: false,
    useAllDevices: false,
    storageClassDeviceSets: [
      {
        name: "disks",
        count,
        portable: false,
        encrypted: true,
        placement: {
          ...placement(objects),
          topologySpreadConstraints: [
            {
              maxSkew: 1,
              topologyKey: "kubernetes.io/hostname",
              whenUnsatisfiable: "ScheduleAnyway",
              labelSelector: osds,
            },
          ],
        },
        volumeClaimTemplates: [
          {
            metadata: { name: "data" },
            spec: {
              storageClassName,
              volumeMode: "Block",
              accessModes: ["ReadWriteOnce"],
              resources: { requests: { storage: `${volumeGiB}Gi` } },
            },
          },
        ],
      },
    ],
  };
}

/** The operator's label is the word: a labelled node takes Ceph whatever else it is reserved for. */
function placement({ nodes }: CephObjects) {
  const matchExpressions = Object.entries(nodes).map(([key, value]) => ({ key, operator: "In", values: [value] }));
  return {
    nodeAffinity: {
      requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [{ matchExpressions }] },
    },
    tolerations: [{ operator: "Exists", effect: "NoSchedule" }],
  };
}

function sized(cpu: string, memory: string) {
  return { requests: { cpu, memory }, limits: { memory } };
}
