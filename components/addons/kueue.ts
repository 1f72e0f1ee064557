import { stringify } from "yaml";
import type { AddonValues } from "../addon.ts";
import { Queues, queuedNamespace, queuedPools } from "../queues.ts";

/** Queues in which tenants' own jobs wait for GPUs. */
export const kueue: AddonValues = {
  after: ["cert-manager"],
  podSecurity: "restricted",
  // Webhooks, and the API that shows what waits.
  answers: [9443, 8082],
  values: ({ addons }) => ({
    kueue: {
      // Otherwise its API is called without checking who answers.
      enableCertManager: "cert-manager" in addons,
      managerConfig: { controllerManagerConfigYaml: stringify(configuration) },
      controllerManager: { replicas: 2, podDisruptionBudget: { enabled: true, minAvailable: 1 } },
    },
  }),
  objects: (country, _namespace, opts) =>
    queuedPools(country).length > 0 ? [new Queues("queues", country, opts)] : [],
};

/** Where a workspace has queues, everything in it waits its turn; everywhere else Kueue has no say, running or not. */
const configuration = {
  apiVersion: "config.kueue.x-k8s.io/v1beta2",
  kind: "Configuration",
  // The chart puts the selector on the webhooks too: without Kueue no pod of a workspace starts, and every other does.
  managedJobsNamespaceSelector: { matchLabels: queuedNamespace },
  manageJobsWithoutQueueName: true,
  integrations: { frameworks: ["batch/job", "pod", "deployment", "statefulset"] },
  // Queues count CPU, memory and GPUs; of anything else a pod may ask, the namespace's quota speaks.
  resources: { quotaCheckStrategy: "IgnoreUndeclared" },
  controller: {
    groupKindConcurrency: {
      "Job.batch": 5,
      Pod: 5,
      "Workload.kueue.x-k8s.io": 10,
      "LocalQueue.kueue.x-k8s.io": 5,
      "ClusterQueue.kueue.x-k8s.io": 5,
    },
  },
};
