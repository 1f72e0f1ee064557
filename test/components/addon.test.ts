import { describe, expect, it } from "vitest";
import { addon } from "../../catalogue/index.ts";
import { Addon, addonOrder, phoneHome, unprovenAddons } from "../../components/addon.ts";
import { jurisdiction, parseCountry } from "../../components/country.ts";
import type { Resource } from "../../policies/fact.ts";
import { judge } from "../../policies/judge.ts";
import { plan } from "../../policies/program.ts";

const declared = {
  country: "CH",
  operator: { name: "Alpen AI", domain: "alpen-ai.example" },
  target: { kind: "onprem", context: "alpen", place: "CH" },
  state: { backend: "file:///srv/freehold/state", secretsProvider: "passphrase" },
  pools: { h200: { accelerator: "h200-sxm", nodes: 4, nodeSelector: { rack: "7" } } },
  models: { apertus: { model: "swiss-ai/Apertus-8B-Instruct-2509", pool: "h200", autoscale: { most: 4 } } },
  tenants: { kanton: { workspace: { gpus: { h200: 1 } } } },
  monitoring: { retentionDays: 60, volumeGiB: 200 },
  storage: {
    keys: { kind: "volumes", statement: "LUKS2" },
    objects: { kind: "ceph", nodes: { disks: "true" } },
  },
  addons: { "gpu-operator": { mode: "install" }, lws: { mode: "install" } },
};
const countryWith = (changes: object = {}) => parseCountry({ ...declared, ...changes });
const country = countryWith();
const installed = Object.entries(country.addons).filter(([, { mode }]) => mode === "install");

const planned = (id: string, of = country, choice: object = {}) =>
  plan(() => new Addon(id, { id, ...of.addons[id]!, ...choice, country: of }));
const kind = ({ type, props }: Resource) => String(props.kind ?? type.split(":").at(-1));
const all = (resources: Resource[], wanted: string) => resources.filter((one) => kind(one) === wanted);
// biome-ignore lint/suspicious/noExplicitAny: properties of any kind
const one = (resources: Resource[], wanted: string): any => {
  const found = all(resources, wanted);
  expect(
    found.map(({ name }) => name),
    wanted,
  ).toHaveLength(1);
  return found[0]!.props;
};

describe("an add-on that is installed", () => {
  const withCharts = installed.map(([id]) => id).filter((id) => addon(id).charts.length > 0);

  it("is every add-on that has charts", () => {
    expect(withCharts.sort()).toEqual(
      ["ai-gateway", "barman-cloud", "cert-manager", "cloudnative-pg", "envoy-gateway", "gpu-operator", "keda"].concat([
        "kueue",
        "lws",
        "prometheus",
        "rook-ceph",
      ]),
    );
  });

  it.each(withCharts)("%s: comes as the pinned charts of the country's registry, into its namespace", async (id) => {
    const charts = all(await planned(id), "Chart").map(({ name, props }) => ({ name, ...props }));
    expect(charts).toMatchObject(
      addon(id).charts.map(({ release, path, version }) => ({
        name: release,
        chart: `oci://registry.alpen-ai.example/${path}`,
        version,
        namespace: addon(id).namespace,
      })),
    );
  });

  it.each(withCharts.filter((id) => id !== "barman-cloud"))(
    "%s: has a namespace that is Freehold's, closed both ways before anything runs in it",
    async (id) => {
      const resources = await planned(id);
      const { metadata } = one(resources, "Namespace");
      expect(metadata.name).toBe(addon(id).namespace);
      expect(metadata.labels).toMatchObject({ "app.kubernetes.io/part-of": "freehold", "freehold.dev/addon": id });
      expect(metadata.labels["pod-security.kubernetes.io/enforce"]).toBe(
        ["gpu-operator", "rook-ceph"].includes(id) ? "privileged" : "restricted",
      );
      const { spec } = one(resources, "NetworkPolicy");
      expect(spec).toMatchObject({ podSelector: {}, policyTypes: ["Ingress", "Egress"] });
      expect(spec.egress.every(({ to }: { to: object[] }) => to.length > 0)).toBe(true);
    },
  );

  it.each(installed.map(([id]) => id))("%s: keeps every rule of the guards", async (id) => {
    expect(judge(await planned(id), jurisdiction(country)).findings).toEqual([]);
  });

  it("answers the API server's calls where it has webhooks, whoever seems to call", async () => {
    const { spec } = one(await planned("cert-manager"), "NetworkPolicy");
    expect(spec.ingress).toContainEqual({ from: [], ports: [{ protocol: "TCP", port: 10250 }] });
  });

  it("shares its operator's namespace where it is a plugin, and brings none", async () => {
    expect((await planned("barman-cloud")).map(kind)).toEqual(["Addon", "Chart"]);
  });

  it("is measured only where the country measures", async () => {
    const from = async (changes: object) => {
      const of = countryWith(changes);
      return JSON.stringify(one(await planned("cert-manager", of), "NetworkPolicy").spec.ingress[0]);
    };
    await expect(from({})).resolves.toContain('"monitoring"');
    const { apertus } = declared.models;
    const models = { apertus: { ...apertus, autoscale: undefined } };
    await expect(from({ monitoring: undefined, models })).resolves.not.toContain('"monitoring"');
  });

  it("is refused in a version that nobody knows, and makes nothing where it has no chart", async () => {
    await expect(planned("cert-manager", country, { version: "v0.1.0" })).rejects.toThrow(
      "known in v1.21.2, not in v0.1.0",
    );
    expect((await planned("valkey")).map(kind)).toEqual(["Addon"]);
  });

  it("loses neither namespace nor definitions with data in them before a second word", async () => {
    const protection = async (id: string, erase: string[]) => {
      const of = countryWith({ erase });
      const seen: [string, boolean | undefined][] = [];
      const transformations = [
        ({ type, opts }: { type: string; opts: { protect?: boolean } }) => {
          seen.push([type.split(":").at(-1)!, opts.protect]);
          return undefined;
        },
      ];
      await plan(() => new Addon(id, { id, ...of.addons[id]!, country: of }, { transformations }));
      return Object.fromEntries(seen).Namespace;
    };
    for (const id of ["cloudnative-pg", "rook-ceph"]) {
      await expect(protection(id, [])).resolves.toBe(true);
      await expect(protection(id, ["tenants/kanton"])).resolves.toBe(true);
      await expect(protection(id, ["storage"])).resolves.toBe(false);
      await expect(protection(id, ["everything"])).resolves.toBe(false);
    }
    await expect(protection("keda", [])).resolves.toBe(false);
  });
});

