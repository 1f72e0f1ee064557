import { accelerator, addon } from "../../catalogue/index.ts";
import { keeperLabels, keeperPort } from "../budgets/keeper.ts";
import type { Country } from "../country.ts";
import { recorderPort } from "../ledger/sidecar.ts";
import { platformNames } from "../platform.ts";
import { clientLabels } from "../storage/database.ts";

// The name that the country file has for it: a tenant's own replicas answer to the same model name as those that are shared.
const modelServer = { sourceLabels: ["__meta_kubernetes_pod_label_app_kubernetes_io_name"], targetLabel: "server" };
// Each tenant's histograms for each of its models would be most of what is stored; sums and counts are what is asked for. They
// are told all the same, 245 MiB where 300 tenants use 20 models each, so they are asked for half as often.
const withoutBuckets = { sourceLabels: ["__name__"], regex: "gen_ai_.+_bucket", action: "drop" as const };

/** A port at which a pod tells how it is, as a PodMonitor names it, and what is made of what it tells. */
export type Endpoint = {
  port?: string;
  portNumber?: number;
  path: string;
  interval?: string;
  scrapeTimeout?: string;
  relabelings?: { sourceLabels: string[]; targetLabel: string }[];
  metricRelabelings?: { sourceLabels: string[]; regex: string; action: "drop" }[];
};
export type Target = { name: string; namespace: string; labels: Record<string, string>; endpoints: Endpoint[] };

/** Whether some tenant has a budget of a month. */
export function budgeted(tenants: Country["tenants"]): boolean {
  return Object.values(tenants).some(({ budget }) => budget);
}

/** Pods that tell how they are. The database's and Ceph's are named beside them, by whoever makes them. */
export function targets({
  addons,
  pools,
  storage,
  tenants,
}: Pick<Country, "addons" | "pools" | "storage" | "tenants">): Target[] {
  const nvidia = Object.values(pools).some((pool) => accelerator(pool.accelerator).vendor === "nvidia");
  return [
    {
      name: "models",
      namespace: platformNames.models,
      labels: { "app.kubernetes.io/component": "model" },
      endpoints: [{ port: "http", path: "/metrics", relabelings: [modelServer] }],
    },
    {
      name: "proxies",
      namespace: addon("envoy-gateway").namespace,
      labels: { "app.kubernetes.io/component": "proxy" },
      // The proxy itself, and the part beside it that knows models and counts their tokens.
      endpoints: [
        { portNumber: 19001, path: "/stats/prometheus" },
        {
          portNumber: 1064,
          path: "/metrics",
          interval: "60s",
          scrapeTimeout: "30s",
          metricRelabelings: [withoutBuckets],
        },
      ],
    },
    {
      name: "limiters",
      namespace: addon("envoy-gateway").namespace,
      labels: { "app.kubernetes.io/component": "ratelimit" },
      endpoints: [{ portNumber: 19001, path: "/metrics" }],
    },
    {
      name: "gateway-controllers",
      namespace: addon("envoy-gateway").namespace,
      labels: { "control-plane": "envoy-gateway" },
      endpoints: [{ portNumber: 19001, path: "/metrics" }],
    },
    ...(storage
      ? [
          {
            name: "recorders",
            namespace: addon("envoy-gateway").namespace,
            labels: clientLabels,
            endpoints: [{ portNumber: recorderPort, path: "/metrics" }],
          },
        ]
      : []),
    ...(budgeted(tenants)
      ? [
          {
            name: "budgets",
            namespace: platformNames.gateway,
            labels: { "app.kubernetes.io/name": keeperLabels["app.kubernetes.io/name"] },
            endpoints: [{ portNumber: keeperPort, path: "/metrics" }],
          },
        ]
      : []),
    ...("cert-manager" in addons
      ? [
          {
            name: "certificates",
            namespace: addon("cert-manager").namespace,
            labels: { "app.kubernetes.io/component": "controller", "app.kubernetes.io/name": "cert-manager" },
            endpoints: [{ portNumber: 9402, path: "/metrics" }],
          },
        ]
      : []),
    ...(nvidia
      ? [
          {
            name: "gpus",
            namespace: addon("gpu-operator").namespace,
            labels: { app: "nvidia-dcgm-exporter" },
            endpoints: [{ portNumber: 9400, path: "/metrics" }],
          },
        ]
      : []),
  ];
}
