import type { V1Node } from "@kubernetes/client-node";
import { describe, expect, it } from "vitest";
import type { ClusterNode } from "../../components/cloud.ts";
import type { Country } from "../../components/country.ts";
import { judgeNodes } from "../../components/pool/judge-nodes.ts";
import { hallNodes } from "../../rehearsal/hall-nodes.ts";

const whole = { accelerator: "h200-sxm", nodes: 2, gpusPerNode: 8, sharing: { kind: "whole" } } as const;
const pools: Country["pools"] = {
  h200: { ...whole, rdma: { resource: "rdma/hca_shared", perNode: 2 } },
  slices: { ...whole, nodeSelector: { rack: "7" }, sharing: { kind: "mig", profile: "2g.35gb" } },
  bench: { ...whole, accelerator: "l40s", sharing: { kind: "time-slicing", replicas: 4, tenant: "hochschule" } },
  amd: { ...whole, accelerator: "mi300x" },
};
const seen = (nodes: V1Node[]): ClusterNode[] =>
  nodes.map(({ metadata, status }) => ({
    name: metadata!.name!,
    labels: metadata!.labels!,
    taints: [],
    allocatable: status!.allocatable!,
  }));
const country = (changes: Partial<Country> = {}) =>
  ({
    pools,
    addons: { "gpu-operator": { mode: "existing", version: "v26.7.0" } },
    target: { kind: "onprem", context: "alpen", place: "CH" },
    ...changes,
  }) as Country;

describe("the nodes of a simulated hall", () => {
  it("are those that the pools declare: none is missing before anything is made", () => {
    expect(judgeNodes(country(), { nodes: seen(hallNodes(country())) })).toEqual([]);
  });

  it("are no more than that", () => {
    const more = { ...pools, slices: { ...pools.slices!, nodes: 3 } };
    const nodes = seen(hallNodes(country()));
    expect(judgeNodes(country({ pools: more }), { nodes })).toMatchObject([{ at: ["pools", "slices", "nodes"] }]);
  });

  it("advertise what pods ask for: GPUs, MIG instances, shares, and RDMA devices", () => {
    const first = (pool: string) => hallNodes(country()).find(({ metadata }) => metadata?.name === `${pool}-01`);
    expect(first("h200")?.status?.allocatable).toMatchObject({ "nvidia.com/gpu": "8", "rdma/hca_shared": "16" });
    expect(first("slices")?.status?.allocatable).toMatchObject({ "nvidia.com/mig-2g.35gb": "24" });
    expect(first("slices")?.status?.allocatable).not.toHaveProperty("nvidia.com/gpu");
    expect(first("slices")?.metadata?.labels).toMatchObject({ rack: "7", "nvidia.com/gpu.product": "NVIDIA-H200" });
    expect(first("bench")?.status?.allocatable).toMatchObject({ "nvidia.com/gpu.shared": "32" });
    expect(first("amd")?.status?.allocatable).toMatchObject({ "amd.com/gpu": "8" });
  });

  it("include one for each copy that Ceph keeps, with the labels by which it knows them", () => {
    const objects = { kind: "ceph", nodes: { disks: "true" }, copies: 4 };
    const nodes = hallNodes(country({ storage: { objects } as unknown as Country["storage"] }));
    expect(nodes.filter(({ metadata }) => metadata?.labels?.disks === "true")).toHaveLength(4);
    expect(hallNodes(country()).length).toBe(nodes.length - 4);
  });
});
