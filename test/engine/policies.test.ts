import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CoreV1Api, KubeConfig, NetworkingV1Api } from "@kubernetes/client-node";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { rehearsalLabel } from "../../components/rehearsal-mark.ts";
import { run } from "../../rehearsal/child.ts";
import { removeCluster, startCluster } from "../../rehearsal/cluster.ts";
import { childEnv, type Home, projectFolder, rehearsalEnv } from "../../rehearsal/home.ts";
import { prepareHome } from "../../rehearsal/prepare-home.ts";
import { inspect, setup, type Toolchain } from "../../rehearsal/toolchain.ts";

// Somebody else's program, judged by the pack alone: nothing in it knows of Freehold.
const folder = realpathSync(mkdtempSync(join(tmpdir(), "freehold-policies-")));
const home: Home = {
  stack: "test",
  countryFile: join(folder, "none.yaml"),
  folder,
  pulumiHome: join(folder, "pulumi"),
  engine: join(folder, "engine"),
  state: join(folder, "state"),
  passphraseFile: join(folder, "passphrase"),
  kubeconfig: join(folder, "kubeconfig"),
  bin: join(folder, "bin"),
  stackFile: join(folder, "stacks", "Pulumi.test.yaml"),
  cluster: join(folder, "cluster"),
  lock: join(folder, "lock"),
};
const program = join(folder, "program");
const { found } = await inspect();
const official = found.languageHost !== undefined && found.kubernetesProvider !== undefined;
const engines = official ? (["rehearsal", "official"] as const) : (["rehearsal"] as const);

const declared = {
  FREEHOLD_COUNTRY: "CH",
  FREEHOLD_HOSTS: "*.alpen.example",
  FREEHOLD_REGISTRIES: "registry.alpen.example",
};
const pack = `--policy-pack=${join(projectFolder, "policies")}`;
let toolchain: Toolchain;

beforeAll(async () => {
  toolchain = await setup();
  mkdirSync(program, { recursive: true });
  symlinkSync(join(projectFolder, "node_modules"), join(program, "node_modules"));
  writeFileSync(join(program, "package.json"), '{ "name": "foreign", "version": "1.0.0", "type": "module" }');
  writeFileSync(
    join(program, "Pulumi.yaml"),
    "name: foreign\nmain: index.ts\nruntime: { name: nodejs, options: { typescript: false } }\n",
  );
  prepareHome(home, toolchain, official ? "official" : "rehearsal");
  await startCluster(home, toolchain, "here");
  // The rehearsal provider writes to no cluster that does not say it is for rehearsals.
  const label = `/metadata/labels/${rehearsalLabel.replace("/", "~1")}`;
  await core().patchNamespace({ name: "kube-system", body: [{ op: "add", path: label, value: "true" }] });
  await pulumi("stack", "init", "test");
});

afterAll(async () => {
  await removeCluster(home, toolchain);
  rmSync(folder, { recursive: true, force: true });
});

