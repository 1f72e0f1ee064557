import { type KubernetesObject, kindOf } from "./object.ts";

// The country's own doors and addresses, where traffic comes in and nothing leaves, and text that describes a shape.
const OWN: Record<string, RegExp> = {
  Service: /^spec\.(?:clusterIPs?|externalIPs|loadBalancerIP|loadBalancerSourceRanges)(?:\[|$)/,
  Node: /^spec\.(?:podCIDRs?|providerID)(?:\[|$)/,
  "Gateway.gateway.networking.k8s.io": /^spec\.addresses/,
  "IPAddressPool.metallb.io": /^spec\.addresses/,
  "IPAddress.networking.k8s.io": /^spec/,
  "ServiceCIDR.networking.k8s.io": /^spec/,
  // Schemas and their prose; only the conversion webhook is called.
  "CustomResourceDefinition.apiextensions.k8s.io": /^spec\.(?!conversion)/,
  // Annotations of alerts are links for people; expressions name series.
  "PrometheusRule.monitoring.coreos.com": /^spec\.groups/,
};

// Custom kinds whose fields were read one by one; of all others the sweeps alone speak.
const READ = new Set(
  Object.entries({
    "gateway.envoyproxy.io":
      "Backend BackendTrafficPolicy ClientTrafficPolicy EnvoyPatchPolicy EnvoyProxy SecurityPolicy",
    "aigateway.envoyproxy.io": "AIGatewayRoute AIServiceBackend BackendSecurityPolicy GatewayConfig",
    "cert-manager.io": "Certificate ClusterIssuer Issuer",
    "velero.io": "BackupStorageLocation VolumeSnapshotLocation",
    "postgresql.cnpg.io": "Cluster",
    "external-secrets.io": "ClusterSecretStore SecretStore",
    "monitoring.coreos.com": "Alertmanager Prometheus PrometheusRule",
    "metallb.io": "IPAddressPool",
    "serving.kserve.io": "InferenceService",
  }).flatMap(([group, kinds]) => kinds.split(" ").map((kind) => `${kind}.${group}`)),
);
const BUILT_IN =
  /^$|^(?:apps|batch|autoscaling|policy)$|(?:^|\.)(?:networking|rbac\.authorization|storage|discovery|apiextensions|admissionregistration|apiregistration|coordination|scheduling|node|certificates|flowcontrol\.apiserver|events)\.k8s\.io$/;

/** Whether somebody has read what the kind's fields mean, or only the sweeps speak of it. */
export function isRead(object: KubernetesObject): boolean {
  return BUILT_IN.test(object.group) || READ.has(kindOf(object));
}

/** Whether a path holds the object's own addresses, or prose about a shape. */
export function isOwn(object: KubernetesObject, path: string): boolean {
  return OWN[kindOf(object)]?.test(path) ?? false;
}
