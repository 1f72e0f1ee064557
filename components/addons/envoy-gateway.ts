import { Job } from "@pulumi/kubernetes/batch/v1/job.js";
import { ServiceAccount } from "@pulumi/kubernetes/core/v1/serviceAccount.js";
import { Role } from "@pulumi/kubernetes/rbac/v1/role.js";
import { RoleBinding } from "@pulumi/kubernetes/rbac/v1/roleBinding.js";
import type * as pulumi from "@pulumi/pulumi";
import { addon } from "../../catalogue/index.ts";
import type { AddonValues } from "../addon.ts";
import { countersAccess } from "../counters.ts";
import { type Country, pinned } from "../country.ts";
import { podsIn, tcp } from "../network/peers.ts";
import { readOnly } from "../platform/restricted.ts";
import { spread } from "../platform/spread.ts";
import { platformNames } from "../platform.ts";

/** The gateway's controller, in whose namespace the proxies and the rate limiter run. */
export const envoyGateway: AddonValues = {
  after: ["cert-manager"],
  podSecurity: "restricted",
  answers: [9443],
  door: () => ({
    // Clients: the proxies listen 10,000 above the listener's port.
    ingress: [{ from: [], ports: [tcp(10443)] }],
    egress: [
      { to: [podsIn(addon("ai-gateway").namespace)], ports: [tcp(1063), tcp(18002)] },
      { to: [podsIn(platformNames.gateway)] },
    ],
  }),
  values: () => ({
    eg: {
      // It annotates proxies with their zone, by a webhook that only a hook would make.
      topologyInjector: { enabled: false },
      deployment: {
        replicas: 2,
        priorityClassName: platformNames.platformPriority,
        pod: { topologySpreadConstraints: spread({ "control-plane": "envoy-gateway" }) },
      },
      podDisruptionBudget: { minAvailable: 1 },
      config: {
        envoyGateway: {
          provider: { kubernetes: { rateLimitDeployment: limiter, rateLimitPDB: { maxUnavailable: 1 } } },
          // AI Gateway is sent every route at each change, and each carries all keys, quotas and permissions.
          extensionManager: { maxMessageSize: String(addon("ai-gateway").limits.messageBytes) },
          rateLimit: {
            // Without the counters requests are refused; by default they would all pass.
            failClosed: true,
            // The default of 20 ms would refuse, or pass, whatever waits for a disk.
            timeout: "500ms",
            backend: { type: "Redis", redis: { url: countersAccess.address } },
          },
        },
      },
    },
  }),
  first: certgen,
};

/** The pods that ask the counters for each request; they take the password from the Secret that the counters put beside them. */
const limiter = {
  replicas: 2,
  container: {
    env: [
      {
        name: "REDIS_AUTH",
        valueFrom: { secretKeyRef: { name: countersAccess.secret, key: countersAccess.key } },
      },
      // By default it waits ten seconds and then up to a minute for a controller that was away: so long every request is
      // refused where a limiter has no rules yet, and new limits wait.
      { name: "XDS_CLIENT_BACKOFF_INITIAL_INTERVAL", value: "500ms" },
      { name: "XDS_CLIENT_BACKOFF_MAX_INTERVAL", value: "5s" },
    ],
    resources: { requests: { cpu: "250m", memory: "128Mi" }, limits: { memory: "512Mi" } },
  },
  pod: {
    priorityClassName: platformNames.platformPriority,
    topologySpreadConstraints: spread({ "app.kubernetes.io/component": "ratelimit" }),
  },
};

/**
 * The Job that makes the certificates between the gateway's parts, as the chart's hook would: hooks are not run. It keeps
 * what is there; certificates hold for five years.
 */
function certgen(country: Country, namespace: string, opts: pulumi.ResourceOptions): pulumi.Resource[] {
  const name = "eg-certgen";
  const metadata = { name, namespace };
  const account = new ServiceAccount(name, { metadata, automountServiceAccountToken: false }, opts);
  const role = new Role(
    name,
    { metadata, rules: [{ apiGroups: [""], resources: ["secrets"], verbs: ["get", "create", "update"] }] },
    opts,
  );
  const binding = new RoleBinding(
    name,
    {
      metadata,
      roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name },
      subjects: [{ kind: "ServiceAccount", name, namespace }],
    },
    opts,
  );
  const { version } = country.addons["envoy-gateway"]!;
  const job = new Job(
    name,
    {
      metadata,
      spec: {
        backoffLimit: 3,
        template: {
          metadata: { labels: { app: "certgen" } },
          spec: {
            serviceAccountName: name,
            automountServiceAccountToken: true,
            restartPolicy: "Never",
            securityContext: {
              runAsNonRoot: true,
              runAsUser: 65532,
              runAsGroup: 65532,
              seccompProfile: { type: "RuntimeDefault" },
            },
            containers: [
              {
                name: "certgen",
                image: pinned(country.registry, addon("envoy-gateway", version).images.gateway!, country.digests),
                command: ["envoy-gateway", "certgen"],
                args: ["--disable-topology-injector"],
                env: [
                  { name: "ENVOY_GATEWAY_NAMESPACE", valueFrom: { fieldRef: { fieldPath: "metadata.namespace" } } },
                  { name: "KUBERNETES_CLUSTER_DOMAIN", value: "cluster.local" },
                ],
                resources: { requests: { cpu: "100m", memory: "64Mi" }, limits: { memory: "256Mi" } },
                securityContext: readOnly,
              },
            ],
          },
        },
      },
    },
    { ...opts, dependsOn: [account, role, binding] },
  );
  return [account, role, binding, job];
}