describe.each(engines)("the pack under the real engine, with the %s language host and provider", (engine) => {
  beforeAll(() => {
    prepareHome(home, engine === "official" ? toolchain : { ...toolchain, languageHost: undefined }, engine);
  });

  const leaks = {
    "data-stays-here": {
      source: `new Service("leak", { metadata: { name: "leak", namespace: "default" }, spec: { type: "ExternalName", externalName: "api.openai.com" } }, on);`,
      exists: () => core().readNamespacedService({ name: "leak", namespace: "default" }),
      found: "spec.externalName: api.openai.com",
    },
    "images-from-here": {
      source: `new Pod("leak", { metadata: { name: "leak", namespace: "default" }, spec: { containers: [{ name: "web", image: "nginx" }] } }, on);
        new NetworkPolicy("closed", { metadata: { name: "closed", namespace: "default" }, spec: { podSelector: {}, policyTypes: ["Egress"] } }, on);`,
      exists: () => core().readNamespacedPod({ name: "leak", namespace: "default" }),
      found: "spec.containers[0].image: nginx, from docker.io",
    },
    "egress-closed": {
      source: `new NetworkPolicy("leak", { metadata: { name: "leak", namespace: "default" }, spec: { podSelector: {}, policyTypes: ["Egress"], egress: [{ to: [{ ipBlock: { cidr: "0.0.0.0/0" } }] }] } }, on);`,
      exists: () => networking().readNamespacedNetworkPolicy({ name: "leak", namespace: "default" }),
      found: "spec.egress[0].to[0].ipBlock.cidr: 0.0.0.0/0 (everything)",
    },
  };

  it.each(Object.entries(leaks))("%s refuses at preview, and at up before the object exists", async (rule, leak) => {
    write(leak.source);
    for (const command of [["preview"], ["up", "--yes", "--skip-preview"]]) {
      const ran = await pulumi(...command, pack);
      expect(ran.code, ran.said).not.toBe(0);
      expect(ran.said).toContain(
        `[mandatory] [severity: ${rule === "images-from-here" ? "high" : "critical"}]  ${rule} `,
      );
      expect(ran.said).toContain(leak.found);
      await expect(leak.exists()).rejects.toMatchObject({ code: 404 });
    }
  });

  it("refuses pods in a namespace that nothing closes, before the first of them exists", async () => {
    write(
      `new Pod("open", { metadata: { name: "open", namespace: "default" }, spec: { containers: [{ name: "a", image: "registry.alpen.example/a:1" }] } }, on);`,
    );
    const ran = await pulumi("up", "--yes", pack);
    expect(ran.code, ran.said).not.toBe(0);
    expect(ran.said).toContain("egress-closed");
    expect(ran.said).toContain("pods run in namespace default, whose egress is open");
    await expect(core().readNamespacedPod({ name: "open", namespace: "default" })).rejects.toMatchObject({ code: 404 });
  });

  it("lists as pending what preview cannot know, and decides it at up before the object exists", async () => {
    write(`
      const first = new ConfigMap("first", { metadata: { name: "first", namespace: "default" }, data: { a: "b" } }, on);
      new ConfigMap("later", { metadata: { name: "later", namespace: "default" }, data: { url: first.id.apply((id) => "https://" + id.replace("/", "-") + ".vendor.com") } }, on);`);
    const preview = await pulumi("preview", pack);
    expect(preview.code, preview.said).toBe(0);
    expect(preview.said).toMatch(/\[advisory\].*decided-at-up/);
    expect(preview.said).toContain("pending  data.url");
    expect(preview.said).toMatch(/resources judged for CH: \d+ held, 1 pending/);
    const up = await pulumi("up", "--yes", pack);
    expect(up.code, up.said).not.toBe(0);
    expect(up.said).toMatch(/found +data\.url: default-first\.vendor\.com/);
    await expect(core().readNamespacedConfigMap({ name: "later", namespace: "default" })).rejects.toMatchObject({
      code: 404,
    });
    await core().readNamespacedConfigMap({ name: "first", namespace: "default" });
  });

  it("lets a program pass that keeps the rules, says what was judged, and judges its state offline the same", async () => {
    write(`
      const namespace = new Namespace("apps", { metadata: { name: "apps" } }, on);
      new NetworkPolicy("closed", { metadata: { name: "closed", namespace: namespace.metadata.name }, spec: { podSelector: {}, policyTypes: ["Ingress", "Egress"] } }, on);
      new Pod("web", { metadata: { name: "web", namespace: namespace.metadata.name, annotations: { "pulumi.com/skipAwait": "true" } }, spec: { containers: [{ name: "web", image: "registry.alpen.example/web:1", env: [{ name: "API", value: "https://api.alpen.example" }] }] } }, on);`);
    const up = await pulumi("up", "--yes", pack);
    expect(up.code, up.said).toBe(0);
    expect(up.said).toMatch(/freehold: 5 resources judged for CH: \d+ held; described by table 4/);
    await core().readNamespacedPod({ name: "web", namespace: "apps" });

    const state = join(folder, "state.json");
    await pulumi("stack", "export", "--file", state);
    const held = await pulumi("policy", "analyze", pack, "--file", state);
    expect(held.code, held.said).toBe(0);
    writeFileSync(state, readFileSync(state, "utf8").replaceAll("https://api.alpen.example", "https://api.vendor.com"));
    const broken = await pulumi("policy", "analyze", pack, "--file", state);
    expect(broken.code, broken.said).not.toBe(0);
    expect(broken.said).toContain("spec.containers[0].env[0].value: api.vendor.com");
    await pulumi("destroy", "--yes", "--skip-preview");
  });

  it("refuses to judge where no jurisdiction is declared, or a wrong one: that is an error, never a pass", async () => {
    write(`new ConfigMap("harmless", { metadata: { name: "harmless", namespace: "default" }, data: { a: "b" } }, on);`);
    for (const [env, said] of [
      [{}, "no jurisdiction is declared"],
      [{ FREEHOLD_COUNTRY: "Swiss" }, "Write FREEHOLD_COUNTRY=CH (Switzerland)."],
    ] as const) {
      for (const command of [["preview"], ["up", "--yes", "--skip-preview"]]) {
        const ran = await pulumiWith(env, ...command, pack);
        expect(ran.code, ran.said).not.toBe(0);
        expect(ran.said).toContain("jurisdiction-is-declared");
        expect(ran.said).toContain(said);
        await expect(core().readNamespacedConfigMap({ name: "harmless", namespace: "default" })).rejects.toMatchObject({
          code: 404,
        });
      }
    }
  });

  it("is not fooled by disabling the policy that asks for a jurisdiction", async () => {
    write(`new ConfigMap("harmless", { metadata: { name: "harmless", namespace: "default" }, data: { a: "b" } }, on);`);
    const config = join(folder, "config.json");
    writeFileSync(config, '{ "jurisdiction-is-declared": "disabled" }');
    const ran = await pulumiWith({}, "preview", pack, `--policy-pack-config=${config}`);
    expect(ran.code, ran.said).not.toBe(0);
    expect(ran.said).toContain("no jurisdiction is declared");
  });

  it("takes the jurisdiction from the stack's own configuration", async () => {
    write(
      `new ConfigMap("c", { metadata: { name: "c", namespace: "default" }, data: { url: "https://api.amt.example" } }, on);`,
    );
    const set = async (key: string, value: string) =>
      expect((await pulumi("config", "set", "--path", key, value)).code).toBe(0);
    await set("freehold:country", "CH");
    const refused = await pulumiWith({}, "preview", pack);
    expect(refused.code, refused.said).not.toBe(0);
    expect(refused.said).toContain("api.amt.example");
    await set("freehold:guards.hosts[0]", "api.amt.example");
    const ran = await pulumiWith({}, "preview", pack);
    expect(ran.code, ran.said).toBe(0);
    rmSync(join(program, "Pulumi.test.yaml"));
  });
});

