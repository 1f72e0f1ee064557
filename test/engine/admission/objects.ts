// Objects of every kind that admission judges, each with the one part that matters.

// biome-ignore lint/suspicious/noExplicitAny: an object of any kind, to be broken in any place
export type Manifest = any;

export const namespace = "freehold-models";

const clusterWide = /^(?:Cluster|Global|Admin|CiliumC|PersistentVolume$|Namespace|(?:Valid|Mut)ating|CustomResourceD)/;

export const partOf = { "app.kubernetes.io/part-of": "freehold" };
export const privileged = { ...partOf, "pod-security.kubernetes.io/enforce": "privileged" };
export const object = (apiVersion: string, kind: string, name = "stranger", more: object = {}): Manifest => ({
  apiVersion,
  kind,
  metadata: { name, ...(!clusterWide.test(kind) && { namespace }) },
  ...more,
});
export const spec = (apiVersion: string, kind: string, inside: object): Manifest =>
  object(apiVersion, kind, "stranger", { spec: inside });

export const image = "registry.alpen-ai.example/team/app:1";
export const pod = (container: object = {}, more: object = {}) =>
  spec("v1", "Pod", { containers: [{ name: "a", image, ...container }], ...more });
export const env = (value: string) => pod({ env: [{ name: "TARGET", value }] });
export const service = (inside: object) => spec("v1", "Service", { ports: [{ port: 80 }], ...inside });
export const slice = (addressType: string, ...addresses: string[]) =>
  object("discovery.k8s.io/v1", "EndpointSlice", "stranger", { addressType, endpoints: [{ addresses }], ports: [] });
export const endpoints = (ip: string) =>
  object("v1", "Endpoints", "stranger", { subsets: [{ addresses: [{ ip }], ports: [{ port: 443 }] }] });
export const policy = (egress: object[]) =>
  spec("networking.k8s.io/v1", "NetworkPolicy", { podSelector: {}, policyTypes: ["Egress"], egress });
export const cilium = (...egress: object[]) =>
  spec("cilium.io/v2", "CiliumNetworkPolicy", { endpointSelector: {}, egress });
export const calico = (rule: object) =>
  spec("crd.projectcalico.org/v1", "GlobalNetworkPolicy", { egress: [{ action: "Allow", ...rule }] });
export const admin = (to: object) =>
  spec("policy.networking.k8s.io/v1alpha1", "AdminNetworkPolicy", { egress: [{ action: "Allow", to: [to] }] });
export const backend = (hostname: string) =>
  spec("gateway.envoyproxy.io/v1alpha1", "Backend", { endpoints: [{ fqdn: { hostname, port: 443 } }] });
export const acme = (server: string) =>
  spec("cert-manager.io/v1", "ClusterIssuer", {
    acme: { server, privateKeySecretRef: { name: "key" }, solvers: [{ http01: { ingress: {} } }] },
  });
export const velero = (config: object, provider = "aws") =>
  spec("velero.io/v1", "BackupStorageLocation", { provider, config, objectStorage: { bucket: "backups" } });
export const barman = (configuration: object) =>
  spec("barmancloud.cnpg.io/v1", "ObjectStore", { configuration: { destinationPath: "s3://b/", ...configuration } });
export const secrets = (provider: object) => spec("external-secrets.io/v1", "ClusterSecretStore", { provider });
export const prometheus = (url: string) => spec("monitoring.coreos.com/v1", "Prometheus", { remoteWrite: [{ url }] });
export const volume = (server: string) =>
  spec("v1", "PersistentVolume", {
    capacity: { storage: "1Gi" },
    accessModes: ["ReadOnlyMany"],
    nfs: { server, path: "/" },
  });
export const webhook = (clientConfig: object) =>
  object("admissionregistration.k8s.io/v1", "ValidatingWebhookConfiguration", "stranger", {
    webhooks: [
      {
        name: "a.alpen-ai.example",
        admissionReviewVersions: ["v1"],
        sideEffects: "None",
        failurePolicy: "Ignore",
        clientConfig,
      },
    ],
  });
export const flux = (url: string) => spec("source.toolkit.fluxcd.io/v1", "GitRepository", { url });

export function definitionOf(apiVersion: string, kind: string, more: object = {}): Manifest {
  const [group, version] = apiVersion.split("/");
  const plural = pluralOf(kind);
  const schema = { type: "object", "x-kubernetes-preserve-unknown-fields": true };
  return object("apiextensions.k8s.io/v1", "CustomResourceDefinition", `${plural}.${group}`, {
    metadata: {
      name: `${plural}.${group}`,
      annotations: { "api-approved.kubernetes.io": "unapproved, for a test" },
    },
    spec: {
      group,
      names: { kind, plural },
      scope: clusterWide.test(kind) ? "Cluster" : "Namespaced",
      versions: [{ name: version, served: true, storage: true, schema: { openAPIV3Schema: schema } }],
      ...more,
    },
  });
}

export function converted(url: string): Manifest {
  return definitionOf("alpen-ai.example/v1", "Thing", {
    conversion: { strategy: "Webhook", webhook: { clientConfig: { url }, conversionReviewVersions: ["v1"] } },
  });
}

export function pluralOf(kind: string): string {
  if (kind === "Endpoints") return "endpoints";
  return `${kind
    .toLowerCase()
    .replace(/(?<![aeiou])y$/, "ie")
    .replace(/s$/, "se")}s`;
}
