import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { processesUnder } from "../../rehearsal/processes.ts";
import { setup } from "../../rehearsal/toolchain.ts";
import { isAlive, Workspace } from "./workspace.ts";

describe("the language host, with the real engine", () => {
  let workspace: Workspace;
  beforeAll(async () => {
    workspace = new Workspace(await setup(), "rehearsal");
    await workspace.must("stack init test");
    await workspace.must("config set greeting hello");
    await workspace.must("config set --secret password geheim");
  });
  afterAll(() => workspace.remove());

  it("runs TypeScript as it is, with the stack's configuration and node's arguments", async () => {
    workspace.write(
      "Pulumi.yaml",
      'name: test\nmain: index.ts\nruntime:\n  name: nodejs\n  options: { typescript: false, nodeargs: "--stack-trace-limit=3" }\n',
    );
    workspace.program(`
      import * as pulumi from "@pulumi/pulumi";
      const config = new pulumi.Config();
      export const greeting: string = config.require("greeting");
      export const password: pulumi.Output<string> = config.requireSecret("password");
      export const facts: string = [pulumi.getStack(), pulumi.getProject(), Error.stackTraceLimit, process.version].join(" ");
    `);
    await workspace.must("up --yes --skip-preview");
    expect(JSON.parse(await workspace.must("stack output --json"))).toEqual({
      greeting: "hello",
      password: "[secret]",
      facts: `test test 3 ${process.version}`,
    });
  });

  it("shows a program's own error once, without a trace, and a crash as what it is", async () => {
    workspace.program('import { RunError } from "@pulumi/pulumi"; throw new RunError("line 3 is wrong");');
    const told = await workspace.pulumi("preview");
    expect(told.code).not.toBe(0);
    const [, diagnostics = ""] = told.output.split("Diagnostics:");
    expect(diagnostics.match(/error: line 3 is wrong/g)).toHaveLength(1);
    expect(diagnostics).not.toMatch(/non-zero exit code|^\s+at /m);

    workspace.program("process.exit(7);");
    const crashed = await workspace.pulumi("preview");
    expect(crashed.output).toContain("Program exited with non-zero exit code: 7");
  });

  it("runs a policy pack that reads the stack's configuration, and one that refuses", async () => {
    workspace.program("export const one: number = 1;");
    workspace.write("policies/PulumiPolicy.yaml", "runtime: nodejs\nmain: index.js\n");
    workspace.write(
      "policies/package.json",
      '{ "name": "pack", "version": "0.0.1", "type": "module", "main": "index.js" }',
    );
    workspace.write("policies/index.js", 'import "./pack.ts";');
    const pack = (level: string) => `
      import { PolicyPack, type StackValidationPolicy } from "@pulumi/policy";
      import { Config, getStack } from "@pulumi/pulumi";
      const said: string = new Config("test").require("greeting") + " " + new Config("test").require("password").length;
      const policy: StackValidationPolicy = {
        name: "says", description: "Says what it sees.", enforcementLevel: "${level}",
        validateStack: (_, report) => report("the pack saw: " + said + " of " + getStack()),
      };
      new PolicyPack("pack", { policies: [policy] });`;
    workspace.write("policies/pack.ts", pack("advisory"));
    expect(await workspace.must("preview --policy-pack policies")).toContain("the pack saw: hello 6 of test");
    expect(await workspace.must("up --yes --skip-preview --policy-pack policies")).toContain(
      "the pack saw: hello 6 of test",
    );

    workspace.write("policies/pack.ts", pack("mandatory"));
    const refused = await workspace.pulumi("preview --policy-pack policies");
    expect(refused.code).not.toBe(0);
    expect(refused.output).toContain("[mandatory]");

    workspace.write("policies/pack.ts", 'throw new Error("the pack is broken");');
    const broken = await workspace.pulumi("preview --policy-pack policies");
    expect(broken.code).not.toBe(0);
    expect(broken.output).toContain("the pack is broken");
  });

  it("tells what is installed, and refuses to install anything, saying what does", async () => {
    const about = await workspace.must("about --json");
    expect(JSON.parse(about)).toMatchObject({
      runtime: { version: process.version },
      dependencies: [{ name: "@pulumi/kubernetes", version: "4.34.2" }],
    });
    const install = await workspace.pulumi("install");
    expect(install.code).not.toBe(0);
    expect(install.output).toMatch(/remedy\s+npm ci/);
  });

  it.each(["SIGKILL", "SIGINT"] as const)("leaves no process behind when the engine gets a %s", async (signal) => {
    const pidFile = join(workspace.folder, "pid");
    workspace.program(`
      import { writeFileSync } from "node:fs";
      writeFileSync(${JSON.stringify(pidFile)}, String(process.pid));
      await new Promise((resolve) => setTimeout(resolve, 120_000));
      export const never: boolean = true;`);
    const { child, ended } = workspace.start("preview");
    while (!existsSync(pidFile) || !readFileSync(pidFile, "utf8")) await sleep(50);
    const program = Number(readFileSync(pidFile, "utf8"));
    expect(isAlive(program)).toBe(true);
    child.kill(signal);
    await ended;
    const left = () => isAlive(program) || processesUnder(workspace.folder).length > 0;
    for (let waited = 0; left() && waited < 8_000; waited += 100) await sleep(100);
    expect([isAlive(program), processesUnder(workspace.folder)]).toEqual([false, []]);
    rmSync(pidFile);
  });
});
