import { describe, expect, it } from "vitest";
import type { ClusterNode } from "../../components/cloud.ts";
import { type Country, jurisdiction } from "../../components/country.ts";
import { judgeNodes } from "../../components/pool/judge-nodes.ts";
import { chooseNodes, Pool, poolCapacity, poolResource, poolTaint, shareNodes } from "../../components/pool.ts";
import { judge } from "../../policies/judge.ts";
import { plan } from "../../policies/program.ts";

type Settings = Country["pools"][string];
type Addons = Country["addons"];

const whole: Settings = { accelerator: "h200-sxm", nodes: 2, gpusPerNode: 8, sharing: { kind: "whole" } };
const sliced: Settings = { ...whole, sharing: { kind: "mig", profile: "1g.18gb" } };
const shared: Settings = { ...whole, sharing: { kind: "time-slicing", replicas: 4, tenant: "hochschule" } };
const existing: Addons = { "gpu-operator": { mode: "existing", version: "v26.7.0" } };
const installed: Addons = { "gpu-operator": { mode: "install", version: "v26.7.0" } };

const product = { "nvidia.com/gpu.product": "NVIDIA-H200" };
const node = (
  name: string,
  labels: Record<string, string> = {},
  allocatable = { "nvidia.com/gpu": "8" },
): ClusterNode => ({
  name,
  labels: { ...product, ...labels },
  taints: [],
  allocatable,
});
const names = (choice: ReturnType<typeof chooseNodes>) =>
  "nodes" in choice ? choice.nodes.map(({ name }) => name) : choice.found;

const law = jurisdiction({
  country: "CH",
  operator: { name: "Alpen AI", domain: "alpen-ai.example" },
  registry: "registry.alpen-ai.example",
  guards: { hosts: [], registries: [] },
});
const patches = async (name: string, pool: Settings, nodesInCluster: ClusterNode[]) => {
  const resources = await plan(() => new Pool(name, { ...pool, addons: existing, nodesInCluster }));
  expect(judge(resources, law).findings).toEqual([]);
  // biome-ignore lint/suspicious/noExplicitAny: inputs of a resource.
  return resources.filter(({ type }) => type.endsWith(":NodePatch")).map(({ props }) => props as any);
};

describe("what a pool gives out", () => {
  it("is whole GPUs, MIG instances, or shares under a name of their own", () => {
    expect([whole, sliced, shared].map(poolResource)).toEqual([
      "nvidia.com/gpu",
      "nvidia.com/mig-1g.18gb",
      "nvidia.com/gpu.shared",
    ]);
    expect([whole, sliced, shared].map(poolCapacity)).toEqual([16, 112, 64]);
  });

  it("spells a profile's plus as Kubernetes can: a dot", () => {
    const pool: Settings = { ...whole, sharing: { kind: "mig", profile: "1g.18gb+me" } };
    expect(poolResource(pool)).toBe("nvidia.com/mig-1g.18gb.me");
    expect(poolCapacity(pool)).toBe(16);
  });

  it("is the accelerator's own resource where no GPU operator is", () => {
    expect(poolResource({ accelerator: "mi300x", sharing: { kind: "whole" } })).toBe("amd.com/gpu");
  });
});

