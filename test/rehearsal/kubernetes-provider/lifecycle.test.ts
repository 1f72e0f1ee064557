import { status as grpcStatus } from "@grpc/grpc-js";
import providerPb from "@pulumi/pulumi/proto/provider_pb.js";
import statusPb from "@pulumi/pulumi/proto/status_pb.js";
import { afterEach, describe, expect, it } from "vitest";
import { toOutputs } from "../../../rehearsal/kubernetes-provider/checkpoint.ts";
import { create } from "../../../rehearsal/kubernetes-provider/create.ts";
import { type KubeObject, toKubeObject } from "../../../rehearsal/kubernetes-provider/kube-object.ts";
import { fromStruct, type Properties } from "../../../rehearsal/kubernetes-provider/properties.ts";
import { read } from "../../../rehearsal/kubernetes-provider/read.ts";
import { remove } from "../../../rehearsal/kubernetes-provider/remove.ts";
import { update } from "../../../rehearsal/kubernetes-provider/update.ts";
import { CallError } from "../../../rehearsal/plugin-server.ts";
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

const urn = "urn:pulumi:s::p::kubernetes:core/v1:ConfigMap::c";
const collection = "/api/v1/namespaces/default/configmaps";
const inputs: Properties = {
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { name: "c", namespace: "default" },
  data: { a: "1" },
};
const live = (more: object = {}) => ({
  ...inputs,
  metadata: { name: "c", namespace: "default", uid: "u", resourceVersion: "1", ...more },
});
const patience = { timeoutSeconds: 1, cancelled: new AbortController().signal, say: () => {} };
const ownership = { patchForce: false, upsert: false };
const unknown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
const refuse =
  (...args: Parameters<typeof status>) =>
  () => ({ code: args[0], body: status(...args) });

describe("creating", () => {
  it("posts the object under the name of a plain creation, strictly, and answers with what came of it", async () => {
    const server = serve({ [`POST ${collection}`]: live() });
    const { id, outputs } = await create({ urn, inputs, preview: false }, await server.cluster(), ownership, patience);
    expect(id).toBe("default/c");
    expect(outputs).toMatchObject({ metadata: { uid: "u" }, __inputs: inputs, __initialApiVersion: "v1" });
    expect(server.requests.at(-1)).toBe(`POST ${collection}?fieldManager=pulumi-kubernetes&fieldValidation=Strict`);
  });

  it("in a preview only lets the API server judge, and plans what it said without a status", async () => {
    const server = serve({ [`POST ${collection}`]: { ...live(), status: { made: "up" } } });
    const { id, outputs } = await create({ urn, inputs, preview: true }, await server.cluster(), ownership, patience);
    expect(id).toBe("");
    expect(outputs.status).toBeUndefined();
    expect(server.requests.at(-1)).toContain("dryRun=All");
  });

  it("in a preview takes as declared what cannot be judged yet, and asks nothing for it", async () => {
    const server = serve({});
    const cluster = await server.cluster();
    const vague = { ...inputs, data: { a: unknown } };
    expect((await create({ urn, inputs: vague, preview: true }, cluster, ownership, patience)).outputs).toBe(vague);
    const soon = { ...inputs, apiVersion: "soon.example/v1", kind: "Thing" };
    const planned = await create(
      { urn: "urn:pulumi:s::p::kubernetes:soon.example/v1:Thing::t", inputs: soon, preview: true },
      cluster,
      ownership,
      patience,
    );
    expect(planned.outputs).toBe(soon);
    expect(server.requests.filter((request) => request.startsWith("POST"))).toEqual([]);
  });

  it.each([
    ["a namespace that is made in the same plan", status(404, "NotFound", 'namespaces "x" not found', "namespaces")],
    ["an object that is about to be replaced", status(409, "AlreadyExists", "there")],
    ["a user who may not try", status(403, "Forbidden", "no")],
  ])("in a preview takes as declared what stands against it only now: %s", async (_, body) => {
    const server = serve({ [`POST ${collection}`]: () => ({ code: body.code, body }) });
    const planned = await create({ urn, inputs, preview: true }, await server.cluster(), ownership, patience);
    expect(planned.outputs).toBe(inputs);
  });

  it("in a preview fails where the API server refuses the object itself", async () => {
    const server = serve({ [`POST ${collection}`]: refuse(422, "Invalid", "data: wrong") });
    await expect(create({ urn, inputs, preview: true }, await server.cluster(), ownership, patience)).rejects.toThrow(
      "data: wrong",
    );
  });

  it("tries again while its namespace is still on the way", async () => {
    let asked = 0;
    const late = status(404, "NotFound", 'namespaces "default" not found', "namespaces");
    const server = serve({
      [`POST ${collection}`]: () => (asked++ < 2 ? { code: 404, body: late } : { body: live() }),
    });
    await expect(
      create({ urn, inputs, preview: false }, await server.cluster(), ownership, patience),
    ).resolves.toMatchObject({ id: "default/c" });
    expect(asked).toBe(3);
  });

  it("keeps what was made though it does not get ready, so that the engine goes on from there", async () => {
    const spec = { replicas: 1, selector: { matchLabels: { a: "b" } } };
    const declared: Properties = { ...inputs, apiVersion: "apps/v1", kind: "Deployment", spec };
    const path = "/apis/apps/v1/namespaces/default/deployments";
    const server = serve({
      [`POST ${path}`]: { ...live(), ...declared, metadata: { name: "c", namespace: "default", resourceVersion: "1" } },
      [`GET ${path}`]: (_: unknown, response: import("node:http").ServerResponse) => {
        response.writeHead(200);
        response.flushHeaders();
        return undefined;
      },
    });
    const request = { urn: "urn:pulumi:s::p::kubernetes:apps/v1:Deployment::c", inputs: declared, preview: false };
    const failure = await create(request, await server.cluster(), ownership, {
      ...patience,
      timeoutSeconds: 0.3,
    }).catch((error) => error);
    expect(failure).toBeInstanceOf(CallError);
    const [detail] = statusPb.Status.deserializeBinary((failure as CallError).details!).getDetailsList();
    const kept = providerPb.ErrorResourceInitFailed.deserializeBinary(detail!.getValue_asU8());
    expect((failure as CallError).code).toBe(grpcStatus.UNKNOWN);
    expect(kept.getId()).toBe("default/c");
    expect(kept.getReasonsList()[0]).toContain("Deployment c timed out waiting to be Ready");
    expect(fromStruct(kept.getProperties())).toMatchObject({ __inputs: declared });
  });
});

