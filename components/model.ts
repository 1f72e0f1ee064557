import { Deployment } from "@pulumi/kubernetes/apps/v1/deployment.js";
import { Service } from "@pulumi/kubernetes/core/v1/service.js";
import { ServiceAccount } from "@pulumi/kubernetes/core/v1/serviceAccount.js";
import { NetworkPolicy } from "@pulumi/kubernetes/networking/v1/networkPolicy.js";
import { PodDisruptionBudget } from "@pulumi/kubernetes/policy/v1/podDisruptionBudget.js";
import * as pulumi from "@pulumi/pulumi";
import { accelerator, addon } from "../catalogue/index.ts";
import type { Country } from "./country.ts";
import { engines } from "./engine.ts";
import { platformNames } from "./platform.ts";
import { poolLabel } from "./pool.ts";

export type ModelArgs = Country["models"][string] & {
  /** Namespace of the model servers. */
  namespace: pulumi.Input<string>;
  /** Catalogue id of the pool's accelerator. */
  accelerator: string;
};

/** A language model served inside the country, reached only through the gateway and reaching nothing itself. */
export class Model extends pulumi.ComponentResource {
  /** In-cluster host name of the OpenAI-compatible API; resolves to every ready replica. */
  readonly host: pulumi.Output<string>;
  readonly port: number;
  /** Namespace of its pods. */
  readonly namespace: pulumi.Output<string>;

  constructor(name: string, args: ModelArgs, opts?: pulumi.ComponentResourceOptions) {
    super("freehold:index:Model", name, {}, opts);
    const inside = { parent: this };
    const engine = engines[args.engine];
    const labels = { "app.kubernetes.io/name": name, "app.kubernetes.io/component": "model" };
    const metadata = { name, namespace: args.namespace, labels };
    const selector = { matchLabels: labels };

    const account = new ServiceAccount(name, { metadata, automountServiceAccountToken: false }, inside);
    // A prompt could leave the country on an outgoing connection, so a model server gets none, and only the gateway comes in.
    const closed = new NetworkPolicy(
      name,
      {
        metadata,
        spec: {
          podSelector: selector,
          policyTypes: ["Ingress", "Egress"],
          ingress: [{ from: [gatewayProxies()], ports: [{ protocol: "TCP", port: engine.port }] }],
        },
      },
      inside,
    );
    new PodDisruptionBudget(name, { metadata, spec: { maxUnavailable: 1, selector } }, inside);
    const service = new Service(
      name,
      {
        metadata,
        // Headless: Envoy sees every replica and can eject a failing one; a cluster IP would pin connections.
        spec: { clusterIP: "None", selector: labels, ports: [{ name: "http", port: engine.port, targetPort: "http" }] },
      },
      inside,
    );
    new Deployment(
      name,
      {
        metadata,
        spec: {
          replicas: args.replicas,
          selector,
          // A surge would wait for GPUs that a full pool does not have.
          strategy: { type: "RollingUpdate", rollingUpdate: { maxSurge: 0, maxUnavailable: 1 } },
          // Loading the weights of a large model takes tens of minutes on a cold node.
          progressDeadlineSeconds: 3600,
          template: { metadata: { labels }, spec: podSpec(name, args, account.metadata.name) },
        },
      },
      { ...inside, dependsOn: closed, customTimeouts: { create: "60m", update: "60m" } },
    );

    this.host = pulumi.interpolate`${service.metadata.name}.${args.namespace}.svc.cluster.local`;
    this.port = engine.port;
    this.namespace = service.metadata.namespace;
    this.registerOutputs({ host: this.host, port: this.port });
  }
}

function podSpec(name: string, args: ModelArgs, serviceAccountName: pulumi.Output<string>) {
  const engine = engines[args.engine];
  const { resource } = accelerator(args.accelerator);
  const weights = `/models/${name}`;
  const probe = { httpGet: { path: engine.healthPath, port: "http" } };
  return {
    serviceAccountName,
    automountServiceAccountToken: false,
    // A service called like the engine would inject variables that the engine reads as its own settings.
    enableServiceLinks: false,
    priorityClassName: platformNames.servingPriority,
    terminationGracePeriodSeconds: 660,
    nodeSelector: { [poolLabel]: args.pool },
    tolerations: [{ key: resource, operator: "Exists", effect: "NoSchedule" }],
    securityContext: {
      runAsNonRoot: true,
      runAsUser: 2000,
      fsGroup: 2000,
      seccompProfile: { type: "RuntimeDefault" },
    },
    containers: [
      {
        name: args.engine,
        image: args.image,
        command: engine.command,
        args: engine.args({ ...args, servedName: name, weights }),
        env: [...Object.entries({ ...engine.env, HOME: "/home/engine" }).map(([key, value]) => ({ name: key, value }))],
        ports: [{ name: "http", containerPort: engine.port }],
        resources: {
          requests: { cpu: String(4 * args.gpus), memory: `${32 * args.gpus}Gi`, [resource]: String(args.gpus) },
          limits: { memory: `${64 * args.gpus}Gi`, [resource]: String(args.gpus) },
        },
        startupProbe: { ...probe, periodSeconds: 10, failureThreshold: 180 },
        readinessProbe: { ...probe, periodSeconds: 5, timeoutSeconds: 5 },
        livenessProbe: { ...probe, periodSeconds: 15, timeoutSeconds: 10, failureThreshold: 6 },
        lifecycle: { preStop: { sleep: { seconds: 15 } } },
        securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } },
        volumeMounts: [
          { name: "weights", mountPath: weights, readOnly: true },
          { name: "shm", mountPath: "/dev/shm" },
          { name: "home", mountPath: "/home/engine" },
        ],
      },
    ],
    volumes: [
      { name: "weights", image: { reference: args.weights, pullPolicy: "IfNotPresent" } },
      { name: "shm", emptyDir: { medium: "Memory", sizeLimit: "8Gi" } },
      { name: "home", emptyDir: { sizeLimit: "20Gi" } },
    ],
  };
}

/** The gateway's data plane, as a NetworkPolicy names it. */
function gatewayProxies() {
  return {
    namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": addon("envoy-gateway").namespace } },
    podSelector: { matchLabels: { "app.kubernetes.io/component": "proxy" } },
  };
}
