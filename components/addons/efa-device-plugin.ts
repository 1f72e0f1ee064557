import { DaemonSet } from "@pulumi/kubernetes/apps/v1/daemonSet.js";
import type * as pulumi from "@pulumi/pulumi";
import { addon } from "../../catalogue/index.ts";
import type { AddonValues } from "../addon.ts";
import { type Country, pinned } from "../country.ts";
import { poolLabel, poolTaint } from "../pool.ts";

const name = "efa-device-plugin";

/**
 * Advertises the Elastic Fabric Adapters of AWS's nodes, so that pods can ask for them. AWS's own chart puts it on the node's
 * network, where no network policy holds; it only speaks to the kubelet by a socket, so here it has the network of a pod.
 */
export const efaDevicePlugin: AddonValues = {
  after: [],
  // It hands out devices of the node, by the kubelet's folder.
  podSecurity: "privileged",
  answers: [],
  first: (country, namespace, opts) => [daemon(country, namespace, opts)],
};

function daemon({ pools, registry, digests }: Country, namespace: string, opts: pulumi.ResourceOptions): DaemonSet {
  const fast = Object.entries(pools).filter(([, pool]) => pool.rdma !== undefined);
  const matchLabels = { "app.kubernetes.io/name": name };
  const taints = new Set(fast.map(([, pool]) => poolTaint(pool).key));
  const folder = (of: string, path: string) => ({ name: of, hostPath: { path, type: "Directory" } });
  return new DaemonSet(
    name,
    {
      metadata: { name, namespace, labels: matchLabels },
      spec: {
        selector: { matchLabels },
        template: {
          metadata: { labels: matchLabels },
          spec: {
            automountServiceAccountToken: false,
            enableServiceLinks: false,
            priorityClassName: "system-node-critical",
            tolerations: [...taints].map((key) => ({ key, operator: "Exists", effect: "NoSchedule" })),
            affinity: {
              nodeAffinity: {
                requiredDuringSchedulingIgnoredDuringExecution: {
                  nodeSelectorTerms: [
                    {
                      matchExpressions: [{ key: poolLabel, operator: "In", values: fast.map(([pool]) => pool) }],
                    },
                  ],
                },
              },
            },
            containers: [
              {
                name,
                image: pinned(registry, addon(name).images.plugin!, digests),
                // Root, to which the kubelet's folder belongs, and nothing beyond it.
                securityContext: {
                  allowPrivilegeEscalation: false,
                  readOnlyRootFilesystem: true,
                  capabilities: { drop: ["ALL"] },
                  seccompProfile: { type: "RuntimeDefault" },
                },
                resources: { requests: { cpu: "10m", memory: "20Mi" }, limits: { memory: "100Mi" } },
                volumeMounts: [
                  { name: "device-plugins", mountPath: "/var/lib/kubelet/device-plugins" },
                  { name: "adapters", mountPath: "/dev/infiniband" },
                ],
              },
            ],
            volumes: [
              folder("device-plugins", "/var/lib/kubelet/device-plugins"),
              folder("adapters", "/dev/infiniband"),
            ],
          },
        },
      },
    },
    opts,
  );
}
