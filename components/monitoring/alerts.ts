import { addon } from "../../catalogue/index.ts";
import type { Country } from "../country.ts";
import { platformNames } from "../platform.ts";
import { poolCapacity, poolResource } from "../pool.ts";
import { type Alert, critical, warning } from "./alert.ts";
import { ofBudgets } from "./alerts/budgets.ts";
import { ofGateway } from "./alerts/gateway.ts";
import { ofLedger } from "./alerts/ledger.ts";
import { ofTenants } from "./alerts/tenants.ts";
import { enginesOf, ofModels as models, quantile } from "./expressions.ts";

type Watched = Pick<Country, "modelServers" | "pools" | "storage" | "tenants">;

// Ten seconds are what somebody who waits before a screen bears.
const slowSeconds = 10;
const ours = `namespace=~"freehold-.+|${addon("prometheus").namespace}|${addon("rook-ceph").namespace}"`;

/**
 * Alerts of a country: `critical` is felt by tenants now, `warning` will be. Each says what to look at. Metrics are those of
 * kube-state-metrics, the kubelet, vLLM, Envoy, the DCGM exporter, cert-manager, CloudNativePG's Barman Cloud plugin and
 * Ceph's manager, by the names in their sources at the versions of the catalogue.
 */
export function alerts(country: Watched): Alert[] {
  return [
    ...ofModels(country),
    ...ofPools(country),
    ...ofGateway(),
    ...ofTenants(country),
    ...ofBudgets(country),
    ...ofLedger(country),
    ...ofStorage(country),
    ...ofWatching(),
  ];
}

function ofModels({ modelServers }: Watched): Alert[] {
  const spanning = Object.keys(modelServers).filter((server) => modelServers[server]!.nodes > 1);
  const leaders = `kube_statefulset_status_replicas_ready{${models},statefulset=~"${spanning.join("|")}"} == 0`;
  const engines = enginesOf({ modelServers });
  const saturated = engines.map(
    ({ waiting, cache }) =>
      `(max by (pod) (${cache}{${models}}) > 0.95 and on (pod) max by (pod) (${waiting}{${models}}) > 0)`,
  );
  const slow = engines.map(
    ({ firstTokenSeconds }) => `${quantile(0.95, firstTokenSeconds, "server", "15m", models)} > ${slowSeconds}`,
  );
  return [
    critical(
      "ModelWithoutReplicas",
      [`kube_deployment_status_replicas_available{${models}} == 0`, ...(spanning.length > 0 ? [leaders] : [])].join(
        " or ",
      ),
      "10m",
      "No replica of {{ $labels.deployment }}{{ $labels.statefulset }} answers",
      `Tenants get errors for this model. kubectl -n ${platformNames.models} get pods shows what its pods wait for.`,
    ),
    warning(
      "ModelSaturated",
      saturated.join(" or "),
      "10m",
      "{{ $labels.pod }} has a full KV cache and requests that wait",
      "Answers begin late. Give the model more replicas, or raise autoscale.most; fewer contextTokens hold more requests.",
    ),
    warning(
      "FirstTokenSlow",
      slow.join(" or "),
      "15m",
      `One answer in twenty of {{ $labels.server }} begins after more than ${slowSeconds} s`,
      "The board Models shows whether requests wait (more replicas) or prompts are long (a limit of tokens a minute for who sends them).",
    ),
    warning(
      "ModelRestarting",
      `increase(kube_pod_container_status_restarts_total{${models}}[1h]) > 2`,
      "0m",
      "{{ $labels.pod }} was started again three times within an hour",
      `kubectl -n ${platformNames.models} logs --previous {{ $labels.pod }} says what ended it; out of memory asks for fewer contextTokens.`,
    ),
  ];
}

