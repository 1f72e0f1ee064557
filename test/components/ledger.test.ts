import { describe, expect, it } from "vitest";
import { proxy } from "../../components/gateway/proxy.ts";
import { programs } from "../../components/ledger/programs.ts";
import { databasePasswords, Ledger, type LedgerArgs } from "../../components/ledger.ts";
import { plan } from "../../policies/program.ts";
import { objects } from "./gateway/planned.ts";

const registry = "registry.alpen-ai.example";
const made: LedgerArgs = {
  registry,
  digests: {},
  network: { policies: "kubernetes" },
  records: {
    host: "records-rw.freehold-storage.svc",
    port: 5432,
    database: "records",
    secret: "records-app",
    caSecret: "records-tls",
    egress: [],
    hosts: [],
    ready: [],
  },
  storageNamespace: "freehold-storage",
  modelServers: {},
  monitoring: false,
  password: "a-password-that-nobody-guesses",
};
const there: LedgerArgs = {
  ...made,
  records: {
    ...made.records,
    host: "db.alpen-ai.example",
    secret: "db-login",
    hosts: [{ host: "db.alpen-ai.example", port: 5432 }],
  },
};
const planned = async (args: LedgerArgs) => {
  let ledger: Ledger | undefined;
  const resources = await plan(() => {
    ledger = new Ledger("ledger", args);
  });
  return { all: objects(resources), sidecar: ledger!.sidecar };
};
// biome-ignore lint/suspicious/noExplicitAny: objects of custom resources.
const specOf = (ledger?: any): any =>
  proxy({
    host: "ai.example",
    certificate: { from: "issuer" },
    replicas: 2,
    service: "ClusterIP",
    registry,
    digests: {},
    tenants: {},
    ledger,
  });

describe.each(["recorder", "budgets"] as const)("the program %s", (name) => {
  it("fits into a ConfigMap, under keys that it takes, each file laid out where it was", () => {
    const { data, items, main } = programs(name);
    expect(JSON.stringify(data).length).toBeLessThan(512 * 1024);
    for (const key of Object.keys(data)) expect(key).toMatch(/^[-._a-zA-Z0-9]+$/);
    expect(items.map(({ key }) => key).sort()).toEqual(Object.keys(data).sort());
    const paths = items.map(({ path }) => path);
    expect(paths).toEqual(expect.arrayContaining([main, "package.json", "node_modules/postgres/src/index.js"]));
  });

  it("imports nothing but Node, what comes with it, and postgres", () => {
    const { data, items } = programs(name);
    const ours = items.filter(({ path }) => path.endsWith(".ts"));
    const imported = ours.flatMap(({ key }) => [...data[key]!.matchAll(/from "([^"]+)"/g)].map(([, from]) => from!));
    const strange = imported.filter((from) => !/^(node:|\.\/[\w-]+\.ts$|postgres$)/.test(from));
    expect(strange).toEqual([]);
    expect(imported).toContain("postgres");
    // All of them and no others: what one does not need does not make its pods anew.
    const paths = ours.map(({ path }) => `./${path}`);
    const own = imported.filter((from) => from.startsWith("./"));
    expect(paths.filter((path) => path !== `./${name}.ts`).sort()).toEqual([...new Set(own)].sort());
  });
});

describe("the ledger of a database that is made here", () => {
  it("opens the proxies' way to it, and no other", async () => {
    const { all } = await planned(made);
    expect(all["NetworkPolicy/freehold-recorder"].spec).toMatchObject({
      podSelector: { matchLabels: { "freehold.dev/connects-to": "records" } },
      policyTypes: ["Egress"],
      egress: [{ ports: [{ port: 5432 }], to: [{ podSelector: { matchExpressions: [{ key: "cnpg.io/cluster" }] } }] }],
    });
  });

  it("puts the password and the authority where the proxies run", async () => {
    const { all, sidecar } = await planned(made);
    const names = ["Secret/freehold-recorder", "Certificate/freehold-recorder-ca", "ConfigMap/freehold-recorder"];
    for (const name of names) expect(all[name].metadata.namespace).toBe("envoy-gateway-system");
    expect(all["Secret/freehold-recorder"].stringData.username).toBe("recorder");
    expect(JSON.stringify(sidecar)).not.toContain(made.password);
  });
});

describe("the ledger of a database that is there already", () => {
  it("takes the operator's Secret, and goes to its host", async () => {
    const { all, sidecar } = await planned(there);
    expect(Object.keys(all).sort()).toEqual(["ConfigMap/freehold-recorder", "NetworkPolicy/freehold-recorder"]);
    expect(all["NetworkPolicy/freehold-recorder"].spec.egress[0].to[0]).toHaveProperty("ipBlock");
    expect(JSON.stringify(sidecar.container)).toContain('"secretKeyRef":{"name":"db-login","key":"username"}');
    expect(JSON.stringify(sidecar.volumes)).toContain('"secretName":"db-login"');
  });

  it("leaves hosts to Cilium where that is", async () => {
    const { all } = await planned({ ...there, network: { policies: "cilium" } });
    expect(all["NetworkPolicy/freehold-recorder"].spec.egress).toEqual([]);
  });
});

describe("a proxy", () => {
  it("writes its log to the file that the recorder reads, and has it beside it for as long as it runs", async () => {
    const { sidecar } = await planned(made);
    const spec = specOf(sidecar);
    const { pod, container, initContainers } = spec.provider.kubernetes.envoyDeployment;
    const [recorder] = initContainers;
    const [log] = container.volumeMounts;
    expect(spec.telemetry.accessLog.settings[0].sinks[0].file.path).toBe(`${log.mountPath}/access.log`);
    expect(recorder.restartPolicy).toBe("Always");
    expect(recorder.volumeMounts).toContainEqual(log);
    expect(recorder.env).toContainEqual({ name: "ACCESS_LOG", value: `${log.mountPath}/access.log` });
    expect(recorder.image).toMatch(new RegExp(`^${registry}/library/node:`));
    const volumes = pod.volumes.map(({ name }: { name: string }) => name);
    expect(recorder.volumeMounts.map(({ name }: { name: string }) => name).sort()).toEqual(volumes.sort());
    expect(spec.extraArgs).toEqual(["--file-flush-interval-msec", "200"]);
    expect(pod.annotations["freehold.dev/recorder"]).toBe(programs("recorder").hash);
  });

  it("of a country without a database writes to its container's log, and has nothing beside it", () => {
    const spec = specOf();
    const { pod, container, initContainers } = spec.provider.kubernetes.envoyDeployment;
    expect(spec.telemetry.accessLog.settings[0].sinks[0].file.path).toBe("/dev/stdout");
    expect([initContainers, pod.volumes, container.volumeMounts, spec.extraArgs]).toEqual([
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
  });
});

it("derives the password from the country's seed, the same each time and another for another country", async () => {
  const passwordOf = (seed: string) => new Promise((resolve) => databasePasswords(seed).recorder.apply(resolve));
  const one = await passwordOf("0123456789abcdef0123456789abcdef");
  expect(one).toMatch(/^[0-9a-f]{64}$/);
  expect(await passwordOf("0123456789abcdef0123456789abcdef")).toBe(one);
  expect(await passwordOf("another-seed-of-another-country-")).not.toBe(one);
});
