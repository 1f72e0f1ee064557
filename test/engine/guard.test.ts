import { readFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import process from "node:process";
import { afterAll, beforeAll, expect, it } from "vitest";
import { evidenceShape } from "../../policies/evidence/shape.ts";
import { run } from "../../rehearsal/child.ts";
import { projectFolder } from "../../rehearsal/home.ts";
import { startCluster, type TestCluster } from "./cluster.ts";
import { Workspace } from "./workspace.ts";

// Somebody else's program, judged by the command: nothing in it knows of Freehold.
let cluster: TestCluster;
let workspace: Workspace;
let project: string;

beforeAll(async () => {
  cluster = await startCluster();
  await cluster.markRehearsal();
  workspace = new Workspace(cluster.toolchain, "rehearsal", { KUBECONFIG: cluster.kubeconfig });
  project = join(workspace.folder, "project");
  await workspace.must("stack init test");
}, 300_000);

afterAll(async () => {
  workspace?.remove();
  await cluster?.stop();
});

const secret = "planted-in-a-secret-by-the-test";

/** A config map whose `url` is this expression, with a secret beside it, on the cluster of the test. */
function write(url: string): void {
  workspace.program(`
    import * as pulumi from "@pulumi/pulumi";
    import { Provider } from "@pulumi/kubernetes/provider.js";
    import { ConfigMap } from "@pulumi/kubernetes/core/v1/configMap.js";
    import { readFileSync } from "node:fs";
    const provider = new Provider("here", { kubeconfig: readFileSync(process.env.KUBECONFIG, "utf8") });
    const first = new ConfigMap("first", { metadata: { name: "first", namespace: "default" },
      data: { token: pulumi.secret("https://${secret}@api.alpen.example/${secret}") } }, { provider });
    new ConfigMap("second", { metadata: { name: "second", namespace: "default" }, data: { url: ${url} } }, { provider });`);
}

/** Runs `freehold guard` as somebody in the project's folder does. */
async function guard(...given: (string | NodeJS.ProcessEnv)[]) {
  const args = given.filter((each) => typeof each === "string");
  const command = [join(projectFolder, "cli", "freehold.js"), "guard", ...args];
  const inside = (name: string) => join(workspace.folder, name);
  const { code, stdout, stderr } = await run(process.execPath, command, {
    cwd: project,
    env: {
      ...process.env,
      PULUMI_HOME: inside("home"),
      PULUMI_BACKEND_URL: `file://${inside("state")}`,
      PULUMI_CONFIG_PASSPHRASE_FILE: inside("passphrase"),
      PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
      PULUMI_SKIP_UPDATE_CHECK: "true",
      KUBECONFIG: cluster.kubeconfig,
      FREEHOLD_REHEARSAL: workspace.folder,
      FREEHOLD_CRDS: cluster.toolchain.crds.path,
      FREEHOLD_HOSTS: "*.alpen.example,127.0.0.1",
      PATH: [inside("engine"), process.env.PATH].join(delimiter),
      ...Object.assign({}, ...given.filter((each) => typeof each !== "string")),
    },
  });
  expect(stdout + stderr).not.toContain(secret);
  return { code, stdout, said: `${stdout}\n${stderr}` };
}

async function evidence(...args: (string | NodeJS.ProcessEnv)[]) {
  const { code, stdout, said } = await guard(...args, "--country", "CH", "--json");
  const { success, data } = evidenceShape.safeParse(stdout.startsWith("{") ? JSON.parse(stdout) : undefined);
  if (!success) throw new Error(said);
  return { code, ...data };
}

it("judges a program by its preview, before anything of it exists, and writes every form of the evidence", async () => {
  write('"https://api.vendor.com"');
  const files = { report: "r.html", sarif: "r.sarif", evidence: "r.json" };
  const written = Object.entries(files).flatMap(([option, file]) => [`--${option}`, file]);
  const { code, findings, subject, hashes } = await evidence(...written);
  expect(findings.filter(({ verdict }) => verdict === "broken")).toMatchObject([
    { rule: "data-stays-here", name: "second", path: "data.url", value: "api.vendor.com" },
  ]);
  expect([code, subject.kind, subject.name]).toEqual([1, "program", "test/test"]);
  expect(hashes.pack).toMatch(/^[0-9a-f]{64}$/);
  for (const file of Object.values(files)) {
    const text = readFileSync(join(project, file), "utf8");
    expect(text).toContain("api.vendor.com");
    expect(text).not.toContain(secret);
  }
});

it("says what is pending, which is no failure, and what a later run changed", async () => {
  write('first.id.apply((id) => "https://" + id.replace("/", "-") + ".vendor.com")');
  const { code, counts, verdict, findings } = await evidence("--evidence", "before.json");
  expect([code, counts.pending, verdict, findings]).toMatchObject([0, 1, "pending", [{ path: "data.url" }]]);
  write('"https://api.alpen.example"');
  const { stdout, said, code: after } = await guard("--country", "CH", "--previous", "before.json");
  expect(after, said).toBe(0);
  expect(stdout).toMatch(/^Nothing that was judged leaves Switzerland\./);
  expect(stdout).toMatch(/gone +data-stays-here {2}second {2}data\.url/);
});

it("names what a program only reads, which a pack is never shown", async () => {
  workspace.program(`
    import { Provider } from "@pulumi/kubernetes/provider.js";
    import { Namespace } from "@pulumi/kubernetes/core/v1/namespace.js";
    import { readFileSync } from "node:fs";
    const provider = new Provider("here", { kubeconfig: readFileSync(process.env.KUBECONFIG, "utf8") });
    Namespace.get("found", "default", { provider });`);
  const { code, findings } = await evidence();
  expect([code, findings]).toMatchObject([
    1,
    [{ rule: "nothing-hidden", verdict: "undecidable", type: "kubernetes:core/v1:Namespace", name: "found" }],
  ]);
});

it("judges a stack as it stands, with its secrets opened and kept off the disk", async () => {
  write('"https://api.alpen.example"');
  await workspace.must("up --yes --skip-preview");
  const { code, findings, subject } = await evidence("--stack", "test");
  expect(findings.filter(({ verdict }) => verdict !== "held")).toEqual([]);
  expect([code, subject.kind]).toEqual([0, "stack"]);
});

it("judges what the engine itself does, in the shell that it is run from", async () => {
  write('"https://api.alpen.example"');
  const { code, findings } = await evidence({ PULUMI_SKIP_UPDATE_CHECK: "false" });
  expect([code, findings]).toMatchObject([1, [{ rule: "logs-stay-here", type: "pulumi:engine:Settings" }]]);
});

it("does not take a program that cannot be run for one that holds", async () => {
  workspace.program('throw new Error("unfinished");');
  const { code, said } = await guard("--country", "CH");
  expect(code).toBe(1);
  expect(said).toContain("The program was not judged");
  expect(said).toContain("unfinished");
});

it("refuses to judge by nothing", async () => {
  const { code, said } = await guard();
  expect(code).toBe(2);
  expect(said).toContain("no jurisdiction is declared");
});
