import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, describe, expect, it, vi } from "vitest";
import { onprem } from "../../../components/clouds/onprem.ts";
import type { Country } from "../../../components/country.ts";
import { ApiServer, status } from "../../rehearsal/kubernetes-provider/api-server.ts";

const folder = mkdtempSync(join(tmpdir(), "freehold-onprem-"));
afterAll(() => rmSync(folder, { recursive: true }));
const servers: ApiServer[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
  vi.unstubAllEnvs();
});

const country = { target: { kind: "onprem", context: "hall", place: "CH" } } as Country;

const routes = {
  "GET /version": { gitVersion: "v1.36.1+rke2r1" },
  "GET /api/v1/nodes": {
    items: [
      {
        metadata: { name: "gpu-1", labels: { "nvidia.com/gpu.product": "NVIDIA-H200" } },
        spec: { taints: [{ key: "a", effect: "NoSchedule", timeAdded: "2026-01-01T00:00:00Z" }] },
        status: { allocatable: { "nvidia.com/gpu": "8" } },
      },
      { metadata: { name: "bare" } },
    ],
  },
  "GET /apis": {
    groups: [{ name: "apps", versions: [{ groupVersion: "apps/v1" }, { groupVersion: "apps/v1beta1" }] }],
  },
  "GET /api/v1/namespaces": {
    items: [{ metadata: { name: "kube-system", labels: { "kubernetes.io/metadata.name": "kube-system" } } }],
  },
  "GET /apis/storage.k8s.io/v1/storageclasses": {
    items: [
      { metadata: { name: "fast", annotations: { "storageclass.kubernetes.io/is-default-class": "true" } } },
      { metadata: { name: "slow" } },
    ],
  },
};

/** A kubeconfig whose context `hall` is this server. */
async function reach(answers: ConstructorParameters<typeof ApiServer>[0], path = "") {
  const server = new ApiServer(answers);
  servers.push(server);
  const address = `${(await server.connection()).server.origin}${path}`;
  kubeconfig(address);
  return server;
}

function kubeconfig(server: string) {
  const content = {
    contexts: [{ name: "hall", context: { cluster: "hall", user: "operator" } }],
    clusters: [{ name: "hall", cluster: { server } }],
    users: [{ name: "operator", user: { token: "secret" } }],
  };
  writeFileSync(join(folder, "config"), JSON.stringify(content));
  vi.stubEnv("KUBECONFIG", join(folder, "config"));
}

describe("a cluster that is there", () => {
  it("is seen with its version, nodes, namespaces, classes of volumes and what it serves", async () => {
    const server = await reach(routes);
    expect(await onprem.inspect(country)).toEqual({
      version: "v1.36.1+rke2r1",
      rehearsal: false,
      nodes: [
        {
          name: "gpu-1",
          labels: { "nvidia.com/gpu.product": "NVIDIA-H200" },
          taints: [{ key: "a", value: undefined, effect: "NoSchedule" }],
          allocatable: { "nvidia.com/gpu": "8" },
        },
        { name: "bare", labels: {}, taints: [], allocatable: {} },
      ],
      serves: ["apps/v1", "apps/v1beta1"],
      namespaces: { "kube-system": { "kubernetes.io/metadata.name": "kube-system" } },
      storageClasses: [
        { name: "fast", isDefault: true },
        { name: "slow", isDefault: false },
      ],
    });
    expect(server.requests.sort()).toEqual(Object.keys(routes).sort());
  });

  it("may stand behind a path of its server, as a cluster manager's proxy has it", async () => {
    const behind = Object.entries(routes).map(([route, answer]) => [route.replace(" ", " /k8s/clusters/c-1"), answer]);
    await reach(Object.fromEntries(behind), "/k8s/clusters/c-1");
    expect((await onprem.inspect(country)).version).toBe("v1.36.1+rke2r1");
  });

  it("is asked with the credentials of the context's user", async () => {
    const asked: (string | undefined)[] = [];
    await reach({
      ...routes,
      "GET /version": ({ authorization }: { authorization: string | undefined }) => {
        asked.push(authorization);
        return { body: { gitVersion: "v1.36.1" } };
      },
    });
    await onprem.inspect(country);
    expect(asked).toEqual(["Bearer secret"]);
  });
});

describe("a cluster that cannot be seen", () => {
  it("is reported in the API server's own words", async () => {
    const message = 'nodes is forbidden: User "operator" cannot list resource "nodes"';
    await reach({ ...routes, "GET /api/v1/nodes": () => ({ code: 403, body: status(403, "Forbidden", message) }) });
    await expect(onprem.inspect(country)).rejects.toThrow(`403 at /api/v1/nodes: ${message}`);
  });

  it("is reported where nothing listens", async () => {
    const server = await reach(routes);
    server.close();
    await expect(onprem.inspect(country)).rejects.toThrow(
      /the cluster of context hall does not answer[\s\S]*ECONNREFUSED/,
    );
  });

  it("is reported where something else answers", async () => {
    await reach({ ...routes, "GET /version": () => ({ code: 502, body: "bad gateway" }) });
    await expect(onprem.inspect(country)).rejects.toThrow('502 at /version: "bad gateway"');
  });

  it("is reported with the contexts that there are", async () => {
    kubeconfig("https://127.0.0.1:1");
    const elsewhere = { target: { ...country.target, context: "elsewhere" } } as Country;
    await expect(onprem.inspect(elsewhere)).rejects.toThrow(/elsewhere is not in the kubeconfig[\s\S]*contexts hall/);
  });

  it("is reported where the kubeconfig is none", async () => {
    writeFileSync(join(folder, "broken"), "contexts: [");
    vi.stubEnv("KUBECONFIG", join(folder, "broken"));
    await expect(onprem.inspect(country)).rejects.toThrow(/^the kubeconfig cannot be read/);
  });
});