describe("a node of a pool", () => {
  it("is labelled and tainted, and keeps the taints it has but for those that Kubernetes sets itself", async () => {
    const taints = [
      { key: "rack", value: "7", effect: "NoSchedule" },
      { key: "node.kubernetes.io/not-ready", effect: "NoExecute" },
      { key: "nvidia.com/gpu", value: "old", effect: "NoSchedule" },
    ];
    const [patch] = await patches("h200", { ...whole, nodes: 1 }, [{ ...node("gpu-1"), taints }]);
    expect(patch.metadata).toMatchObject({ name: "gpu-1", labels: { "freehold.dev/pool": "h200" } });
    expect(Object.keys(patch.metadata.labels)).toHaveLength(1);
    expect(patch.spec.taints).toEqual([
      { key: "nvidia.com/gpu", value: "present", effect: "NoSchedule" },
      { key: "rack", value: "7", effect: "NoSchedule" },
    ]);
  });

  it("is labelled with the layout that the MIG manager knows", async () => {
    const pool: Settings = { ...sliced, nodes: 1, sharing: { kind: "mig", profile: "1g.18gb+me" } };
    const [patch] = await patches("slices", pool, [node("gpu-1")]);
    expect(patch.metadata.labels).toEqual({ "freehold.dev/pool": "slices", "nvidia.com/mig.config": "all-1g.18gb.me" });
  });

  it("is labelled with the device plugin's configuration where it is shared, and tainted against everybody else", async () => {
    const [patch] = await patches("bench", { ...shared, nodes: 1 }, [node("gpu-1")]);
    expect(patch.metadata.labels).toEqual({ "freehold.dev/pool": "bench", "nvidia.com/device-plugin.config": "bench" });
    expect(patch.spec.taints).toEqual([poolTaint(shared)]);
    expect(poolTaint(shared).value).toBe("hochschule");
  });
});

