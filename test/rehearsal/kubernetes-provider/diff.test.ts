import { afterAll, describe, expect, it } from "vitest";
import { type DiffRequest, diff } from "../../../rehearsal/kubernetes-provider/diff.ts";
import { differences, formatPath } from "../../../rehearsal/kubernetes-provider/differences.ts";
import { type Properties, secret } from "../../../rehearsal/kubernetes-provider/properties.ts";
import { diffSettings } from "../../../rehearsal/kubernetes-provider/settings.ts";
import { ApiServer, discovery } from "./api-server.ts";

const server = new ApiServer(discovery);
const cluster = await server.cluster();
afterAll(() => server.close());

const immutable = { configMaps: false, secrets: false };
async function changes(
  type: string,
  oldInputs: Properties,
  newInputs: Properties,
  more: Partial<DiffRequest> = {},
  mutability = immutable,
) {
  const request = { urn: `urn:pulumi:s::p::${type}::x`, oldInputs, newInputs, ignored: [], ...more };
  const { changes, deleteBeforeReplace } = await diff(request, cluster, mutability);
  return {
    paths: changes.map(({ path, change, replace }) => `${change}${replace ? "-replace" : ""} ${path}`),
    deleteBeforeReplace,
  };
}
const configMap = (data: Properties, metadata: Properties = { name: "c", namespace: "default" }): Properties => ({
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata,
  data,
});
const deployment = (spec: Properties): Properties => ({
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { name: "d", namespace: "default" },
  spec,
});

describe("a diff", () => {
  it("of equal inputs is empty and asks the API server nothing", async () => {
    const before = server.requests.length;
    const { paths } = await changes(
      "kubernetes:core/v1:ConfigMap",
      configMap({ a: secret("1") }),
      configMap({ a: "1" }),
    );
    expect(paths).toEqual([]);
    expect(server.requests.length).toBe(before);
  });

  it("names each field that is new, gone or changed", async () => {
    const { paths } = await changes(
      "kubernetes:apps/v1:Deployment",
      deployment({ replicas: 1, template: { containers: [{ image: "a", env: [1, 2] }], old: true } }),
      deployment({ replicas: 2, template: { containers: [{ image: "a", env: [1] }], added: {} } }),
    );
    expect(paths.sort()).toEqual([
      "add spec.template.added",
      "delete spec.template.containers[0].env[1]",
      "delete spec.template.old",
      "update spec.replicas",
    ]);
  });

  it("replaces for fields that the API server lets nobody change, deleting first what keeps its name", async () => {
    const type = "kubernetes:apps/v1:Deployment";
    const labels = (app: string) => deployment({ selector: { matchLabels: { app } } });
    expect(await changes(type, labels("a"), labels("b"))).toEqual({
      paths: ["update-replace spec.selector.matchLabels.app"],
      deleteBeforeReplace: true,
    });
  });

  it("replaces for another name or namespace, which may stand beside the old one", async () => {
    const type = "kubernetes:core/v1:ConfigMap";
    const moved = configMap({}, { name: "c", namespace: "other" });
    expect(await changes(type, configMap({}), moved)).toEqual({
      paths: ["update-replace metadata.namespace"],
      deleteBeforeReplace: false,
    });
  });

  it("replaces a ConfigMap or Secret for its data unless the provider is told that they may change", async () => {
    const [one, two] = [configMap({ a: "1" }), configMap({ a: "2" })];
    const type = "kubernetes:core/v1:ConfigMap";
    expect((await changes(type, one, two)).paths).toEqual(["update-replace data.a"]);
    expect((await changes(type, one, two, {}, { configMaps: true, secrets: true })).paths).toEqual(["update data.a"]);
    const frozen = { ...two, immutable: true };
    expect(
      (await changes(type, { ...one, immutable: true }, frozen, {}, { configMaps: true, secrets: true })).paths,
    ).toEqual(["update-replace data.a"]);
    expect(
      (await changes("kubernetes:core/v1:Secret", { ...one, kind: "Secret" }, { ...two, kind: "Secret" })).paths,
    ).toEqual(["update-replace data.a"]);
  });

  it("never deletes first what was named by us", async () => {
    const named = (value: string) =>
      configMap({ a: value }, { name: "c-1", namespace: "default", annotations: { "pulumi.com/autonamed": "true" } });
    expect((await changes("kubernetes:core/v1:ConfigMap", named("1"), named("2"))).deleteBeforeReplace).toBe(false);
  });

  it("of a patch replaces for nothing but another object", async () => {
    const type = "kubernetes:core/v1:ConfigMapPatch";
    expect((await changes(type, configMap({ a: "1" }), configMap({ a: "2" }))).paths).toEqual(["update data.a"]);
    expect((await changes(type, configMap({}), configMap({}, { name: "d", namespace: "default" }))).paths).toEqual([
      "update-replace metadata.name",
    ]);
  });

  it("sees no difference between the default namespace and none, nor in the namespace of a kind that has none", async () => {
    const type = "kubernetes:core/v1:ConfigMap";
    expect((await changes(type, configMap({}, { name: "c" }), configMap({}))).paths).toEqual([]);
    const wide = (metadata: Properties): Properties => ({ apiVersion: "none.example/v1", kind: "Wide", metadata });
    expect(
      (await changes("kubernetes:none.example/v1:Wide", wide({ name: "w", namespace: "default" }), wide({ name: "w" })))
        .paths,
    ).toEqual([]);
  });

  it("leaves out what is to be ignored", async () => {
    const request = { ignored: ["data.a"] };
    expect(
      (
        await changes(
          "kubernetes:core/v1:ConfigMap",
          configMap({ a: "1", ab: "1" }),
          configMap({ a: "2", ab: "2" }),
          request,
        )
      ).paths,
    ).toEqual(["update-replace data.ab"]);
  });
});

describe("a path", () => {
  it("is written as the engine reads it", () => {
    expect(formatPath(["metadata", "labels", "app.kubernetes.io/name"])).toBe(
      'metadata.labels["app.kubernetes.io/name"]',
    );
    expect(formatPath(["spec", "ports", 0, "port"])).toBe("spec.ports[0].port");
    expect(formatPath(['a"b.c'])).toBe('["a\\"b.c"]');
  });

  it("ends where the shapes differ", () => {
    expect(differences({ a: { b: 1 } }, { a: [1] })).toEqual([{ path: ["a"], change: "update" }]);
  });
});

describe("provider settings", () => {
  const kubeconfig = (server: string) =>
    `{"current-context":"a","contexts":[{"name":"a","context":{"cluster":"c","user":"u"}}],"clusters":[{"name":"c","cluster":{"server":"${server}"}}]}`;

  it("that lead to another cluster replace the provider, and with it all that it made", () => {
    const moved = diffSettings(
      { kubeconfig: kubeconfig("https://127.0.0.1:1") },
      { kubeconfig: kubeconfig("https://127.0.0.1:2") },
    );
    expect(moved).toEqual({ changed: ["kubeconfig"], replaced: ["kubeconfig"] });
  });

  it("that lead to the same cluster replace nothing", () => {
    const same = kubeconfig("https://127.0.0.1:1");
    expect(diffSettings({ kubeconfig: same, namespace: "a" }, { kubeconfig: `${same}\n`, namespace: "b" })).toEqual({
      changed: ["kubeconfig", "namespace"],
      replaced: [],
    });
    expect(diffSettings({ kubeconfig: same }, { kubeconfig: same })).toEqual({ changed: [], replaced: [] });
  });
});
