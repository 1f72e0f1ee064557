import { describe, expect, it } from "vitest";
import { ClosedNamespace, type ClosedNamespaceArgs } from "../../components/closed-namespace.ts";
import { jurisdictionOf } from "../../components/country/jurisdiction.ts";
import { judge } from "../../policies/judge.ts";
import { plan } from "../../policies/program.ts";

const planned = async (more: Partial<ClosedNamespaceArgs> = {}) => {
  const args = { namespace: "team", quota: { pods: "5" }, ...more };
  const resources = await plan(() => new ClosedNamespace("team", args));
  // biome-ignore lint/suspicious/noExplicitAny: properties of any kind
  return Object.fromEntries(resources.map(({ type, props }) => [type.split(":").at(-1), props as any]));
};

describe("a closed namespace", () => {
  it("is few objects, the first of which closes it", async () => {
    const { ClosedNamespace: itself, ...objects } = await planned();
    expect(itself).toEqual({});
    expect(Object.keys(objects)).toEqual(["Namespace", "NetworkPolicy", "ResourceQuota", "LimitRange"]);
  });

  it("lets nothing in, and nothing out but to the cluster's DNS", async () => {
    const { spec } = (await planned()).NetworkPolicy;
    expect(spec).toMatchObject({ podSelector: {}, policyTypes: ["Ingress", "Egress"] });
    expect(spec.ingress ?? []).toEqual([]);
    const [dns, ...others] = spec.egress;
    expect(others).toEqual([]);
    expect(dns.to.map((peer: { namespaceSelector: object }) => Object.values(peer.namespaceSelector)[0])).toEqual([
      { "kubernetes.io/metadata.name": "kube-system" },
      { "kubernetes.io/metadata.name": "openshift-dns" },
    ]);
    expect(new Set(dns.ports.map(({ port }: { port: number }) => port))).toEqual(new Set([53, 5353]));
  });

  it("opens what it is told, and keeps the rest shut", async () => {
    const own = { podSelector: {} };
    const { spec } = (await planned({ opens: { ingress: [{ from: [own] }], egress: [{ to: [own] }] } })).NetworkPolicy;
    expect(spec.ingress).toEqual([{ from: [own] }]);
    expect(spec.egress.slice(1)).toEqual([{ to: [own] }]);
    expect(spec.policyTypes).toEqual(["Ingress", "Egress"]);
  });

  it("starts restricted pods only, with requests for those that state none", async () => {
    const { Namespace: namespace, LimitRange: limits } = await planned({
      containerDefaults: { cpu: "2", memory: "4Gi" },
    });
    expect(namespace.metadata.labels["pod-security.kubernetes.io/enforce"]).toBe("restricted");
    expect(limits.spec.limits[0]).toMatchObject({ default: { memory: "4Gi" }, defaultRequest: { cpu: "2" } });
  });

  it("is closed in the eyes of the guards: pods may run in it", async () => {
    const resources = await plan(() => new ClosedNamespace("team", { namespace: "team", quota: { pods: "5" } }));
    const pod = {
      type: "kubernetes:core/v1:Pod",
      name: "pod",
      urn: "pod",
      custom: true,
      props: {
        metadata: { name: "pod", namespace: "team" },
        spec: { containers: [{ image: "registry.example.ch/a:1" }] },
      },
    };
    const here = jurisdictionOf("CH", { registries: ["registry.example.ch"] });
    expect(judge([...resources, pod], here).findings).toEqual([]);
    const elsewhere = { ...pod, props: { ...pod.props, metadata: { name: "pod", namespace: "other" } } };
    expect(judge([...resources, elsewhere], here).findings.map(({ rule }) => rule)).toEqual(["egress-closed"]);
  });
});
