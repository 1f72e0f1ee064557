import { afterEach, describe, expect, it } from "vitest";
import { ApiError, Client } from "../../../rehearsal/kubernetes-provider/client.ts";
import { explained } from "../../../rehearsal/kubernetes-provider/failure.ts";
import { toKubeObject } from "../../../rehearsal/kubernetes-provider/kube-object.ts";
import { relinquish } from "../../../rehearsal/kubernetes-provider/patch.ts";
import { ApiServer, discovery, status } from "./api-server.ts";

const open: ApiServer[] = [];
afterEach(() => {
  for (const server of open.splice(0)) server.close();
});
function serve(routes: ConstructorParameters<typeof ApiServer>[0]): ApiServer {
  const server = new ApiServer({ ...discovery, ...routes });
  open.push(server);
  return server;
}
const configMap = toKubeObject({ apiVersion: "v1", kind: "ConfigMap", metadata: { name: "c" }, data: { a: "1" } });

describe("a request", () => {
  it("that is refused fails in the API server's own words", async () => {
    const server = serve({
      "POST /api/v1/namespaces/default/configmaps": () => ({
        code: 422,
        body: status(422, "Invalid", 'data: unknown field "dtaa"'),
      }),
    });
    const failure = await (await server.cluster())
      .create(configMap, { dryRun: true, fieldManager: "m" })
      .catch((error) => error);
    expect(failure).toBeInstanceOf(ApiError);
    expect([failure.code, failure.reason, failure.message]).toEqual([422, "Invalid", 'data: unknown field "dtaa"']);
    expect(server.requests.at(-1)).toBe(
      "POST /api/v1/namespaces/default/configmaps?fieldManager=m&fieldValidation=Strict&dryRun=All",
    );
  });

  it("that comes at a bad time is made again when the server says so", async () => {
    let asked = 0;
    const server = serve({
      "GET /busy": () =>
        asked++ === 0 ? { code: 429, headers: { "retry-after": "0.01" }, body: {} } : { body: { ok: true } },
    });
    await expect(new Client(await server.connection()).request("GET", "/busy")).resolves.toEqual({ ok: true });
    expect(asked).toBe(2);
  });

  it("to nobody says who cannot be reached", async () => {
    const server = serve({});
    const connection = await server.connection();
    server.close();
    await expect(new Client(connection).request("GET", "/version")).rejects.toThrow(
      new RegExp(`the API server at http://127\\.0\\.0\\.1:${connection.server.port} cannot be reached`),
    );
  });

  it("proves itself as the kubeconfig says", async () => {
    const server = serve({
      "GET /who": ({ authorization }: { authorization: string | undefined }) =>
        authorization === "Bearer t"
          ? { body: { ok: true } }
          : { code: 401, body: status(401, "Unauthorized", "who?") },
    });
    const connection = await server.connection();
    await expect(new Client(connection).request("GET", "/who")).rejects.toThrow("who?");
    await expect(new Client({ ...connection, authorization: "Bearer t" }).request("GET", "/who")).resolves.toEqual({
      ok: true,
    });
  });
});

describe("a kind", () => {
  it("is asked for once, however many objects there are of it", async () => {
    const server = serve({ "GET /api/v1/namespaces/default/configmaps/c": configMap });
    const cluster = await server.cluster();
    await Promise.all(Array.from({ length: 20 }, () => cluster.get(cluster.reference(configMap))));
    expect(server.requests.filter((path) => path === "GET /api/v1")).toHaveLength(1);
  });

  it("that comes later is found later", async () => {
    const kinds: object[] = [];
    const server = serve({ "GET /apis/late.example/v1": () => ({ body: { resources: kinds } }) });
    const cluster = await server.cluster();
    expect(await cluster.kinds.find("late.example/v1", "Thing")).toBeUndefined();
    kinds.push({ name: "things", kind: "Thing", namespaced: true });
    await expect.poll(() => cluster.kinds.find("late.example/v1", "Thing")).toMatchObject({ plural: "things" });
    await expect(cluster.get({ apiVersion: "never.example/v1", kind: "Thing", name: "x" })).rejects.toThrow(
      "the API server serves no Thing of never.example/v1",
    );
  });

  it("that has no namespaces gets none, whatever was assumed before it was known", async () => {
    let sent = "";
    const server = serve({
      "POST /apis/none.example/v1/wides": ({ body }: { body: string }) => {
        sent = body;
        return { body: JSON.parse(body) };
      },
    });
    const wide = toKubeObject({
      apiVersion: "none.example/v1",
      kind: "Wide",
      metadata: { name: "w", namespace: "default" },
    });
    await (await server.cluster()).create(wide, { dryRun: false, fieldManager: "m" });
    expect(JSON.parse(sent).metadata).toEqual({ name: "w" });
  });
});

describe("giving up fields", () => {
  it("applies nothing but the identity, under the same name", async () => {
    let sent: unknown;
    const path = "/api/v1/namespaces/default/configmaps/c";
    const server = serve({
      [`GET ${path}`]: configMap,
      [`PATCH ${path}`]: ({ body }: { body: string }) => {
        sent = JSON.parse(body);
        return { body: configMap };
      },
    });
    await relinquish(await server.cluster(), configMap, "ours");
    expect(sent).toEqual({ apiVersion: "v1", kind: "ConfigMap", metadata: { name: "c" } });
    expect(server.requests.at(-1)).toContain("fieldManager=ours");
  });

  it("does not make an object anew that is gone", async () => {
    const server = serve({});
    await relinquish(await server.cluster(), configMap, "ours");
    expect(server.requests.filter((request) => request.startsWith("PATCH"))).toEqual([]);
  });
});

describe("a refusal", () => {
  it("is told with what can be done about it", () => {
    const exists = new ApiError({ code: 409, reason: "AlreadyExists", message: 'configmaps "c" already exists' });
    expect(explained(exists).message).toMatch(/^configmaps "c" already exists\n[\s\S]*pulumi import/);
    const conflict = new ApiError({ code: 409, reason: "Conflict", message: "conflict with kubectl" });
    expect(explained(conflict, "ours").message).toMatch(
      /^conflict with kubectl\n[\s\S]*\(ours\)[\s\S]*pulumi\.com\/patchForce/,
    );
    const other = new ApiError({ code: 403, reason: "Forbidden", message: "no" });
    expect(explained(other)).toBe(other);
  });
});
