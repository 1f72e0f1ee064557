import type { ClusterState } from "../components/cloud.ts";

const gpusPerNode = 8;

/**
 * The sections of a country with this many tenants. Each may use every one of this many models, and every fifth has a
 * namespace of its own.
 */
export function manyTenants(tenants: number, models: number): Record<string, unknown> {
  const named = <Entry>(count: number, name: string, entry: (index: number) => Entry) =>
    Object.fromEntries(Array.from({ length: count }, (_, index) => [`${name}-${index + 1}`, entry(index)]));
  return {
    country: "CH",
    operator: { name: "Alpen AI", domain: "alpen-ai.example" },
    target: { kind: "onprem", context: "alpen", place: "CH-ZH" },
    state: { backend: "file:///srv/freehold/state", secretsProvider: "passphrase" },
    pools: { h200: { accelerator: "h200-sxm", nodes: Math.ceil(models / gpusPerNode) } },
    models: named(models, "model", () => ({ model: "swiss-ai/Apertus-8B-Instruct-2509", pool: "h200" })),
    tenants: named(tenants, "tenant", (index) => (index % 5 === 0 ? { workspace: {} } : {})),
  };
}

/** A cluster that has the nodes for it, and nothing in the way. */
export function roomyCluster(models: number): ClusterState {
  const node = (name: string) => ({
    name,
    labels: { "nvidia.com/gpu.product": "NVIDIA-H200" },
    taints: [],
    allocatable: { "nvidia.com/gpu": String(gpusPerNode) },
  });
  return {
    version: "v1.36.1",
    rehearsal: true,
    nodes: Array.from({ length: Math.ceil(models / gpusPerNode) }, (_, index) => node(`h200-${index + 1}`)),
    serves: [],
    namespaces: {},
    storageClasses: [{ name: "fast", isDefault: true }],
  };
}
