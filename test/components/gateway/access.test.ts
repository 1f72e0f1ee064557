import { beforeAll, describe, expect, it } from "vitest";
import { apiKey } from "../../../components/gateway.ts";
import { ask } from "./door.ts";
import { gatewayOf, host, keySeed, numbered, objects, seeded, type Tenants, tenant } from "./planned.ts";

const keyOf = (name: string, generation = 1) => apiKey(keySeed, { tenant: name, key: "default", generation });

describe("any tenants and models", () => {
  // Up to 40 tenants that use any of up to 24 models, alone or with others.
  const drawn = (seed: number) => {
    const random = seeded(seed);
    const below = (most: number) => Math.floor(random() * most);
    const models = numbered("model", 1 + below(24));
    const tenants: Tenants = {};
    for (const name of numbered("tenant", 1 + below(40))) {
      const some = models.filter(() => random() < 0.6);
      const ownReplicas = random() < 0.2 ? 1 : 0;
      tenants[name] = tenant(some.length > 0 ? some : models, { ownReplicas, ownKey: random() < 0.2 });
    }
    return { models, tenants };
  };

  it.each(Array.from({ length: 8 }, (_, seed) => seed))(
    "are each let in where they may, once, and nowhere else (seed %i)",
    async (seed) => {
      const { models, tenants } = drawn(seed);
      const made = objects(await gatewayOf(models, tenants));
      for (const [name, { models: own, ownReplicas }] of Object.entries(tenants)) {
        const at = `${name}.${host}`;
        for (const model of [...models, "model-999"]) {
          const answer = ask(made, { key: keyOf(name), host: at, model });
          if (!own.includes(model)) expect(answer, `${name} ${model}`).toEqual({ status: 403, tenant: name });
          else {
            const backend = ownReplicas > 0 ? `${name}-${model}` : model;
            expect(answer, `${name} ${model}`).toMatchObject({ status: 200, tenant: name, backends: [backend] });
            expect(answer.rules, `${name} ${model}`).toHaveLength(1);
            expect(made, backend).toHaveProperty([`AIServiceBackend/${backend}`]);
          }
        }
        const { list } = ask(made, { key: keyOf(name), host: at, path: "/v1/models" });
        expect(list).toEqual([...own].sort());
      }
    },
  );
});

