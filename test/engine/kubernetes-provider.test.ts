import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ProviderChoice } from "../../rehearsal/home.ts";
import { processesUnder } from "../../rehearsal/processes.ts";
import { inspect } from "../../rehearsal/toolchain.ts";
import { startCluster, type TestCluster } from "./cluster.ts";
import { type Step, Workspace } from "./workspace.ts";

const { found } = await inspect();
const providers: ProviderChoice[] = found.kubernetesProvider ? ["rehearsal", "official"] : ["rehearsal"];

let cluster: TestCluster;
beforeAll(async () => {
  cluster = await startCluster();
  await label("true");
});
afterAll(() => cluster.stop());

const label = (value: string | null) =>
  cluster.call(
    "PATCH",
    "/api/v1/namespaces/kube-system",
    { metadata: { labels: { "freehold.dev/rehearsal": value } } },
    "application/merge-patch+json",
  );

async function workspaceWith(provider: ProviderChoice): Promise<Workspace> {
  const workspace = new Workspace(cluster.toolchain, provider, { KUBECONFIG: cluster.kubeconfig });
  await workspace.must("stack init test");
  return workspace;
}

/** What an update of the every-kind program did, by provider: compared at the end. */
type Deed = { planned: Step[]; done: Step[]; objects: Record<string, unknown> };
const deeds = new Map<ProviderChoice, { first: Deed; later: Deed }>();

describe.each(providers)("a program with every class of kinds, on the %s provider", (provider) => {
  let workspace: Workspace;
  beforeAll(async () => {
    workspace = await workspaceWith(provider);
    workspace.program(readFileSync(join(import.meta.dirname, "kubernetes-provider/every-kind.ts"), "utf8"));
  });
  afterAll(() => workspace.remove());

  const deed = async (): Promise<Deed> => {
    await workspace.must("preview");
    const planned = workspace.steps();
    await workspace.must("up --yes --skip-preview");
    return { planned, done: workspace.steps(), objects: await objectsOf(workspace) };
  };
  const isQuiet = async () => {
    await workspace.must("up --yes --skip-preview");
    expect(workspace.steps()).toEqual([]);
  };

  const drift = (manager: string) =>
    cluster.call(
      "PATCH",
      `/api/v1/namespaces/every-kind/services/name?fieldManager=${manager}`,
      { spec: { externalName: `${manager}.example` } },
      "application/merge-patch+json",
    );

  it("makes what it planned, and is quiet the second time", async () => {
    const first = await deed();
    expect(first.done.map(({ op }) => op)).toEqual(first.planned.map(() => "create"));
    expect(Object.values(first.objects)).not.toContain(undefined);
    deeds.set(provider, { first, later: first });
    await isQuiet();
  });

  it("keeps no secret in plain text", () => {
    const state = workspace.stateText();
    for (const text of [
      "geheim",
      "plain",
      ...["geheim", "bytes"].map((value) => Buffer.from(value).toString("base64")),
    ]) {
      expect(state.includes(`"${text}"`), text).toBe(false);
    }
  });

  it("changes in place, by replacement and by removal what was changed, and is quiet again", async () => {
    await workspace.must("config set phase later");
    const later = await deed();
    expect(later.done.length).toBeGreaterThan(20);
    deeds.set(provider, { ...deeds.get(provider)!, later });
    await isQuiet();
  });

  it("finds nothing to refresh where nothing drifted, and takes back what did", async () => {
    await workspace.must("refresh --yes --skip-preview");
    await isQuiet();
    await drift("pulumi-kubernetes");
    await workspace.must("refresh --yes --skip-preview");
    await workspace.must("up --yes");
    expect(workspace.steps()).toEqual([expect.objectContaining({ op: "update", name: "name" })]);
    await isQuiet();
  });

  it("does not take a field from somebody else, who is named", async () => {
    await drift("somebody-else");
    await workspace.must("refresh --yes --skip-preview");
    const { code, output } = await workspace.pulumi("preview");
    expect(code).not.toBe(0);
    expect(output).toContain('conflict with "somebody-else" using v1: .spec.externalName');
  });

  it("takes away all that it made, and gives up what it patched", async () => {
    await workspace.must("destroy --yes --skip-preview");
    expect(await workspace.resources()).toEqual([]);
    expect((await cluster.call("GET", "/api/v1/namespaces/every-kind")).code).toBe(404);
    expect((await cluster.call("GET", "/api/v1/nodes/node-1")).code).toBe(404);
  });
});

