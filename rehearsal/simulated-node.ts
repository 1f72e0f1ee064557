import type { V1Node } from "@kubernetes/client-node";
import { accelerator, migProfiles } from "../catalogue/index.ts";
import { poolResource, unitsPerNode } from "../components/country/pool-resource.ts";
import type { Country } from "../components/country.ts";
import { migLayout } from "../components/pool/node-fit.ts";
import { declaredSharing } from "./declared-sharing.ts";

type Counts = Record<string, string>;
type Gpus = Pick<Country["pools"][string], "accelerator" | "gpusPerNode" | "sharing">;

/** What a simulated node is to look like: `resources` is what it can give out beside its 110 pods and 2 TiB of disk. */
export type NodeForm = { name: string; arch?: string; resources: Counts; labels: Counts; spec?: V1Node["spec"] };

/** A node of the rehearsal's control plane, as its kubelet would leave it; kwok keeps it ready. */
export function simulatedNode({ name, arch = "amd64", resources, labels, spec }: NodeForm): V1Node {
  const capacity = { pods: "110", "ephemeral-storage": "2048Gi", ...resources };
  return {
    metadata: {
      name,
      annotations: { "kwok.x-k8s.io/node": "fake" },
      labels: {
        type: "kwok",
        "kubernetes.io/hostname": name,
        "kubernetes.io/os": "linux",
        "kubernetes.io/arch": arch,
        ...labels,
      },
    },
    ...(spec && { spec }),
    status: { capacity, allocatable: capacity },
  };
}

/** What the device plugin advertises of a node's GPUs, once they are cut and shared, and what GPU feature discovery writes. */
export function shownGpus({ accelerator: id, gpusPerNode, sharing }: Gpus): { resources: Counts; labels: Counts } {
  const { label, resource, vendor } = accelerator(id);
  const gpus = { accelerator: id, gpusPerNode, sharing };
  return {
    resources: { [poolResource(gpus)]: String(unitsPerNode(gpus)) },
    labels: {
      [label.key]: label.value,
      [`${resource}.present`]: "true",
      ...(vendor === "nvidia" && { [`${resource}.count`]: String(gpusPerNode) }),
      ...(sharing.kind === "mig" && { "nvidia.com/mig.strategy": "mixed", "nvidia.com/mig.config.state": "success" }),
      ...(sharing.kind === "time-slicing" && { [`${resource}.replicas`]: String(sharing.replicas) }),
    },
  };
}

/** How a cloud's node, which comes with its labels, has its GPUs given out: cut or shared where they ask for it, else whole. */
export function askedSharing(id: string, labels: Counts): Gpus["sharing"] {
  const shared = labels["nvidia.com/device-plugin.config"];
  const declared = shared === undefined ? undefined : declaredSharing(shared);
  if (declared?.kind === "time-slicing") return declared;
  const profile = migProfiles(id).find(({ name }) =>
    Object.entries(migLayout(name)).every(([key, layout]) => labels[key] === layout),
  );
  return profile ? { kind: "mig", profile: profile.name } : { kind: "whole" };
}