describe("somebody who tries", () => {
  const models = ["apertus", "embeddings"];
  // Names that begin and end alike.
  const tenants = {
    bank: tenant(models),
    "bank-2": tenant(["apertus"]),
    ban: tenant(["apertus"]),
    clinic: tenant(models, { profile: "health", ownReplicas: 1, ownKey: true }),
  };
  // biome-ignore lint/suspicious/noExplicitAny: objects of custom resources.
  let made: Record<string, any>;
  beforeAll(async () => {
    made = objects(await gatewayOf(models, tenants));
  });
  const tried = (key: string | undefined, at: string, model = "apertus") => ask(made, { key, host: at, model }).status;

  it("gets in with a key at its own host, with the port written or not", () => {
    expect(tried(keyOf("bank"), `bank.${host}`)).toBe(200);
    expect(tried(keyOf("bank"), `bank.${host}:443`)).toBe(200);
  });

  it("does not get in without a key, with another's generation of it, or with a made-up one", () => {
    expect(tried(undefined, `bank.${host}`)).toBe(401);
    expect(tried(keyOf("bank", 2), `bank.${host}`)).toBe(401);
    expect(tried("fh-", `bank.${host}`)).toBe(401);
  });

  it.each([
    ["another tenant's", `ban.${host}`],
    ["one that begins like its own", `bank-2.${host}`],
    ["one that its own begins like", `bank-.${host}`],
    ["one below its own", `x.bank.${host}`],
    ["its own below another", `bank.${host}.${host}`],
    ["nobody's", `nobody.${host}`],
    ["the gateway's bare one", host],
    ["its own in capitals", `BANK.${host}`],
    ["its own with an odd port", `bank.${host}:31234`],
    ["its own name in another domain", "bank.ai.elsewhere.example"],
    ["its own with a point behind it", `bank.${host}.`],
  ])("does not get in at a host that is %s", (_, at) => {
    expect([403, 404]).toContain(tried(keyOf("bank"), at));
    expect([403, 404]).toContain(ask(made, { key: keyOf("bank"), host: at, path: "/v1/models" }).status);
  });

  it("gets in at a port of the nodes where that is how the gateway is reached", async () => {
    const byNode = objects(await gatewayOf(models, tenants, { service: "NodePort" }));
    const at = (target: string) => ask(byNode, { key: keyOf("bank"), host: target, model: "apertus" }).status;
    expect([at(`bank.${host}:31234`), at(`bank.${host}`)]).toEqual([200, 200]);
    expect([at(`ban.${host}:31234`), at(`bank-2.${host}:31234`), at(`bank.${host}:9999`)]).toEqual([403, 403, 403]);
  });

  it("reads the list of models at its own host, and nobody else's", () => {
    const list = (key: string, of: string) => ask(made, { key: keyOf(key), host: `${of}.${host}`, path: "/v1/models" });
    expect(list("ban", "ban").list).toEqual(["apertus"]);
    expect(list("ban", "bank").status).toBe(403);
    expect(list("clinic", "bank").status).toBe(403);
    expect(ask(made, { key: undefined, host: `bank.${host}`, path: "/v1/models" }).status).toBe(401);
  });

  it("never reaches the replicas of a tenant that has its own, nor that tenant anybody else's", () => {
    expect(ask(made, { key: keyOf("clinic"), host: `clinic.${host}`, model: "apertus" }).backends).toEqual([
      "clinic-apertus",
    ]);
    expect(ask(made, { key: keyOf("bank"), host: `bank.${host}`, model: "apertus" }).backends).toEqual(["apertus"]);
    expect(tried(keyOf("bank"), `clinic.${host}`)).toBe(403);
  });

  it("cannot say who it is or what it asks for by a header of its own", () => {
    const { earlyRequestHeaders, requestID } = made["ClientTrafficPolicy/ai"].spec.headers;
    const own = ["x-freehold-tenant", "x-freehold-key", "x-ai-eg-model", "x-gateway-destination-endpoint"];
    expect(earlyRequestHeaders.remove).toEqual(own);
    expect(requestID).toBe("Generate");
    expect(made["SecurityPolicy/tenants"].spec.apiKeyAuth).toMatchObject({
      forwardClientIDHeader: "x-freehold-tenant",
      sanitize: true,
    });
  });

  it("is asked for its key before anything reads what it wrote", () => {
    // AI Gateway puts its part before everything else that reads bodies, but behind a buffer.
    expect(made["EnvoyProxy/ai"].spec.filterOrder).toEqual([
      { name: "envoy.filters.http.buffer", after: "envoy.filters.http.lua" },
    ]);
    expect(made["BackendTrafficPolicy/ai"].spec.requestBuffer.limit).toBe("50Mi");
    expect(made["BackendTrafficPolicy/ai"].spec.responseOverride).toBeUndefined();
  });

  it("finds every other listener shut", () => {
    expect(made["SecurityPolicy/closed"].spec).toEqual({
      targetRefs: [{ group: "gateway.networking.k8s.io", kind: "Gateway", name: "ai" }],
      authorization: { defaultAction: "Deny" },
    });
  });
});

describe("the evaluator of these tests", () => {
  it("says no where a permission or a route is missing", async () => {
    const made = objects(await gatewayOf(["apertus"], { bank: tenant(["apertus"]) }));
    const asked = { key: keyOf("bank"), host: `bank.${host}`, model: "apertus" };
    expect(ask(made, asked).status).toBe(200);
    const { "AIGatewayRoute/models-1": _, ...without } = made;
    expect(ask(without, asked).status).toBe(404);
    const shut = structuredClone(made);
    shut["SecurityPolicy/tenants"].spec.authorization.rules.pop();
    expect(ask(shut, asked).status).toBe(403);
  });
});
