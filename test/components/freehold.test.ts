import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, it } from "vitest";
import type { ClusterState } from "../../components/cloud.ts";
import { type Country, loadCountry } from "../../components/country.ts";
import { Freehold } from "../../components/freehold.ts";
import { chooseNodes } from "../../components/pool.ts";
import { preflight } from "../../components/preflight.ts";
import { apiKey } from "../../components/tenant.ts";
import type { Resource } from "../../policies/fact.ts";
import { plan } from "../../policies/program.ts";

const country = loadCountry(fileURLToPath(new URL("../../stacks/Pulumi.ch.yaml", import.meta.url)));
const keySeed = "0123456789abcdef0123456789abcdef";

const node = (name: string, gpus = "8", labels: Record<string, string> = {}) => ({
  name,
  labels: { "nvidia.com/gpu.product": "NVIDIA-H200", ...labels },
  taints: [],
  allocatable: { "nvidia.com/gpu": gpus },
});
const cluster: ClusterState = {
  version: "v1.36.1",
  rehearsal: true,
  nodes: ["h200-01", "h200-02", "h200-03", "h200-04", "h200-05"].map((name) => node(name)),
  serves: ["gateway.networking.k8s.io/v1", "gateway.envoyproxy.io/v1alpha1", "aigateway.envoyproxy.io/v1beta1"],
};

const planned = (changes: Partial<Country> = {}) =>
  plan(() => new Freehold("ch", { country: { ...country, ...changes }, cluster, keySeed }));

describe("the whole country", () => {
  let resources: Resource[];
  beforeAll(async () => {
    resources = await planned();
  });

  it("keeps the names of its resources, which are contract: a changed name replaces what stands", () => {
    const names = resources.map(({ urn }) => urn.split("::").slice(2).join("::")).sort();
    expect(names).toMatchSnapshot();
  });

  it("gives every object the country's own provider, and never the default one", () => {
    const objects = resources.filter(({ type }) => type.startsWith("kubernetes:"));
    expect(objects.length).toBeGreaterThan(40);
    expect(objects.filter(({ provider }) => provider?.name !== "cluster")).toEqual([]);
  });

  it("takes every image from the declared registry", () => {
    const images = JSON.stringify(resources).match(/"(image|reference)":"[^"]+"/g) ?? [];
    expect(images.length).toBeGreaterThanOrEqual(4);
    for (const image of images) expect(image).toContain(`:"${country.registry}/`);
  });

  it("puts nothing into the state of a component that an argument carried", () => {
    const components = resources.filter(({ type }) => type.startsWith("freehold:"));
    expect(components.map(({ props }) => props)).toEqual(components.map(() => ({})));
  });

  it("opens the gateway to no tenant but by its own key, host and models", () => {
    const policies = resources.filter(({ props }) => props.kind === "SecurityPolicy").map(({ props }) => props.spec);
    // biome-ignore lint/suspicious/noExplicitAny: objects of a custom resource.
    const [closed, tenants] = policies as any[];
    expect(closed.authorization).toEqual({ defaultAction: "Deny" });
    expect(tenants.authorization.defaultAction).toBe("Deny");
    for (const rule of tenants.authorization.rules) {
      expect(rule.principal.headers.map(({ name }: { name: string }) => name)).toEqual([
        "x-freehold-tenant",
        ":authority",
        "x-ai-eg-model",
      ]);
    }
  });

  it("silences the model server", () => {
    const deployment = resources.find(({ type }) => type === "kubernetes:apps/v1:Deployment");
    const text = JSON.stringify(deployment?.props);
    for (const name of ["VLLM_NO_USAGE_STATS", "DO_NOT_TRACK", "HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE"]) {
      expect(text).toContain(`{"name":"${name}","value":"1"}`);
    }
  });
});

describe("a pool", () => {
  const pool = country.pools.h200!;

  it("takes its own nodes first, then free ones, and never another pool's", () => {
    const nodes = [
      node("a", "8", { "freehold.dev/pool": "other" }),
      node("b"),
      node("c", "8", { "freehold.dev/pool": "h200" }),
      node("d"),
    ];
    const choice = chooseNodes("h200", { ...pool, nodes: 2 }, nodes);
    expect("nodes" in choice && choice.nodes.map(({ name }) => name)).toEqual(["b", "c"]);
  });

  it("refuses a node whose GPUs are fewer than declared, or of another kind", () => {
    const nodes = [node("a", "4"), { ...node("b"), labels: { "nvidia.com/gpu.product": "NVIDIA-L40S" } }];
    expect(chooseNodes("h200", { ...pool, nodes: 1 }, nodes)).toMatchObject({
      found: expect.stringMatching(/^0 free/),
    });
  });

  it("stops a program before anything is registered when it comes up short", async () => {
    const pools = { h200: { ...pool, nodes: 6 } };
    await expect(planned({ pools })).rejects.toThrow(/declares 6 nodes .* the cluster has 5 free nodes/);
  });
});

describe("preflight", () => {
  it("passes a cluster that has what is declared", () => {
    expect(preflight(country, cluster)).toEqual([]);
  });

  it("names each add-on that is missing, an old Kubernetes, and a short pool, all at once", () => {
    const faults = preflight(country, { version: "v1.33.4+k3s1", rehearsal: false, nodes: [], serves: [] });
    expect(faults.map(({ found }) => found)).toEqual([
      expect.stringContaining("v1.33.4+k3s1"),
      expect.stringContaining("gateway.envoyproxy.io/v1alpha1"),
      expect.stringContaining("aigateway.envoyproxy.io/v1beta1"),
      expect.stringContaining("0 free nodes"),
    ]);
    for (const { remedy } of faults) expect(remedy).not.toBe("");
  });
});

describe("an API key", () => {
  it("differs by seed, tenant and generation, and by nothing else", () => {
    const keys = [
      apiKey(keySeed, "a", 1),
      apiKey(keySeed, "a", 2),
      apiKey(keySeed, "b", 1),
      apiKey(`${keySeed}x`, "a", 1),
    ];
    expect(new Set(keys).size).toBe(4);
    expect(apiKey(keySeed, "a", 1)).toBe(keys[0]);
    for (const key of keys) expect(key).toMatch(/^fh-[\w-]{43}$/);
  });
});
