import { beforeAll, describe, expect, it } from "vitest";
import { planCountry } from "../../../../cli/plan-country.ts";
import { parseCountry } from "../../../../components/country.ts";
import type { Resource } from "../../../../policies/fact.ts";

const spot = { capacity: { kind: "spot" } };
const tolerated = {
  key: "kubernetes.azure.com/scalesetpriority",
  operator: "Equal",
  value: "spot",
  effect: "NoSchedule",
};

/** Two pools, one model on each, and jobs of a tenant on both. */
const planned = (nodePools: object) =>
  planCountry(
    parseCountry({
      country: "BR",
      operator: { name: "Nuvem BR", domain: "nuvem-br.example" },
      target: {
        kind: "azure",
        location: "brazilsouth",
        subscription: "5b0c1f5e-8a5a-4f0e-9d3c-2f6f3f9a7b11",
        tenant: "c3a9e1d2-5f47-4b6a-8d2e-7c1b0a9f8e66",
        admins: ["8d1f2c3b-4a5e-4f60-9b7c-1d2e3f4a5b6c"],
        nodePools,
      },
      state: { backend: "file:///srv/state", secretsProvider: "passphrase" },
      pools: {
        steady: { accelerator: "a100-pcie-80", nodes: 2, gpusPerNode: 1 },
        cheap: { accelerator: "a100-pcie-80", nodes: 2, gpusPerNode: 1 },
      },
      models: {
        sabia: { model: "BSC-LT/salamandra-7b-instruct", pool: "cheap" },
        onca: { model: "BSC-LT/salamandra-7b-instruct", pool: "steady" },
      },
      tenants: { receita: { workspace: { gpus: { cheap: 1, steady: 1 } } } },
    }),
  );

describe("a country with a spot pool on Azure", () => {
  let resources: Resource[];
  beforeAll(async () => {
    resources = await planned({ cheap: spot });
  });
  // biome-ignore lint/suspicious/noExplicitAny: inputs of a resource.
  const one = (type: string, name: string): any =>
    resources.find((each) => each.type.endsWith(type) && each.name === name)?.props;

  it("runs the models of that pool there, and lets no other near it", () => {
    const tolerations = (model: string) => one(":Deployment", model).spec.template.spec.tolerations;
    expect(tolerations("sabia")).toContainEqual(tolerated);
    expect(tolerations("onca")).not.toContainEqual(tolerated);
  });

  it("lets jobs of tenants into it through its queue alone", () => {
    const flavor = (pool: string) => one(":ResourceFlavor", `ResourceFlavor-freehold-${pool}`).spec.tolerations;
    expect(flavor("cheap")).toContainEqual(tolerated);
    expect(flavor("steady")).not.toContainEqual(tolerated);
  });

  it("has the GPU operator's daemons on its nodes, and those of every other pool", () => {
    const { values } = one(":Chart", "gpu-operator");
    const gpus = expect.objectContaining({ key: "nvidia.com/gpu", operator: "Exists" });
    expect(values.daemonsets.tolerations).toEqual([gpus, tolerated]);
    expect(values["node-feature-discovery"].worker.tolerations).toEqual(expect.arrayContaining([gpus, tolerated]));
  });

  it("tells the chart nothing of tolerations where no pool is spot: it has its own", async () => {
    const steady = await planned({});
    const { values } = steady.find(({ type, name }) => type.endsWith(":Chart") && name === "gpu-operator")!.props as {
      values: object;
    };
    expect(values).not.toHaveProperty("daemonsets");
    expect(JSON.stringify(steady)).not.toContain("scalesetpriority");
  });
});