describe("the nodes a pool takes", () => {
  it("are its own first, then free ones, and never another pool's", () => {
    const nodes = [
      node("a", { "freehold.dev/pool": "other" }),
      node("b"),
      node("c", { "freehold.dev/pool": "h200" }),
      node("d"),
    ];
    expect(names(chooseNodes("h200", whole, nodes, existing))).toEqual(["b", "c"]);
  });

  it("are those with the labels that the file names, where it names some", () => {
    const pool = { ...whole, nodes: 1, nodeSelector: { rack: "7" } };
    const nodes = [node("a"), { ...node("b", { rack: "7" }), labels: { rack: "7" } }];
    expect(names(chooseNodes("h200", pool, nodes, existing))).toEqual(["b"]);
  });

  it("are none that carry the label of another accelerator, whatever the file names", () => {
    const pool = { ...whole, nodes: 1, nodeSelector: { rack: "7" } };
    const other = node("a", { rack: "7", "nvidia.com/gpu.product": "NVIDIA-L40S" });
    expect(names(chooseNodes("h200", pool, [other], existing))).toMatch(/^0 free nodes .*a is labelled .*NVIDIA-L40S$/);
  });

  it("may carry another label than one that the catalogue only guesses", () => {
    const pool: Settings = { ...whole, accelerator: "gb300", nodes: 1, nodeSelector: { rack: "7" } };
    const labelled = node("a", { rack: "7", "nvidia.com/gpu.product": "NVIDIA-GB300-Other" });
    expect(names(chooseNodes("gb300", pool, [labelled], existing))).toEqual(["a"]);
  });

  it("have as many GPUs as declared: whole, cut as declared or otherwise, or shared", () => {
    const pools = [whole, sliced, shared].map((pool) => ({ ...pool, nodes: 1 }));
    const advertised: [Record<string, string>, boolean][] = [
      [{ "nvidia.com/gpu": "8" }, true],
      [{ "nvidia.com/gpu": "7" }, false],
      [{ "nvidia.com/gpu": "0", "nvidia.com/mig-1g.18gb": "56" }, true],
      [{ "nvidia.com/gpu": "0", "nvidia.com/mig-2g.35gb": "24" }, true],
      [{ "nvidia.com/gpu": "4", "nvidia.com/mig-3g.71gb": "8" }, true],
      [{ "nvidia.com/gpu": "0", "nvidia.com/mig-1g.18gb": "55" }, false],
      [{ "nvidia.com/gpu": "0" }, false],
      [{}, false],
    ];
    for (const [allocatable, fits] of advertised) {
      const nodes = [node("a", {}, allocatable as { "nvidia.com/gpu": string })];
      for (const pool of pools) {
        expect("nodes" in chooseNodes("pool", pool, nodes, existing), JSON.stringify(allocatable)).toBe(fits);
      }
    }
    const halves = node("a", { "nvidia.com/gpu.replicas": "2" }, { "nvidia.com/gpu.shared": "16" } as never);
    expect(names(chooseNodes("bench", { ...shared, nodes: 1 }, [halves], existing))).toEqual(["a"]);
  });

  it("may show no GPUs yet where Freehold installs the operator, and are listed then", () => {
    const nodes = [node("a"), node("b", {}, {} as never)];
    expect(chooseNodes("h200", whole, nodes, installed)).toMatchObject({ awaited: ["b"] });
    expect(names(chooseNodes("h200", whole, nodes, existing))).toContain("b advertises 0 GPUs");
  });

  it("may show no GPUs while the MIG manager is cutting them", () => {
    const nodes = ["pending", "rebooting", "success"].map((state) =>
      node(state, { "nvidia.com/mig.config.state": state }, { "nvidia.com/gpu": "0" }),
    );
    expect(chooseNodes("slices", sliced, nodes, existing)).toMatchObject({ awaited: ["pending", "rebooting"] });
    expect(names(chooseNodes("slices", { ...sliced, nodes: 3 }, nodes, existing))).toContain(
      "success advertises 0 GPUs",
    );
  });

  it("are never awaited of another vendor, which has no operator of ours", () => {
    const pool: Settings = { ...whole, accelerator: "mi300x", nodes: 1, nodeSelector: { rack: "7" } };
    const bare = { name: "a", labels: { rack: "7" }, taints: [], allocatable: {} };
    expect(names(chooseNodes("amd", pool, [bare], installed))).toContain("a advertises 0 GPUs");
    const ready = { ...bare, allocatable: { "amd.com/gpu": "8" } };
    expect(names(chooseNodes("amd", pool, [ready], {}))).toEqual(["a"]);
  });

  it("advertise the RDMA devices that the pool declares", () => {
    const pool = { ...whole, nodes: 1, rdma: { resource: "rdma/hca", perNode: 2 } };
    const with_ = (devices: string) => node("a", {}, { "nvidia.com/gpu": "8", "rdma/hca": devices } as never);
    expect(names(chooseNodes("h200", pool, [with_("1")], existing))).toContain("a advertises 1 rdma/hca");
    expect(names(chooseNodes("h200", pool, [with_("2")], existing))).toEqual(["a"]);
  });

  it("stop a program before anything is registered when they are too few", async () => {
    const args = { ...whole, addons: existing, nodesInCluster: [node("a"), node("b", {}, { "nvidia.com/gpu": "4" })] };
    await expect(plan(() => new Pool("h200", args))).rejects.toThrow(
      /^Pool h200 declares 2 nodes .* the cluster has 1 free node .*; b advertises 4 GPUs\.$/,
    );
  });

  it("stop a program whose profile is another accelerator's", async () => {
    const sharing = { kind: "mig", profile: "1g.10gb" } as const;
    const args = { ...whole, sharing, addons: existing, nodesInCluster: [node("a"), node("b")] };
    await expect(plan(() => new Pool("slices", args))).rejects.toThrow(/^Pool slices asks for a MIG profile/);
  });

  it("are said to be missing in few words, however many there are", () => {
    const nodes = Array.from({ length: 500 }, (_, index) => node(`n${index}`, {}, { "nvidia.com/gpu": "4" }));
    expect(names(chooseNodes("h200", whole, nodes, existing))).toMatch(/n2 advertises 4 GPUs, 497 more like these$/);
  });
});

