import { beforeAll, describe, expect, it } from "vitest";
import { addon } from "../../catalogue/index.ts";
import { ClosedNamespace } from "../../components/closed-namespace.ts";
import { jurisdiction } from "../../components/country.ts";
import type { Resource } from "../../policies/fact.ts";
import { judge } from "../../policies/judge.ts";
import { plan } from "../../policies/program.ts";
import { gatewayOf, makeGateway, numbered, objects, type Tenants, tenant } from "./gateway/planned.ts";

const models = numbered("model", 20);

/** 300 tenants in three sizes; every tenth uses half of the models, every fiftieth has replicas and a key of its own. */
function manyTenants(count = 300): Tenants {
  const sizes = [100_000, 400_000, 1_000_000];
  const made = numbered("tenant", count).map((name, index) => {
    const own = index % 50 === 0;
    const some = index % 10 === 3 ? models.slice(0, 10) : models;
    return [
      name,
      tenant(some, {
        tokensPerMinute: sizes[index % 3]!,
        ...(index % 5 === 0 && { tokensPerDay: 50_000_000 }),
        ...(own && { profile: "health" as const, ownReplicas: 1, ownKey: true }),
      }),
    ] as const;
  });
  return Object.fromEntries(made);
}

const byUrn = (resources: Resource[]) => new Map(resources.map(({ urn, props }) => [urn, JSON.stringify(props)]));

/** What an update would do to the named objects: `Kind-name` of those that it creates, updates and deletes. */
function update(from: Resource[], to: Resource[]) {
  const [before, after] = [byUrn(from), byUrn(to)];
  const names = (urns: string[]) => urns.map((urn) => urn.split("::").at(-1)!).sort();
  return {
    created: names([...after.keys()].filter((urn) => !before.has(urn))),
    updated: names([...after.keys()].filter((urn) => before.has(urn) && before.get(urn) !== after.get(urn))),
    deleted: names([...before.keys()].filter((urn) => !after.has(urn))),
  };
}

