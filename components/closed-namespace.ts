import { LimitRange } from "@pulumi/kubernetes/core/v1/limitRange.js";
import { Namespace } from "@pulumi/kubernetes/core/v1/namespace.js";
import { ResourceQuota } from "@pulumi/kubernetes/core/v1/resourceQuota.js";
import { NetworkPolicy } from "@pulumi/kubernetes/networking/v1/networkPolicy.js";
import type { networking } from "@pulumi/kubernetes/types/input.js";
import * as pulumi from "@pulumi/pulumi";

export type ClosedNamespaceArgs = {
  /** Name of the namespace in the cluster. */
  namespace: string;
  labels?: Record<string, string>;
  /** ResourceQuota `hard`, in Kubernetes quantities. */
  quota: Record<string, string>;
  /** LimitRange defaults for containers that state none. */
  containerDefaults?: { cpu: string; memory: string };
  /** What is open beside cluster DNS, as rules of a NetworkPolicy for every pod. */
  opens?: {
    ingress?: networking.v1.NetworkPolicyIngressRule[];
    egress?: networking.v1.NetworkPolicyEgressRule[];
  };
};

/** Egress to the cluster's own DNS, as the distributions label it, and to nothing else. */
export const clusterDns: networking.v1.NetworkPolicyEgressRule = {
  to: [
    podsOf("kube-system", { "k8s-app": "kube-dns" }),
    podsOf("openshift-dns", { "dns.operator.openshift.io/daemonset-dns": "default" }),
  ],
  // Policies see the port behind the Service, which on OpenShift is 5353.
  ports: [53, 5353].flatMap((port) => ["UDP", "TCP"].map((protocol) => ({ protocol, port }))),
};

/** A namespace that starts shut: restricted pods, a quota, and no traffic in or out but cluster DNS. */
export class ClosedNamespace extends pulumi.ComponentResource {
  /** Name of the namespace, known only once it exists: what is put inside waits for it. */
  readonly namespace: pulumi.Output<string>;

  constructor(name: string, args: ClosedNamespaceArgs, opts?: pulumi.ComponentResourceOptions) {
    super("freehold:index:ClosedNamespace", name, {}, opts);
    const inside = { parent: this };

    const namespace = new Namespace(
      name,
      {
        metadata: {
          name: args.namespace,
          labels: {
            "app.kubernetes.io/part-of": "freehold",
            "pod-security.kubernetes.io/enforce": "restricted",
            "pod-security.kubernetes.io/enforce-version": "latest",
            "pod-security.kubernetes.io/warn": "restricted",
            ...args.labels,
          },
        },
      },
      inside,
    );
    this.namespace = namespace.metadata.name;
    const metadata = (object: string) => ({ name: object, namespace: this.namespace });

    const { ingress, egress = [] } = args.opens ?? {};
    // Closed before anything can run: the first pod must not find an open door.
    new NetworkPolicy(
      `${name}-closed`,
      {
        metadata: metadata("closed"),
        spec: { podSelector: {}, policyTypes: ["Ingress", "Egress"], ingress, egress: [clusterDns, ...egress] },
      },
      inside,
    );
    new ResourceQuota(`${name}-quota`, { metadata: metadata("quota"), spec: { hard: args.quota } }, inside);
    const { cpu, memory } = args.containerDefaults ?? { cpu: "500m", memory: "512Mi" };
    new LimitRange(
      `${name}-defaults`,
      {
        metadata: metadata("defaults"),
        spec: { limits: [{ type: "Container", default: { memory }, defaultRequest: { cpu, memory } }] },
      },
      inside,
    );
    this.registerOutputs({ namespace: this.namespace });
  }
}

function podsOf(namespace: string, labels: Record<string, string>): networking.v1.NetworkPolicyPeer {
  return {
    namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": namespace } },
    podSelector: { matchLabels: labels },
  };
}
