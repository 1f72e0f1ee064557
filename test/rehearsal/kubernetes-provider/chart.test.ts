import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { findChart, installChart, isUnproven } from "../../../rehearsal/kubernetes-provider/chart.ts";
import { checkRelease, diffRelease, installRelease } from "../../../rehearsal/kubernetes-provider/release.ts";
import { scratch } from "../workbench.ts";
import { ApiServer, discovery, status } from "./api-server.ts";

const open: ApiServer[] = [];
afterEach(() => {
  for (const server of open.splice(0)) server.close();
});

const definition = (name: string) =>
  `apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata:\n  name: ${name}\n`;

/** A folder of definitions as the toolchain lays it out. */
function crdsFolder() {
  const made = scratch();
  const write = (path: string, text: string) => {
    mkdirSync(dirname(join(made.folder, path)), { recursive: true });
    writeFileSync(join(made.folder, path), text);
  };
  write("gateway-api/gateways.example.yaml", definition("gateways.example"));
  write("gateway-api/routes.example.yaml", definition("routes.example"));
  write("envoy-gateway/envoyproxies.example.yaml", definition("envoyproxies.example"));
  write("envoy-gateway/notes.txt", definition("no.example"));
  write("lws/leaderworkersets.example.yaml", definition("leaderworkersets.example"));
  return made;
}

describe("a chart", () => {
  it("is found by the end of its name, with its add-ons' definitions", () => {
    using crds = crdsFolder();
    for (const chart of ["oci://registry.example/envoyproxy/gateway-helm", "gateway-helm", "./charts/gateway-helm/"]) {
      const found = findChart({ chart, version: "1.9.0" }, crds.folder)!;
      expect(found.definitions.map(({ name }) => name)).toEqual([
        "gateways.example",
        "routes.example",
        "envoyproxies.example",
      ]);
      expect(isUnproven(found)).toBe(false);
    }
  });

  it("of a version that is known and not proven has the definitions of the proven one", () => {
    using crds = crdsFolder();
    const found = findChart({ chart: "oci://registry.example/charts/lws/lws", version: "0.10.0" }, crds.folder)!;
    expect(found.definitions.map(({ name }) => name)).toEqual(["leaderworkersets.example"]);
    expect(found).toMatchObject({ version: "0.10.0", proven: "0.9.0" });
    expect(isUnproven(found)).toBe(true);
  });

  it("beside the one that brings the definitions, or without any to be had, installs nothing", () => {
    using crds = crdsFolder();
    for (const chart of ["charts/envoyproxy/ai-gateway-helm", "charts/nvidia/gpu-operator"]) {
      const found = findChart({ chart }, crds.folder)!;
      expect(found.definitions).toEqual([]);
      expect(isUnproven(found)).toBe(false);
    }
  });

  it("that is unknown is refused with those that are known", () => {
    using crds = crdsFolder();
    expect(() => findChart({ chart: "oci://x.example/nginx" }, crds.folder)).toThrow(
      /found\s+nginx\n\s+allowed\s+gateway-helm, /,
    );
  });

  it("of another version, or whose definitions are not there, is refused", () => {
    using crds = crdsFolder();
    expect(() => findChart({ chart: "gateway-helm", version: "v1.8.1" }, crds.folder)).toThrow(
      /found\s+v1\.8\.1\n\s+allowed\s+v1\.9\.0, v1\.9\.2/,
    );
    expect(() => findChart({ chart: "ai-gateway-crds-helm" }, crds.folder)).toThrow("npx freehold setup");
    expect(() => findChart({ chart: "gateway-helm" }, "")).toThrow("FREEHOLD_CRDS is not set");
  });

  it("whose name is not known yet is nothing yet", () => {
    expect(findChart({ chart: "04da6b54-80e4-46f7-96ec-b56ff0331ba9" }, "/none")).toBeUndefined();
  });

  it("installs what is missing as it is written, and leaves what is there", async () => {
    using crds = crdsFolder();
    const path = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
    const established = { status: { conditions: [{ type: "Established", status: "True" }] } };
    const posted: string[] = [];
    const server = new ApiServer({
      ...discovery,
      "GET /apis/apiextensions.k8s.io/v1": {
        resources: [{ name: "customresourcedefinitions", kind: "CustomResourceDefinition", namespaced: false }],
      },
      [`GET ${path}`]: { items: [{ metadata: { name: "gateways.example" } }] },
      [`POST ${path}`]: ({ body }: { body: string }) => {
        posted.push(body);
        return { body: { metadata: {}, ...established } };
      },
    });
    open.push(server);
    const cluster = await server.cluster();
    const { signal } = new AbortController();
    const names = await installChart(findChart({ chart: "gateway-helm" }, crds.folder)!, cluster, signal);
    expect(names).toEqual(["gateways.example", "routes.example", "envoyproxies.example"]);
    expect(posted.map((text) => text.trim()).sort()).toEqual(
      [definition("envoyproxies.example"), definition("routes.example")].map((text) => text.trim()).sort(),
    );
  });

  it("whose definition the API server refuses fails in its words", async () => {
    using crds = crdsFolder();
    const server = new ApiServer({
      "GET /apis/apiextensions.k8s.io/v1": {
        resources: [{ name: "customresourcedefinitions", kind: "CustomResourceDefinition", namespaced: false }],
      },
      // As a real one answers where there is none.
      "GET /apis/apiextensions.k8s.io/v1/customresourcedefinitions": { items: null },
      "POST /apis/apiextensions.k8s.io/v1/customresourcedefinitions": () => ({
        code: 422,
        body: status(422, "Invalid", "spec.names: Required value"),
      }),
    });
    open.push(server);
    const chart = findChart({ chart: "gateway-helm" }, crds.folder)!;
    await expect(installChart(chart, await server.cluster(), new AbortController().signal)).rejects.toThrow(
      "Required value",
    );
  });
});

describe("a release", () => {
  it("is refused before anything is made where its chart is", () => {
    using crds = crdsFolder();
    const before = process.env.FREEHOLD_CRDS;
    process.env.FREEHOLD_CRDS = crds.folder;
    try {
      expect(() => checkRelease("urn:pulumi:s::p::t::mine", {}, { chart: "nginx" })).toThrow(
        "does not know this chart",
      );
      expect(checkRelease("urn:pulumi:s::p::t::mine", {}, { chart: "gateway-helm" })).toEqual({
        chart: "gateway-helm",
        name: "mine",
      });
    } finally {
      if (before === undefined) delete process.env.FREEHOLD_CRDS;
      else process.env.FREEHOLD_CRDS = before;
    }
  });

  it("of another name or namespace is another release", () => {
    const request = (oldInputs: object, newInputs: object) =>
      diffRelease({ urn: "", oldInputs, newInputs, ignored: [] } as never);
    expect(request({ name: "a", values: { x: 1 } }, { name: "a", values: { x: 2 } }).changes).toEqual([
      { path: "values.x", change: "update", replace: false },
    ]);
    expect(request({ name: "a" }, { name: "b" }).changes[0]?.replace).toBe(true);
  });

  it("in a preview installs nothing", async () => {
    const server = new ApiServer({});
    open.push(server);
    const unknown = { name: "r", chart: "04da6b54-80e4-46f7-96ec-b56ff0331ba9" };
    const { id } = await installRelease(unknown, await server.cluster(), {
      preview: true,
      cancelled: new AbortController().signal,
    });
    expect(id).toBe("");
    expect(server.requests).toEqual([]);
  });
});
