import { describe, expect, it } from "vitest";
import { addon } from "../../catalogue/index.ts";
import type { ClusterState } from "../../components/cloud.ts";
import { parseCountry } from "../../components/country.ts";
import { preflight } from "../../components/preflight.ts";

const declared = {
  country: "CH",
  operator: { name: "Alpen AI", domain: "alpen-ai.example" },
  target: { kind: "onprem", context: "alpen", place: "CH" },
  state: { backend: "file:///srv/freehold/state", secretsProvider: "passphrase" },
  pools: { h200: { accelerator: "h200-sxm", nodes: 1 } },
  models: { apertus: { model: "swiss-ai/Apertus-8B-Instruct-2509", pool: "h200" } },
  tenants: { kanton: {} },
};
const countryWith = (changes: object = {}) => parseCountry({ ...declared, ...changes });
const bare: ClusterState = {
  version: "v1.36.1+rke2r1",
  rehearsal: false,
  nodes: [
    {
      name: "h200-1",
      labels: { "nvidia.com/gpu.product": "NVIDIA-H200" },
      taints: [],
      allocatable: { "nvidia.com/gpu": "8" },
    },
  ],
  serves: ["apps/v1", "networking.k8s.io/v1"],
  namespaces: { default: {}, "kube-system": {} },
  storageClasses: [{ name: "local", isDefault: true }],
};
const ours = { "app.kubernetes.io/part-of": "freehold" };
const faults = (changes: object, cluster: Partial<ClusterState> = {}) =>
  preflight(countryWith(changes), { ...bare, ...cluster }).map(({ at, found, remedy }) => [
    at.join("."),
    found,
    remedy,
  ]);
const existing = (...ids: string[]) => ({ addons: Object.fromEntries(ids.map((id) => [id, { mode: "existing" }])) });

describe("the preflight", () => {
  it("finds nothing in a cluster that has what is declared, and nothing of what is to be installed", () => {
    expect(faults({})).toEqual([]);
  });

  it("refuses a Kubernetes that would drop fields without a word", () => {
    const [[at, found] = [], ...others] = faults({}, { version: "v1.34.9" });
    expect([at, found, others]).toEqual(["target.context", "Kubernetes v1.34.9 at context alpen", []]);
  });

  it("refuses an add-on that is said to be there and serves nothing, and points at what needs it", () => {
    const [[at, found, remedy] = []] = faults(existing("cert-manager"));
    expect(at).toBe("gateway");
    expect(found).toBe("no cert-manager.io/v1 at context alpen");
    expect(remedy).toContain("write  addons.cert-manager: { mode: install }");
    expect(faults(existing("cert-manager"), { serves: [...bare.serves, "cert-manager.io/v1"] })).toEqual([]);
  });

  it("offers to install only what Freehold can install", () => {
    const serves = [...bare.serves];
    const [[at, , remedy] = []] = faults({ network: { policies: "cilium" } }, { serves });
    expect(at).toBe("network.policies");
    expect(remedy).not.toContain("mode: install");
  });

  it("refuses to install beside what somebody else has put there", () => {
    const serves = [...bare.serves, "cert-manager.io/v1"];
    const [[at, found, remedy] = []] = faults({}, { serves });
    expect([at, found]).toEqual(["gateway", "cert-manager.io/v1 served already at context alpen"]);
    expect(remedy).toContain("write  addons.cert-manager: { mode: existing }");
    const taken = faults({}, { namespaces: { "cert-manager": {} } });
    expect(taken[0]?.[1]).toBe("a namespace cert-manager that Freehold did not make at context alpen");
  });

  it("takes its own installation for its own", () => {
    const namespaces = Object.fromEntries(
      ["cert-manager", "envoy-gateway", "ai-gateway"].map((id) => [addon(id).namespace, ours]),
    );
    const serves = ["cert-manager", "envoy-gateway", "ai-gateway"].flatMap((id) => addon(id).serves);
    expect(faults({}, { serves: [...bare.serves, ...serves], namespaces })).toEqual([]);
  });

  it("lets a plugin join an operator that was there before", () => {
    const storage = {
      keys: { kind: "volumes", statement: "LUKS2" },
      objects: { kind: "s3", endpoint: "https://s3.alpen-ai.example" },
    };
    const namespaces = { "cnpg-system": {} };
    const serves = [...bare.serves, "postgresql.cnpg.io/v1", "barmancloud.cnpg.io/v1"];
    expect(faults({ storage, ...existing("cloudnative-pg") }, { namespaces, serves })).toEqual([]);
    expect(faults({ storage }, { namespaces, serves }).map(([at]) => at)).toEqual([
      "storage.records",
      "storage.records",
    ]);
  });

  it("minds no definitions in a rehearsal, which stay when the country is taken away", () => {
    const serves = [...bare.serves, "cert-manager.io/v1"];
    expect(faults({}, { serves, rehearsal: true })).toEqual([]);
  });

  it("says what storage lacks as well", () => {
    expect(faults({ monitoring: {} }, { storageClasses: [] }).length).toBe(1);
  });
});
