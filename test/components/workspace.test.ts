import { describe, expect, it } from "vitest";
import { type Country, jurisdiction } from "../../components/country.ts";
import { Queues } from "../../components/queues.ts";
import { Workspace } from "../../components/workspace.ts";
import type { Resource } from "../../policies/fact.ts";
import { judge } from "../../policies/judge.ts";
import { plan } from "../../policies/program.ts";

type Settings = NonNullable<Country["tenants"][string]["workspace"]>;

const whole = { accelerator: "h200-sxm", nodes: 2, gpusPerNode: 8, sharing: { kind: "whole" } } as const;
const pools: Country["pools"] = {
  h200: whole,
  spare: { ...whole, nodes: 1 },
  slices: { ...whole, sharing: { kind: "mig", profile: "2g.35gb" } },
  bench: { ...whole, accelerator: "l40s", sharing: { kind: "time-slicing", replicas: 4, tenant: "hochschule" } },
};
const settings: Settings = { cpu: 16, memoryGiB: 64, storageGiB: 100, gpus: {}, borrow: false };
const law = jurisdiction({
  country: "CH",
  operator: { name: "Alpen AI", domain: "alpen-ai.example" },
  registry: "registry.alpen-ai.example",
  guards: { hosts: [], registries: [] },
});

const planned = async (name: string, changes: Partial<Settings> = {}, erase: Country["erase"] = []) => {
  const resources = await plan(() => new Workspace(name, { ...settings, ...changes, pools, erase }));
  expect(judge(resources, law).findings).toEqual([]);
  return resources;
};
const kinds = (resources: Resource[]) =>
  resources
    .filter(({ type }) => type.startsWith("kubernetes:"))
    .map(({ props, type }) => props.kind ?? type.split(":").at(-1));
// biome-ignore lint/suspicious/noExplicitAny: inputs of a resource.
const one = (resources: Resource[], kind: string): any =>
  resources.find(({ type }) => type.endsWith(`:${kind}`))?.props ??
  resources.find(({ props }) => props.kind === kind)?.props;

describe("a tenant's workspace", () => {
  it("is few objects: five without GPUs, seven with", async () => {
    const closed = ["Namespace", "NetworkPolicy", "ResourceQuota", "LimitRange", "RoleBinding"];
    expect(kinds(await planned("kanton"))).toEqual(closed);
    expect(kinds(await planned("kanton", { gpus: { slices: 4 } }))).toEqual([...closed, "ClusterQueue", "LocalQueue"]);
  });

  it("is the tenant's people's to edit, and nobody else's", async () => {
    const { roleRef, subjects, metadata } = one(await planned("kanton"), "RoleBinding");
    expect(metadata.namespace).toBe("tenant-kanton");
    expect(roleRef).toMatchObject({ kind: "ClusterRole", name: "edit" });
    expect(subjects).toMatchObject([{ kind: "Group", name: "freehold:tenant:kanton" }]);
  });

  it("reaches its own pods, cluster DNS and the gateway, and is reached by its own pods alone", async () => {
    const { spec } = one(await planned("kanton"), "NetworkPolicy");
    expect(spec.ingress).toEqual([{ from: [{ podSelector: {} }] }]);
    const namespaces = JSON.stringify(spec.egress).match(/"kubernetes.io\/metadata.name":"([\w-]+)"/g);
    expect(namespaces).toEqual(
      ["kube-system", "openshift-dns", "envoy-gateway-system"].map((name) => `"kubernetes.io/metadata.name":"${name}"`),
    );
    expect(spec.egress).toContainEqual({ to: [{ podSelector: {} }] });
    // The proxies tell on other ports whom they serve.
    expect(spec.egress.at(-1).ports).toEqual([{ protocol: "TCP", port: 10443 }]);
    expect(JSON.stringify(spec.egress)).not.toContain("ipBlock");
  });

  it("may ask for what it was given, and for nothing of any other pool", async () => {
    const { spec } = one(await planned("kanton", { gpus: { slices: 4 } }), "ResourceQuota");
    expect(spec.hard).toEqual({
      "requests.cpu": "16",
      "requests.memory": "64Gi",
      "limits.memory": "64Gi",
      "requests.storage": "100Gi",
      pods: "160",
      "services.loadbalancers": "0",
      "services.nodeports": "0",
      "requests.nvidia.com/gpu": "0",
      "requests.nvidia.com/mig-2g.35gb": "4",
      "requests.nvidia.com/gpu.shared": "0",
    });
  });

  it("may ask for all there is of a pool that it borrows of, and the queue says how much of it at a time", async () => {
    const { spec } = one(await planned("kanton", { gpus: { slices: 4 }, borrow: true }), "ResourceQuota");
    expect(spec.hard).toMatchObject({
      "requests.nvidia.com/mig-2g.35gb": "48",
      "requests.nvidia.com/gpu": "0",
    });
  });

  it("adds up pools of one resource", async () => {
    const { spec } = one(await planned("kanton", { gpus: { h200: 3, spare: 2 } }), "ResourceQuota");
    expect(spec.hard["requests.nvidia.com/gpu"]).toBe("5");
  });

  it("keeps its data until the file has said a second word", async () => {
    const protection = async (erase: Country["erase"]) => {
      const seen: [string, boolean | undefined][] = [];
      await plan(
        () =>
          new Workspace(
            "kanton",
            { ...settings, pools, erase },
            {
              transformations: [
                ({ type, opts }) => {
                  seen.push([type.split(":").at(-1)!, opts.protect]);
                  return undefined;
                },
              ],
            },
          ),
      );
      return Object.fromEntries(seen).ClosedNamespace;
    };
    await expect(protection([])).resolves.toBe(true);
    await expect(protection(["tenants/bank", "storage"])).resolves.toBe(true);
    await expect(protection(["tenants/kanton"])).resolves.toBe(false);
    await expect(protection(["everything"])).resolves.toBe(false);
  });
});

