import { afterAll, describe, expect, it } from "vitest";
import { type CheckRequest, check } from "../../../rehearsal/kubernetes-provider/check.ts";
import {
  containsSecret,
  isSecret,
  type Properties,
  reveal,
  secret,
} from "../../../rehearsal/kubernetes-provider/properties.ts";
import { parseTypeToken, parseUrn } from "../../../rehearsal/kubernetes-provider/type-token.ts";
import { ApiServer, discovery } from "./api-server.ts";

const unknown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
const server = new ApiServer(discovery);
const cluster = await server.cluster();
afterAll(() => server.close());

const seed = new TextEncoder().encode("seed");
function checked(type: string, news: Properties, more: Partial<CheckRequest> = {}) {
  return check({ urn: `urn:pulumi:s::p::a:b:C$${type}::mine`, olds: {}, news, randomSeed: seed, ...more }, cluster);
}

describe("a check", () => {
  it("completes what was declared with apiVersion, kind and the default namespace", async () => {
    const { inputs, failures } = await checked("kubernetes:apps/v1:Deployment", {
      metadata: { name: "web" },
      spec: {},
    });
    expect(failures).toEqual([]);
    expect(inputs).toEqual({
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: { name: "web", namespace: "default" },
      spec: {},
    });
  });

  it("gives no namespace to kinds that have none, and the one it names to an object that names one", async () => {
    const wide = await checked("kubernetes:core/v1:Namespace", { metadata: { name: "n" } });
    expect(wide.inputs.metadata).toEqual({ name: "n" });
    const placed = await checked("kubernetes:core/v1:ConfigMap", { metadata: { name: "c", namespace: "there" } });
    expect(placed.inputs.metadata).toEqual({ name: "c", namespace: "there" });
  });

  it("names what is unnamed, the same for the same seed, and keeps that name", async () => {
    const first = await checked("kubernetes:core/v1:ConfigMap", { data: {} });
    const metadata = first.inputs.metadata as Properties;
    expect(metadata.name).toMatch(/^mine-[0-9a-f]{8}$/);
    expect(metadata.annotations).toEqual({ "pulumi.com/autonamed": "true" });
    expect((await checked("kubernetes:core/v1:ConfigMap", { data: {} })).inputs).toEqual(first.inputs);

    const later = await checked(
      "kubernetes:core/v1:ConfigMap",
      { data: { a: "1" } },
      { olds: first.inputs, randomSeed: new Uint8Array([1]) },
    );
    expect((later.inputs.metadata as Properties).name).toBe(metadata.name);
  });

  it("names as the engine proposes, and not at all where naming is disabled", async () => {
    const proposed = await checked(
      "kubernetes:core/v1:ConfigMap",
      {},
      { autonaming: { mode: "enforce", name: "exactly" } },
    );
    expect((proposed.inputs.metadata as Properties).name).toBe("exactly");
    await expect(
      checked("kubernetes:core/v1:ConfigMap", {}, { autonaming: { mode: "disable", name: "" } }),
    ).rejects.toThrow("metadata.name has to be set");
  });

  it("leaves what is not known yet as it is", async () => {
    const { inputs } = await checked("kubernetes:core/v1:Secret", {
      metadata: { name: unknown },
      stringData: { a: unknown },
    });
    expect(reveal(inputs)).toMatchObject({ metadata: { name: unknown }, stringData: { a: unknown } });
    expect((await checked("kubernetes:core/v1:ConfigMap", { metadata: unknown })).inputs.metadata).toBe(unknown);
  });

  it("puts a Secret's text where the API server will, and keeps it secret", async () => {
    const { inputs } = await checked("kubernetes:core/v1:Secret", {
      metadata: { name: "s" },
      stringData: { password: "geheim" },
      data: { password: "YWx0", other: "eA==" },
    });
    expect(inputs.stringData).toBeUndefined();
    expect(isSecret(inputs.data!)).toBe(true);
    expect(reveal(inputs.data!)).toEqual({ password: Buffer.from("geheim").toString("base64"), other: "eA==" });
  });

  it("keeps what the program marked as secret so, and nothing else", async () => {
    const { inputs } = await checked("kubernetes:core/v1:ConfigMap", {
      metadata: { name: "c" },
      data: { open: "1", closed: secret("2") },
    });
    const data = inputs.data as Properties;
    expect(isSecret(data.closed!)).toBe(true);
    expect(containsSecret(data.open!)).toBe(false);
    expect(containsSecret(inputs.metadata!)).toBe(false);
  });

  it("drops what only the API server may say", async () => {
    const { inputs } = await checked("kubernetes:core/v1:ConfigMap", {
      metadata: {
        name: "c",
        uid: "1",
        resourceVersion: "2",
        creationTimestamp: null,
        generation: 3,
        managedFields: [],
      },
    });
    expect(inputs.metadata).toEqual({ name: "c", namespace: "default" });
  });

  it("refuses a kind that Kubernetes does not have, and says which it has", async () => {
    const { failures } = await checked("kubernetes:apps/v1:Deploymnt", { metadata: { name: "x" } });
    expect(failures).toEqual([{ property: "kind", reason: "apps/v1 has no kind Deploymnt; it has: Deployment" }]);
    const old = await checked("kubernetes:policy/v1beta1:PodDisruptionBudget", { metadata: { name: "x" } });
    expect(old.failures).toEqual([{ property: "apiVersion", reason: "the API server does not serve policy/v1beta1" }]);
  });

  it("lets pass a custom kind whose definition may come in the same update", async () => {
    const { inputs, failures } = await checked("kubernetes:soon.example/v1:Thing", { metadata: { name: "x" } });
    expect(failures).toEqual([]);
    expect(inputs.metadata).toEqual({ name: "x", namespace: "default" });
  });

  it("refuses lists, generated names, and patches of nobody", async () => {
    await expect(checked("kubernetes:core/v1:ConfigMapList", { items: [] })).rejects.toThrow(
      "declare the resources in it",
    );
    await expect(checked("kubernetes:core/v1:ConfigMap", { metadata: { generateName: "a-" } })).rejects.toThrow(
      "generateName",
    );
    await expect(checked("kubernetes:core/v1:NamespacePatch", { kind: "Namespace" })).rejects.toThrow(
      "which object is it to patch",
    );
  });
});

