import { readdirSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { addon } from "../../catalogue/index.ts";
import { planCountry } from "../../cli/plan-country.ts";
import { onprem } from "../../components/clouds/onprem.ts";
import { type Country, loadCountry } from "../../components/country.ts";
import { type Resource, UNKNOWN } from "../../policies/fact.ts";
import { definitionsOf } from "../../rehearsal/chart-definitions.ts";
import { furnishHall } from "../../rehearsal/hall.ts";
import type { Home } from "../../rehearsal/home.ts";
import { context, startCluster, type TestCluster } from "./cluster.ts";

// Every object of every example country, sent to a real API server that has the definitions of the country's add-ons: this
// is where versions that do not go together break. What stands in charts is not here: the official provider renders them.

const stacks = fileURLToPath(new URL("../../stacks/", import.meta.url));
// Those on clouds stand whole in clouds.test; their clouds' own answers are in what they make.
const examples = readdirSync(stacks).filter(
  (file) => /^Pulumi\.\w+\.yaml$/.test(file) && loadCountry(join(stacks, file)).target.kind === "onprem",
);
// What others refer to, and what judges them, is made; everything else is only tried.
const made = ["Namespace", "ValidatingAdmissionPolicy", "ValidatingAdmissionPolicyBinding"];

// biome-ignore lint/suspicious/noExplicitAny: an object of any kind, to be broken in any place
type Manifest = { apiVersion: string; kind: string; metadata: any; spec?: any; [part: string]: unknown };

let cluster: TestCluster;
/** Groups that the API server serves by itself. */
let builtIn: string[];
beforeAll(async () => {
  cluster = await startCluster();
  process.env.KUBECONFIG = cluster.kubeconfig;
  const { body } = await cluster.call("GET", "/apis");
  builtIn = body.groups.map(({ name }: { name: string }) => name);
});
afterAll(async () => {
  delete process.env.KUBECONFIG;
  await cluster.stop();
});

describe.each(examples)("%s", (file) => {
  const declared = loadCountry(join(stacks, file));
  const country: Country = { ...declared, target: { ...declared.target, context } };
  let objects: Manifest[];
  let checkable: Manifest[];

  beforeAll(async () => {
    // A hall that has every add-on of the country already has its definitions and namespaces too.
    const everything = Object.entries(country.addons).map(([id, choice]) => [
      id,
      { ...choice, mode: "existing" as const },
    ]);
    const hall = { ...country, addons: Object.fromEntries(everything) };
    await furnishHall({ kubeconfig: cluster.kubeconfig } as Home, hall, cluster.toolchain.crds.path);
    const resources = await planCountry(country, await onprem.inspect(country));
    objects = resources.flatMap((resource) => manifestOf(resource) ?? []);
  });

  it("makes kinds that its add-ons define, and of those without a definition only what the catalogue names", () => {
    const { defined, without } = kindsOf(country);
    const custom = [...new Set(objects.filter(isCustom).map(nameOfKind))];
    const undefinedKinds = custom.filter((kind) => !defined.includes(kind));
    expect(undefinedKinds.filter((kind) => !without.includes(kind))).toEqual([]);
    checkable = objects.filter((object) => !undefinedKinds.includes(nameOfKind(object)));
  });

  it("has every object accepted by the API server", async () => {
    expect(checkable.length).toBeGreaterThan(40);
    const refused: string[] = [];
    for (const object of checkable.filter(({ kind }) => made.includes(kind)))
      refused.push(...(await apply(object, false)));
    for (const object of checkable.filter(({ kind }) => !made.includes(kind)))
      refused.push(...(await apply(object, true)));
    expect(refused).toEqual([]);
  });

  it("would have a misspelt field refused in every custom kind", async () => {
    const custom = checkable.filter((object) => isCustom(object) && object.spec);
    const kinds = [...new Map(custom.map((object) => [nameOfKind(object), object])).values()];
    expect(kinds.length).toBeGreaterThan(0);
    for (const object of kinds) {
      const [said] = await apply({ ...object, spec: { ...object.spec, misspelt: true } }, true);
      expect(said, nameOfKind(object)).toMatch(/misspelt/);
    }
  });
});

describe("admission in a country's namespaces", () => {
  const inModels = (apiVersion: string, kind: string, spec: object): Manifest => ({
    apiVersion,
    kind,
    metadata: { name: "stranger", namespace: "freehold-models" },
    spec,
  });
  const pod = (more: object) =>
    inModels("v1", "Pod", {
      securityContext: { runAsNonRoot: true, runAsUser: 1000, seccompProfile: { type: "RuntimeDefault" } },
      containers: [
        {
          name: "stranger",
          image: "docker.io/library/nginx:1",
          resources: { requests: { cpu: "10m", memory: "64Mi" }, limits: { memory: "64Mi" } },
          securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } },
        },
      ],
      ...more,
    });
  const egress = (to: object[]) =>
    inModels("networking.k8s.io/v1", "NetworkPolicy", { podSelector: {}, policyTypes: ["Egress"], egress: [{ to }] });
  const outside = (externalName: string) => inModels("v1", "Service", { type: "ExternalName", externalName });
  const backup = (endpointURL: string) =>
    inModels("barmancloud.cnpg.io/v1", "ObjectStore", {
      configuration: { destinationPath: "s3://backups/", endpointURL },
    });
  const backend = (hostname: string) =>
    inModels("gateway.envoyproxy.io/v1alpha1", "Backend", { endpoints: [{ fqdn: { hostname, port: 443 } }] });

  beforeAll(async () => {
    // The API server takes up a new policy when it gets to it.
    const deadline = Date.now() + 30_000;
    while ((await apply(pod({}), true)).length === 0 && Date.now() < deadline);
  });

  it.each<[string, Manifest, RegExp]>([
    ["an image from abroad", pod({}), /Images come from/],
    ["egress to everywhere", egress([{ ipBlock: { cidr: "0.0.0.0/0" } }]), /private addresses/],
    ["egress to a public range", egress([{ ipBlock: { cidr: "8.8.8.0/24" } }]), /private addresses/],
    ["egress to nobody in particular", egress([]), /names where it leads/],
    ["a name that leads abroad", outside("api.example.com"), /External names/],
    ["a name that ends like one of ours", outside("evil-alpen-ai.example"), /External names/],
    ["backups that go abroad", backup("https://s3.eu-central-1.amazonaws.com"), /Backups go to/],
    ["a backend abroad", backend("api.example.com"), /Backends are/],
  ])("refuses %s", async (_, object, said) => {
    expect((await apply(object, true)).join()).toMatch(said);
  });

  it.each<[string, Manifest]>([
    ["egress to private addresses", egress([{ ipBlock: { cidr: "10.1.0.0/16" } }])],
    ["a name of this cluster", outside("apertus-70b.freehold-models.svc.cluster.local")],
    ["backups to a service of this cluster", backup("https://rook-ceph-rgw-freehold.rook-ceph.svc")],
    ["a backend of this cluster", backend("apertus-70b.freehold-models.svc.cluster.local")],
  ])("admits %s", async (_, object) => {
    expect(await apply(object, true)).toEqual([]);
  });
});

