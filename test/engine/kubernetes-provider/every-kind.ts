import { CustomResource } from "@pulumi/kubernetes/apiextensions/customResource.js";
import { CustomResourceDefinition } from "@pulumi/kubernetes/apiextensions/v1/customResourceDefinition.js";
import { DaemonSet } from "@pulumi/kubernetes/apps/v1/daemonSet.js";
import { Deployment } from "@pulumi/kubernetes/apps/v1/deployment.js";
import { StatefulSet } from "@pulumi/kubernetes/apps/v1/statefulSet.js";
import { HorizontalPodAutoscaler } from "@pulumi/kubernetes/autoscaling/v2/horizontalPodAutoscaler.js";
import { CronJob } from "@pulumi/kubernetes/batch/v1/cronJob.js";
import { Job } from "@pulumi/kubernetes/batch/v1/job.js";
import { ConfigMap } from "@pulumi/kubernetes/core/v1/configMap.js";
import { LimitRange } from "@pulumi/kubernetes/core/v1/limitRange.js";
import { Namespace } from "@pulumi/kubernetes/core/v1/namespace.js";
import { NamespacePatch } from "@pulumi/kubernetes/core/v1/namespacePatch.js";
import { Node } from "@pulumi/kubernetes/core/v1/node.js";
import { NodePatch } from "@pulumi/kubernetes/core/v1/nodePatch.js";
import { PersistentVolume } from "@pulumi/kubernetes/core/v1/persistentVolume.js";
import { PersistentVolumeClaim } from "@pulumi/kubernetes/core/v1/persistentVolumeClaim.js";
import { Pod } from "@pulumi/kubernetes/core/v1/pod.js";
import { ResourceQuota } from "@pulumi/kubernetes/core/v1/resourceQuota.js";
import { Secret } from "@pulumi/kubernetes/core/v1/secret.js";
import { Service } from "@pulumi/kubernetes/core/v1/service.js";
import { ServiceAccount } from "@pulumi/kubernetes/core/v1/serviceAccount.js";
import { NetworkPolicy } from "@pulumi/kubernetes/networking/v1/networkPolicy.js";
import { PodDisruptionBudget } from "@pulumi/kubernetes/policy/v1/podDisruptionBudget.js";
import { ClusterRole } from "@pulumi/kubernetes/rbac/v1/clusterRole.js";
import { Role } from "@pulumi/kubernetes/rbac/v1/role.js";
import { RoleBinding } from "@pulumi/kubernetes/rbac/v1/roleBinding.js";
import { PriorityClass } from "@pulumi/kubernetes/scheduling/v1/priorityClass.js";
import { StorageClass } from "@pulumi/kubernetes/storage/v1/storageClass.js";
import * as pulumi from "@pulumi/pulumi";

// One object of every class of kinds that the provider treats differently. `later` changes each in its own way: in place,
// by a removed field, by replacement.
const later = new pulumi.Config().get("phase") === "later";
const now = <T>(first: T, second: T): T => (later ? second : first);

const node = new Node("node", {
  metadata: { name: "node-1", annotations: { "kwok.x-k8s.io/node": "fake" }, labels: { type: "kwok" } },
});
const zone = now<Record<string, string>>(
  { "topology.kubernetes.io/zone": "a", rack: "1" },
  { "topology.kubernetes.io/zone": "b" },
);
new NodePatch("label", { metadata: { name: node.metadata.name, labels: zone } });

const namespace = new Namespace("every-kind", {
  metadata: { name: "every-kind", labels: now<Record<string, string>>({ a: "1", b: "1" }, { a: "2" }) },
});
new NamespacePatch("annotate", {
  metadata: {
    name: namespace.metadata.name,
    annotations: { "pulumi.com/patchFieldManager": "annotator", "example.com/by": now("first", "later") },
  },
});
const metadata = (name: string) => ({ name, namespace: namespace.metadata.name });

new ConfigMap("named", {
  metadata: metadata("named"),
  data: now<Record<string, string>>({ a: "1", b: "1" }, { a: "2" }),
});
new ConfigMap("unnamed", { metadata: { namespace: namespace.metadata.name }, data: { a: now("1", "2") } });
new ConfigMap("labelled", {
  metadata: { ...metadata("labelled"), labels: now<Record<string, string>>({ a: "1", b: "1" }, { b: "2" }) },
});
new ConfigMap("here", { metadata: { name: "here" }, data: { secret: pulumi.secret("plain") } });
new Secret("text", {
  metadata: metadata("text"),
  stringData: now<Record<string, string>>({ password: "geheim", user: "u" }, { password: "neu" }),
  data: { bytes: Buffer.from("bytes").toString("base64") },
});
new LimitRange("limits", {
  metadata: metadata("limits"),
  spec: { limits: [{ type: "Container", defaultRequest: { cpu: "10m", memory: "1024Ki" }, max: { cpu: "4000m" } }] },
});
const quota = new ResourceQuota("quota", {
  metadata: metadata("quota"),
  spec: { hard: { pods: now("50", "60"), "requests.cpu": "20000m" } },
});

const account = new ServiceAccount("account", { metadata: metadata("account"), automountServiceAccountToken: false });
const role = new Role("role", {
  metadata: metadata("role"),
  rules: [{ apiGroups: [""], resources: ["pods"], verbs: now(["get", "list"], ["get"]) }],
});
new RoleBinding("binding", {
  metadata: metadata("binding"),
  roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name: role.metadata.name },
  subjects: [{ kind: "ServiceAccount", name: account.metadata.name, namespace: namespace.metadata.name }],
});
new ClusterRole("cluster-role", {
  metadata: { name: "every-kind" },
  aggregationRule: { clusterRoleSelectors: [{ matchLabels: { "every-kind": "true" } }] },
});
new NetworkPolicy("closed", {
  metadata: metadata("closed"),
  spec: { podSelector: {}, policyTypes: now(["Egress"], ["Egress", "Ingress"]), egress: [] },
});
new PriorityClass("priority", { metadata: { name: "every-kind" }, value: 1000, description: now("first", "later") });