describe.runIf(providers.length > 1)("both providers", () => {
  it.each(["first", "later"] as const)("make the same objects of the same program (%s)", (phase) => {
    const [ours, official] = providers.map((provider) => deeds.get(provider)![phase].objects);
    expect(Object.keys(ours!).length).toBeGreaterThan(30);
    expect(ours).toEqual(official);
  });

  it.each(["first", "later"] as const)("plan and do the same steps for the same fields (%s)", (phase) => {
    const [ours, official] = providers.map((provider) => deeds.get(provider)![phase]);
    expect(ours!.planned).toEqual(official!.planned);
    expect(ours!.done.map(({ op, type, name }) => [op, type, name])).toEqual(
      official!.done.map(({ op, type, name }) => [op, type, name]),
    );
  });
});

describe("the rehearsal provider", () => {
  let workspace: Workspace;
  beforeAll(async () => {
    workspace = await workspaceWith("rehearsal");
  });
  afterAll(async () => {
    await workspace.must("destroy --yes --skip-preview");
    workspace.remove();
  });
  const configMap = 'import { ConfigMap } from "@pulumi/kubernetes/core/v1/configMap.js";\n';
  const customResource = 'import { CustomResource } from "@pulumi/kubernetes/apiextensions/customResource.js";\n';
  const refusal = async (line: string, env: Record<string, string> = {}) => {
    const { code, output } = await workspace.pulumi(line, env);
    expect(code, output).not.toBe(0);
    return output;
  };

  describe("says no", () => {
    const remedy = /never touches any other cluster[\s\S]*npx freehold setup --production/;
    beforeAll(() => workspace.program(`${configMap}new ConfigMap("c", { metadata: { name: "c" }, data: {} });`));

    it("to a cluster without the label, before anything is made", async () => {
      await label(null);
      try {
        const said = await refusal("up --yes --skip-preview");
        expect(said).toMatch(remedy);
        expect(said).toContain('kube-system has no label freehold.dev/rehearsal: "true"');
        expect((await cluster.call("GET", "/api/v1/namespaces/default/configmaps/c")).code).toBe(404);
      } finally {
        await label("true");
      }
    });

    it("to a server elsewhere", async () => {
      const kubeconfig = readFileSync(cluster.kubeconfig, "utf8").replace("127.0.0.1", "k8s.example.invalid");
      workspace.write("elsewhere", kubeconfig);
      const said = await refusal("preview", { KUBECONFIG: join(workspace.folder, "project/elsewhere") });
      expect(said).toMatch(remedy);
      expect(said).toContain("is not on this machine");
    });

    it("where no rehearsal is set", async () => {
      const said = await refusal("preview", { FREEHOLD_REHEARSAL: "" });
      expect(said).toMatch(remedy);
      expect(said).toContain("FREEHOLD_REHEARSAL is not set");
    });

    it("to a kind that is not there, naming those that are", async () => {
      workspace.program(
        `${customResource}new CustomResource("c", { apiVersion: "apps/v1", kind: "Deploymnt", metadata: { name: "c" } });`,
      );
      expect(await refusal("preview")).toMatch(/apps\/v1 has no kind Deploymnt; it has: .*Deployment/);
    });

    it("in the API server's words to a field that it does not know, at preview", async () => {
      workspace.program(`${customResource}new CustomResource("c", {
        apiVersion: "policy/v1", kind: "PodDisruptionBudget", metadata: { name: "c" }, spec: { minAvailabl: 1 } });`);
      expect(await refusal("preview")).toContain('unknown field "spec.minAvailabl"');
    });

    it("to making what is there already, with the ways out", async () => {
      workspace.program(`${configMap}new ConfigMap("c", { metadata: { name: "kube-root-ca.crt" }, data: {} });`);
      expect(await refusal("up --yes --skip-preview")).toMatch(/"kube-root-ca.crt" already exists[\s\S]*pulumi import/);
    });

    it("to charts and templates that it does not have", async () => {
      workspace.program(`import { Chart } from "@pulumi/kubernetes/helm/v4/chart.js";
        new Chart("c", { chart: "oci://registry.example/nginx" });`);
      expect(await refusal("preview")).toMatch(/does not know this chart[\s\S]*gateway-helm/);
      workspace.program(`import { ConfigGroup } from "@pulumi/kubernetes/yaml/v2/configGroup.js";
        new ConfigGroup("c", { yaml: "" });`);
      expect(await refusal("preview")).toContain("declare its objects as resources");
    });
  });

  it("plans what cannot be judged yet as it is declared", async () => {
    workspace.program(`${configMap}${customResource}
      import { Namespace } from "@pulumi/kubernetes/core/v1/namespace.js";
      const namespace = new Namespace("later", { metadata: { name: "later" } });
      const inside = { namespace: namespace.metadata.name };
      new ConfigMap("in-namespace", { metadata: { ...inside, name: "c" }, data: { uid: namespace.metadata.uid } });
      new CustomResource("no-kind-yet", { apiVersion: "later.example/v1", kind: "Thing", metadata: { ...inside, name: "t" } });`);
    await workspace.must("preview");
    expect(workspace.steps().map(({ op, name }) => `${op} ${name}`)).toEqual([
      "create in-namespace",
      "create later",
      "create no-kind-yet",
    ]);
  });

  it("installs a chart's definitions, so that its objects are judged by them", async () => {
    const gatewayClass = (spec: string) => `${customResource}
      import { Chart } from "@pulumi/kubernetes/helm/v4/chart.js";
      const chart = new Chart("gateway", { chart: "oci://registry.example/envoyproxy/gateway-helm", version: "v1.9.0" });
      new CustomResource("class", {
        apiVersion: "gateway.networking.k8s.io/v1", kind: "GatewayClass", metadata: { name: "class" }, spec: ${spec},
      }, { dependsOn: chart });`;
    workspace.program(gatewayClass('{ controllerName: "example.com/gateway" }'));
    await workspace.must("up --yes");
    expect((await cluster.call("GET", "/apis/gateway.networking.k8s.io/v1/gatewayclasses/class")).code).toBe(200);
    // The definitions are megabytes; the state is not.
    expect(workspace.stateText().length).toBeLessThan(50_000);
    await workspace.must("up --yes --skip-preview");
    expect(workspace.steps()).toEqual([]);

    workspace.program(gatewayClass('{ controllerName: "no slash" }'));
    expect(await refusal("preview")).toContain("spec.controllerName");
  });

  it("says why a workload does not get ready, keeps it, and goes on from there", async () => {
    const deployment = (seconds: number) => `
      import { Deployment } from "@pulumi/kubernetes/apps/v1/deployment.js";
      const labels = { app: "gpu" };
      new Deployment("gpu", {
        metadata: { name: "gpu", annotations: { "pulumi.com/timeoutSeconds": "${seconds}" } },
        spec: { replicas: 2, selector: { matchLabels: labels }, template: { metadata: { labels }, spec: {
          tolerations: [{ operator: "Exists" }],
          containers: [{ name: "main", image: "registry.example/gpu:1", resources: { limits: { "example.com/gpu": "2" } } }],
        } } },
      });`;
    workspace.program(deployment(3));
    const said = await refusal("up --yes --skip-preview");
    expect(said).toContain("Deployment gpu timed out waiting to be Ready");
    expect(said).toMatch(/2 Pods: \[Unschedulable\]/);
    const gpu = async () => (await workspace.resources()).find(({ id }) => id === "default/gpu");
    const kept = await gpu();
    expect(kept).toMatchObject({
      initErrors: [expect.stringContaining("timed out"), expect.anything(), expect.anything()],
    });

    const capacity = { cpu: "8", memory: "16Gi", pods: "110", "example.com/gpu": "4" };
    await cluster.call("POST", "/api/v1/nodes", {
      apiVersion: "v1",
      kind: "Node",
      metadata: { name: "gpu-1", annotations: { "kwok.x-k8s.io/node": "fake" } },
      status: { capacity, allocatable: capacity },
    });
    workspace.program(deployment(60));
    await workspace.must("up --yes --skip-preview");
    expect(workspace.steps().map(({ op, name }) => `${op} ${name}`)).toContain("update gpu");
    expect((await gpu()).initErrors ?? []).toEqual([]);
  });

  it("stops waiting when it is interrupted, keeps what it made, and leaves no process", async () => {
    workspace.program(`
      import { Pod } from "@pulumi/kubernetes/core/v1/pod.js";
      new Pod("never", { metadata: { name: "never" }, spec: {
        nodeSelector: { none: "such" }, containers: [{ name: "main", image: "registry.example/never:1" }] } });`);
    const { child, ran, ended } = workspace.start("up --yes --skip-preview");
    while (!ran.output.includes("Waiting for Pod to be scheduled")) await sleep(50);
    child.kill("SIGINT");
    expect((await ended).code).not.toBe(0);
    expect(ran.output).toContain("cancelled for Pod never");
    const kept = (await workspace.resources()).find(({ type }) => type === "kubernetes:core/v1:Pod");
    expect(kept.initErrors).toBeDefined();
    for (let waited = 0; processesUnder(workspace.folder).length > 0 && waited < 8_000; waited += 100) await sleep(100);
    expect(processesUnder(workspace.folder)).toEqual([]);
  });

  it("ends with an engine that is killed in the middle of its work", async () => {
    const { child, ran, ended } = workspace.start("up --yes --skip-preview");
    while (!/never updating .*Waiting for Pod/.test(ran.output)) await sleep(50);
    expect(processesUnder(workspace.folder).length).toBeGreaterThan(0);
    child.kill("SIGKILL");
    await ended;
    for (let waited = 0; processesUnder(workspace.folder).length > 0 && waited < 8_000; waited += 100) await sleep(100);
    expect(processesUnder(workspace.folder)).toEqual([]);
    await workspace.must("cancel --yes");
  });

  it("imports an object that it did not make, with inputs that say all of it", async () => {
    await cluster.call("POST", "/api/v1/namespaces/default/configmaps", {
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name: "found", labels: { a: "1" } },
      data: { x: "1" },
    });
    await workspace.must(
      "import kubernetes:core/v1:ConfigMap found default/found --yes --protect=false --generate-code=false --skip-preview",
    );
    const imported = (await workspace.resources()).find(({ id }) => id === "default/found");
    expect(imported.inputs).toEqual({
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name: "found", namespace: "default", labels: { a: "1" } },
      data: { x: "1" },
    });
    expect(await refusal("import kubernetes:core/v1:ConfigMap lost default/lost --yes --skip-preview")).toContain(
      "does not exist",
    );
  });
});

