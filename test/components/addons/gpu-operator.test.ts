import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { addon } from "../../../catalogue/index.ts";
import { Addon } from "../../../components/addon.ts";
import { gpuOperator } from "../../../components/addons/gpu-operator.ts";
import { type Country, jurisdiction, parseCountry } from "../../../components/country.ts";
import { judge } from "../../../policies/judge.ts";
import { plan } from "../../../policies/program.ts";

const declared = {
  country: "CH",
  operator: { name: "Alpen AI", domain: "alpen-ai.example" },
  target: { kind: "onprem", context: "alpen", place: "CH" },
  state: { backend: "file:///srv/freehold/state", secretsProvider: "passphrase" },
  pools: { h200: { accelerator: "h200-sxm", nodes: 1 } },
  models: { apertus: { model: "swiss-ai/Apertus-8B-Instruct-2509", pool: "h200" } },
  tenants: { kanton: {} },
};
const bench = { accelerator: "l40s", nodes: 1, gpusPerNode: 4, sharing: { kind: "time-slicing", tenant: "kanton" } };
const shared = {
  ...declared,
  pools: { ...declared.pools, bench },
  tenants: { kanton: { workspace: { gpus: { bench: 16 } } } },
};
const country = (changes: object = {}) => parseCountry({ ...declared, ...changes });
// biome-ignore lint/suspicious/noExplicitAny: values of a chart.
const values = (of: Country): any => gpuOperator.values!(of, addon("gpu-operator"))["gpu-operator"];
const objects = async (of: Country) => {
  const { mode, version } = of.addons["gpu-operator"]!;
  const resources = await plan(() => new Addon("gpu-operator", { id: "gpu-operator", mode, version, country: of }));
  return resources.filter(({ type }) => type.endsWith(":ConfigMap"));
};

describe("the GPU operator", () => {
  it("leaves drivers to the nodes, or takes one version of them from the country's registry", () => {
    expect(values(country()).driver).toEqual({ enabled: false });
    const changes = {
      drivers: { from: "registry", version: "580.105.08" },
      addons: { "gpu-operator": { mode: "install" } },
      pools: { h200: { ...declared.pools.h200, nodeSelector: { rack: "7" } } },
    };
    expect(values(country(changes)).driver).toEqual({ enabled: true, version: "580.105.08" });
  });

  it("gives no GPU to a pod that only names it in a variable", () => {
    const { env } = values(country()).toolkit;
    expect(env).toEqual([{ name: "ACCEPT_NVIDIA_VISIBLE_DEVICES_ENVVAR_WHEN_UNPRIVILEGED", value: "false" }]);
  });

  it("reads how GPUs are shared only where some are", () => {
    expect(values(country()).devicePlugin).toEqual({});
    expect(values(country(shared)).devicePlugin).toEqual({ config: { name: "freehold-time-slicing" } });
  });

  it("finds the shares of each pool under the pool's name, whoever installed it", async () => {
    await expect(objects(country())).resolves.toEqual([]);
    const resources = await objects(country(shared));
    expect(judge(resources, jurisdiction(country())).findings).toEqual([]);
    const [map, ...others] = resources.map(({ props }) => props);
    expect(others).toEqual([]);
    expect(map).toMatchObject({ metadata: { name: "freehold-time-slicing", namespace: "gpu-operator" } });
    const data = map!.data as Record<string, string>;
    expect(Object.keys(data)).toEqual(["bench"]);
    expect(parse(data.bench!)).toEqual({
      version: "v1",
      sharing: {
        timeSlicing: {
          renameByDefault: true,
          failRequestsGreaterThanOne: true,
          resources: [{ name: "nvidia.com/gpu", replicas: 4 }],
        },
      },
    });
  });
});