describe("300 tenants and 20 models", () => {
  let resources: Resource[];
  // biome-ignore lint/suspicious/noExplicitAny: objects of custom resources.
  let made: Record<string, any>;
  beforeAll(async () => {
    resources = await gatewayOf(models, manyTenants());
    made = objects(resources);
  });

  it("are few objects: two for each set of replicas, two for each own set of models, and a handful for everybody", () => {
    const count = (kind: string) => Object.keys(made).filter((name) => name.startsWith(`${kind}/`)).length;
    // Twenty shared, and twenty of each of six tenants' own.
    expect([count("Backend"), count("AIServiceBackend")]).toEqual([140, 140]);
    expect(count("AIGatewayRoute")).toBe(2 + 6 * 2);
    expect([count("HTTPRoute"), count("HTTPRouteFilter")]).toEqual([3, 3]);
    expect(count("Secret")).toBe(1 + 6 + 2);
    expect(Object.keys(made)).toHaveLength(326);
  });

  it("are 66 objects where all share", async () => {
    const shared = Object.fromEntries(numbered("tenant", 300).map((name) => [name, tenant(models)]));
    expect(Object.keys(objects(await gatewayOf(models, shared)))).toHaveLength(66);
  });

  it("leave at once where their controllers would hold them for good", () => {
    const waits = Object.entries(made).filter(
      ([, { metadata }]) => metadata.annotations?.["pulumi.com/deletionPropagationPolicy"] !== "background",
    );
    const kinds = new Set(waits.map(([name]) => name.split("/")[0]));
    expect(kinds).not.toContain("AIGatewayRoute");
    expect(kinds).not.toContain("AIServiceBackend");
    expect(kinds).not.toContain("GatewayClass");
    // Nobody waits for what of another kind is held.
    expect(kinds).toContain("HTTPRoute");
  });

  it("stay within what the definitions of the add-ons take", () => {
    const eg = addon("envoy-gateway").limits;
    const rules = made["BackendTrafficPolicy/ai"].spec.rateLimit.global.rules;
    expect(rules.length).toBeLessThanOrEqual(eg.rateLimitRules!);
    for (const { clientSelectors } of rules) {
      for (const { value } of clientSelectors[0].headers) {
        expect((value ?? "").length).toBeLessThanOrEqual(eg.selectorLength!);
      }
    }
    for (const { principal, cel } of made["SecurityPolicy/tenants"].spec.authorization.rules) {
      expect(cel.length).toBeLessThanOrEqual(4096);
      for (const { values } of principal?.headers ?? []) expect(values.length).toBeLessThanOrEqual(eg.headerValues!);
    }
    for (const [name, { spec }] of Object.entries(made)) {
      if (name.startsWith("AIGatewayRoute/")) expect(spec.rules.length, name).toBeLessThanOrEqual(15);
      if (!/^(AIGatewayRoute|HTTPRoute)\//.test(name)) continue;
      expect(spec.hostnames.length, name).toBeLessThanOrEqual(16);
      for (const { matches } of spec.rules) {
        expect(matches.length, name).toBeLessThanOrEqual(64);
        for (const { headers } of matches) {
          for (const { value } of headers ?? []) expect(value.length, name).toBeLessThanOrEqual(eg.headerValueLength!);
        }
      }
    }
    const largest = Math.max(...Object.values(made).map((object) => JSON.stringify(object).length));
    expect(largest).toBeLessThan(64 * 1024);
  });

  it("lead nowhere that a guard would refuse, in a namespace that is closed", async () => {
    const planned = await plan(() => {
      new ClosedNamespace("gateway", { namespace: "freehold-gateway", quota: { pods: "50" } });
      makeGateway(models, manyTenants());
    });
    const here = jurisdiction({
      country: "CH",
      operator: { name: "Alpen AI", domain: "alpen-ai.example" },
      registry: "registry.alpen-ai.example",
      guards: { hosts: [], registries: [] },
    });
    const { findings, judged } = judge(planned, here);
    expect(judged).toBeGreaterThan(300);
    expect(findings).toEqual([]);
  });
});

describe("one tenant more, or fewer, among 300", () => {
  const all = manyTenants();
  let before: Resource[];
  beforeAll(async () => {
    before = await gatewayOf(models, all);
  });
  const changes = async (name: string, said: Parameters<typeof tenant>[1], some = models) => {
    const after = await gatewayOf(models, { ...all, [name]: tenant(some, said) });
    return { added: update(before, after), removed: update(after, before) };
  };

  it("changes four objects where it shares: keys, permissions, limits, and the list that it reads", async () => {
    const updated = [
      "BackendTrafficPolicy-ai",
      expect.stringMatching(/^HTTPRoute-list-[0-9a-f]{10}$/),
      "SecurityPolicy-tenants",
      "tenant-keys",
    ];
    const { added, removed } = await changes("newcomer", {});
    expect(added).toEqual({ created: [], updated, deleted: [] });
    expect(removed).toEqual({ created: [], updated, deleted: [] });
  });

  it("brings its list along where nobody else has its models", async () => {
    const { added, removed } = await changes("newcomer", {}, ["model-007"]);
    const updated = ["BackendTrafficPolicy-ai", "SecurityPolicy-tenants", "tenant-keys"];
    const list = [
      expect.stringMatching(/^HTTPRoute-list-[0-9a-f]{10}$/),
      expect.stringMatching(/^HTTPRouteFilter-list-[0-9a-f]{10}$/),
    ];
    expect(added).toEqual({ created: list, updated, deleted: [] });
    expect(removed).toEqual({ created: [], updated, deleted: list });
  });

  it("brings its own backends, route and key along where it has its own, and touches nobody else's", async () => {
    const { added } = await changes("newcomer", { ownReplicas: 1, ownKey: true }, models.slice(0, 10));
    expect(added.created).toEqual([
      "AIGatewayRoute-tenant-newcomer-1",
      ...models.slice(0, 10).map((model) => `AIServiceBackend-newcomer-${model}`),
      ...models.slice(0, 10).map((model) => `Backend-newcomer-${model}`),
      "key-newcomer",
    ]);
    expect(added.updated).toEqual([
      "BackendTrafficPolicy-ai",
      expect.stringMatching(/^HTTPRoute-list-/),
      // The proxies' way to the models is the same.
      "SecurityPolicy-tenants",
    ]);
    expect(added.deleted).toEqual([]);
  });

  it("changes one Secret where its key is replaced", async () => {
    const one = all["tenant-002"]!;
    const after = await gatewayOf(models, {
      ...all,
      "tenant-002": { ...one, keys: { default: { generation: 2, revoked: false } } },
    });
    expect(update(before, after)).toEqual({ created: [], updated: ["tenant-keys"], deleted: [] });
  });

  it("changes one policy where its limits are raised", async () => {
    const one = all["tenant-002"]!;
    const after = await gatewayOf(models, { ...all, "tenant-002": { ...one, tokensPerMinute: 7_000_000 } });
    expect(update(before, after)).toEqual({ created: [], updated: ["BackendTrafficPolicy-ai"], deleted: [] });
  });
});

describe("one model more for all", () => {
  it("changes a route and the permissions, and makes the list anew", async () => {
    const tenants = (some: string[]) => Object.fromEntries(numbered("tenant", 300).map((name) => [name, tenant(some)]));
    const more = [...models, "model-021"];
    const changes = update(await gatewayOf(models, tenants(models)), await gatewayOf(more, tenants(more)));
    const list = ["HTTPRoute", "HTTPRouteFilter"].map((kind) =>
      expect.stringMatching(new RegExp(`^${kind}-list-[0-9a-f]{10}$`)),
    );
    expect(changes).toEqual({
      created: ["AIServiceBackend-model-021", "Backend-model-021", ...list],
      updated: ["AIGatewayRoute-models-2", "SecurityPolicy-tenants"],
      deleted: list,
    });
  });
});

describe("a sector's profile", () => {
  it("gives a tenant replicas, a route and a Secret of its own", async () => {
    const made = objects(
      await gatewayOf(["apertus"], {
        kanton: tenant(["apertus"]),
        clinic: tenant(["apertus"], { profile: "health", ownReplicas: 1, ownKey: true }),
      }),
    );
    expect(made["AIGatewayRoute/tenant-clinic-1"].spec.rules).toMatchObject([
      { backendRefs: [{ name: "clinic-apertus" }] },
    ]);
    expect(made["AIGatewayRoute/models-1"].spec.rules).toMatchObject([{ backendRefs: [{ name: "apertus" }] }]);
    expect(Object.keys(made["Secret/key-clinic"].data)).toEqual(["clinic"]);
    expect(Object.keys(made["Secret/tenant-keys"].data)).toEqual(["kanton"]);
    expect(made["SecurityPolicy/tenants"].spec.apiKeyAuth.credentialRefs).toEqual([
      { name: "tenant-keys" },
      { name: "key-clinic" },
    ]);
  });

  it("needs no Secret for all where every tenant has its own", async () => {
    const made = objects(await gatewayOf(["apertus"], { clinic: tenant(["apertus"], { ownKey: true }) }));
    expect(Object.keys(made)).not.toContain("Secret/tenant-keys");
    expect(made["SecurityPolicy/tenants"].spec.apiKeyAuth.credentialRefs).toEqual([{ name: "key-clinic" }]);
  });
});

describe("the gateway", () => {
  const tenants = { bank: tenant(["apertus"]) };

  it("is not made for nobody, before servers that it cannot find, or with more limits than a policy holds", async () => {
    const many = numbered("bank", 256).map((name, index) => [
      name,
      tenant(["apertus"], { tokensPerMinute: 1 + index }),
    ]);
    await expect(gatewayOf(["apertus"], {})).rejects.toThrow(/has no tenants/);
    await expect(gatewayOf(["apertus"], tenants, { models: {} })).rejects.toThrow(/not told where apertus answers/);
    await expect(gatewayOf(["apertus"], Object.fromEntries(many))).rejects.toThrow(/take 260 rules.* holds 256/);
  });

  it("has its certificate from the country's own authority, or the Secret that the operator brings", async () => {
    const issued = objects(await gatewayOf(["apertus"], tenants));
    expect(issued["Certificate/ai"].spec).toMatchObject({
      secretName: "ai-tls",
      dnsNames: ["*.ai.alpen-ai.example", "ai.alpen-ai.example"],
      issuerRef: { kind: "ClusterIssuer", name: "freehold" },
    });
    const given = objects(await gatewayOf(["apertus"], tenants, { certificate: { from: "secret", name: "ours" } }));
    expect(Object.keys(given)).not.toContain("Certificate/ai");
    expect(given["Gateway/ai"].spec.listeners[0].tls).toEqual({ certificateRefs: [{ name: "ours" }] });
  });

  it("counts by itself where it installs the rate limiter, and leaves it to the cluster's own where there is one", async () => {
    const made = objects(await gatewayOf(["apertus"], tenants));
    expect(made["StatefulSet/valkey"]).toBeDefined();
    const existing = objects(await gatewayOf(["apertus"], tenants, { addons: {} }));
    expect(Object.keys(existing).filter((name) => name.includes("valkey"))).toEqual([]);
  });

  it("records who asked for which model and how many tokens it took, and nothing that was said", async () => {
    const { settings } = objects(await gatewayOf(["apertus"], tenants))["EnvoyProxy/ai"].spec.telemetry.accessLog;
    expect(Object.keys(settings[0].format.json)).toEqual([
      "event_id",
      "time",
      "tenant",
      "key",
      "path",
      "model",
      "backend",
      "counted",
      "in",
      "cached",
      "out",
      "total",
      "served",
      "bytes_out",
      "status",
      "details",
      "flags",
      "ms",
    ]);
    expect(JSON.stringify(settings)).not.toMatch(/BODY|COOKIE|AUTHORIZATION|QUERY|DOWNSTREAM_REMOTE/i);
  });

  it("admits no other policy beside its own", async () => {
    const { spec } = objects(await gatewayOf(["apertus"], tenants))[
      "ValidatingAdmissionPolicy/gateway-policies.freehold.dev"
    ];
    expect(spec.failurePolicy).toBe("Fail");
    expect(spec.matchConstraints.resourceRules[0].resources).toEqual(
      expect.arrayContaining(["securitypolicies", "envoyextensionpolicies", "envoypatchpolicies"]),
    );
    for (const kind of ["SecurityPolicy/closed", "SecurityPolicy/tenants", "EnvoyExtensionPolicy/ai"]) {
      const [resource, name] = kind.split("/");
      expect(spec.validations[0].expression).toContain(`"${resource!.replace(/y$/, "ies").toLowerCase()}/${name}"`);
    }
  });
});
