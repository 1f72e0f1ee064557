import { CustomResource } from "@pulumi/kubernetes/apiextensions/customResource.js";
import { ConfigMap } from "@pulumi/kubernetes/core/v1/configMap.js";
import * as pulumi from "@pulumi/pulumi";
import type { Country } from "./country.ts";
import { alerts } from "./monitoring/alerts.ts";
import { dashboard } from "./monitoring/board.ts";
import { boards } from "./monitoring/boards.ts";
import { limits } from "./monitoring/limits.ts";
import { targets } from "./monitoring/targets.ts";

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