describe("several pools", () => {
  it("give a node to the one that has no other", () => {
    const pools = { any: { ...whole, nodes: 2 }, rack: { ...sliced, nodes: 1, nodeSelector: { rack: "7" } } };
    const nodes = [node("a", { rack: "7" }), node("b"), node("c")];
    const shares = shareNodes(pools, nodes, existing);
    expect(shares.any!.map(({ name }) => name)).toEqual(["b", "c"]);
    expect(shares.rack!.map(({ name }) => name)).toEqual(["a"]);
  });

  it("let a node go where they shrink, to one that wants just that node", () => {
    const pools = { any: { ...whole, nodes: 1 }, rack: { ...sliced, nodes: 1, nodeSelector: { rack: "7" } } };
    const nodes = [node("a", { rack: "7", "freehold.dev/pool": "any" }), node("b", { "freehold.dev/pool": "any" })];
    const shares = shareNodes(pools, nodes, existing);
    expect(names(chooseNodes("any", pools.any, shares.any!, existing))).toEqual(["b"]);
    expect(names(chooseNodes("rack", pools.rack, shares.rack!, existing))).toEqual(["a"]);
  });

  it("keep what runs their models, and the one that comes up short says so", () => {
    const pools = { any: { ...whole, nodes: 1 }, rack: { ...sliced, nodes: 1, nodeSelector: { rack: "7" } } };
    const nodes = [node("a", { rack: "7", "freehold.dev/pool": "any" }), node("b")];
    const shares = shareNodes(pools, nodes, existing);
    expect(names(chooseNodes("any", pools.any, shares.any!, existing))).toEqual(["a"]);
    expect(names(chooseNodes("rack", pools.rack, shares.rack!, existing))).toMatch(/^0 free nodes/);
  });

  it("take over the nodes of a pool that has another name now", () => {
    const nodes = [node("a", { "freehold.dev/pool": "former" }), node("b", { "freehold.dev/pool": "former" })];
    const shares = shareNodes({ h200: whole }, nodes, existing);
    expect(names(chooseNodes("h200", whole, shares.h200!, existing))).toEqual(["a", "b"]);
  });
});

describe("the cluster's nodes, before anything is made", () => {
  const country = (pools: Country["pools"], addons = existing) =>
    ({ pools, addons, target: { kind: "onprem", context: "alpen", place: "CH" } }) as unknown as Country;
  const mixed = { "nvidia.com/mig.strategy": "mixed" };

  it("are as declared", () => {
    const nodes = [node("a"), node("b"), node("c", mixed), node("d", mixed)];
    const pools = { h200: whole, slices: { ...sliced, nodeSelector: mixed } };
    expect(judgeNodes(country(pools), { nodes })).toEqual([]);
  });

  it("are too few: one report for each pool that lacks some", () => {
    const faults = judgeNodes(country({ h200: whole, slices: sliced }), {
      nodes: [node("a"), node("b"), node("c", mixed)],
    });
    expect(faults).toMatchObject([
      { at: ["pools", "slices", "nodes"], found: expect.stringMatching(/^1 free node with 8/) },
    ]);
  });

  it("advertise instances as whole GPUs: the operator that is there has another strategy", () => {
    const nodes = [node("a", { "nvidia.com/mig.strategy": "single" }), node("b")];
    const [fault, ...others] = judgeNodes(country({ slices: sliced }), { nodes });
    expect(others).toEqual([]);
    expect(fault).toMatchObject({
      at: ["pools", "slices", "sharing"],
      found: "nvidia.com/mig.strategy=single on a, b",
    });
    expect(fault!.remedy).toContain(`patch clusterpolicy cluster-policy --type merge`);
    expect(judgeNodes(country({ slices: sliced }, installed), { nodes })).toEqual([]);
  });

  it("could not be cut: the layout that the pool asked for has failed, and not one that it did not ask for", () => {
    const failed = { ...mixed, "nvidia.com/mig.config.state": "failed" };
    const asked = node("a", { ...failed, "nvidia.com/mig.config": "all-1g.18gb" });
    const former = node("b", { ...failed, "nvidia.com/mig.config": "all-7g.141gb" });
    const [fault, ...others] = judgeNodes(country({ slices: sliced }), { nodes: [asked, former] });
    expect(others).toEqual([]);
    expect(fault).toMatchObject({ at: ["pools", "slices", "sharing", "profile"] });
    expect(fault!.found).toMatch(/failed on a:/);
    expect(fault!.remedy).toMatch(/drain a .*app=nvidia-mig-manager .*spec.nodeName=a/);
  });
});