/** A program of one provider and the resources of `source`, which may use `on` as their options. */
function write(source: string): void {
  const classes = ["configMap", "namespace", "pod", "service"].map((name) => [`core/v1/${name}`, name] as const);
  const imports = [...classes, ["networking/v1/networkPolicy", "networkPolicy"] as const].map(([path, name]) => {
    const type = `${name[0]?.toUpperCase()}${name.slice(1)}`;
    return `import { ${type} } from "@pulumi/kubernetes/${path}.js";`;
  });
  const lines = [
    `import { Provider } from "@pulumi/kubernetes/provider.js";`,
    ...imports,
    `const on = { provider: new Provider("cluster", { context: "here" }) };`,
    source,
  ];
  writeFileSync(join(program, "index.ts"), lines.join("\n"));
}

function pulumi(...args: string[]) {
  return pulumiWith(declared, ...args);
}

async function pulumiWith(env: Record<string, string>, ...args: string[]) {
  const stackArgs = ["stack", "policy"].includes(args[0] ?? "") ? [] : ["--stack=test"];
  const ran = await run(join(home.engine, "pulumi"), [...args, ...stackArgs, "--non-interactive", "--color=never"], {
    cwd: program,
    env: childEnv({ ...rehearsalEnv(home, toolchain), FREEHOLD_COUNTRY: "", ...env }),
  });
  return { code: ran.code, said: ran.stdout + ran.stderr };
}

function core(): CoreV1Api {
  return client().makeApiClient(CoreV1Api);
}

function networking(): NetworkingV1Api {
  return client().makeApiClient(NetworkingV1Api);
}

function client(): KubeConfig {
  const config = new KubeConfig();
  config.loadFromFile(home.kubeconfig);
  return config;
}