describe("updating", () => {
  const olds = toOutputs(
    {
      inputs: toKubeObject(inputs),
      live: toKubeObject(live() as Properties),
      initialApiVersion: "v1",
      fieldManager: "ours",
    },
    {},
  );
  const changed = { ...inputs, data: { a: "2" } };
  const request = { urn, olds, news: changed, preview: false, ignored: [] };
  const created = [{ manager: "pulumi-kubernetes", operation: "Update", fieldsV1: { "f:data": { "f:a": {} } } }];

  it("takes over what creation left, then applies what is declared now", async () => {
    const sent: [string, unknown][] = [];
    const server = serve({
      [`GET ${collection}/c`]: live({ managedFields: created }),
      [`PATCH ${collection}/c`]: ({ body, query }: { body: string; query: URLSearchParams }) => {
        sent.push([query.toString(), JSON.parse(body)]);
        return { body: live() };
      },
    });
    await update(request, await server.cluster(), ownership, patience);
    expect(sent).toEqual([
      [
        "",
        [
          {
            op: "replace",
            path: "/metadata/managedFields",
            value: [{ ...created[0], manager: "ours", operation: "Apply" }],
          },
          { op: "replace", path: "/metadata/resourceVersion", value: "1" },
        ],
      ],
      ["fieldManager=ours&fieldValidation=Strict&force=false", changed],
    ]);
  });

  it("in a preview takes over nothing, and is not held up by what will be", async () => {
    const server = serve({
      [`GET ${collection}/c`]: live({ managedFields: created }),
      [`PATCH ${collection}/c`]: live(),
    });
    await update({ ...request, preview: true }, await server.cluster(), ownership, patience);
    const writes = server.requests.filter((one) => one.startsWith("PATCH"));
    expect(writes).toEqual([`PATCH ${collection}/c?fieldManager=ours&fieldValidation=Strict&dryRun=All&force=true`]);
  });

  it("starts over when somebody else wrote in between, and gives up on a conflict of fields", async () => {
    let asked = 0;
    const lost = status(
      409,
      "Conflict",
      "the object has been modified; please apply your changes to the latest version",
    );
    const server = serve({
      [`GET ${collection}/c`]: live(),
      [`PATCH ${collection}/c`]: () => (asked++ === 0 ? { code: 409, body: lost } : { body: live() }),
    });
    await update(request, await server.cluster(), ownership, patience);
    expect(asked).toBe(2);

    const theirs = serve({
      [`GET ${collection}/c`]: live(),
      [`PATCH ${collection}/c`]: refuse(409, "Conflict", 'conflict with "kubectl"'),
    });
    await expect(update(request, await theirs.cluster(), ownership, patience)).rejects.toThrow(
      /conflict with "kubectl"[\s\S]*patchForce/,
    );
    expect(theirs.requests.filter((one) => one.startsWith("PATCH"))).toHaveLength(1);
  });

  it("gives up the fields of another field manager that the object named before", async () => {
    const managers: (string | null)[] = [];
    const server = serve({
      [`GET ${collection}/c`]: live(),
      [`PATCH ${collection}/c`]: ({ query }: { query: URLSearchParams }) => {
        managers.push(query.get("fieldManager"));
        return { body: live() };
      },
    });
    const metadata = { name: "c", namespace: "default", annotations: { "pulumi.com/patchFieldManager": "mine" } };
    await update({ ...request, news: { ...changed, metadata } }, await server.cluster(), ownership, patience);
    expect(managers).toEqual(["mine", "ours"]);
  });

  it("of an object that is gone says how to go on", async () => {
    await expect(update(request, await serve({}).cluster(), ownership, patience)).rejects.toThrow(
      /remedy\s+pulumi refresh/,
    );
  });
});

