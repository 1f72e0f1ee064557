import { addon, addons, kubernetes } from "../catalogue/index.ts";
import type { ClusterState } from "./cloud.ts";
import type { Finding } from "./country/fault.ts";
import type { Country } from "./country.ts";
import { chooseNodes } from "./pool.ts";

/** What the cluster lacks of what the country declares, before anything is made in it. */
export function preflight(country: Country, cluster: ClusterState): Finding[] {
  return [...oldKubernetes(country, cluster), ...missingAddons(country, cluster), ...shortPools(country, cluster)];
}

function oldKubernetes({ target }: Country, { version }: ClusterState): Finding[] {
  const { minimum, proven } = kubernetes();
  if (minorOf(version) >= minorOf(minimum)) return [];
  return [
    {
      at: ["target", "context"],
      found: `Kubernetes ${version} at context ${target.context}`,
      allowed: `Kubernetes ${minimum} or later (proven: ${proven}): older ones drop a model's image volume without a word`,
      remedy: "upgrade the cluster, or name the context of a newer one",
    },
  ];
}

function missingAddons({ target }: Country, { serves }: ClusterState): Finding[] {
  return addons().flatMap((id) => {
    const { proven, install, serves: needed } = addon(id);
    const missing = needed.filter((groupVersion) => !serves.includes(groupVersion));
    if (missing.length === 0) return [];
    return [
      {
        at: ["gateway"],
        found: `no ${missing.join(", ")} at context ${target.context}`,
        allowed: `a cluster with ${id} ${proven}, whose definitions and controllers serve it`,
        remedy: `install ${id} ${proven} from your registry (${install})`,
      },
    ];
  });
}

function shortPools({ pools, target }: Country, { nodes }: ClusterState): Finding[] {
  return Object.entries(pools).flatMap(([name, pool]) => {
    const choice = chooseNodes(name, pool, nodes);
    if ("nodes" in choice) return [];
    return [
      {
        at: ["pools", name, "nodes"],
        found: choice.found,
        allowed: choice.allowed,
        remedy: `declare what is there, or add and label nodes: kubectl --context ${target.context} get nodes --show-labels`,
      },
    ];
  });
}

/** `v1.36.1+rke2r1` as a number that orders: 1036. */
function minorOf(version: string): number {
  const [, major = "0", minor = "0"] = /^v?(\d+)\.(\d+)/.exec(version) ?? [];
  return Number(major) * 1000 + Number(minor);
}
