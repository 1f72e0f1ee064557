import type { KubeConfig, V1EnvVar, V1KeyToPath, V1Pod, V1VolumeMount } from "@kubernetes/client-node";
import { stringify } from "yaml";
import { addon } from "../../catalogue/index.ts";
import { chartValues } from "../../components/addon/chart-values.ts";
import { aiGateway } from "../../components/addons/ai-gateway.ts";
import { envoyGateway } from "../../components/addons/envoy-gateway.ts";
import { type Country, pinned } from "../../components/country.ts";
import { call } from "../api-call.ts";
import type { Certificate } from "../certificate.ts";

/** What the controllers' pods are told that no chart knows. */
export type Here = {
  /** A kubeconfig by which pods reach the API server. */
  kubeconfig: string;
  /** For AI Gateway's webhook, with the authority that signed it. */
  webhook: Certificate & { authority: string };
};

const webhookSecret = "self-signed-cert-for-mutating-webhook";

/**
 * Puts the gateway's controllers into the cluster. Their charts are not rendered in a rehearsal, so these stand in for what
 * the charts make; the settings are those that the charts would be given.
 */
export async function applyControllers(config: KubeConfig, country: Country, here: Here): Promise<void> {
  for (const object of [...envoyGatewayObjects(country, here), ...aiGatewayObjects(country, here)]) {
    const { path, name } = object;
    const answer = await call(
      config,
      "PATCH",
      `${path}/${name}?fieldManager=freehold-rehearsal&force=true`,
      { "content-type": "application/apply-patch+yaml" },
      JSON.stringify(object.body),
    );
    if (answer.status >= 300) throw new Error(`The API server refused ${path}/${name}: ${answer.body.slice(0, 400)}`);
  }
}

/** Secrets that hold the certificates between the gateway's parts. */
export const certgenSecrets = ["envoy-gateway", "envoy", "envoy-rate-limit", "envoy-oidc-hmac"];

/** What makes the certificates between the gateway's parts, once: a pod that no cluster has. */
export function certgenOf(country: Country, kubeconfig: string): V1Pod {
  const { namespace, images } = addon("envoy-gateway");
  const { pod } = controller({
    name: "certgen",
    namespace,
    image: pinned(country.registry, images.gateway!, country.digests),
    // All anew where one is missing: those of two runs would not trust each other.
    command: ["envoy-gateway", "certgen", "--disable-topology-injector", "--overwrite"],
    env: environment(kubeconfig, { ENVOY_GATEWAY_NAMESPACE: namespace, KUBERNETES_CLUSTER_DOMAIN: "cluster.local" }),
    ports: [],
    volumes: [],
  });
  return { ...pod, metadata: { ...pod.metadata, name: "certgen", namespace }, status: { podIP: "10.255.0.1" } };
}

function envoyGatewayObjects(country: Country, { kubeconfig }: Here): Applied[] {
  const { namespace, images } = addon("envoy-gateway");
  const config = "envoy-gateway-config";
  return [
    core(namespace, "configmaps", "ConfigMap", config, {
      data: { "envoy-gateway.yaml": stringify(envoyGatewayConfig(country)) },
    }),
    ...controller({
      name: "envoy-gateway",
      namespace,
      image: pinned(country.registry, images.gateway!, country.digests),
      command: ["envoy-gateway", "server", "--config-path=/config/envoy-gateway.yaml"],
      env: environment(kubeconfig, { ENVOY_GATEWAY_NAMESPACE: namespace, KUBERNETES_CLUSTER_DOMAIN: "cluster.local" }),
      ports: [18000, 18001, 18002, 19001],
      volumes: [
        { at: "/config", of: { configMap: { name: config } } },
        { at: "/certs", of: { secret: { secretName: "envoy-gateway" } } },
        { at: "/var/lib/eg/wasm", of: { emptyDir: {} } },
      ],
      // By it the chart's pods are found by who watches them.
      podLabels: { "control-plane": "envoy-gateway" },
    }).objects,
  ];
}