function ofPools({ pools }: Watched): Alert[] {
  const declared = new Map<string, number>();
  for (const pool of Object.values(pools)) {
    const resource = poolResource(pool);
    declared.set(resource, (declared.get(resource) ?? 0) + poolCapacity(pool));
  }
  // kube-state-metrics writes a resource's name with underscores.
  const labelOf = (resource: string) => resource.replace(/[^a-zA-Z0-9]/g, "_");
  const allocatable = (resource: string) => `kube_node_status_allocatable{resource="${labelOf(resource)}"}`;
  const short = [...declared].map(([resource, count]) => `sum by (resource) (${allocatable(resource)}) < ${count}`);
  const known = [...declared.keys()].map(labelOf).join("|");
  const each = (metric: string) => `kube_node_status_${metric}{resource=~"${known}"}`;
  return [
    warning(
      "GpuUnhealthy",
      `${each("allocatable")} < on (node, resource) ${each("capacity")}`,
      "5m",
      "{{ $labels.node }} gives out fewer {{ $labels.resource }} than it has",
      "The device plugin took a GPU out. Its log and the kernel's (XID) say why; drain the node before it is mended.",
    ),
    warning(
      "PoolShort",
      short.join(" or "),
      "15m",
      "The nodes advertise fewer {{ $labels.resource }} than the pools declare",
      "A node or a GPU is gone: kubectl get nodes shows which. Replicas that do not fit any more wait.",
    ),
    // 48: memory, 74: NVLink, 79: off the bus, 95: uncontained memory error.
    critical(
      "GpuFault",
      "DCGM_FI_DEV_XID_ERRORS == 48 or DCGM_FI_DEV_XID_ERRORS == 74 or DCGM_FI_DEV_XID_ERRORS == 79 or DCGM_FI_DEV_XID_ERRORS == 95",
      "0m",
      "GPU {{ $labels.gpu }} of {{ $labels.Hostname }} reports XID {{ $value }}",
      "The GPU has to be reset or replaced; drain the node first.",
    ),
  ];
}

function ofStorage({ storage }: Watched): Alert[] {
  const { records, objects } = storage ?? {};
  const backups =
    records?.kind === "cloudnative-pg"
      ? [
          critical(
            "BackupTooOld",
            `time() - max(barman_cloud_cloudnative_pg_io_last_available_backup_timestamp) > ${backupSeconds(records.backupSchedule)} or absent(barman_cloud_cloudnative_pg_io_last_available_backup_timestamp)`,
            "1h",
            "The last backup of the usage records is older than it should be",
            `kubectl -n ${platformNames.storage} get backups shows what became of the last ones.`,
          ),
        ]
      : [];
  const ceph =
    objects?.kind === "ceph"
      ? [
          critical(
            "CephInError",
            "ceph_health_status == 2",
            "5m",
            "Ceph reports an error",
            `kubectl -n ${addon("rook-ceph").namespace} describe cephcluster names the checks that failed.`,
          ),
        ]
      : [];
  return [
    warning(
      "VolumeFilling",
      `kubelet_volume_stats_available_bytes{${ours}} / kubelet_volume_stats_capacity_bytes{${ours}} < 0.1`,
      "15m",
      "{{ $labels.persistentvolumeclaim }} in {{ $labels.namespace }} is nine tenths full",
      "Raise the volume's size in the country file; a class that can grow volumes does the rest.",
    ),
    ...backups,
    ...ceph,
  ];
}

/** What is not measured cannot alarm. */
function ofWatching(): Alert[] {
  return [
    warning(
      "NotMeasured",
      "up == 0",
      "15m",
      "{{ $labels.job }} at {{ $labels.instance }} gives no metrics",
      "Nothing else here can warn of it meanwhile. Is the pod up, and do the network policies let Prometheus in?",
    ),
  ];
}

/** How old a backup may be: twice the longest time between two by its schedule (seconds, minutes, hours, day, month, weekday). */
function backupSeconds(schedule: string): number {
  const [, , , day = "*", , weekday = "*"] = schedule.split(/\s+/);
  const days = day !== "*" ? 31 : weekday !== "*" ? 7 : 1;
  return 2 * days * 24 * 3600;
}