const labels = (app: string) => ({ "app.kubernetes.io/name": app });
const template = (app: string, cpu: string) => ({
  metadata: { labels: labels(app) },
  spec: {
    serviceAccountName: account.metadata.name,
    tolerations: [{ operator: "Exists" }],
    containers: [
      {
        name: "main",
        image: now("registry.example/app:1", "registry.example/app:2"),
        ports: [{ name: "http", containerPort: 80 }],
        env: [{ name: "A", value: "1" }, ...now([{ name: "B", value: "2" }], [])],
        resources: { requests: { cpu, memory: "64Mi" } },
        readinessProbe: { httpGet: { path: "/", port: "http" }, periodSeconds: 5 },
      },
    ],
  },
});
const running = { dependsOn: [node, quota] };
const web = new Deployment(
  "web",
  {
    metadata: metadata("web"),
    spec: { replicas: now(2, 3), selector: { matchLabels: labels("web") }, template: template("web", "0.1") },
  },
  running,
);
new Service(
  "web",
  { metadata: metadata("web"), spec: { selector: labels("web"), ports: [{ port: 80, targetPort: "http" }] } },
  { dependsOn: web },
);
new Service("headless", {
  metadata: metadata("headless"),
  spec: { clusterIP: "None", selector: labels("data"), ports: [{ port: 80 }] },
});
new Service("name", {
  metadata: metadata("name"),
  spec: { type: "ExternalName", externalName: now("a.example", "b.example") },
});
new StatefulSet(
  "data",
  {
    metadata: metadata("data"),
    spec: {
      serviceName: "headless",
      replicas: 2,
      selector: { matchLabels: labels("data") },
      template: template("data", "50m"),
    },
  },
  running,
);
new DaemonSet(
  "agent",
  {
    metadata: metadata("agent"),
    spec: { selector: { matchLabels: labels("agent") }, template: template("agent", "50m") },
  },
  running,
);
new Job(
  "work",
  {
    metadata: metadata("work"),
    spec: {
      template: {
        metadata: { labels: labels("work") },
        spec: { ...template("work", "50m").spec, restartPolicy: "Never" },
      },
    },
  },
  running,
);
new Pod(
  "lone",
  {
    metadata: {
      ...metadata("lone"),
      labels: { lone: now("1", "2") },
      // The official provider ends its wait for a Pod that is ready already with what its informer has, which on a busy API
      // server is the Pod before the update; then the next update finds the old label.
      annotations: now<Record<string, string>>({ a: "1" }, { a: "1", "pulumi.com/skipAwait": "true" }),
    },
    spec: {
      tolerations: [{ operator: "Exists" }],
      // Limits that a LimitRange adds would be taken away again by an apply, which a Pod does not allow.
      containers: [
        {
          name: "main",
          image: "registry.example/lone:1",
          resources: { limits: { cpu: "1", memory: "64Mi" }, requests: { cpu: "10m", memory: "64Mi" } },
        },
      ],
    },
  },
  running,
);
new CronJob("nightly", {
  metadata: metadata("nightly"),
  spec: {
    schedule: now("0 3 * * *", "0 4 * * *"),
    jobTemplate: {
      spec: {
        template: {
          spec: { restartPolicy: "Never", containers: [{ name: "main", image: "registry.example/nightly:1" }] },
        },
      },
    },
  },
});
new HorizontalPodAutoscaler("web", {
  metadata: metadata("web"),
  spec: { maxReplicas: now(4, 5), scaleTargetRef: { apiVersion: "apps/v1", kind: "Deployment", name: "none" } },
});
new PodDisruptionBudget("web", {
  metadata: metadata("web"),
  spec: { minAvailable: now<number | string>(1, "50%"), selector: { matchLabels: labels("web") } },
});

const slow = new StorageClass("slow", {
  metadata: { name: "every-kind" },
  provisioner: "example.com/none",
  volumeBindingMode: "WaitForFirstConsumer",
});
new PersistentVolumeClaim("claim", {
  metadata: metadata("claim"),
  spec: {
    storageClassName: slow.metadata.name,
    accessModes: ["ReadWriteOnce"],
    resources: { requests: { storage: "1024Mi" } },
  },
});
new PersistentVolume("volume", {
  metadata: { name: "every-kind" },
  spec: {
    capacity: { storage: "1Gi" },
    accessModes: ["ReadWriteOnce"],
    storageClassName: "manual",
    hostPath: { path: "/data" },
  },
});

const crd = new CustomResourceDefinition("crontabs", {
  metadata: { name: "crontabs.every.example" },
  spec: {
    group: "every.example",
    scope: "Namespaced",
    names: { plural: "crontabs", singular: "crontab", kind: "CronTab" },
    versions: [
      {
        name: "v1",
        served: true,
        storage: true,
        schema: {
          openAPIV3Schema: {
            type: "object",
            properties: {
              spec: {
                type: "object",
                properties: {
                  cron: { type: "string" },
                  size: { x_kubernetes_int_or_string: true },
                  ...(later && { added: { type: "string" } }),
                },
              },
            },
          },
        },
      },
    ],
  },
});
new CustomResource(
  "crontab",
  {
    apiVersion: "every.example/v1",
    kind: "CronTab",
    metadata: metadata("mine"),
    spec: { cron: now("* * * * *", "0 * * * *"), size: 5 },
  },
  { dependsOn: crd },
);