describe("a workspace alone in somebody's program", () => {
  it("stops it before anything is registered where a pool is none", async () => {
    await expect(planned("kanton", { gpus: { h100: 4 } })).rejects.toThrow(
      "Workspace kanton has GPUs of h100, which is no pool.",
    );
  });
});

describe("a tenant's queue", () => {
  it("counts CPU and memory beside GPUs, and lends and borrows neither", async () => {
    const { spec } = one(await planned("kanton", { gpus: { slices: 4 } }), "ClusterQueue");
    expect(spec.resourceGroups[0]).toEqual({
      coveredResources: ["cpu", "memory"],
      flavors: [
        {
          name: "freehold",
          resources: [
            { name: "cpu", nominalQuota: "16", borrowingLimit: "0", lendingLimit: "0" },
            { name: "memory", nominalQuota: "64Gi", borrowingLimit: "0", lendingLimit: "0" },
          ],
        },
      ],
    });
  });

  it("borrows only where the file says so, and always lends what is idle and takes it back", async () => {
    const own = { name: "nvidia.com/mig-2g.35gb", nominalQuota: "4" };
    const queue = async (borrow: boolean) =>
      one(await planned("kanton", { gpus: { slices: 4 }, borrow }), "ClusterQueue").spec;
    const [alone, borrowing] = [await queue(false), await queue(true)];
    expect(alone.resourceGroups[1].flavors[0].resources).toEqual([{ ...own, borrowingLimit: "0" }]);
    expect(borrowing.resourceGroups[1].flavors[0].resources).toEqual([own]);
    for (const { cohortName, preemption, queueingStrategy } of [alone, borrowing]) {
      expect({ cohortName, queueingStrategy }).toEqual({ cohortName: "freehold", queueingStrategy: "BestEffortFIFO" });
      expect(preemption).toEqual({ reclaimWithinCohort: "Any" });
    }
  });

  it("has each resource in one group, with every pool that gives it in the order of the file", async () => {
    const gpus = { spare: 2, slices: 4, h200: 3 };
    const { spec } = one(await planned("kanton", { gpus }), "ClusterQueue");
    const groups = spec.resourceGroups.map(({ coveredResources, flavors }: never) => [
      coveredResources,
      (flavors as { name: string }[]).map(({ name }) => name),
    ]);
    expect(groups.slice(1)).toEqual([
      [["nvidia.com/gpu"], ["freehold-spare", "freehold-h200"]],
      [["nvidia.com/mig-2g.35gb"], ["freehold-slices"]],
    ]);
  });

  it("takes jobs of its own namespace alone, which is one that Kueue minds", async () => {
    const resources = await planned("kanton", { gpus: { slices: 4 } });
    const { labels } = one(resources, "Namespace").metadata;
    expect(one(resources, "ClusterQueue").spec.namespaceSelector.matchLabels).toEqual({
      "freehold.dev/tenant": "kanton",
    });
    expect(labels).toMatchObject({ "freehold.dev/tenant": "kanton", "freehold.dev/queued": "true" });
    expect(one(resources, "LocalQueue")).toMatchObject({
      metadata: { name: "default", namespace: "tenant-kanton" },
      spec: { clusterQueue: "tenant-kanton" },
    });
    expect(one(await planned("kanton"), "Namespace").metadata.labels).not.toHaveProperty("freehold.dev/queued");
  });
});

describe("what all queues share", () => {
  const tenants = (gpus: Settings["gpus"]) =>
    ({ kanton: { workspace: { ...settings, gpus } }, bank: {} }) as unknown as Country["tenants"];
  const flavors = async (gpus: Settings["gpus"]) => {
    const resources = await plan(() => new Queues("queues", { pools, tenants: tenants(gpus) }));
    expect(judge(resources, law).findings).toEqual([]);
    return resources.filter(({ props }) => props.kind === "ResourceFlavor").map(({ props }) => props);
  };

  it("is one flavor for CPU and memory, and one for each pool that some tenant has a part of", async () => {
    expect(await flavors({ slices: 4, bench: 8 })).toMatchObject([
      { metadata: { name: "freehold" }, spec: {} },
      {
        metadata: { name: "freehold-slices" },
        spec: {
          nodeLabels: { "freehold.dev/pool": "slices" },
          tolerations: [{ key: "nvidia.com/gpu", operator: "Equal", value: "present", effect: "NoSchedule" }],
        },
      },
      {
        metadata: { name: "freehold-bench" },
        spec: { tolerations: [{ key: "nvidia.com/gpu", operator: "Equal", value: "hochschule" }] },
      },
    ]);
  });

  it("is a cohort without GPUs of its own: nothing that models run on is ever lent", async () => {
    const resources = await plan(() => new Queues("queues", { pools, tenants: tenants({ slices: 4 }) }));
    expect(one(resources, "Cohort")).toMatchObject({ metadata: { name: "freehold" }, spec: {} });
    expect(one(resources, "Cohort").spec).toEqual({});
  });
});