function aiGatewayObjects(country: Country, { kubeconfig, webhook }: Here): Applied[] {
  const { namespace, images } = addon("ai-gateway");
  const values = chartValues(
    addon("ai-gateway"),
    "aieg",
    country,
    aiGateway.values?.(country, addon("ai-gateway")).aieg,
  );
  const { controller: told } = values as {
    controller: { maxRecvMsgSize: string; metricsRequestHeaderAttributes: string };
  };
  return [
    core(namespace, "secrets", "Secret", webhookSecret, {
      stringData: { "ca.crt": webhook.authority, "tls.crt": webhook.certificate, "tls.key": webhook.key },
    }),
    ...controller({
      name: "ai-gateway-controller",
      namespace,
      image: pinned(country.registry, images.controller!, country.digests),
      command: [],
      args: [
        "--logLevel=info",
        `--extProcImage=${pinned(country.registry, images.extProc!, country.digests)}`,
        `--envoyGatewayNamespace=${addon("envoy-gateway").namespace}`,
        "--tlsCertDir=/certs",
        // There is one, and nobody to compete with.
        "--enableLeaderElection=false",
        `--maxRecvMsgSize=${told.maxRecvMsgSize}`,
        `--metricsRequestHeaderAttributes=${told.metricsRequestHeaderAttributes}`,
      ],
      env: environment(kubeconfig, { POD_NAMESPACE: namespace, DISABLE_PPROF: "true" }),
      ports: [9443, 1063, 18002],
      volumes: [{ at: "/certs", of: { secret: { secretName: webhookSecret } } }],
    }).objects,
  ];
}

/** Envoy Gateway's own file, as its chart composes it of its values. */
function envoyGatewayConfig(country: Country): object {
  const facts = addon("envoy-gateway");
  const image = (role: string) => pinned(country.registry, facts.images[role]!, country.digests);
  const values = chartValues(facts, "eg", country, envoyGateway.values?.(country, facts).eg) as {
    config: { envoyGateway: { provider: { kubernetes: { rateLimitDeployment: { container: object } } } } };
  };
  const { provider, ...own } = values.config.envoyGateway;
  const { rateLimitDeployment } = provider.kubernetes;
  return {
    apiVersion: "gateway.envoyproxy.io/v1alpha1",
    kind: "EnvoyGateway",
    gateway: { controllerName: "gateway.envoyproxy.io/gatewayclass-controller" },
    logging: { level: { default: "info" } },
    proxyTopologyInjector: { disabled: true },
    ...own,
    provider: {
      type: "Kubernetes",
      kubernetes: {
        leaderElection: { disable: true },
        rateLimitDeployment: {
          ...rateLimitDeployment,
          container: { image: image("rateLimit"), ...rateLimitDeployment.container },
        },
        shutdownManager: { image: image("gateway") },
      },
    },
  };
}

/** An object, and the collection that it is in. */
type Applied = { path: string; name: string; body: object };

type Shape = {
  name: string;
  namespace: string;
  image: string;
  command: string[];
  args?: string[];
  env: V1EnvVar[];
  ports: number[];
  volumes: { at: string; of: Mounted }[];
  podLabels?: Record<string, string>;
};
type Mounted =
  | { configMap: { name: string; items?: V1KeyToPath[] } }
  | { secret: { secretName: string } }
  | { emptyDir: object };

/** A controller with its account and its Service, as charts make them; and its pod by itself. */
function controller({ name, namespace, image, command, args = [], env, ports, volumes, podLabels }: Shape) {
  const labels = { "app.kubernetes.io/name": name };
  const volumeMounts: V1VolumeMount[] = volumes.map(({ at }, index) => ({ name: `volume-${index}`, mountPath: at }));
  const pod: V1Pod = {
    metadata: { labels: { ...labels, ...podLabels } },
    spec: {
      serviceAccountName: name,
      automountServiceAccountToken: false,
      securityContext: { runAsNonRoot: true, runAsUser: 65532, seccompProfile: { type: "RuntimeDefault" } },
      containers: [
        {
          name,
          image,
          ...(command.length > 0 && { command }),
          args,
          env,
          volumeMounts,
          resources: { requests: { cpu: "100m", memory: "256Mi" }, limits: { memory: "1Gi" } },
          securityContext: {
            allowPrivilegeEscalation: false,
            readOnlyRootFilesystem: true,
            capabilities: { drop: ["ALL"] },
          },
        },
      ],
      volumes: volumes.map(({ of }, index) => ({ name: `volume-${index}`, ...of })),
    },
  };
  const deployment = {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name, namespace, labels },
    spec: { replicas: 1, selector: { matchLabels: labels }, template: pod },
  };
  const objects = [
    core(namespace, "serviceaccounts", "ServiceAccount", name, { automountServiceAccountToken: false }),
    core(namespace, "services", "Service", name, {
      spec: { selector: labels, ports: ports.map((port) => ({ name: `port-${port}`, port })) },
    }),
    { path: `/apis/apps/v1/namespaces/${namespace}/deployments`, name, body: deployment },
  ];
  return { pod, objects };
}

function core(namespace: string, plural: string, kind: string, name: string, rest: object): Applied {
  const body = { apiVersion: "v1", kind, metadata: { name, namespace }, ...rest };
  return { path: `/api/v1/namespaces/${namespace}/${plural}`, name, body };
}

function environment(kubeconfig: string, others: Record<string, string>): V1EnvVar[] {
  return Object.entries({ KUBECONFIG: kubeconfig, ...others }).map(([name, value]) => ({ name, value }));
}
