import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { projectFolder } from "../../rehearsal/home.ts";
import { inspect } from "../../rehearsal/toolchain.ts";
import { startCluster, type TestCluster } from "./cluster.ts";
import { Workspace } from "./workspace.ts";

const { found } = await inspect();
const registry = "registry.alpen-ai.example";
const digest = `sha256:${"ab".repeat(32)}`;

// A chart as charts are: images in every place where they stand, a policy that opens the world, prose in a definition.
const chart = {
  "Chart.yaml": "apiVersion: v2\nname: sample\nversion: 1.0.0\n",
  "values.yaml": "tag: :v2\n",
  "templates/deployment.yaml": `
apiVersion: apps/v1
kind: Deployment
metadata: { name: sample }
spec:
  replicas: 0
  selector: { matchLabels: { app: sample } }
  template:
    metadata: { labels: { app: sample } }
    spec:
      initContainers: [{ name: first, image: "busybox:1.37" }]
      containers:
        - name: main
          image: "quay.io/acme/controller{{ .Values.tag }}"
          args: ["--solver-image=docker.io/acme/solver:v1", "--metrics-url=http://sample.default.svc/x:1"]
          env: [{ name: WORKER_IMAGE, value: "ghcr.io/acme/worker:v3" }]
      volumes: [{ name: data, image: { reference: "registry.k8s.io/acme/data:v4" } }]
`,
  "templates/config.yaml": `
apiVersion: v1
kind: ConfigMap
metadata: { name: sample }
data:
  config.yaml: |
    proxy:
      image: docker.io/acme/proxy:v5
`,
  "templates/policy.yaml": `
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: { name: sample }
spec:
  podSelector: {}
  policyTypes: [Egress]
  egress: [{}]
`,
  "templates/definition.yaml": `
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: { name: samples.acme.example, annotations: { helm.sh/resource-policy: keep } }
spec:
  group: acme.example
  scope: Namespaced
  names: { plural: samples, singular: sample, kind: Sample, listKind: SampleList }
  versions:
    - name: v1
      served: true
      storage: true
      schema:
        openAPIV3Schema:
          type: object
          description: Prose of the object.
          properties:
            spec:
              type: object
              properties:
                description: { type: string, description: Prose of a field that is called description. }
`,
};

describe.skipIf(!found.kubernetesProvider)("an add-on's chart, rendered by the official provider", () => {
  let cluster: TestCluster;
  let workspace: Workspace;

  beforeAll(async () => {
    cluster = await startCluster();
    workspace = new Workspace(cluster.toolchain, "official", { KUBECONFIG: cluster.kubeconfig });
    for (const [path, text] of Object.entries(chart)) workspace.write(`chart/${path}`, text);
    workspace.program(`
      import { Chart } from "@pulumi/kubernetes/helm/v4/chart.js";
      import { Config } from "@pulumi/pulumi";
      import { guarded } from "${projectFolder}/components/addon/guarded.ts";
      const country = {
        country: "CH",
        operator: { name: "Alpen AI", domain: "alpen-ai.example" },
        registry: "${registry}",
        guards: { hosts: [], registries: [] },
        digests: { "acme/worker:v3": "${digest}" },
      };
      const tag = new Config().get("tag") ?? ":v2";
      const args = { chart: "./chart", namespace: "default", values: { tag } };
      new Chart("sample", args, { transforms: [guarded(country, { protect: true })] });
    `);
    await workspace.must("stack init test");
    await workspace.must("up --yes --skip-preview");
  });
  afterAll(async () => {
    workspace.remove();
    await cluster.stop();
  });

  const get = async (path: string) => (await cluster.call("GET", path)).body;

  it("has every image taken from the registry, by its digest where one is pinned", async () => {
    const { spec } = (await get("/apis/apps/v1/namespaces/default/deployments/sample")).spec.template;
    const [main] = spec.containers;
    expect(spec.initContainers[0].image).toBe(`${registry}/busybox:1.37`);
    expect(main.image).toBe(`${registry}/acme/controller:v2`);
    expect(main.args).toEqual([
      `--solver-image=${registry}/acme/solver:v1`,
      "--metrics-url=http://sample.default.svc/x:1",
    ]);
    expect(main.env[0].value).toBe(`${registry}/acme/worker:v3@${digest}`);
    expect(spec.volumes[0].image.reference).toBe(`${registry}/acme/data:v4`);
    const { data } = await get("/api/v1/namespaces/default/configmaps/sample");
    expect(data["config.yaml"]).toContain(`image: ${registry}/acme/proxy:v5`);
  });

  it("has no way out of its own, and definitions without prose that nobody deletes by accident", async () => {
    const policy = await get("/apis/networking.k8s.io/v1/namespaces/default/networkpolicies/sample");
    expect(policy.spec.policyTypes).toEqual(["Egress"]);
    expect(policy.spec.egress ?? []).toEqual([]);
    const definition = await get("/apis/apiextensions.k8s.io/v1/customresourcedefinitions/samples.acme.example");
    expect(definition.spec.versions[0].schema.openAPIV3Schema).toEqual({
      type: "object",
      properties: { spec: { type: "object", properties: { description: { type: "string" } } } },
    });
    const kept = (await workspace.resources()).filter((resource) => resource.protect);
    expect(kept.map(({ type }) => type)).toEqual(["kubernetes:apiextensions.k8s.io/v1:CustomResourceDefinition"]);
    expect((await workspace.resources()).filter((resource) => resource.retainOnDelete)).toEqual([]);
  });

  it("is quiet the second time", async () => {
    await workspace.must("up --yes --skip-preview");
    expect(workspace.steps()).toEqual([]);
  });

  it("is refused where an image says neither tag nor digest", async () => {
    await workspace.must("config set tag _none");
    const { code, output } = await workspace.pulumi("preview");
    expect(code).not.toBe(0);
    expect(output).toContain("quay.io/acme/controller_none has neither tag nor digest");
  });
});