/** What the API server says against an object, one line or none. */
async function apply(object: Manifest, tried: boolean): Promise<string[]> {
  const { apiVersion, kind, metadata } = object;
  const path = await pathOf(object);
  const query = `fieldManager=coherence&force=true&fieldValidation=Strict${tried ? "&dryRun=All" : ""}`;
  const { code, body } = await cluster.call("PATCH", `${path}?${query}`, object, "application/apply-patch+yaml");
  return code < 300 ? [] : [`${apiVersion} ${kind} ${metadata.name}: ${body.message}`];
}

const served = new Map<string, { name: string; namespaced: boolean }>();

/** Where an object stands, as the API server's own list of kinds has it. */
async function pathOf({ apiVersion, kind, metadata }: Manifest): Promise<string> {
  const root = apiVersion.includes("/") ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
  const deadline = Date.now() + 30_000;
  // A definition is served a moment after it was accepted.
  while (!served.has(`${apiVersion} ${kind}`) && Date.now() < deadline) {
    if (!(await serves(apiVersion))) continue;
    const { body } = await cluster.call("GET", root);
    for (const resource of body.resources) {
      if (!resource.name.includes("/")) served.set(`${apiVersion} ${resource.kind}`, resource);
    }
  }
  const resource = served.get(`${apiVersion} ${kind}`);
  if (!resource) throw new Error(`The API server does not serve ${kind} of ${apiVersion}.`);
  const namespace = resource.namespaced ? `/namespaces/${metadata.namespace ?? "default"}` : "";
  return `${root}${namespace}/${resource.name}/${metadata.name}`;
}

async function serves(apiVersion: string): Promise<boolean> {
  if (!apiVersion.includes("/")) return true;
  const { body } = await cluster.call("GET", "/apis");
  return body.groups.some(({ versions }: { versions: { groupVersion: string }[] }) =>
    versions.some(({ groupVersion }) => groupVersion === apiVersion),
  );
}

/** The object that a resource of the plan would be in the cluster; charts and components are none. */
function manifestOf({ type, name, custom, props }: Resource): Manifest | undefined {
  const [provider, group = "", token = ""] = type.split(":");
  if (provider !== "kubernetes" || custom === false || group.startsWith("helm.sh")) return undefined;
  const body = JSON.stringify(props, (_, value) => (value === UNKNOWN ? "UNKNOWN" : value));
  if (body.includes('"UNKNOWN"')) throw new Error(`${name} is not known before the update: it cannot be tried`);
  const { metadata } = props as { metadata?: { annotations?: object } };
  const annotations = Object.entries(metadata?.annotations ?? {}).filter(([key]) => !key.startsWith("pulumi.com/"));
  return {
    apiVersion: group.replace(/^core\//, ""),
    kind: token.replace(/(?<=[a-z])Patch$/, ""),
    ...props,
    metadata: { ...metadata, annotations: Object.fromEntries(annotations) },
  } as Manifest;
}

function isCustom({ apiVersion }: Manifest): boolean {
  const [group, version] = apiVersion.split("/");
  return version !== undefined && !builtIn.includes(group!);
}

/** `Kind.group`, as the catalogue and a definition's name have it. */
function nameOfKind({ apiVersion, kind }: Manifest): string {
  return `${kind}.${apiVersion.split("/")[0]}`;
}

/** Kinds that the definitions of a country's add-ons define, and those that the catalogue says have none. */
function kindsOf({ addons }: Country): { defined: string[]; without: string[] } {
  const facts = Object.entries(addons).map(([id, { version }]) => addon(id, version));
  const texts = facts.flatMap((one) => definitionsOf(one, cluster.toolchain.crds.path)).map(({ text }) => text);
  const defined = texts.map((text) => {
    const [, group] = /^ {2}group: (\S+)$/m.exec(text) ?? [];
    const [, kind] = /^ {4}kind: (\S+)$/m.exec(text) ?? [];
    return `${kind}.${group}`;
  });
  const without = facts.flatMap(({ definitions }) => (Array.isArray(definitions) ? [] : definitions.kinds));
  return { defined, without };
}
