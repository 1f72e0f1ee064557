import { describe, expect, it } from "vitest";
import { topLevelDomains } from "../../../catalogue/index.ts";
import { type Jurisdiction, jurisdictionOf } from "../../../components/country/jurisdiction.ts";
import { admission } from "../../../components/platform/admission.ts";
import { plan } from "../../../policies/plan.ts";

// What the API server says by these policies, and to what: test/engine/admission.test.ts.
const planned = (of: Jurisdiction) => plan(() => admission(of, {}));
const here = (declared = {}) =>
  jurisdictionOf("CH", {
    hosts: ["alpen-ai.example", "*.alpen-ai.example"],
    registries: ["registry.alpen-ai.example"],
    ...declared,
  });
// biome-ignore lint/suspicious/noExplicitAny: properties of any kind
const specs = async (kind: string, of = here()): Promise<Record<string, any>> =>
  Object.fromEntries(
    (await planned(of))
      .filter(({ type }) => type.endsWith(`:${kind}`))
      // biome-ignore lint/suspicious/noExplicitAny: properties of any kind
      .map(({ props }: any) => [props.metadata.name.replace(".freehold.dev", ""), props.spec]),
  );

describe("admission", () => {
  it("binds every policy once, to deny and to leave a trace", async () => {
    const bindings = await specs("ValidatingAdmissionPolicyBinding");
    expect(Object.keys(bindings)).toEqual(Object.keys(await specs("ValidatingAdmissionPolicy")));
    for (const [name, { policyName, validationActions }] of Object.entries(bindings)) {
      expect(policyName).toBe(`${name}.freehold.dev`);
      expect(validationActions).toEqual(["Deny", "Audit"]);
    }
  });

  it("fails closed", async () => {
    for (const { failurePolicy } of Object.values(await specs("ValidatingAdmissionPolicy"))) {
      expect(failurePolicy).toBe("Fail");
    }
  });

  it("is for all of Freehold's namespaces, but for drivers of nodes, and keeps those namespaces from leaving", async () => {
    const { "guards-stay-on": everywhere, ...bindings } = await specs("ValidatingAdmissionPolicyBinding");
    expect(everywhere.matchResources).toBeUndefined();
    const leftOut = Object.entries(bindings).flatMap(([name, { matchResources }]) => {
      const { matchLabels, matchExpressions = [] } = matchResources.namespaceSelector;
      expect(matchLabels).toEqual({ "app.kubernetes.io/part-of": "freehold" });
      return matchExpressions.map((expression: object) => [name, expression]);
    });
    const privileged = { key: "pod-security.kubernetes.io/enforce", operator: "NotIn", values: ["privileged"] };
    expect(leftOut).toEqual([["no-host-network", privileged]]);
  });

  it("lets what stands be labelled and finished: pods are judged again only where what they run changes", async () => {
    const policies = await specs("ValidatingAdmissionPolicy");
    for (const name of ["images-from-here", "pods-call-here", "no-host-network"]) {
      expect(policies[name].matchConditions[0].expression).toContain("object.spec != oldObject.spec");
    }
  });

  /** The regular expression that one validation of a policy asks for. */
  const asked = async (name: string, index: number, declared: object) => {
    const { validations } = (await specs("ValidatingAdmissionPolicy", here(declared)))[name];
    const [, literal] = /matches\(("(?:[^"\\]|\\.)*")\)/.exec(validations[index].expression)!;
    return new RegExp(JSON.parse(literal!));
  };

  it("knows the declared registries whole, and those below a declared domain", async () => {
    const registries = ["registry.alpen-ai.example", "*.partner.example/mirror"];
    const images = await asked("images-from-here", 0, { registries });
    for (const image of ["registry.alpen-ai.example/a:1", "eu.cache.partner.example/mirror/a:1"])
      expect(image).toMatch(images);
    for (const image of ["registry.alpen-ai.example.evil.example/a:1", "registryxalpen-ai.example/a:1", "a:1"])
      expect(image).not.toMatch(images);
    for (const image of ["partner.example/mirror/a:1", "cache.partner.example/a:1"]) expect(image).not.toMatch(images);
  });

  it("knows services of the cluster, the operator's own domain and declared hosts", async () => {
    const hosts = await asked("data-stays-here", 1, {
      hosts: ["*.alpen-ai.example", "alpen-ai.example", "s3.peer.example"],
    });
    for (const host of [
      "a.ns.svc",
      "a.ns.svc.cluster.local",
      "alpen-ai.example",
      "x.alpen-ai.example",
      "s3.peer.example",
    ])
      expect(host).toMatch(hosts);
    for (const host of ["xalpen-ai.example", "s3xpeer.example", "s3.peer.example.com", "svc", "a.svc.example.com"])
      expect(host).not.toMatch(hosts);
  });

  it("carries the names that the public DNS answers, so that cache.cloud is told from cache.models", async () => {
    const { variables } = (await specs("ValidatingAdmissionPolicy"))["pods-call-here"];
    const { expression } = variables.find(({ name }: { name: string }) => name === "world");
    expect(Object.keys(JSON.parse(expression))).toEqual(topLevelDomains());
    for (const label of topLevelDomains()) expect(label).toMatch(/^(?:[a-z]+|xn--[a-z0-9-]+)$/);
  });

  it("lets regions of the country be, and of treaties for all data", async () => {
    const regions = async (declared: object) =>
      JSON.stringify((await specs("ValidatingAdmissionPolicy", here(declared)))["backups-stay-here"]);
    const treaty = (classes: string[]) => ({ treaties: [{ country: "DE", classes, because: "a treaty" }] });
    expect(await regions({})).toContain("eu-central-2");
    expect(await regions({})).not.toContain("eu-central-1");
    expect(await regions(treaty(["*"]))).toContain("eu-central-1");
    expect(await regions(treaty(["public"]))).not.toContain("eu-central-1");
  });

  it("stays small enough for an API server to hold", async () => {
    for (const spec of Object.values(await specs("ValidatingAdmissionPolicy"))) {
      expect(JSON.stringify(spec).length).toBeLessThan(64 * 1024);
    }
  });
});
