import { describe, expect, it } from "vitest";
import { Budgets } from "../../components/budgets.ts";
import { type Country, jurisdiction, parseCountry } from "../../components/country.ts";
import { databasePasswords } from "../../components/ledger.ts";
import { Platform } from "../../components/platform.ts";
import { judge } from "../../policies/judge.ts";
import { plan } from "../../policies/program.ts";
import { keySeed, objects } from "./gateway/planned.ts";

const declared = {
  country: "CH",
  operator: { name: "Alpen AI", domain: "alpen-ai.example" },
  target: { kind: "onprem", context: "alpen", place: "CH" },
  state: { backend: "file:///srv/freehold/state", secretsProvider: "passphrase" },
  pools: { h200: { accelerator: "h200-sxm", nodes: 1 } },
  models: { apertus: { model: "swiss-ai/Apertus-8B-Instruct-2509", pool: "h200" } },
  storage: {
    keys: { kind: "volumes", statement: "LUKS2" },
    objects: { kind: "s3", endpoint: "https://s3.alpen-ai.example" },
  },
  tenants: { bank: { budget: { tokensPerMonth: 1000, committed: 500 } }, kanton: {} },
};
const countryWith = (changes: object = {}): Country => parseCountry({ ...declared, ...changes });
const inCluster = {
  host: "records-rw.freehold-storage.svc",
  port: 5432,
  database: "records",
  secret: "records-app",
  hosts: [],
};
const resources = (country: Country, records: typeof inCluster | object = inCluster) =>
  plan(
    () =>
      new Budgets("budgets", {
        ...country,
        records: { ...inCluster, ...records },
        storageNamespace: "freehold-storage",
        password: databasePasswords(keySeed).budgets,
        namespace: "freehold-gateway",
        host: country.gateway.host,
        monitoring: country.monitoring !== undefined,
      }),
  );
const planned = async (...args: Parameters<typeof resources>) => objects(await resources(...args));

describe("who keeps budgets", () => {
  it("is told the budgets with their defaults, and nothing of who has none", async () => {
    const told = JSON.parse((await planned(countryWith()))["ConfigMap/budgets"].data["budgets.json"]);
    expect(told.budgets).toEqual({
      bank: {
        tokensPerMonth: 1000,
        committed: 500,
        warnAt: [80, 95],
        whenSpent: "stop",
        timeZone: "Europe/Zurich",
        tokensPerMinute: 100_000,
      },
    });
    expect(told.door).toMatchObject({ host: "ai.alpen-ai.example", tenantHeader: "x-freehold-tenant" });
  });

  it("is a new pod for a new program, and none for a new budget", async () => {
    const template = async (tokensPerMonth: number) =>
      (await planned(countryWith({ tenants: { bank: { budget: { tokensPerMonth } } } })))["Deployment/budgets"].spec
        .template;
    expect(await template(1)).toEqual(await template(2));
    expect((await template(1)).metadata.annotations["freehold.dev/program"]).toMatch(/^[0-9a-f]{16}$/);
  });

  it("may read what it is told, and make and take away routes with their answers, and nothing else", async () => {
    const { rules } = (await planned(countryWith()))["Role/budgets"];
    expect(rules).toEqual([
      { apiGroups: [""], resources: ["configmaps"], resourceNames: ["budgets"], verbs: ["get"] },
      {
        apiGroups: ["gateway.networking.k8s.io"],
        resources: ["httproutes"],
        verbs: ["list", "create", "patch", "delete"],
      },
      {
        apiGroups: ["gateway.envoyproxy.io"],
        resources: ["httproutefilters"],
        verbs: ["list", "create", "patch", "delete"],
      },
    ]);
  });

  it("comes in to the database as its own role, and to nothing but it, the API server and DNS", async () => {
    const all = await planned(countryWith());
    expect(all["Secret/budgets"].stringData.username).toBe("budgets");
    const { podSelector, ingress, egress } = all["NetworkPolicy/freehold-budgets"].spec;
    expect(podSelector.matchLabels["app.kubernetes.io/name"]).toBe("budgets");
    expect(ingress).toEqual([]);
    const ports = egress.map(({ ports }: { ports: { port: number }[] }) => ports.map(({ port }) => port));
    expect(ports).toEqual([[53, 53, 5353, 5353], [5432], [443, 6443]]);
  });

  it("is asked by Prometheus where there is one, and by nobody else", async () => {
    const { ingress } = (await planned(countryWith({ monitoring: {} })))["NetworkPolicy/freehold-budgets"].spec;
    expect(ingress).toMatchObject([{ ports: [{ port: 9465 }] }]);
  });

  it("takes the operator's Secret where the database is there already", async () => {
    const hosts = [{ host: "db.alpen-ai.example", port: 5432 }];
    const all = await planned(countryWith(), { host: "db.alpen-ai.example", secret: "records-credentials", hosts });
    expect(all["Secret/budgets"]).toBeUndefined();
    const { volumes } = all["Deployment/budgets"].spec.template.spec;
    expect(volumes[1].secret.secretName).toBe("records-credentials");
  });

  it("keeps every rule of the guards", async () => {
    const country = countryWith({ monitoring: {} });
    const platform = await plan(() => new Platform("platform", country));
    const all = [...platform, ...(await resources(country))];
    expect(judge(all, jurisdiction(country)).findings).toEqual([]);
  });

  it("is let to the API server by Cilium, and no other pod of the gateway is", async () => {
    const policies = async (tenants: object) =>
      objects(await plan(() => new Platform("platform", countryWith({ tenants, network: { policies: "cilium" } }))));
    const { spec } = (await policies(declared.tenants))["CiliumClusterwideNetworkPolicy/freehold-budgets"];
    expect(spec.egress).toEqual([{ toEntities: ["kube-apiserver"] }]);
    expect(spec.endpointSelector.matchExpressions).toEqual([
      { key: "k8s:io.kubernetes.pod.namespace", operator: "In", values: ["freehold-gateway"] },
      { key: "k8s:app.kubernetes.io/name", operator: "In", values: ["budgets"] },
    ]);
    expect((await policies({ bank: {} }))["CiliumClusterwideNetworkPolicy/freehold-budgets"]).toBeUndefined();
  });
});
