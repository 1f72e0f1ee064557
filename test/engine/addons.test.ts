import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { addon, addons } from "../../catalogue/index.ts";
import { loadCountry } from "../../components/country.ts";
import { furnishHall } from "../../rehearsal/hall.ts";
import type { Home, ProviderChoice } from "../../rehearsal/home.ts";
import { inspect } from "../../rehearsal/toolchain.ts";
import { startCluster, type TestCluster } from "./cluster.ts";
import { Workspace } from "./workspace.ts";

const { found } = await inspect();
const providers: ProviderChoice[] = found.kubernetesProvider ? ["rehearsal", "official"] : ["rehearsal"];
const all = addons().map((id) => addon(id));
const installed = all.filter(({ charts }) => charts.length > 0);

const chart = (path: string, version: string) =>
  `new Chart("${path.split("/").at(-1)}", { chart: "oci://registry.alpen-ai.example/${path}", version: "${version}" });`;
const program = (lines: string[]) =>
  `import { Chart } from "@pulumi/kubernetes/helm/v4/chart.js";\n${lines.join("\n")}\n`;

/** What the API server serves: group versions, and kinds by group version. */
async function served(cluster: TestCluster) {
  const { body: groups } = await cluster.call("GET", "/apis");
  const versions: string[] = groups.groups.flatMap(({ versions }: { versions: { groupVersion: string }[] }) =>
    versions.map(({ groupVersion }) => groupVersion),
  );
  const lists = await Promise.all(versions.map((version) => cluster.call("GET", `/apis/${version}`)));
  const kinds: string[] = lists.flatMap(({ body }) => body.resources.map(({ kind }: { kind: string }) => kind));
  return { versions, kinds: new Set(kinds) };
}

async function rehearsalCluster(): Promise<TestCluster> {
  const cluster = await startCluster();
  const body = { metadata: { labels: { "freehold.dev/rehearsal": "true" } } };
  await cluster.call("PATCH", "/api/v1/namespaces/kube-system", body, "application/merge-patch+json");
  return cluster;
}

describe.each(providers)("the charts of the add-ons, on the %s provider", (provider) => {
  let cluster: TestCluster;
  let workspace: Workspace;
  let now: Awaited<ReturnType<typeof served>>;
  beforeAll(async () => {
    cluster = await rehearsalCluster();
    workspace = new Workspace(cluster.toolchain, provider, { KUBECONFIG: cluster.kubeconfig });
    await workspace.must("stack init test");
    workspace.program(
      program(installed.flatMap(({ charts }) => charts.map(({ path, version }) => chart(path, version)))),
    );
    await workspace.must("up --yes --skip-preview");
    now = await served(cluster);
  });
  afterAll(async () => {
    workspace.remove();
    await cluster.stop();
  });

  it.each(installed)("serve what $id serves, in every kind that Freehold makes of it", ({ serves, kinds }) => {
    expect(serves.filter((version) => !now.versions.includes(version))).toEqual([]);
    expect(kinds.filter((kind) => !now.kinds.has(kind))).toEqual([]);
  });

  it("lack no other definitions than those that could not be had", () => {
    const lacking = all.flatMap(({ definitions }) => (Array.isArray(definitions) ? [] : definitions.kinds));
    expect(lacking).toEqual(["ClusterPolicy", "NicClusterPolicy"]);
    expect(lacking.filter((kind) => now.kinds.has(kind))).toEqual([]);
  });

  it("keep definitions out of the state, and are quiet the second time", async () => {
    // The definitions are megabytes.
    expect(workspace.stateText().length).toBeLessThan(100_000);
    await workspace.must("up --yes --skip-preview");
    expect(workspace.steps()).toEqual([]);
  });

  it("come in a version that is known and not proven as well, and in no other", async () => {
    workspace.program(program([chart("charts/lws/lws", "0.10.0")]));
    const { code, output } = await workspace.pulumi("preview");
    expect(code, output).toBe(0);
    if (provider === "rehearsal") expect(output).toContain("0.10.0 was not proven");
    workspace.program(program([chart("charts/lws/lws", "0.1.0")]));
    const refused = await workspace.pulumi("preview");
    expect(refused.code).not.toBe(0);
    expect(refused.output).toMatch(/found\s+0\.1\.0\n\s+allowed\s+0\.9\.0, 0\.10\.0/);
  });

  it("come from nowhere else", async () => {
    workspace.program(
      program([`new Chart("x", { chart: "x", repositoryOpts: { repo: "https://charts.rook.io/release" } });`]),
    );
    const { code, output } = await workspace.pulumi("preview");
    expect(code).not.toBe(0);
    expect(output).toMatch(/403 Forbidden|does not know this chart/);
  });
});

describe("the hall", () => {
  let cluster: TestCluster;
  beforeAll(async () => {
    cluster = await rehearsalCluster();
  });
  afterAll(() => cluster.stop());

  it("has the definitions and namespaces of the add-ons that the country has already, and of no other", async () => {
    const country = loadCountry(fileURLToPath(new URL("../fixtures/smallest.yaml", import.meta.url)));
    const existing = ["cert-manager", "gpu-operator", "cilium"];
    const choice = (id: string) => ({ mode: existing.includes(id) ? "existing" : "install", version: "" }) as const;
    const home = { kubeconfig: cluster.kubeconfig } as Home;
    const chosen = Object.fromEntries(addons().map((id) => [id, choice(id)]));
    await furnishHall(home, { ...country, addons: chosen }, cluster.toolchain.crds.path);
    // Safe to repeat.
    await furnishHall(home, { ...country, addons: chosen }, cluster.toolchain.crds.path);
    const { body } = await cluster.call("GET", "/apis/apiextensions.k8s.io/v1/customresourcedefinitions");
    const groups = body.items.map(({ spec }: { spec: { group: string } }) => spec.group);
    expect([...new Set(groups)].sort()).toEqual(["cert-manager.io", "cilium.io"]);
    for (const id of addons()) {
      const { code } = await cluster.call("GET", `/api/v1/namespaces/${addon(id).namespace}`);
      expect(code, id).toBe(existing.includes(id) ? 200 : 404);
    }
  });
});
