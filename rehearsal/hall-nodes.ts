import type { V1Node } from "@kubernetes/client-node";
import type { Country } from "../components/country.ts";
import { selectorOf } from "../components/pool/node-fit.ts";
import { shownGpus, simulatedNode } from "./simulated-node.ts";

type Pool = Country["pools"][string];

/** Simulated nodes that advertise what the country's pools declare, cut and shared as declared; nodes for Ceph; and two more. */
export function hallNodes({ pools, storage, target }: Pick<Country, "pools" | "storage" | "target">): V1Node[] {
  // A cloud makes its own, when it is asked for them.
  if (target.kind !== "onprem") return [];
  const gpuNodes = Object.entries(pools).flatMap(([name, pool]) =>
    numbered(name, pool.nodes).map((node) => gpuNode(node, pool)),
  );
  const resources = { cpu: "64", memory: "256Gi" };
  const ceph = storage?.objects.kind === "ceph" ? storage.objects : undefined;
  // Its monitors are three, and no two copies share a node.
  const cephNodes = ceph ? numbered("storage", Math.max(3, ceph.copies)) : [];
  return [
    ...gpuNodes,
    ...cephNodes.map((name) => simulatedNode({ name, resources, labels: ceph!.nodes })),
    ...numbered("system", 2).map((name) => simulatedNode({ name, resources, labels: {} })),
  ];
}

function numbered(name: string, count: number): string[] {
  return Array.from({ length: count }, (_, index) => `${name}-${String(index + 1).padStart(2, "0")}`);
}

/** With its GPUs as if the GPU operator had cut and shared them already, beside the operator's own labels. */
function gpuNode(name: string, pool: Pool): V1Node {
  const { resources, labels } = shownGpus(pool);
  // Each pod asks for its own.
  const rdma = pool.rdma && { [pool.rdma.resource]: String(pool.rdma.perNode * pool.gpusPerNode) };
  return simulatedNode({
    name,
    resources: { cpu: "192", memory: "2048Gi", ...resources, ...rdma },
    labels: { ...labels, ...selectorOf(pool) },
  });
}