describe("reading", () => {
  it("answers with nothing for an object that is gone, or whose kind is", async () => {
    const cluster = await serve({}).cluster();
    expect(await read({ urn, id: "default/c", outputs: {}, inputs }, cluster)).toBeUndefined();
    const kindless = "urn:pulumi:s::p::kubernetes:gone.example/v1:Thing::t";
    expect(await read({ urn: kindless, id: "x", outputs: {}, inputs: {} }, cluster)).toBeUndefined();
  });

  it("takes as inputs the live values of what was declared, and for an import all that a program could say", async () => {
    const found = { ...live({ labels: { l: "1" } }), data: { a: "drifted", b: "2" } };
    const cluster = await serve({ [`GET ${collection}/c`]: found }).cluster();
    expect((await read({ urn, id: "default/c", outputs: {}, inputs }, cluster))?.inputs).toEqual({
      ...inputs,
      data: { a: "drifted" },
    });
    expect((await read({ urn, id: "default/c", outputs: {}, inputs: {} }, cluster))?.inputs).toEqual({
      ...inputs,
      metadata: { name: "c", namespace: "default", labels: { l: "1" } },
      data: { a: "drifted", b: "2" },
    });
  });
});

describe("deleting", () => {
  const outputs = (more: Partial<KubeObject> = {}) =>
    toOutputs(
      {
        inputs: toKubeObject({ ...inputs, ...more } as Properties),
        live: toKubeObject(live() as Properties),
        initialApiVersion: "v1",
        fieldManager: "ours",
      },
      {},
    );
  const request = { urn, id: "default/c", outputs: outputs() };

  it("is done when the object is gone, was never there, or has no kind any more", async () => {
    const gone = serve({ [`DELETE ${collection}/c`]: { kind: "Status", status: "Success" } });
    await remove(request, await gone.cluster(), patience);
    await remove(request, await serve({}).cluster(), patience);
    const kindless = { ...outputs(), apiVersion: "gone.example/v1", kind: "Thing" };
    await remove(
      { urn: "urn:pulumi:s::p::kubernetes:gone.example/v1:Thing::t", id: "x", outputs: kindless },
      await serve({}).cluster(),
      patience,
    );
    expect(gone.requests).toEqual(["GET /api/v1", `DELETE ${collection}/c`]);
  });

  it("takes with it what belongs to the object, or leaves it, as is asked", async () => {
    const policies: string[] = [];
    const server = serve({
      [`DELETE ${collection}/c`]: ({ body }: { body: string }) => {
        policies.push(JSON.parse(body).propagationPolicy);
        return { body: { kind: "Status" } };
      },
    });
    const metadata = { name: "c", annotations: { "pulumi.com/deletionPropagationPolicy": "orphan" } };
    const cluster = await server.cluster();
    await remove(request, cluster, patience);
    await remove({ ...request, outputs: outputs({ metadata }) }, cluster, patience);
    expect(policies).toEqual(["Foreground", "Orphan"]);
  });

  it("waits until the object is gone, and names the finalizers that hold it when it does not go", async () => {
    const deleting = live({ deletionTimestamp: "now", finalizers: ["example.com/hold"] });
    const watch = (events: object[]) => (_: unknown, response: import("node:http").ServerResponse) => {
      response.writeHead(200);
      response.flushHeaders();
      for (const event of events) response.write(`${JSON.stringify(event)}\n`);
      return undefined;
    };
    const going = serve({
      [`DELETE ${collection}/c`]: deleting,
      [`GET ${collection}`]: watch([{ type: "DELETED", object: deleting }]),
    });
    await remove(request, await going.cluster(), patience);
    const held = serve({ [`DELETE ${collection}/c`]: deleting, [`GET ${collection}`]: watch([]) });
    await expect(remove(request, await held.cluster(), { ...patience, timeoutSeconds: 0.2 })).rejects.toThrow(
      "ConfigMap c is still there: its finalizers may hold it (example.com/hold)",
    );
  });

  it("of a patch only gives up its fields", async () => {
    const server = serve({ [`GET ${collection}/c`]: live(), [`PATCH ${collection}/c`]: live() });
    await remove(
      { ...request, urn: "urn:pulumi:s::p::kubernetes:core/v1:ConfigMapPatch::c" },
      await server.cluster(),
      patience,
    );
    expect(server.requests.filter((one) => !one.startsWith("GET"))).toEqual([
      `PATCH ${collection}/c?fieldManager=ours&fieldValidation=Strict&force=false`,
    ]);
  });
});
