import { describe, expect, it } from "vitest";
import { type Country, jurisdiction, parseCountry } from "../../components/country.ts";
import { Platform } from "../../components/platform.ts";
import { outside } from "../../components/storage/object-store.ts";
import type { Resource } from "../../policies/fact.ts";
import { judge } from "../../policies/judge.ts";
import { plan } from "../../policies/program.ts";

const declared = {
  country: "CH",
  operator: { name: "Alpen AI", domain: "alpen-ai.example" },
  target: { kind: "onprem", context: "alpen", place: "CH" },
  state: { backend: "file:///srv/freehold/state", secretsProvider: "passphrase" },
  pools: {
    h200: { accelerator: "h200-sxm", nodes: 4 },
    slices: {
      accelerator: "h200-sxm",
      nodes: 1,
      nodeSelector: { rack: "7" },
      sharing: { kind: "mig", profile: "1g.18gb" },
    },
    bench: { accelerator: "l40s", nodes: 1, gpusPerNode: 4, sharing: { kind: "time-slicing", tenant: "kanton" } },
  },
  models: { apertus: { model: "swiss-ai/Apertus-8B-Instruct-2509", pool: "h200", replicas: 3 } },
  tenants: { kanton: { workspace: { gpus: { bench: 16 } } } },
};
const s3 = { kind: "s3", endpoint: "https://s3.alpen-ai.example:9000" };
const storage = { keys: { kind: "vault", address: "https://vault.alpen-ai.example:8200" }, objects: s3 };
const countryWith = (changes: object = {}): Country => parseCountry({ ...declared, ...changes });
const planned = (of: Country) => plan(() => new Platform("platform", of));
const kind = ({ type, props }: Resource) => String(props.kind ?? type.split(":").at(-1));
// biome-ignore lint/suspicious/noExplicitAny: properties of any kind
const props = (resources: Resource[], wanted: string): any[] =>
  resources.filter((one) => kind(one) === wanted).map((one) => one.props);

describe("the platform", () => {
  it("makes the namespaces of what the country declares, and no others", async () => {
    const names = async (changes: object) =>
      props(await planned(countryWith(changes)), "Namespace").map(({ metadata }) => metadata.name);
    await expect(names({})).resolves.toEqual(["freehold-models", "freehold-gateway"]);
    await expect(names({ storage, monitoring: {} })).resolves.toEqual([
      "freehold-models",
      "freehold-gateway",
      "freehold-storage",
      "freehold-monitoring",
    ]);
  });

  it("admits what leads to the cloud's own store by its very names and addresses, and to nothing beside them", async () => {
    const egress = [{ to: [{ ipBlock: { cidr: "169.254.170.23/32" } }], ports: [] }];
    const cloudHosts = outside({ hosts: [{ host: "s3.eu-central-2.amazonaws.com", port: 443 }], egress });
    expect(cloudHosts).toEqual(["s3.eu-central-2.amazonaws.com", "169.254.170.23"]);
    const policies = async (more: object) => {
      const all = props(
        await plan(() => new Platform("platform", { ...countryWith(), ...more })),
        "ValidatingAdmissionPolicy",
      );
      return Object.fromEntries(all.map(({ metadata, spec }) => [metadata.name, JSON.stringify(spec)]));
    };
    const [without, having] = [await policies({}), await policies({ cloudHosts })];
    for (const [name, host] of [
      ["egress-closed.freehold.dev", "169.254.170.23"],
      ["backups-stay-here.freehold.dev", "s3\\\\\\\\.eu-central-2"],
    ] as const) {
      expect(having[name]).toContain(host);
      expect(without[name]).not.toContain(host);
    }
    expect(having["egress-closed.freehold.dev"]).not.toContain("169.254.0.0");
  });

  it("lets models ask for what the pools give, and for no share of a development pool", async () => {
    const quotas = props(await planned(countryWith()), "ResourceQuota");
    expect(quotas.find(({ metadata }) => metadata.namespace === "freehold-models").spec.hard).toEqual({
      pods: "6",
      "requests.nvidia.com/gpu": "32",
      "requests.nvidia.com/mig-1g.18gb": "56",
    });
  });

  it("puts gateway and records before models, and models before tenants' own work", async () => {
    const priorities = props(await planned(countryWith()), "PriorityClass");
    const value = (name: string) => priorities.find(({ metadata }) => metadata.name === `freehold-${name}`).value;
    expect(value("platform")).toBeGreaterThan(value("serving"));
    expect(value("serving")).toBeGreaterThan(value("tenant"));
  });

  it("keeps every rule of the guards, with Cilium and without", async () => {
    for (const policies of ["kubernetes", "cilium"]) {
      const country = countryWith({
        network: { policies },
        storage,
        monitoring: {},
        guards: { hosts: ["*.peer.example"] },
      });
      expect(judge(await planned(country), jurisdiction(country)).findings).toEqual([]);
    }
  });
});

