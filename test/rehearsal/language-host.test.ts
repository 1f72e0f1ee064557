import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import analyzerPb from "@pulumi/pulumi/proto/analyzer_pb.js";
import languagePb from "@pulumi/pulumi/proto/language_pb.js";
import { describe, expect, it } from "vitest";
import { parseRuntimeOptions, splitWords } from "../../rehearsal/language-host/options.ts";
import { stackEnvironment } from "../../rehearsal/language-host/policy-pack.ts";
import { programArguments, programEnvironment } from "../../rehearsal/language-host/program.ts";
import { programDependencies, requiredPackages } from "../../rehearsal/language-host/required-packages.ts";
import { scratch } from "./workbench.ts";

const root = join(import.meta.dirname, "../..");

describe("runtime options", () => {
  it("compile TypeScript unless told otherwise, as Pulumi's own host does", () => {
    expect(parseRuntimeOptions({})).toEqual({ typescript: true, tsconfig: undefined, nodeargs: [] });
    expect(parseRuntimeOptions({ typescript: false, nodeargs: "--stack-trace-limit=4 --no-warnings" })).toEqual({
      typescript: false,
      tsconfig: undefined,
      nodeargs: ["--stack-trace-limit=4", "--no-warnings"],
    });
  });

  it("of a wrong type are refused with what was found", () => {
    expect(() => parseRuntimeOptions({ typescript: "no" })).toThrow(
      'runtime.options.typescript is "no", but must be a boolean',
    );
    expect(() => parseRuntimeOptions({ nodeargs: ["--x"] })).toThrow("must be a string");
  });

  it("split node's arguments as a shell would", () => {
    expect(splitWords(`  --a  --b="c d" --e='f "g"' h\\ i "" `)).toEqual(["--a", "--b=c d", '--e=f "g"', "h i", ""]);
    expect(splitWords("")).toEqual([]);
    expect(() => splitWords('--title="open')).toThrow("a quote is not closed");
  });
});

describe("required packages", () => {
  it("are those whose package.json says that they are providers", () => {
    using project = scratch();
    const install = (name: string, manifest: object) =>
      write(project.folder, `node_modules/${name}/package.json`, manifest);
    write(project.folder, "package.json", { dependencies: { "@pulumi/kubernetes": "4.34.2" } });
    install("@pulumi/kubernetes", { name: "@pulumi/kubernetes", version: "4.34.2", pulumi: { resource: true } });
    install("@pulumi/pulumi", { name: "@pulumi/pulumi", version: "3.259.0" });
    install("theirs", {
      name: "theirs",
      version: "1.0.0",
      pulumi: { resource: true, name: "th", version: "v2.0.0", server: "https://x.example" },
    });
    install("nameless", { name: "nameless", version: "1.0.0", pulumi: { resource: true } });
    mkdirSync(join(project.folder, "stacks"));

    expect(requiredPackages(join(project.folder, "stacks"))).toEqual([
      { name: "kubernetes", version: "v4.34.2", server: "" },
      { name: "th", version: "v2.0.0", server: "https://x.example" },
    ]);
    expect(programDependencies(project.folder, false)).toEqual([{ name: "@pulumi/kubernetes", version: "4.34.2" }]);
    expect(programDependencies(project.folder, true)).toHaveLength(4);
  });

  it("are none where nothing is installed", () => {
    using project = scratch();
    expect(requiredPackages(project.folder)).toEqual([]);
  });
});

