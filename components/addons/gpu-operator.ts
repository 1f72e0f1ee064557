import { ConfigMap } from "@pulumi/kubernetes/core/v1/configMap.js";
import { stringify } from "yaml";
import { accelerator } from "../../catalogue/index.ts";
import type { AddonValues } from "../addon.ts";
import type { NodeTaint } from "../cloud.ts";
import type { Country } from "../country.ts";
import { tolerationOf } from "../pool.ts";

/** ConfigMap that says how the GPUs of time-sliced pools are shared: an operator that is there already has to name it too. */
export const timeSlicing = "freehold-time-slicing";

/** Drivers, device plugin, MIG layouts and metrics of NVIDIA GPUs. */
export const gpuOperator: AddonValues = {
  after: [],
  // Its daemons load drivers and hand out the nodes' devices.
  podSecurity: "privileged",
  answers: [],
  values: ({ drivers, pools, cloudTaints = {} }) => ({
    "gpu-operator": {
      driver: drivers.from === "registry" ? { enabled: true, version: drivers.version } : { enabled: false },
      toolkit: {
        env: [
          // A pod gets the GPUs that it was given; otherwise a variable in its image could name all of the node's.
          { name: "ACCEPT_NVIDIA_VISIBLE_DEVICES_ENVVAR_WHEN_UNPRIVILEGED", value: "false" },
        ],
      },
      devicePlugin: Object.keys(slicing(pools)).length > 0 ? { config: { name: timeSlicing } } : {},
      // Layouts are the MIG manager's own, found on the hardware; a node that no pool cuts is whole.
      migManager: { config: { default: "all-disabled" } },
      dcgmExporter: { serviceMonitor: { enabled: false } },
      sandboxWorkloads: { enabled: false },
      // Off, and an image without a version could be any.
      vgpuManager: { image: "" },
      ...tolerating(Object.values(cloudTaints).flat()),
    },
  }),
  objects: ({ pools }, namespace, opts) => {
    const data = slicing(pools);
    if (Object.keys(data).length === 0) return [];
    return [new ConfigMap(timeSlicing, { metadata: { name: timeSlicing, namespace }, data }, opts)];
  },
};

/** Daemons of the operator run on nodes that the cloud tainted too. A list takes the place of the chart's, so it says its own again. */
function tolerating(taints: NodeTaint[]) {
  if (taints.length === 0) return {};
  const gpus = { key: "nvidia.com/gpu", operator: "Exists", effect: "NoSchedule" };
  const own = [...new Map(taints.map((taint) => [taint.key, tolerationOf(taint)])).values()];
  const controlPlane = { key: "node-role.kubernetes.io/control-plane", operator: "Exists", effect: "NoSchedule" };
  return {
    daemonsets: { tolerations: [gpus, ...own] },
    "node-feature-discovery": { worker: { tolerations: [controlPlane, gpus, ...own] } },
  };
}

/** What the device plugin reads on the nodes of each time-sliced pool, by the pool's name. */
function slicing(pools: Country["pools"]): Record<string, string> {
  return Object.fromEntries(
    Object.entries(pools).flatMap(([name, { accelerator: id, sharing }]) => {
      if (sharing.kind !== "time-slicing") return [];
      const resources = [{ name: accelerator(id).resource, replicas: sharing.replicas }];
      // A name of its own keeps shares apart from whole GPUs; two shares are no more memory than one.
      const timeSlicing = { renameByDefault: true, failRequestsGreaterThanOne: true, resources };
      return [[name, stringify({ version: "v1", sharing: { timeSlicing } })]];
    }),
  );
}
