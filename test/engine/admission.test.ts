import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { addon } from "../../catalogue/index.ts";
import { jurisdictionOf } from "../../components/country/jurisdiction.ts";
import { admission } from "../../components/platform/admission.ts";
import { plan } from "../../policies/plan.ts";
import { definitionsOf } from "../../rehearsal/chart-definitions.ts";
import { admitted } from "./admission/admitted.ts";
import {
  definitionOf,
  image,
  type Manifest,
  namespace,
  object,
  partOf,
  pluralOf,
  pod,
  privileged,
  spec,
} from "./admission/objects.ts";
import { refused } from "./admission/refused.ts";
import { startCluster, type TestCluster } from "./cluster.ts";

// What goes round Pulumi, tried on a real API server that has nothing but the admission policies of one jurisdiction.

const jurisdiction = jurisdictionOf("DE", {
  hosts: ["alpen-ai.example", "*.alpen-ai.example", "203.0.113.7", "*.bund.de"],
  registries: ["registry.alpen-ai.example"],
});

// Kinds whose definitions a rehearsal does not have: their names and no schema, as any object of them is sent.
const foreignKinds = {
  "velero.io/v1": ["BackupStorageLocation", "VolumeSnapshotLocation"],
  "external-secrets.io/v1": ["SecretStore", "ClusterSecretStore"],
  "crd.projectcalico.org/v1": ["NetworkPolicy", "GlobalNetworkPolicy"],
  "policy.networking.k8s.io/v1alpha1": ["AdminNetworkPolicy"],
  "cilium.io/v2": ["CiliumCIDRGroup"],
  "source.toolkit.fluxcd.io/v1": ["GitRepository"],
  "argoproj.io/v1alpha1": ["Application"],
  "serving.kserve.io/v1beta1": ["InferenceService"],
};

let cluster: TestCluster;
beforeAll(async () => {
  cluster = await startCluster();
  await make({ ...object("v1", "Namespace", namespace), metadata: { name: namespace, labels: partOf } });
  await make({ ...object("v1", "Namespace", "privileged"), metadata: { name: "privileged", labels: privileged } });
  await make(object("v1", "Namespace", "elsewhere"));
  const folder = cluster.toolchain.crds.path;
  for (const id of ["envoy-gateway", "cert-manager", "prometheus", "barman-cloud", "cloudnative-pg", "cilium"]) {
    for (const { text } of definitionsOf(addon(id), folder)) {
      const definition = parse(text);
      if (judged.has(definition.spec.names.kind)) await make(definition);
    }
  }
  for (const [apiVersion, kinds] of Object.entries(foreignKinds)) {
    for (const kind of kinds) await make(definitionOf(apiVersion, kind));
  }
  for (const { type, name, props } of await plan(() => admission(jurisdiction, {}))) {
    const kind = type.split(":").at(-1)!;
    if (/^ValidatingAdmissionPolicy/.test(kind)) {
      await make({ ...object("admissionregistration.k8s.io/v1", kind, name), ...props });
    }
  }
  // The API server takes up new policies when it gets to them, each in its own time.
  const deadline = Date.now() + 30_000;
  const first = [...new Map(refused.map(([policy, , , one]) => [policy, one])).values()];
  for (const one of first) while ((await refusal(one)) === "" && Date.now() < deadline) await sleep(100);
});
afterAll(() => cluster.stop());

