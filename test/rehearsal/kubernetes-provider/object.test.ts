import { describe, expect, it } from "vitest";
import { fromOutputs, toOutputs } from "../../../rehearsal/kubernetes-provider/checkpoint.ts";
import {
  fromKubeObject,
  type KubeObject,
  pruned,
  sameQuantity,
  toKubeObject,
} from "../../../rehearsal/kubernetes-provider/kube-object.ts";
import { leaveToOthers, takeOver } from "../../../rehearsal/kubernetes-provider/managed-fields.ts";
import {
  containsSecret,
  containsUnknown,
  fromStruct,
  isSecret,
  markSecrets,
  type Properties,
  reveal,
  same,
  secret,
  toStruct,
  type Value,
} from "../../../rehearsal/kubernetes-provider/properties.ts";

const unknown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

describe("properties", () => {
  it("survive the wire, marks and all", () => {
    const properties: Properties = { a: secret({ b: [1, null, "x"] }), u: unknown, empty: {}, list: [] };
    expect(fromStruct(toStruct(properties))).toEqual(properties);
    expect(fromStruct(undefined)).toEqual({});
  });

  it("tell what is secret and what is unknown, however deep", () => {
    expect(containsSecret({ a: [{ b: secret(1) }] })).toBe(true);
    expect(containsSecret({ a: [{ b: 1 }] })).toBe(false);
    expect(containsUnknown({ a: secret({ b: unknown }) })).toBe(true);
    expect(containsUnknown({ a: "unknown" })).toBe(false);
    expect(reveal({ a: secret([secret(1)]) })).toEqual({ a: [1] });
  });

  it("mark in outputs what was secret in inputs: an array whole, an object in its parts", () => {
    const marked = markSecrets(
      { list: [1, 2], map: { a: "1", b: "2" }, other: 3 },
      { list: [1, secret(2)], map: { a: secret("1") } },
    );
    expect(isSecret(marked.list!)).toBe(true);
    expect(isSecret((marked.map as Properties).a!)).toBe(true);
    expect(isSecret((marked.map as Properties).b!)).toBe(false);
    expect(marked.other).toBe(3);
  });

  it("are the same whatever the order of their keys", () => {
    expect(same({ a: 1, b: [1, { c: 2 }] }, { b: [1, { c: 2 }], a: 1 })).toBe(true);
    for (const other of [{ a: 1 }, { a: 1, c: 2 }, { a: 1, b: [] }, [], null, "a"] as Value[]) {
      expect(same({ a: 1, b: 2 }, other)).toBe(false);
    }
    expect(same([1, 2], [2, 1])).toBe(false);
  });
});

describe("an object", () => {
  it("spells the keys that no language can as the API server does, and back", () => {
    const schema = { properties: { size: { x_kubernetes_int_or_string: true, x_other: 1 } } };
    const object = toKubeObject({ apiVersion: "v1", kind: "K", spec: secret(schema) });
    expect(object.spec).toEqual({ properties: { size: { "x-kubernetes-int-or-string": true, x_other: 1 } } });
    expect(fromKubeObject(object).spec).toEqual(schema);
  });

  it("is pruned to what a program declared, which may be empty where the API server keeps nothing", () => {
    const live = { spec: { replicas: 1, template: { a: 1, b: 2 }, list: [{ x: 1, y: 2 }, 3] }, status: {} };
    const declared = { spec: { replicas: 5, template: { a: 0 }, list: [{ x: 0 }], egress: [], gone: "x" } };
    expect(pruned(live, declared)).toEqual({ spec: { replicas: 1, template: { a: 1 }, list: [{ x: 1 }], egress: [] } });
  });

  it("keeps the program's spelling of a quantity", () => {
    for (const [a, b] of [
      ["1000m", "1"],
      ["1024Mi", "1Gi"],
      ["0.1", "100m"],
      ["2k", "2000"],
    ] as const) {
      expect(sameQuantity(a, b), `${a} ${b}`).toBe(true);
    }
    for (const [a, b] of [
      ["1", "2"],
      ["1M", "1Mi"],
      ["a", "a"],
      ["1.1.1", "1"],
    ] as const) {
      expect(sameQuantity(a, b), `${a} ${b}`).toBe(false);
    }
    expect(pruned({ cpu: "1" }, { cpu: "1000m" })).toEqual({ cpu: "1000m" });
    expect(pruned({ cpu: "2" }, { cpu: "1000m" })).toEqual({ cpu: "2" });
  });
});

