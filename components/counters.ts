import { createHmac } from "node:crypto";
import { StatefulSet } from "@pulumi/kubernetes/apps/v1/statefulSet.js";
import { Secret } from "@pulumi/kubernetes/core/v1/secret.js";
import { Service } from "@pulumi/kubernetes/core/v1/service.js";
import { ServiceAccount } from "@pulumi/kubernetes/core/v1/serviceAccount.js";
import { NetworkPolicy } from "@pulumi/kubernetes/networking/v1/networkPolicy.js";
import * as pulumi from "@pulumi/pulumi";
import { addon } from "../catalogue/index.ts";
import { type Country, pinned } from "./country.ts";
import { podsIn, tcp } from "./network/peers.ts";
import { asUser, readOnly } from "./platform/restricted.ts";
import { platformNames } from "./platform.ts";

export type CountersArgs = Pick<Country, "registry" | "digests" | "erase"> & {
  /** Namespace of the counters. */
  namespace: pulumi.Input<string>;
  /** The country's key seed: the counters' password comes from it. */
  keySeed: pulumi.Input<string>;
  /** StorageClass of the volume; the cluster's default where there is none. */
  volumeClass?: pulumi.Input<string>;
};

const name = "valkey";
const port = 6379;

/** Where the rate limiter finds the counters, and the Secret beside it with their password. */
export const countersAccess = {
  address: `${name}.${platformNames.gateway}.svc.cluster.local:${port}`,
  secret: "freehold-counters",
  key: "password",
} as const;

/** What tenants have used of their limits, counted for all proxies together: Valkey, with every write on disk. */
export class Counters extends pulumi.ComponentResource {
  constructor(componentName: string, args: CountersArgs, opts?: pulumi.ComponentResourceOptions) {
    super("freehold:index:Counters", componentName, {}, opts);
    const inside = { parent: this };
    const labels = { "app.kubernetes.io/name": name, "app.kubernetes.io/component": "counters" };
    const metadata = { name, namespace: args.namespace, labels };

    const password = pulumi.secret(pulumi.output(args.keySeed).apply(derived));
    const config = new Secret(name, { metadata, stringData: { "valkey.conf": password.apply(configuration) } }, inside);
    // Secrets are read in their own namespace only, and the rate limiter runs in the controller's.
    new Secret(
      countersAccess.secret,
      {
        metadata: { name: countersAccess.secret, namespace: addon("envoy-gateway").namespace, labels },
        stringData: { [countersAccess.key]: password },
      },
      inside,
    );
    const account = new ServiceAccount(name, { metadata, automountServiceAccountToken: false }, inside);
    const door = new NetworkPolicy(
      name,
      {
        metadata,
        spec: {
          podSelector: { matchLabels: labels },
          policyTypes: ["Ingress", "Egress"],
          ingress: [
            {
              from: [podsIn(addon("envoy-gateway").namespace, { "app.kubernetes.io/component": "ratelimit" })],
              ports: [tcp(port)],
            },
          ],
        },
      },
      inside,
    );
    new Service(
      name,
      { metadata, spec: { selector: labels, ports: [{ name: "valkey", port, targetPort: "valkey" }] } },
      inside,
    );
    new StatefulSet(
      name,
      {
        metadata,
        spec: {
          serviceName: name,
          replicas: 1,
          selector: { matchLabels: labels },
          template: {
            metadata: { labels },
            spec: podSpec(args, { account: account.metadata.name, config: config.metadata.name }),
          },
          volumeClaimTemplates: [
            {
              metadata: { name: "data" },
              spec: {
                accessModes: ["ReadWriteOnce"],
                storageClassName: args.volumeClass,
                resources: { requests: { storage: "5Gi" } },
              },
            },
          ],
        },
      },
      // Deletion of what is stored needs a second word in the country file.
      { ...inside, dependsOn: door, protect: !args.erase.some((word) => word === "storage" || word === "everything") },
    );
    this.registerOutputs({});
  }
}

/** The password: an HMAC-SHA256 under the country's seed, as tenants' keys are, in a shape that none of them has. */
function derived(seed: string): string {
  return createHmac("sha256", seed).update("counters").digest("hex");
}

function configuration(password: string): string {
  return [
    "bind * -::*",
    `port ${port}`,
    `requirepass ${password}`,
    "dir /data",
    // Every second's writes are on disk: a restart forgets no budget that was used.
    "appendonly yes",
    "appendfsync everysec",
    'save ""',
    // Full is an error, by which requests are refused; an evicted counter would be a budget begun anew.
    "maxmemory 384mb",
    "maxmemory-policy noeviction",
    "",
  ].join("\n");
}

function podSpec(
  { registry, digests }: CountersArgs,
  { account, config }: { account: pulumi.Input<string>; config: pulumi.Input<string> },
) {
  const answers = { tcpSocket: { port: "valkey" } };
  return {
    serviceAccountName: account,
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    priorityClassName: platformNames.platformPriority,
    terminationGracePeriodSeconds: 30,
    securityContext: asUser(999),
    containers: [
      {
        name,
        image: pinned(registry, addon("valkey").images.valkey!, digests),
        command: ["valkey-server", "/etc/valkey/valkey.conf"],
        ports: [{ name: "valkey", containerPort: port }],
        resources: { requests: { cpu: "250m", memory: "512Mi" }, limits: { memory: "1Gi" } },
        startupProbe: { ...answers, periodSeconds: 2, failureThreshold: 150 },
        readinessProbe: { ...answers, periodSeconds: 5 },
        livenessProbe: { ...answers, periodSeconds: 10, failureThreshold: 6 },
        securityContext: readOnly,
        volumeMounts: [
          { name: "config", mountPath: "/etc/valkey", readOnly: true },
          { name: "data", mountPath: "/data" },
        ],
      },
    ],
    volumes: [{ name: "config", secret: { secretName: config, defaultMode: 0o440 } }],
  };
}