describe("admission on a real API server", () => {
  it.each(refused)("%s refuses %s", async (name, _, said, one) => {
    const answer = await refusal(one);
    expect(answer).toContain(`'${name}.freehold.dev'`);
    expect(answer).toMatch(said);
    expect(answer).not.toContain("secret@");
  });

  it.each(admitted)("admits %s", async (_, one) => {
    expect(await refusal(one)).toBe("");
  });

  it("judges pods that a controller makes, like any other", async () => {
    const template = {
      metadata: { labels: { a: "b" } },
      spec: { ...pod({ image: "nginx" }).spec, restartPolicy: "Never" },
    };
    await make(spec("batch/v1", "Job", { backoffLimit: 0, template }));
    const events = async () =>
      (await cluster.call("GET", `/api/v1/namespaces/${namespace}/events`)).body.items.map(
        ({ message }: { message: string }) => message,
      );
    const deadline = Date.now() + 30_000;
    while (!/Images come from/.test(String(await events())) && Date.now() < deadline) await sleep(200);
    expect(String(await events())).toMatch(/Images come from registry\.alpen-ai\.example only/);
  });

  it("judges an image that is changed or added later, and lets what stands be labelled and deleted", async () => {
    const path = `/api/v1/namespaces/${namespace}/pods`;
    const standing = { ...pod({}, { serviceAccountName: "default" }), metadata: { name: "standing", namespace } };
    await make(object("v1", "ServiceAccount", "default"), true);
    await make(standing);
    const patch = (body: object, sub = "") =>
      cluster.call("PATCH", `${path}/standing${sub}`, body, "application/strategic-merge-patch+json");
    const changed = await patch({ spec: { containers: [{ name: "a", image: "nginx" }] } });
    expect(changed.body.message).toMatch(/Images come from/);
    const debugged = await patch(
      { spec: { ephemeralContainers: [{ name: "d", image: "busybox", command: ["sh"] }] } },
      "/ephemeralcontainers",
    );
    expect(debugged.body.message).toMatch(/Images come from/);
    expect((await patch({ metadata: { labels: { a: "b" } } })).code).toBe(200);
  });

  it("reads a pod of many containers and variables within the API server's budget", async () => {
    const value = "https://a.models.svc/v1,https://b.alpen-ai.example/v1?x=https://c.models.svc";
    const variables = Array.from({ length: 100 }, (_, index) => ({ name: `V${index}`, value }));
    const container = (name: string) => ({ name, image, env: variables, args: [value, value] });
    const many = spec("v1", "Pod", { containers: Array.from({ length: 10 }, (_, index) => container(`c${index}`)) });
    expect(await refusal(many)).toBe("");
    many.spec.containers[9].env[99] = { name: "LAST", value: "https://api.openai.com" };
    expect(await refusal(many)).toMatch(/declared under guards\.hosts: api\.openai\.com/);
  });

  it("keeps a namespace of Freehold one, and leaves others to themselves", async () => {
    const relabel = (name: string, labels: object) =>
      cluster.call(
        "PATCH",
        `/api/v1/namespaces/${name}?dryRun=All`,
        { metadata: { labels } },
        "application/merge-patch+json",
      );
    const lost = await relabel(namespace, { "app.kubernetes.io/part-of": null });
    expect(lost.body.message).toMatch(/keeps its label/);
    const opened = await relabel(namespace, { "pod-security.kubernetes.io/enforce": "privileged" });
    expect(opened.body.message).toMatch(/does not become privileged/);
    expect((await relabel(namespace, { team: "a" })).code).toBe(200);
    expect((await relabel("elsewhere", { "pod-security.kubernetes.io/enforce": "privileged" })).code).toBe(200);
  });

  it("lets drivers stand on the node's network in the privileged namespaces, with images from here", async () => {
    const driver = (from: string) => {
      const one = pod({ image: from }, { hostNetwork: true });
      one.metadata.namespace = "privileged";
      return one;
    };
    expect(await refusal(driver(image))).toBe("");
    expect(await refusal(driver("nvcr.io/nvidia/driver:1"))).toMatch(/Images come from/);
    const elsewhere = pod({ image: "nginx" });
    elsewhere.metadata.namespace = "elsewhere";
    expect(await refusal(elsewhere)).toBe("");
  });
});

/** Kinds of which an object is tried, to make no more definitions than that takes. */
const judged = new Set([...refused.map(([, , , { kind }]) => kind), ...admitted.map(([, { kind }]) => kind)]);

function pathOf({ apiVersion, kind, metadata }: Manifest): string {
  const root = apiVersion.includes("/") ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
  return `${root}${metadata.namespace ? `/namespaces/${metadata.namespace}` : ""}/${pluralOf(kind)}`;
}

async function make(one: Manifest, evenIfThere = false) {
  const { code, body } = await cluster.call("POST", pathOf(one), one);
  if (code >= 300 && !(evenIfThere && code === 409))
    throw new Error(`${one.kind} ${one.metadata.name}: ${body.message}`);
}

/** What the API server says against an object: a text, or nothing. */
async function refusal(one: Manifest): Promise<string> {
  const deadline = Date.now() + 10_000;
  for (;;) {
    const { code, body } = await cluster.call("POST", `${pathOf(one)}?dryRun=All`, one);
    if (code < 300) return "";
    // A definition is served a moment after it was accepted.
    if (code !== 404 || Date.now() > deadline) return body.message;
    await sleep(100);
  }
}
