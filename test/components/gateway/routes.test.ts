import { expect, it } from "vitest";
import { modelServers } from "../../../components/country/model-servers.ts";
import { modelRoutes } from "../../../components/gateway/routes.ts";

const models = { large: { replicas: 2, fallback: "small" }, small: { replicas: 1 } };
const both = Object.keys(models);

/** Where each model's requests go, by route. */
function backends(tenants: Parameters<typeof modelServers>[1]) {
  const routes = modelRoutes(modelServers(models, tenants), "ai.alpen-ai.example");
  return Object.fromEntries(
    routes.map(({ name, servers, spec }) => {
      const { rules } = spec as { rules: { backendRefs: object[] }[] };
      return [name, { servers, backendRefs: rules.map(({ backendRefs }) => backendRefs) }];
    }),
  );
}

it("leads to the fallback after the model itself, by the fallback's own name", () => {
  expect(backends({ bank: { models: both, ownReplicas: 0 } })).toEqual({
    "models-1": {
      servers: ["large", "small"],
      backendRefs: [
        [{ name: "large" }, { name: "small", priority: 1, modelNameOverride: "small" }],
        [{ name: "small" }],
      ],
    },
  });
});

it("leads a tenant with replicas of its own to its own fallback, and to nobody else's", () => {
  const { "tenant-clinic-1": own } = backends({ clinic: { models: both, ownReplicas: 1 } });
  expect(own).toEqual({
    servers: ["clinic-large", "clinic-small"],
    backendRefs: [
      [{ name: "clinic-large" }, { name: "clinic-small", priority: 1, modelNameOverride: "small" }],
      [{ name: "clinic-small" }],
    ],
  });
});

it("leads nowhere else where nobody shares the fallback", () => {
  const { "models-1": shared } = backends({ clinic: { models: ["small"], ownReplicas: 1 } });
  expect(shared).toEqual({ servers: ["large"], backendRefs: [[{ name: "large" }]] });
});
