import * as pulumi from "@pulumi/pulumi";
import { describe, expect, it } from "vitest";
import { ClosedNamespace } from "../../components/closed-namespace.ts";
import { Gateway } from "../../components/gateway.ts";
import { Model } from "../../components/model.ts";
import { Platform } from "../../components/platform.ts";
import { Pool } from "../../components/pool.ts";
import { Tenant } from "../../components/tenant.ts";
import { plan } from "../../policies/program.ts";

const registry = "registry.example.ch";
const model = {
  model: "swiss-ai/Apertus-8B-Instruct-2509",
  pool: "l40s",
  engine: "vllm" as const,
  replicas: 1,
  gpus: 1,
  contextTokens: 8192,
  image: `${registry}/vllm/vllm-openai:v0.25.1`,
  weights: `${registry}/models/apertus:main`,
};
const tenant = {
  displayName: "Bank",
  models: ["apertus"],
  tokensPerMinute: 1000,
  requestsPerMinute: 10,
  keyGeneration: 1,
};
const node = {
  name: "gpu-1",
  labels: { "nvidia.com/gpu.product": "NVIDIA-L40S" },
  taints: [{ key: "rack", value: "7", effect: "NoSchedule" }],
  allocatable: { "nvidia.com/gpu": "4" },
};

/** The kinds a component makes by itself, in any program, with plain arguments and no country. */
const kinds = async (build: () => unknown) =>
  (await plan(build))
    .filter(({ type }) => type.startsWith("kubernetes:"))
    .map(({ type }) => type.split(":").at(-1))
    .sort();

describe("a component alone in somebody's program", () => {
  it("is a closed namespace", async () => {
    const made = kinds(() => new ClosedNamespace("team", { namespace: "team", quota: { pods: "5" } }));
    await expect(made).resolves.toEqual(["LimitRange", "Namespace", "NetworkPolicy", "NetworkPolicy", "ResourceQuota"]);
  });

  it("is a pool, which keeps the taints that a node has", async () => {
    const [, patch] = await plan(
      () => new Pool("l40s", { accelerator: "l40s", nodes: 1, gpusPerNode: 4, nodesInCluster: [node] }),
    );
    expect(patch?.type).toBe("kubernetes:core/v1:NodePatch");
    expect(patch?.props).toMatchObject({
      metadata: { name: "gpu-1", labels: { "freehold.dev/pool": "l40s" } },
      spec: { taints: [{ key: "nvidia.com/gpu" }, { key: "rack", value: "7" }] },
    });
  });

  it("is a platform", async () => {
    const pools = { l40s: { accelerator: "l40s", nodes: 2, gpusPerNode: 4 } };
    const resources = await plan(
      () => new Platform("platform", { pools, registry, guards: { hosts: [], registries: [] } }),
    );
    const quota = resources.find(({ name }) => name === "models-quota");
    expect(quota?.props).toMatchObject({ spec: { hard: { "requests.nvidia.com/gpu": "8" } } });
  });

  it("is a model, which reaches nothing", async () => {
    const args = { ...model, namespace: "models", accelerator: "l40s" };
    const made = kinds(() => new Model("apertus", args));
    await expect(made).resolves.toEqual([
      "Deployment",
      "NetworkPolicy",
      "PodDisruptionBudget",
      "Service",
      "ServiceAccount",
    ]);
    const policy = (await plan(() => new Model("apertus", args))).find(({ type }) => type.endsWith(":NetworkPolicy"));
    expect(policy?.props).toMatchObject({ spec: { policyTypes: ["Ingress", "Egress"] } });
    expect(policy?.props.spec).not.toHaveProperty("egress");
  });

  it("is a gateway before models of its own", async () => {
    const made = await plan(() => {
      const apertus = new Model("apertus", { ...model, namespace: "models", accelerator: "l40s" });
      const gateway = { host: "ai.example.ch", tlsSecret: "tls", replicas: 1 };
      const rest = { namespace: "gateway", registry, tenants: { bank: tenant }, models: { apertus } };
      expect(new Gateway("door", { ...gateway, ...rest }).addresses).toEqual({ bank: "https://bank.ai.example.ch/v1" });
    });
    const backend = made.find(({ type }) => type.endsWith(":Backend"));
    expect(backend?.props).toMatchObject({
      spec: { endpoints: [{ fqdn: { hostname: "apertus.models.svc.cluster.local", port: 8000 } }] },
    });
  });

  it("is a tenant, whose key never is a plain input of anything but its secret", async () => {
    const made = await plan(
      () =>
        new Tenant("bank", {
          ...tenant,
          gatewayNamespace: "gateway",
          gateway: { name: "ai", listener: "tenants" },
          host: "bank.ai.example.ch",
          keySeed: pulumi.secret("s".repeat(32)),
          operator: "Example",
        }),
    );
    const holders = made.filter(({ props }) => /fh-[\w-]{43}/.test(JSON.stringify(props))).map(({ type }) => type);
    expect(holders).toEqual(["kubernetes:core/v1:Secret"]);
  });
});