describe("a program", () => {
  const info = new languagePb.ProgramInfo().setRootDirectory(root).setProgramDirectory(join(root, "stacks"));
  const request = new languagePb.RunRequest()
    .setInfo(info.setEntryPoint("index.ts"))
    .setMonitorAddress("127.0.0.1:1")
    .setOrganization("organization")
    .setProject("freehold")
    .setStack("ch")
    .setParallel(8)
    .setDryrun(true)
    .setConfigsecretkeysList(["freehold:keySeed"]);
  request.getConfigMap().set("freehold:country", "CH");

  it("is run by the SDK that is installed for it, towards the engine's own monitor", () => {
    const [script, ...args] = programArguments(request, "127.0.0.1:2");
    expect(script).toBe(join(root, "node_modules/@pulumi/pulumi/cmd/run/index.js"));
    expect(args.join(" ")).toBe(
      `--monitor 127.0.0.1:1 --engine 127.0.0.1:2 --organization organization --project freehold --root-directory ${root} ` +
        `--stack ch --pwd ${join(root, "stacks")} --parallel 8 --dry-run index.ts`,
    );
  });

  it("finds its configuration in the environment, and is compiled only when asked", () => {
    const asIs = programEnvironment(request, parseRuntimeOptions({ typescript: false }));
    expect(asIs).toEqual({
      PULUMI_CONFIG: '{"freehold:country":"CH"}',
      PULUMI_CONFIG_SECRET_KEYS: '["freehold:keySeed"]',
    });
    const compiled = programEnvironment(request, parseRuntimeOptions({ tsconfig: "t.json" }));
    expect(compiled).toMatchObject({ PULUMI_NODEJS_TYPESCRIPT: "true", PULUMI_NODEJS_TSCONFIG_PATH: "t.json" });
  });

  it("without an SDK is refused with the command that brings one", () => {
    using elsewhere = scratch();
    const lost = request.clone().setInfo(info.clone().setProgramDirectory(elsewhere.folder));
    expect(() => programArguments(lost, "")).toThrow(/the Pulumi SDK is not installed.*\n\s+remedy\s+npm ci/);
  });
});

describe("a policy pack", () => {
  it("finds the stack's configuration where a program does", () => {
    const configuration = new analyzerPb.AnalyzerStackConfigureRequest()
      .setStack("ch")
      .setProject("freehold")
      .setDryRun(true);
    configuration.getConfigMap().set("freehold:country", "CH");
    expect(stackEnvironment(configuration)).toMatchObject({
      PULUMI_NODEJS_STACK: "ch",
      PULUMI_NODEJS_PROJECT: "freehold",
      PULUMI_NODEJS_DRY_RUN: "true",
      PULUMI_CONFIG: '{"freehold:country":"CH"}',
    });
    expect(stackEnvironment(undefined)).toEqual({});
  });
});

describe("the processes", () => {
  it("of a plugin end when the engine that started it is gone", async () => {
    for (const plugin of ["rehearsal/language-host.ts", "rehearsal/kubernetes-provider.ts"]) {
      const child = spawn(process.execPath, [join(root, plugin), "127.0.0.1:1"], {
        stdio: ["pipe", "pipe", "inherit"],
      });
      const [port] = await once(child.stdout, "data");
      expect(Number(String(port))).toBeGreaterThan(0);
      expect(child.exitCode).toBeNull();
      child.stdin.end();
      expect(await exitOf(child)).toBe(0);
    }
  });

  it("that the host started end with it, however it ends", async () => {
    // A host in miniature: it starts a child that would go on for ever, says who that is, and is killed.
    const spawner = `
      import { spawnNode } from ${JSON.stringify(join(root, "rehearsal/language-host/child.ts"))};
      const child = spawnNode(["-e", "setInterval(() => {}, 1000)"], { env: process.env, output: "inherit" });
      console.log(child.pid);`;
    const host = spawn(process.execPath, ["--input-type=module-typescript", "-e", spawner], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const [said] = await once(host.stdout, "data");
    const pid = Number(String(said));
    await sleep(300);
    expect(isAlive(pid)).toBe(true);
    host.kill("SIGKILL");
    for (let waited = 0; isAlive(pid) && waited < 5_000; waited += 50) await sleep(50);
    expect(isAlive(pid)).toBe(false);
  });
});

async function exitOf(child: ChildProcess): Promise<number | null> {
  if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
  return child.exitCode;
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

function write(folder: string, path: string, content: object) {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), JSON.stringify(content));
}
