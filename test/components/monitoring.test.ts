import { describe, expect, it } from "vitest";
import { type Country, jurisdiction, parseCountry } from "../../components/country.ts";
import { alerts } from "../../components/monitoring/alerts.ts";
import { boards } from "../../components/monitoring/boards.ts";
import { Monitoring } from "../../components/monitoring.ts";
import { judge } from "../../policies/judge.ts";
import { plan } from "../../policies/program.ts";

const apertus = { model: "swiss-ai/Apertus-8B-Instruct-2509", pool: "h200", replicas: 2 };
const mistral = { model: "mistralai/Mistral-Large-3-675B-Instruct-2512", pool: "h200", gpus: 8, nodes: 2 };
const declared = {
  country: "CH",
  operator: { name: "Alpen AI", domain: "alpen-ai.example" },
  target: { kind: "onprem", context: "alpen", place: "CH" },
  state: { backend: "file:///srv/freehold/state", secretsProvider: "passphrase" },
  pools: { h200: { accelerator: "h200-sxm", nodes: 4, rdma: {} } },
  models: { apertus },
  tenants: { kanton: {} },
  monitoring: {},
};
const storage = {
  keys: { kind: "volumes", statement: "LUKS2" },
  objects: { kind: "s3", endpoint: "https://s3.alpen-ai.example" },
};
const countryWith = (changes: object = {}): Country => parseCountry({ ...declared, ...changes });
const planned = (of: Country) => plan(() => new Monitoring("monitoring", { ...of, namespace: "freehold-monitoring" }));
// biome-ignore lint/suspicious/noExplicitAny: the spec of any kind
const monitors = async (of: Country): Promise<Record<string, any>> =>
  Object.fromEntries(
    (await planned(of))
      .filter(({ props }) => props.kind === "PodMonitor")
      .map(({ props }) => [(props.metadata as { name: string }).name, props.spec]),
  );
const alert = (name: string, of = countryWith()) => alerts(of).find((each) => each.alert === name);

describe("monitoring", () => {
  it("asks every model server, whoever it serves, and the gateway's proxies with their parts", async () => {
    const { models, proxies } = await monitors(countryWith());
    expect(models).toMatchObject({
      namespaceSelector: { matchNames: ["freehold-models"] },
      selector: { matchLabels: { "app.kubernetes.io/component": "model" } },
    });
    expect(proxies.podMetricsEndpoints.map(({ portNumber }: { portNumber: number }) => portNumber)).toEqual([
      19001, 1064,
    ]);
  });

  it("asks GPUs only of whom there is an exporter, and certificates only where somebody issues them", async () => {
    const gatewayParts = ["proxies", "limiters", "gateway-controllers"];
    expect(Object.keys(await monitors(countryWith()))).toEqual(["models", ...gatewayParts, "certificates", "gpus"]);
    const amd = countryWith({
      pools: { mi300x: { accelerator: "mi300x", nodes: 1 } },
      models: { apertus: { ...apertus, pool: "mi300x", image: "registry.alpen-ai.example/rocm/vllm:v0.25.1" } },
      addons: { "ai-gateway": { mode: "existing" }, "envoy-gateway": { mode: "existing" } },
      gateway: { certificate: { from: "secret" } },
    });
    expect(Object.keys(await monitors(amd))).toEqual(["models", ...gatewayParts]);
    expect(boards(amd).map(({ id }) => id)).toEqual(["country", "models", "tenants", "gateway"]);
  });

  it("knows model servers by the country file's names, and keeps no histogram of each tenant with each model", async () => {
    const { models, proxies } = await monitors(countryWith());
    expect(models.podMetricsEndpoints[0].relabelings).toEqual([
      { sourceLabels: ["__meta_kubernetes_pod_label_app_kubernetes_io_name"], targetLabel: "server" },
    ]);
    const [dropped] = proxies.podMetricsEndpoints[1].metricRelabelings;
    const isDropped = (name: string) => new RegExp(`^(?:${dropped.regex})$`).test(name);
    expect(isDropped("gen_ai_client_token_usage_bucket")).toBe(true);
    expect(isDropped("gen_ai_client_token_usage_sum")).toBe(false);
  });

  it("gives Grafana's sidecar a board in each ConfigMap", async () => {
    const made = (await planned(countryWith())).filter(({ type }) => type.endsWith(":ConfigMap"));
    const found = made.map(({ props }) => {
      const { labels } = props.metadata as { labels: Record<string, string> };
      expect(labels).toEqual({ grafana_dashboard: "1" });
      const [[file, text]] = Object.entries(props.data as Record<string, string>) as [[string, string]];
      const { uid, title } = JSON.parse(text);
      expect(file).toBe(`${uid}.json`);
      return title;
    });
    expect(found).toEqual(["Switzerland", "Models", "GPUs", "Tenants", "Gateway"]);
  });

  it("keeps every rule of the guards", async () => {
    const country = countryWith({ storage });
    expect(judge(await planned(country), jurisdiction(country)).findings).toEqual([]);
  });
});

