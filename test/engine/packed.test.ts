import { existsSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { arch, platform } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { run } from "../../rehearsal/child.ts";
import { projectFolder, shellQuoted } from "../../rehearsal/home.ts";
import { startCluster, type TestCluster } from "./cluster.ts";
import { Workspace } from "./workspace.ts";

// Somebody else's program in a folder of its own, with nothing of Freehold but what `npm pack` gave.
const pack = "--policy-pack=node_modules/freehold/policies";
const nodes = [22, 24];
const nodeOf = (major: number) => join(project, "node_modules", `node-${major}`, "bin", "node");

let cluster: TestCluster;
let workspace: Workspace;
let project: string;

beforeAll(async () => {
  cluster = await startCluster();
  await cluster.markRehearsal();
  workspace = new Workspace(cluster.toolchain, "rehearsal", {
    KUBECONFIG: cluster.kubeconfig,
    FREEHOLD_COUNTRY: "CH",
    FREEHOLD_HOSTS: "*.alpen.example",
    FREEHOLD_REGISTRIES: "registry.alpen.example",
  });
  project = join(workspace.folder, "project");
  rmSync(join(project, "node_modules"));
  workspace.write("package.json", '{ "name": "foreign", "version": "1.0.0", "type": "module", "private": true }');
  workspace.write(
    "Pulumi.yaml",
    "name: test\nmain: index.js\nruntime: { name: nodejs, options: { typescript: false } }\n",
  );

  await npm(projectFolder, "pack", "--silent", `--pack-destination=${workspace.folder}`);
  const packed = readdirSync(workspace.folder).filter((file) => file.endsWith(".tgz"));
  const own = nodes.map((major) => `node-${major}@npm:node-${platform()}-${arch()}@${major}`);
  const sources = [...packed.map((file) => join(workspace.folder, file)), ...own];
  // No scripts: they would fetch a provider plugin from the vendor's servers.
  await npm(
    project,
    "install",
    `--prefix=${project}`,
    "--ignore-scripts",
    "--prefer-offline",
    "--no-audit",
    ...sources,
  );
  await workspace.must("stack init test");
}, 300_000);

afterAll(async () => {
  workspace?.remove();
  await cluster?.stop();
});

it("packs no TypeScript, and leaves nothing behind in the checkout", () => {
  const files = readdirSync(join(project, "node_modules/freehold"), { recursive: true, encoding: "utf8" });
  expect(files).toContain("dist/policies/pack.js");
  expect(files).toContain("dist/catalogue/places/aws.yaml");
  expect(files.filter((file) => /\.ts$|^(?:test|bench|stacks|node_modules)/.test(file))).toEqual([]);
  expect(existsSync(join(projectFolder, "dist"))).toBe(false);
});

describe.each(nodes)("the packed pack on Node %i", (major) => {
  beforeAll(() => {
    // The language host runs programs and packs on the Node that runs it.
    const words = [
      nodeOf(major),
      "--disable-warning=ExperimentalWarning",
      `${projectFolder}/rehearsal/language-host.ts`,
    ];
    const host = join(workspace.folder, "engine", "pulumi-language-nodejs");
    writeFileSync(host, `#!/bin/sh\nexec ${words.map(shellQuoted).join(" ")} "$@"\n`);
  });

  it("refuses a program that leads abroad", async () => {
    write(`new Service("leak", { metadata: { name: "leak", namespace: "default" },
      spec: { type: "ExternalName", externalName: "api.openai.com" } }, on);`);
    const { code, output } = await workspace.pulumi(`preview --color=never ${pack}`);
    expect(code, output).not.toBe(0);
    expect(output).toContain(`a program on v${major}.`);
    expect(output).toMatch(/\[mandatory\].* data-stays-here /);
    expect(output).toContain("spec.externalName: api.openai.com");
  });

  it("lets a program pass that stays at home, and says what was judged", async () => {
    write(`new Service("home", { metadata: { name: "home", namespace: "default" },
      spec: { type: "ExternalName", externalName: "api.alpen.example" } }, on);`);
    const { code, output } = await workspace.pulumi(`preview --color=never ${pack}`);
    expect(code, output).toBe(0);
    expect(output).toMatch(/freehold: \d+ resources judged for CH/);
  });

  it.each([
    ["api.alpen.example", true],
    ["api.vendor.com", false],
  ])("judges a state export that leads to %s: %s", async (host, held) => {
    workspace.write("state.json", JSON.stringify(stateThatLeadsTo(host)));
    const { code, output } = await workspace.pulumi(`policy analyze ${pack} --file state.json`);
    expect(code === 0, output).toBe(held);
    expect(output.includes(`spec.externalName: ${host}`), output).toBe(!held);
  });

  it("loads neither a Kubernetes client nor a provider", async () => {
    workspace.write(
      "loaded.cjs",
      `const loaded = new Set();
      require("node:module").registerHooks({ resolve(name, context, next) {
        const found = next(name, context);
        loaded.add(found.url.replace(/^.*node_modules\\/((?:@[^/]+\\/)?[^/]+).*$/, "$1"));
        return found;
      } });
      import("./node_modules/freehold/dist/policies/pack.js").then(() => {
        console.log([...loaded].join(" "));
        process.exit(0);
      });`,
    );
    const { stdout } = await run(nodeOf(major), ["loaded.cjs"], { cwd: project });
    expect(stdout).toMatch(/\bfreehold\b.*@pulumi\/policy\b.*@pulumi\/pulumi\b/s);
    expect(stdout).not.toMatch(/@kubernetes\/|@pulumi\/(?!policy\b|pulumi\b)/);
  });

  it("brings the freehold command", async () => {
    const command = join(project, "node_modules/freehold/cli/freehold.js");
    const { code, stdout, stderr } = await run(nodeOf(major), [command, "catalogue", "countries"], { cwd: project });
    expect(code, stderr).toBe(0);
    expect(stdout).toContain("Switzerland");
  });
});

async function npm(cwd: string, ...args: string[]): Promise<void> {
  // Where npm runs this test, its settings for the checkout are in the environment.
  const env = Object.entries(process.env).filter(([name]) => !/^npm_(?!config_(?:registry|cache)$)/.test(name));
  const { code, stdout, stderr } = await run("npm", args, { cwd, env: Object.fromEntries(env) });
  if (code !== 0) throw new Error(`npm ${args[0]} ended with ${code}\n${stdout}${stderr}`);
}

/** A program of one provider and the resources of `source`, which may use `on` as their options. */
function write(source: string): void {
  workspace.write(
    "index.js",
    `import { Provider } from "@pulumi/kubernetes/provider.js";
    import { Service } from "@pulumi/kubernetes/core/v1/service.js";
    console.log("a program on " + process.version);
    const on = { provider: new Provider("cluster", { context: "test" }) };
    ${source}`,
  );
}

function stateThatLeadsTo(externalName: string) {
  const urn = (type: string, name: string) => `urn:pulumi:test::test::${type}::${name}`;
  const [stack, provider] = ["pulumi:pulumi:Stack", "pulumi:providers:kubernetes"];
  const inputs = {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name: "web", namespace: "default" },
    spec: { type: "ExternalName", externalName },
  };
  const resources = [
    { urn: urn(stack, "test-test"), custom: false, type: stack },
    { urn: urn(provider, "cluster"), custom: true, id: "1", type: provider, inputs: {}, outputs: {} },
    {
      urn: urn("kubernetes:core/v1:Service", "web"),
      custom: true,
      id: "default/web",
      type: "kubernetes:core/v1:Service",
      inputs,
      outputs: inputs,
      parent: urn(stack, "test-test"),
      provider: `${urn(provider, "cluster")}::1`,
    },
  ];
  return {
    version: 3,
    deployment: { manifest: { time: "2026-11-21T12:00:00Z", magic: "", version: "" }, resources },
  };
}