describe("a checkpoint", () => {
  const live: KubeObject = { apiVersion: "v1", kind: "Secret", metadata: { name: "s", uid: "1" }, data: { a: "eA==" } };
  const inputs: KubeObject = { apiVersion: "v1", kind: "Secret", metadata: { name: "s" }, data: { a: "eA==" } };

  it("is a resource's outputs, and comes back out of them", () => {
    const checkpoint = { inputs, live, initialApiVersion: "v1", fieldManager: "pulumi-kubernetes-1" };
    const outputs = toOutputs(checkpoint, {});
    expect(isSecret(outputs.data!)).toBe(true);
    expect(isSecret((outputs.__inputs as Properties).data!)).toBe(true);
    expect(fromOutputs(outputs)).toEqual(checkpoint);
  });

  it("takes the field manager that the object asks for, and makes one up where there is none", () => {
    const asking = { ...inputs, metadata: { annotations: { "pulumi.com/patchFieldManager": "mine" } } };
    const outputs = toOutputs({ inputs: asking, live, initialApiVersion: "v1", fieldManager: "old" }, {});
    expect(fromOutputs(outputs).fieldManager).toBe("mine");
    expect(fromOutputs({}).fieldManager).toMatch(/^pulumi-kubernetes-[0-9a-f]{8}$/);
  });
});

describe("managed fields", () => {
  const entry = (manager: string, operation: "Apply" | "Update", fieldsV1: Properties, subresource?: string) => ({
    manager,
    operation,
    fieldsV1,
    subresource,
  });
  const object = (...managedFields: ReturnType<typeof entry>[]): KubeObject => ({
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name: "c", managedFields },
    spec: { replicas: 3, paused: false },
  });

  it("that creation left go over to the manager that applies, together with what it had", () => {
    const status = entry("pulumi-kubernetes", "Update", { "f:status": {} }, "status");
    const theirs = entry("kubectl", "Update", { "f:x": {} });
    const live = object(
      entry("pulumi-kubernetes", "Update", { "f:data": { ".": {}, "f:a": {} } }),
      entry("ours", "Apply", { "f:data": { "f:b": {} } }),
      theirs,
      status,
    );
    expect(takeOver(live, "pulumi-kubernetes", "ours")).toEqual([
      theirs,
      status,
      entry("ours", "Apply", { "f:data": { ".": {}, "f:a": {}, "f:b": {} } }),
    ]);
  });

  it("are left alone where there is nothing to take over", () => {
    expect(takeOver(object(entry("ours", "Apply", {})), "pulumi-kubernetes", "ours")).toBeUndefined();
  });

  it("that are ignored stay with whoever has them", () => {
    const wanted = { ...object(), spec: { replicas: 1, paused: true } };
    const scaled = object(entry("autoscaler", "Update", { "f:spec": { "f:replicas": {} } }));
    expect(leaveToOthers(wanted, scaled, ["spec.replicas"], "ours").spec).toEqual({ paused: true });
    const ours = object(entry("ours", "Apply", { "f:spec": { "f:replicas": {} } }));
    expect(leaveToOthers(wanted, ours, ["spec.replicas"], "ours").spec).toEqual({ replicas: 3, paused: true });
    expect(leaveToOthers(wanted, ours, [], "ours").spec).toEqual({ replicas: 1, paused: true });
  });
});