describe("an add-on that the cluster has", () => {
  it("is left alone", async () => {
    for (const id of ["keda", "rook-ceph", "envoy-gateway"]) {
      expect((await planned(id, country, { mode: "existing" })).map(kind)).toEqual(["Addon"]);
    }
  });

  it("gives the country a certificate authority of its own all the same", async () => {
    const kinds = (await planned("cert-manager", country, { mode: "existing" })).map(kind);
    expect(kinds).toEqual(["Addon", "Issuer", "Certificate", "ClusterIssuer"]);
  });
});

describe("single add-ons", () => {
  // biome-ignore lint/suspicious/noExplicitAny: values of a chart
  const values = async (id: string, of = country): Promise<any> =>
    all(await planned(id, of), "Chart").at(-1)!.props.values;

  it("Prometheus keeps metrics as long and on as much as the country says, and watches no tenant", async () => {
    const { prometheusSpec } = (await values("prometheus")).prometheus;
    expect(prometheusSpec).toMatchObject({ retention: "60d", retentionSize: "174080MiB", replicas: 2 });
    expect(prometheusSpec.storageSpec.volumeClaimTemplate.spec).toMatchObject({
      storageClassName: "freehold-block",
      resources: { requests: { storage: "200Gi" } },
    });
    expect(prometheusSpec.podMonitorNamespaceSelector.matchExpressions).toEqual([
      { key: "freehold.dev/tenant", operator: "DoesNotExist" },
    ]);
  });

  it("Prometheus stands on no node's own network", async () => {
    expect(await values("prometheus")).toMatchObject({ nodeExporter: { enabled: false } });
  });

  it("KEDA scales nothing but models", async () => {
    expect(await values("keda")).toMatchObject({ watchNamespace: "freehold-models" });
  });

  it("Envoy Gateway has the certificates made that a hook would have made, before its chart", async () => {
    const resources = await planned("envoy-gateway");
    const { spec } = one(resources, "Job").spec.template;
    expect(spec.containers[0]).toMatchObject({
      image: "registry.alpen-ai.example/envoyproxy/gateway:v1.9.0",
      command: ["envoy-gateway", "certgen"],
    });
    expect(await values("envoy-gateway")).toMatchObject({ topologyInjector: { enabled: false } });
  });
});

describe("the order of add-ons", () => {
  it("has what others need before them, and every add-on once", () => {
    const ids = Object.keys(country.addons).reverse();
    const order = addonOrder(ids);
    expect(order.toSorted()).toEqual(ids.toSorted());
    const precedes = (first: string, second: string) =>
      expect(order.indexOf(first), `${first} before ${second}`).toBeLessThan(order.indexOf(second));
    precedes("cert-manager", "ai-gateway");
    precedes("envoy-gateway", "ai-gateway");
    precedes("cert-manager", "barman-cloud");
    precedes("cloudnative-pg", "barman-cloud");
    precedes("prometheus", "keda");
  });

  it("needs no add-on that the country has not", () => {
    expect(addonOrder(["barman-cloud"])).toEqual(["barman-cloud"]);
  });
});

describe("the ways home of a country's add-ons", () => {
  it("are listed with how each is shut and where that was read", () => {
    const list = phoneHome(country);
    expect(list.map((entry) => entry.addon)).toEqual(
      expect.arrayContaining(["prometheus", "gpu-operator", "rook-ceph"]),
    );
    for (const { off, why, source } of list) expect([off, why, source].every((text) => text.length > 8)).toBe(true);
    expect(list.find(({ off }) => off.startsWith("grafana.enabled"))?.off).toBe("grafana.enabled: false (prometheus)");
  });

  it("are somebody else's to shut where the cluster has the add-on", () => {
    const [first] = phoneHome({ addons: { "gpu-operator": { mode: "existing", version: "v26.7.0" } } });
    expect(first?.off).toMatch(/, to be set by whoever runs it$/);
  });
});

describe("the versions of a country's add-ons", () => {
  it("are all proven unless the file names others, which are told with what is known of them", () => {
    expect(unprovenAddons(country)).toEqual([]);
    const newer = countryWith({ addons: { lws: { mode: "install", version: "v0.10.0" } } });
    const [{ id, version, note } = { id: "", version: "", note: "" }, ...others] = unprovenAddons(newer);
    expect([id, version, others]).toEqual(["lws", "v0.10.0", []]);
    expect(note).toMatch(/not rehearsed/);
  });
});
