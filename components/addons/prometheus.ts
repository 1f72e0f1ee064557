import { addon } from "../../catalogue/index.ts";
import type { AddonValues } from "../addon.ts";
import type { Country } from "../country.ts";
import { podsIn, privateNetworks, tcp } from "../network/peers.ts";
import { platformNames, reconciliationName } from "../platform/names.ts";
import { volumeClassOf } from "../storage/volume-class.ts";

/** Port on which Prometheus answers queries. */
export const prometheusPort = 9090;
/** URL of Prometheus inside the cluster: what KEDA asks, and nobody outside can. */
export const prometheusUrl = `http://prometheus-prometheus.${addon("prometheus").namespace}.svc.cluster.local:${prometheusPort}`;

// What compares the records with what was counted.
const reconciler = podsIn(platformNames.storage, { "app.kubernetes.io/name": reconciliationName });

/** Metrics and alerts that stay in the cluster: what Freehold declares in its monitoring namespace, and what the kubelets say. */
export const prometheus: AddonValues = {
  after: [],
  podSecurity: "restricted",
  answers: [],
  door: () => ({
    ingress: [{ from: [podsIn(addon("keda").namespace), reconciler], ports: [tcp(prometheusPort)] }],
    egress: [
      // Who is asked, says a monitor; who answers, the policies of each namespace.
      { to: [{ namespaceSelector: {} }] },
      { to: privateNetworks, ports: [tcp(10250)] },
    ],
  }),
  values: (country) => ({
    prometheus: {
      fullnameOverride: "prometheus",
      // Freehold's own rules say what means something; the chart's speak of parts that nobody watches here.
      defaultRules: { create: false },
      // The exporter stands on the node's own network, beyond every policy.
      ...off(
        "nodeExporter",
        "kubeApiServer",
        "kubeControllerManager",
        "coreDns",
        "kubeEtcd",
        "kubeScheduler",
        "kubeProxy",
      ),
      prometheus: {
        podDisruptionBudget: { enabled: true, minAvailable: 1 },
        prometheusSpec: { ...store(country), ...watched },
      },
      alertmanager: {
        podDisruptionBudget: { enabled: true, minAvailable: 1 },
        alertmanagerSpec: {
          replicas: 2,
          // Where alerts go says an AlertmanagerConfig of the operator's, in Freehold's monitoring namespace.
          alertmanagerConfigSelector: {},
          alertmanagerConfigNamespaceSelector: declared,
          alertmanagerConfigMatcherStrategy: { type: "None" },
        },
      },
    },
  }),
};

function off(...parts: string[]) {
  return Object.fromEntries(parts.map((part) => [part, { enabled: false }]));
}

// What is watched is said in Freehold's namespaces and in no tenant's.
const declared = {
  matchLabels: { "app.kubernetes.io/part-of": "freehold" },
  matchExpressions: [{ key: "freehold.dev/tenant", operator: "DoesNotExist" }],
};
const watched = {
  podMonitorNamespaceSelector: declared,
  podMonitorSelectorNilUsesHelmValues: false,
  serviceMonitorNamespaceSelector: declared,
  serviceMonitorSelectorNilUsesHelmValues: false,
  probeNamespaceSelector: declared,
  scrapeConfigNamespaceSelector: declared,
  ruleNamespaceSelector: declared,
  ruleSelectorNilUsesHelmValues: false,
};

/** Two copies on two nodes, each with all metrics on a volume of its own. */
function store(file: Country) {
  const { country, monitoring, operator } = file;
  const { retentionDays, volumeGiB } = monitoring!;
  const volumeClass = volumeClassOf(file);
  return {
    replicas: 2,
    podAntiAffinity: "hard",
    resources: { requests: { cpu: "500m", memory: "4Gi" } },
    externalLabels: { country, operator: operator.domain },
    retention: `${retentionDays}d`,
    // The oldest goes before the volume is full.
    retentionSize: `${Math.floor(volumeGiB * 0.85 * 1024)}MiB`,
    storageSpec: {
      volumeClaimTemplate: {
        spec: {
          ...(volumeClass && { storageClassName: volumeClass }),
          accessModes: ["ReadWriteOnce"],
          resources: { requests: { storage: `${volumeGiB}Gi` } },
        },
      },
    },
  };
}