describe("alerts", () => {
  it("tell of budgets, and of nobody who keeps them, where a tenant has one, and only there", async () => {
    const names = (of: Country) =>
      alerts(of)
        .filter(({ alert: each }) => each.startsWith("Budget"))
        .map((each) => each.alert);
    const budgeted = countryWith({ storage, tenants: { kanton: { budget: { tokensPerMonth: 1 } } } });
    expect(names(countryWith({ storage }))).toEqual([]);
    expect(names(budgeted)).toEqual(expect.arrayContaining(["BudgetNearlySpent", "BudgetSpent", "BudgetsNotKept"]));
    const { budgets } = await monitors(budgeted);
    expect(budgets).toMatchObject({
      namespaceSelector: { matchNames: ["freehold-gateway"] },
      selector: { matchLabels: { "app.kubernetes.io/name": "budgets" } },
      podMetricsEndpoints: [{ portNumber: 9465 }],
    });
  });

  it("each say what happened and what to do, and wait a while", () => {
    for (const { alert: name, annotations, labels, for: wait } of alerts(countryWith({ storage }))) {
      expect(name).toMatch(/^([A-Z][a-z]+)+$/);
      expect(annotations.summary.length, name).toBeGreaterThan(20);
      expect(annotations.description.length, name).toBeGreaterThan(20);
      expect(["critical", "warning"]).toContain(labels.severity);
      expect(wait).toMatch(/^\d+[mh]$/);
    }
  });

  it("know the leaders of models that span nodes by name, because workers are stateful sets too", () => {
    expect(alert("ModelWithoutReplicas")?.expr).not.toContain("statefulset");
    const spanning = countryWith({
      models: { apertus, mistral: { ...mistral, precision: "fp8", contextTokens: 65536 } },
    });
    expect(alert("ModelWithoutReplicas", spanning)?.expr).toContain('statefulset=~"mistral"');
  });

  it("count what the pools declare, as kube-state-metrics names it", () => {
    const sharing = { kind: "mig", profile: "1g.18gb" };
    const sliced = { accelerator: "h200-sxm", nodes: 1, nodeSelector: { rack: "7" }, sharing };
    const country = countryWith({ pools: { ...declared.pools, sliced } });
    expect(alert("PoolShort", country)?.expr).toBe(
      'sum by (resource) (kube_node_status_allocatable{resource="nvidia_com_gpu"}) < 32 or sum by (resource) (kube_node_status_allocatable{resource="nvidia_com_mig_1g_18gb"}) < 56',
    );
  });

  it("wait for a backup twice as long as its schedule lets pass", () => {
    const seconds = (backupSchedule: string) => {
      const records = { kind: "cloudnative-pg", backupSchedule };
      return Number(
        /> (\d+) or/.exec(alert("BackupTooOld", countryWith({ storage: { ...storage, records } }))!.expr)![1],
      );
    };
    const days = (count: number) => count * 24 * 3600;
    expect(seconds("0 0 2 * * *")).toBe(days(2));
    expect(seconds("0 30 */6 * * *")).toBe(days(2));
    expect(seconds("0 0 2 * * 0")).toBe(days(14));
    expect(seconds("0 0 2 1 * *")).toBe(days(62));
  });

  it("speak of databases and Ceph only where Freehold makes them", () => {
    expect(alert("BackupTooOld")).toBeUndefined();
    expect(alert("CephInError", countryWith({ storage }))).toBeUndefined();
    const ceph = { ...storage, objects: { kind: "ceph", nodes: { disks: "true" } } };
    expect(alert("CephInError", countryWith({ storage: ceph }))?.expr).toBe("ceph_health_status == 2");
  });
});
