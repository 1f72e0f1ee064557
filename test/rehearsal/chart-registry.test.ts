import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { type IncomingMessage, request } from "node:http";
import { dirname, join } from "node:path";
import { buffer, text } from "node:stream/consumers";
import { connect } from "node:tls";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { makeAuthority } from "../../rehearsal/certificate.ts";
import { chartRegistry } from "../../rehearsal/chart-registry.ts";
import { openClosedNetwork } from "../../rehearsal/closed-network.ts";
import type { Chart } from "../../rehearsal/kubernetes-provider/chart.ts";
import { scratch } from "./workbench.ts";

const crds = scratch();
const file = join(crds.folder, "lws/leaderworkersets.example.yaml");
mkdirSync(dirname(file));
writeFileSync(file, "kind: CustomResourceDefinition\n");

let installed: Chart[] = [];
let failure: Error | undefined;
const network = await openClosedNetwork(
  chartRegistry(crds.folder, async (chart) => {
    if (failure) throw failure;
    installed.push(chart);
  }),
);
afterAll(() => {
  network.server.closeAllConnections();
  network.server.close();
  crds[Symbol.dispose]();
});
beforeEach(() => {
  installed = [];
  failure = undefined;
});

/** One request as a client behind the proxy makes it: a tunnel, TLS with the host in it, HTTP in that. */
async function ask(host: string, path: string, { method = "GET", ca = network.authority } = {}) {
  const { hostname, port } = new URL(network.proxy);
  const tunnel = request({ hostname, port, method: "CONNECT", path: `${host}:443` }).end();
  const socket = await new Promise<NonNullable<IncomingMessage["socket"]>>((resolve, reject) => {
    tunnel.on("connect", (_, opened) => resolve(opened));
    tunnel.on("error", reject);
  });
  const secured = connect({ socket, servername: host, ca });
  await new Promise<void>((resolve, reject) => secured.once("secureConnect", resolve).once("error", reject));
  const sent = request({ createConnection: () => secured, method, path, headers: { host, connection: "close" } }).end();
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    sent.on("response", resolve).on("error", reject);
  });
  const bytes = await buffer(response);
  return { status: response.statusCode, headers: response.headers, bytes, body: bytes.toString() };
}

const lws = "/v2/charts/lws/lws";

describe("a registry in a rehearsal", () => {
  it("has a chart of the catalogue under any host, whose definitions are installed before it is given out", async () => {
    const { status, headers, body } = await ask("registry.alpen-ai.example", `${lws}/manifests/0.9.0`);
    expect([status, headers["content-type"]]).toEqual([200, "application/vnd.oci.image.manifest.v1+json"]);
    expect(installed.map(({ definitions }) => definitions.map(({ name }) => name))).toEqual([
      ["leaderworkersets.example"],
    ]);
    const { config, layers } = JSON.parse(body);
    const [about, archive] = await Promise.all(
      [config, layers[0]].map(({ digest }) => ask("registry.alpen-ai.example", `${lws}/blobs/${digest}`)),
    );
    expect(JSON.parse(about!.body)).toEqual({ apiVersion: "v2", name: "lws", version: "0.9.0" });
    expect(archive!.headers["content-length"]).toBe(String(layers[0].size));
    expect((await ask("other.example", `${lws}/tags/list`)).body).toBe('{"name":"charts/lws/lws","tags":["0.9.0"]}');
  });

  it("packs a chart as tar reads it", async () => {
    const { headers } = await ask("registry.alpen-ai.example", `${lws}/manifests/0.10.0`, { method: "HEAD" });
    const digest = headers["docker-content-digest"];
    const { layers } = JSON.parse((await ask("registry.alpen-ai.example", `${lws}/manifests/${digest}`)).body);
    const { bytes } = await ask("registry.alpen-ai.example", `${lws}/blobs/${layers[0].digest}`);
    const tar = (...args: string[]) => execFileSync("tar", args, { input: bytes, encoding: "utf8" });
    expect(tar("-tzf", "-")).toBe("lws/Chart.yaml\n");
    expect(JSON.parse(tar("-xzOf", "-", "lws/Chart.yaml"))).toEqual({
      apiVersion: "v2",
      name: "lws",
      version: "0.10.0",
    });
  });

  it("refuses another chart, another version and what cannot be installed, and says why", async () => {
    const nginx = await ask("registry.alpen-ai.example", "/v2/charts/nginx/manifests/1.0.0");
    expect([nginx.status, nginx.body]).toEqual([403, expect.stringContaining("does not know this chart")]);
    const version = await ask("registry.alpen-ai.example", `${lws}/manifests/9.9.9`);
    expect([version.status, version.body]).toEqual([403, expect.stringContaining("allowed  0.9.0, 0.10.0")]);
    failure = new Error("no rehearsal is going on here");
    const nowhere = await ask("registry.alpen-ai.example", `${lws}/manifests/0.9.0`);
    expect([nowhere.status, nowhere.body]).toEqual([403, expect.stringContaining("no rehearsal is going on")]);
    expect(installed).toEqual([]);
  });

  it("gives a client that asks by HEAD the reason with its GET", async () => {
    const asked = await ask("registry.alpen-ai.example", "/v2/charts/nginx/manifests/1.0.0", { method: "HEAD" });
    expect([asked.status, asked.body]).toEqual([200, ""]);
    const got = await ask("x.example", `/v2/charts/nginx/manifests/${asked.headers["docker-content-digest"]}`);
    expect([got.status, got.body]).toEqual([403, expect.stringContaining("does not know this chart")]);
  });

  it("has nothing else, whatever the host, and takes nothing", async () => {
    for (const [host, path, method] of [
      ["api.pulumi.com", "/api/user", "GET"],
      ["charts.rook.io", "/release/index.yaml", "GET"],
      ["registry.alpen-ai.example", `${lws}/blobs/uploads`, "POST"],
    ] as const) {
      const { status, body } = await ask(host, path, { method });
      expect([status, body]).toEqual([403, expect.stringContaining(`no way out: ${method} ${host}${path}`)]);
    }
  });
});

describe("a closed network", () => {
  it("is trusted by those alone who have its authority", async () => {
    const { certificate } = makeAuthority("Another");
    await expect(ask("registry.alpen-ai.example", "/v2/", { ca: certificate })).rejects.toThrow(/certificate/);
    expect((await ask("registry.alpen-ai.example", "/v2/")).status).toBe(200);
  });

  it("passes nothing on without TLS either", async () => {
    const { hostname, port } = new URL(network.proxy);
    const sent = request({ hostname, port, path: "http://registry.alpen-ai.example/v2/" }).end();
    const response = await new Promise<IncomingMessage>((resolve) => sent.on("response", resolve));
    expect([response.statusCode, await text(response)]).toEqual([403, expect.stringContaining("no way out")]);
  });
});
