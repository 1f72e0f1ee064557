import { CustomResource } from "@pulumi/kubernetes/apiextensions/customResource.js";
import * as pulumi from "@pulumi/pulumi";
import { accelerator, addon } from "../catalogue/index.ts";
import type { Country } from "./country.ts";
import { recorderPort } from "./ledger/sidecar.ts";
import { alerts } from "./monitoring/alerts.ts";
import { platformNames } from "./platform.ts";
import { clientLabels } from "./storage/database.ts";

export type MonitoringArgs = Pick<Country, "addons" | "modelServers" | "pools" | "storage"> & {
  /** Namespace of the objects that say what is watched. */
  namespace: pulumi.Input<string>;
};

/** What Prometheus watches of Freehold's parts, and the few alerts of which each asks somebody to do something. */
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
    object("PrometheusRule", "freehold", { groups: [{ name: "freehold", rules: alerts(args) }] });
    this.registerOutputs({});
  }
}

type Target = { name: string; namespace: string; labels: Record<string, string>; endpoints: object[] };

/** Pods that tell how they are. The database's and Ceph's are named beside them, by whoever makes them. */
function targets({ addons, pools, storage }: MonitoringArgs): Target[] {
  const nvidia = Object.values(pools).some((pool) => accelerator(pool.accelerator).vendor === "nvidia");
  return [
    {
      name: "models",
      namespace: platformNames.models,
      labels: { "app.kubernetes.io/component": "model" },
      endpoints: [{ port: "http", path: "/metrics" }],
    },
    {
      name: "proxies",
      namespace: addon("envoy-gateway").namespace,
      labels: { "app.kubernetes.io/component": "proxy" },
      // The proxy itself, and the part beside it that knows models and counts their tokens.
      endpoints: [
        { portNumber: 19001, path: "/stats/prometheus" },
        { portNumber: 1064, path: "/metrics" },
      ],
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