/** The stack's objects as the cluster has them, without what the API server and the random seed make up. */
async function objectsOf(workspace: Workspace): Promise<Record<string, unknown>> {
  const resources = (await workspace.resources()).filter(({ custom }) => custom);
  const entries = resources.map(async ({ type, urn, id, outputs }) => {
    const { apiVersion, kind } = outputs;
    const root = apiVersion.includes("/") ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
    const { body: discovery } = await cluster.call("GET", root);
    const { name: plural } = discovery.resources.find(
      (one: { kind: string; name: string }) => one.kind === kind && !one.name.includes("/"),
    );
    const [first, second] = id.split("/");
    const path = second ? `${root}/namespaces/${first}/${plural}/${second}` : `${root}/${plural}/${first}`;
    const { code, body } = await cluster.call("GET", path);
    return [`${type} ${urn.split("::").at(-1)}`, code === 200 ? normalised(body) : undefined] as const;
  });
  return Object.fromEntries(await Promise.all(entries));
}

function normalised({ status, metadata, ...object }: { status: unknown; metadata: Record<string, unknown> }): unknown {
  const { uid, resourceVersion, creationTimestamp, generation, managedFields, ...kept } = metadata;
  const text = JSON.stringify({ ...object, metadata: kept })
    .replaceAll(String(uid), "<uid>")
    .replaceAll(/\b(unnamed)-[0-9a-f]{8}\b/g, "$1-<random>")
    .replaceAll(/\b(kube-api-access)-[a-z0-9]{5}\b/g, "$1-<random>")
    .replaceAll(/"10\.0\.0\.\d+"/g, '"<cluster address>"');
  return JSON.parse(text);
}
