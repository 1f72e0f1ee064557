import { CustomResource } from "@pulumi/kubernetes/apiextensions/customResource.js";
import { ConfigMap } from "@pulumi/kubernetes/core/v1/configMap.js";
import * as pulumi from "@pulumi/pulumi";
import { accelerator, addon } from "../catalogue/index.ts";
import type { Country } from "./country.ts";
import { alerts } from "./monitoring/alerts.ts";
import { dashboard } from "./monitoring/board.ts";
import { boards } from "./monitoring/boards.ts";
import { limits } from "./monitoring/limits.ts";
import { platformNames } from "./platform.ts";

export type MonitoringArgs = Pick<Country, "addons" | "country" | "modelServers" | "pools" | "storage" | "tenants"> & {
  /** Namespace of the objects that say what is watched. */
  namespace: pulumi.Input<string>;
};

/** What Prometheus watches of Freehold's parts, the few alerts of which each asks somebody to do something, and the boards. */
export class Monitoring extends pulumi.ComponentResource {
  constructor(name: string, args: MonitoringArgs, opts?: pulumi.ComponentResourceOptions) {
    super("freehold:index:Monitoring", name, {}, opts);
    const object = (kind: string, objectName: string, spec: object) =>
      new CustomResource(
        `monitoring-${objectName}`,
        {
          apiVersion: "monitoring.coreos.com/v1",
          kind,
          metadata: { name: objectName, namespace: args.namespace },
          spec,
        },
        { parent: this },
      );
    for (const { name: target, namespace, labels, endpoints } of targets(args)) {
      object("PodMonitor", target, {
        namespaceSelector: { matchNames: [namespace] },
        selector: { matchLabels: labels },
        podMetricsEndpoints: endpoints,
      });
    }
    object("PrometheusRule", "freehold", {
      groups: [
        { name: "freehold", rules: alerts(args) },
        { name: "limits", interval: "60s", rules: limits(args.tenants) },
      ],
    });
    for (const board of boards(args)) {
      const name = `board-${board.id}`;
      new ConfigMap(
        `monitoring-${name}`,
        {
          metadata: {
            name,
            namespace: args.namespace,
            // By these Grafana's sidecar finds it, and the folder to put it in.
            labels: { grafana_dashboard: "1" },
            annotations: { grafana_folder: "Freehold" },
          },
          data: { [`freehold-${board.id}.json`]: JSON.stringify(dashboard(board)) },
        },
        { parent: this },
      );
    }
    this.registerOutputs({});
  }
}

// The name that the country file has for it: a tenant's own replicas answer to the same model name as those that are shared.
const modelServer = { sourceLabels: ["__meta_kubernetes_pod_label_app_kubernetes_io_name"], targetLabel: "server" };
// Each tenant's histograms for each of its models would be most of what is stored; sums and counts are what is asked for.
const withoutBuckets = { sourceLabels: ["__name__"], regex: "gen_ai_.+_bucket", action: "drop" };

type Target = { name: string; namespace: string; labels: Record<string, string>; endpoints: object[] };

/** Pods that tell how they are. The database's and Ceph's are named beside them, by whoever makes them. */
function targets({ addons, pools }: MonitoringArgs): Target[] {
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
        { portNumber: 1064, path: "/metrics", metricRelabelings: [withoutBuckets] },
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