describe("the platform where Cilium is", () => {
  // biome-ignore lint/suspicious/noExplicitAny: the spec of a policy
  const policies = async (changes: object): Promise<Record<string, any>> => {
    const found = props(
      await planned(countryWith({ network: { policies: "cilium" }, ...changes })),
      "CiliumClusterwideNetworkPolicy",
    );
    return Object.fromEntries(found.map(({ metadata, spec }) => [metadata.name, spec]));
  };
  const namespaces = (spec: { endpointSelector: { matchExpressions: { key: string; values?: string[] }[] } }) =>
    spec.endpointSelector.matchExpressions.find(({ key }) => key === "k8s:io.kubernetes.pod.namespace")?.values;

  it("shuts the world for good where nobody has to leave, and opens the API server to add-ons", async () => {
    const { "freehold-world": world, "freehold-addons": addons, ...rest } = await policies({});
    expect(world.egressDeny).toEqual([{ toEntities: ["world"] }]);
    expect(namespaces(world)).toEqual(["freehold-storage"]);
    expect(addons.egress).toEqual([{ toEntities: ["kube-apiserver"] }]);
    expect(rest).toEqual({});
  });

  it("opens stores beside the cluster by name and port, to those who call them", async () => {
    const records = { kind: "postgres", host: "db.alpen-ai.example" };
    const { apertus } = declared.models;
    const weights = { from: "s3", path: "weights/apertus", sha256: "0".repeat(64) };
    const found = await policies({
      storage: { ...storage, records },
      models: { apertus, other: { ...apertus, weights } },
    });
    const to = (name: string, port: string) => ({
      toFQDNs: [{ matchName: name }],
      toPorts: [{ ports: [{ protocol: "TCP", port }] }],
    });
    expect(found["freehold-stores"].egress.slice(1)).toEqual([
      to("s3.alpen-ai.example", "9000"),
      to("db.alpen-ai.example", "5432"),
    ]);
    expect(found["freehold-weights"].egress.slice(1)).toEqual([to("s3.alpen-ai.example", "9000")]);
    expect(JSON.stringify(found["freehold-weights"].endpointSelector)).toContain('"values":["other"]');
    expect(found["freehold-records"].egress.slice(1)).toEqual([to("db.alpen-ai.example", "5432")]);
    expect(namespaces(found["freehold-world"])).toEqual(["freehold-storage", "freehold-models", "freehold-gateway"]);
  });

  it("lets nodes mount Ceph's volumes, and Ceph call the holder of its keys", async () => {
    const found = await policies({ storage: { ...storage, objects: { kind: "ceph", nodes: { disks: "true" } } } });
    expect(found["freehold-ceph"].ingress[0].fromEntities).toEqual(["host", "remote-node"]);
    expect(JSON.stringify(found["freehold-keys"].egress)).toContain('"matchName":"vault.alpen-ai.example"');
    expect(found["freehold-stores"]).toBeUndefined();
  });

  it("opens to the gateway's proxies the hosts that the guards declare", async () => {
    const found = await policies({ guards: { hosts: ["*.peer.example", "10.2.3.4"] } });
    expect(found["freehold-backends"].egress.slice(1)).toEqual([
      { toFQDNs: [{ matchPattern: "*.peer.example" }] },
      { toCIDR: ["10.2.3.4/32"] },
    ]);
  });
});
