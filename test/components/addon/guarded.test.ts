import type { ResourceTransformArgs } from "@pulumi/pulumi";
import { describe, expect, it } from "vitest";
import { guarded } from "../../../components/addon/guarded.ts";
import { parseCountry } from "../../../components/country.ts";

const country = parseCountry({
  country: "CH",
  operator: { name: "Alpen AI", domain: "alpen-ai.example" },
  target: { kind: "onprem", context: "alpen", place: "CH" },
  state: { backend: "file:///srv/freehold/state", secretsProvider: "passphrase" },
  pools: { h200: { accelerator: "h200-sxm", nodes: 1 } },
  models: { apertus: { model: "swiss-ai/Apertus-8B-Instruct-2509", pool: "h200" } },
  tenants: { kanton: {} },
});
const passed = async (type: string, props: object, protect = false) => {
  const args = { type: `kubernetes:${type}`, name: "it", custom: true, props, opts: { deleteBeforeReplace: true } };
  return guarded(country, { protect })(args as ResourceTransformArgs);
};

// On the real engine with the official provider: test/engine/addon.test.ts.
describe("an object of a chart", () => {
  it("is left alone where it is the chart itself", async () => {
    await expect(passed("helm.sh/v4:Chart", { values: { image: "quay.io/a/b:v1" } })).resolves.toBeUndefined();
  });

  it("takes its images from the registry and keeps its options", async () => {
    await expect(passed("core/v1:Pod", { spec: { containers: [{ image: "quay.io/a/b:v1" }] } })).resolves.toEqual({
      props: { spec: { containers: [{ image: "registry.alpen-ai.example/a/b:v1" }] } },
      opts: { deleteBeforeReplace: true },
    });
  });

  it("is refused by its name where an image cannot be pinned", async () => {
    await expect(passed("core/v1:Pod", { spec: { containers: [{ image: "quay.io/a/b" }] } })).rejects.toThrow(
      "quay.io/a/b has neither tag nor digest",
    );
  });

  it("opens no way out that leads everywhere", async () => {
    const named = { to: [{ podSelector: {} }], ports: [{ port: 443 }] };
    const spec = {
      podSelector: {},
      policyTypes: ["Egress"],
      egress: [{}, { to: [] }, { ports: [{ port: 443 }] }, named],
    };
    const result = await passed("networking.k8s.io/v1:NetworkPolicy", { spec });
    expect(result?.props).toEqual({ spec: { ...spec, egress: [named] } });
    const ingress = { spec: { podSelector: {}, ingress: [{}] } };
    expect((await passed("networking.k8s.io/v1:NetworkPolicy", ingress))?.props).toEqual(ingress);
  });

  it("loses prose where it is a definition, and is kept where data hangs on it", async () => {
    const schema = (prose: object) => ({ properties: { description: { type: "string", ...prose } }, ...prose });
    const type = "apiextensions.k8s.io/v1:CustomResourceDefinition";
    const result = await passed(type, { spec: { schema: schema({ description: "Long." }) } }, true);
    expect(result).toEqual({
      props: { spec: { schema: schema({}) } },
      opts: { deleteBeforeReplace: true, retainOnDelete: false, protect: true },
    });
    expect((await passed(type, {}))?.opts).toEqual({ deleteBeforeReplace: true, retainOnDelete: false });
  });
});