describe("a type token", () => {
  it("is the group, the version and the kind of an object", () => {
    expect(parseTypeToken("kubernetes:core/v1:Node")).toMatchObject({ apiVersion: "v1", kind: "Node", isPatch: false });
    expect(parseTypeToken("kubernetes:gateway.envoyproxy.io/v1alpha1:Backend")).toMatchObject({
      apiVersion: "gateway.envoyproxy.io/v1alpha1",
      kind: "Backend",
    });
  });

  it("tells a patch from a kind whose own name ends so", () => {
    expect(parseTypeToken("kubernetes:core/v1:NodePatch", { apiVersion: "v1", kind: "Node" })).toMatchObject({
      kind: "Node",
      isPatch: true,
    });
    expect(parseTypeToken("kubernetes:a.example/v1:DiscPatch", { kind: "DiscPatch" })).toMatchObject({
      kind: "DiscPatch",
      isPatch: false,
    });
  });

  it("that is no object is refused", () => {
    for (const type of ["kubernetes:core:Node", "aws:s3/bucket:Bucket", "kubernetes:a/b/c:D"]) {
      expect(() => parseTypeToken(type)).toThrow("is no Kubernetes object");
    }
  });

  it("is the innermost type of a URN, whose name may hold anything", () => {
    expect(parseUrn("urn:pulumi:dev::p::freehold:index:Pool$kubernetes:core/v1:Node::a::b")).toEqual({
      type: "kubernetes:core/v1:Node",
      name: "a::b",
    });
  });
});
