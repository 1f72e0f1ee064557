import type { V1Node } from "@kubernetes/client-node";
import { accelerator } from "../catalogue/index.ts";
import type { Country } from "../components/country.ts";
import { selectorOf } from "../components/pool/node-fit.ts";
import { poolResource, unitsPerNode } from "../components/pool.ts";

type Pool = Country["pools"][string];
type Counts = Record<string, string>;

/** Simulated nodes that advertise what the country's pools declare, cut and shared as declared; nodes for Ceph; and two more. */
export function hallNodes({ pools, storage, target }: Pick<Country, "pools" | "storage" | "target">): V1Node[] {
  // A cloud makes its own, when it is asked for them.
  if (target.kind !== "onprem") return [];
  const gpuNodes = Object.entries(pools).flatMap(([name, pool]) =>
    numbered(name, pool.nodes).map((node) =>
      simulatedNode(node, { cpu: "192", memory: "2048Gi", ...advertised(pool) }, labelsOf(pool)),
    ),
  );
  const plain = { cpu: "64", memory: "256Gi" };
  const ceph = storage?.objects.kind === "ceph" ? storage.objects : undefined;
  // Its monitors are three, and no two copies share a node.
  const cephNodes = ceph ? numbered("storage", Math.max(3, ceph.copies)) : [];
  return [
    ...gpuNodes,
    ...cephNodes.map((node) => simulatedNode(node, plain, ceph!.nodes)),
    ...numbered("system", 2).map((node) => simulatedNode(node, plain, {})),
  ];
}

function numbered(name: string, count: number): string[] {
  return Array.from({ length: count }, (_, index) => `${name}-${String(index + 1).padStart(2, "0")}`);
}

/** As the device plugins would, had the GPU operator cut and shared the GPUs already. */
function advertised(pool: Pool): Counts {
  const units = { [poolResource(pool)]: String(unitsPerNode(pool)) };
  // Each pod asks for its own.
  return pool.rdma ? { ...units, [pool.rdma.resource]: String(pool.rdma.perNode * pool.gpusPerNode) } : units;
}

/** As GPU feature discovery would, beside the operator's own labels. */
function labelsOf(pool: Pool): Counts {
  const { label, resource } = accelerator(pool.accelerator);
  const { sharing } = pool;
  return {
    [label.key]: label.value,
    [`${resource}.present`]: "true",
    ...(sharing.kind === "mig" && { "nvidia.com/mig.strategy": "mixed", "nvidia.com/mig.config.state": "success" }),
    ...(sharing.kind === "time-slicing" && { [`${resource}.replicas`]: String(sharing.replicas) }),
    ...selectorOf(pool),
  };
}

function simulatedNode(name: string, resources: Counts, labels: Counts): V1Node {
  const capacity = { pods: "110", "ephemeral-storage": "2048Gi", ...resources };
  return {
    metadata: {
      name,
      annotations: { "kwok.x-k8s.io/node": "fake" },
      labels: {
        "kubernetes.io/hostname": name,
        "kubernetes.io/os": "linux",
        "kubernetes.io/arch": "amd64",
        type: "kwok",
        ...labels,
      },
    },
    status: { capacity, allocatable: capacity },
  };
}
