import { ConfigMap } from "@pulumi/kubernetes/core/v1/configMap.js";
import { Service } from "@pulumi/kubernetes/core/v1/service.js";
import { Chart } from "@pulumi/kubernetes/helm/v4/chart.js";
import { Provider } from "@pulumi/kubernetes/provider.js";
import * as pulumi from "@pulumi/pulumi";
import { describe, expect, it } from "vitest";
import { type Resource, UNKNOWN } from "../../policies/fact.ts";
import { plan } from "../../policies/plan.ts";

class Whole extends pulumi.ComponentResource {
  constructor(name: string, opts?: pulumi.ComponentResourceOptions) {
    super("test:index:Whole", name, {}, opts);
  }
}

const named = (resources: Resource[], name: string) => resources.find((resource) => resource.name === name);

/** One of everything that a component may hand to a resource. */
function everything() {
  const provider = new Provider("cluster", { context: "hall" });
  const whole = new Whole("whole", { provider });
  const first = new ConfigMap(
    "first",
    { metadata: { name: "first", namespace: "apps" }, data: { a: "1" } },
    { parent: whole },
  );
  const second = new ConfigMap(
    "second",
    {
      metadata: pulumi.output({ name: "second", labels: { of: first.metadata.name } }),
      immutable: undefined,
      data: {
        secret: pulumi.secret("opened"),
        later: Promise.resolve("awaited"),
        own: pulumi.interpolate`${first.metadata.namespace}/${first.data.apply((data) => data.a)}`,
      },
    },
    { parent: whole, dependsOn: first },
  );
  // As late as in a callback, which nobody should do and anybody can.
  second.metadata.apply(({ name }) => new ConfigMap("late", { data: { of: name } }, { parent: whole }));
}

describe("a plan", () => {
  it("holds what would be registered: types, names, parents, providers and inputs", async () => {
    const resources = await plan(everything);
    expect(resources.map(({ urn }) => urn.split("::").slice(2).join(" "))).toEqual([
      "pulumi:providers:kubernetes cluster",
      "test:index:Whole whole",
      "test:index:Whole$kubernetes:core/v1:ConfigMap first",
      "test:index:Whole$kubernetes:core/v1:ConfigMap second",
      "test:index:Whole$kubernetes:core/v1:ConfigMap late",
    ]);
    expect(named(resources, "whole")).toMatchObject({
      custom: false,
      parent: undefined,
      provider: undefined,
      props: {},
    });
    expect(named(resources, "first")).toMatchObject({
      custom: true,
      parent: named(resources, "whole")?.urn,
      provider: { name: "cluster", props: { context: "hall" } },
    });
    expect(named(resources, "second")?.props).toMatchObject({
      metadata: { name: "second", labels: { of: "first" } },
      data: { secret: "opened", later: "awaited", own: "apps/1" },
    });
    expect(named(resources, "late")?.props).toMatchObject({ data: { of: "second" } });
  });

  it("leaves open what only the cluster knows", async () => {
    const resources = await plan(() => {
      const service = new Service("service", { metadata: { name: "service" } });
      new ConfigMap("dependent", {
        metadata: { name: "dependent", annotations: { id: service.id } },
        data: { address: service.status.loadBalancer.ingress[0]!.ip, name: service.metadata.name },
      });
    });
    expect(named(resources, "dependent")?.props).toMatchObject({
      metadata: { annotations: { id: UNKNOWN } },
      data: { address: UNKNOWN, name: "service" },
    });
  });

  it("holds a chart with its values; its objects are the provider's to make", async () => {
    const [provider, chart] = await plan(() => {
      const cluster = new Provider("cluster", {});
      const made = new Chart("chart", { chart: "oci://registry.alpen-ai.example/a" }, { provider: cluster });
      made.resources.apply((objects) => objects.map(() => new ConfigMap("never", {})));
    });
    expect(chart).toMatchObject({ custom: false, provider, props: { chart: "oci://registry.alpen-ai.example/a" } });
  });

  it("knows nothing of what is there already, and makes none of it", async () => {
    const resources = await plan(() => {
      const there = ConfigMap.get("there", "apps/there");
      new ConfigMap("dependent", { data: { copy: there.data.apply((data) => data.a!) } });
    });
    expect(resources).toMatchObject([{ name: "dependent", props: { data: { copy: UNKNOWN } } }]);
  });

  it("fails as its program does", async () => {
    await expect(
      plan(() => {
        throw new pulumi.RunError("a pool came up short");
      }),
    ).rejects.toThrow("a pool came up short");
  });

  it("calls no function: nobody would judge what it answers", async () => {
    let asked: Promise<unknown> | undefined;
    await plan(() => {
      asked = pulumi.runtime.invoke("kubernetes:yaml:decode", { text: "" });
      asked.catch(() => undefined);
    });
    await expect(asked).rejects.toThrow("The plan cannot call kubernetes:yaml:decode");
  });

  it("is one of several at once, and none of them sees the other", async () => {
    const plans = await Promise.all(["a", "b"].map((name) => plan(() => new ConfigMap(name, {}))));
    expect(plans.map((resources) => resources.map(({ name }) => name))).toEqual([["a"], ["b"]]);
  });
});

describe("outside a plan", () => {
  it("a program is registered as ever, with the inputs that its plan had", async () => {
    const sent = new Map<string, unknown>();
    await pulumi.runtime.setMocks(
      {
        newResource: ({ name, inputs }) => {
          sent.set(name, inputs);
          return { id: `${name}-id`, state: inputs };
        },
        call: () => ({}),
      },
      "project",
      "stack",
    );
    const planned = await plan(everything);
    expect(sent.size).toBe(0);

    everything();
    await expect.poll(() => sent.size).toBe(planned.length);
    for (const { name, props } of planned) expect([name, plainOf(sent.get(name))]).toEqual([name, props]);
  });
});

/** The mocks of the SDK show a secret as one. */
function plainOf(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  const { value: secret, ...rest } = value as Record<string, unknown>;
  if (Object.values(rest).includes("1b47061264138c4ac30d75fd1eb44270")) return plainOf(secret);
  return Array.isArray(value)
    ? value.map(plainOf)
    : Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, plainOf(inner)]));
}
