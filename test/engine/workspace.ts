import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import process from "node:process";
import { cacheFolder } from "../../rehearsal/cache.ts";
import { childEnv, type Home, type ProviderChoice, projectFolder } from "../../rehearsal/home.ts";
import { prepareHome } from "../../rehearsal/prepare-home.ts";
import type { Toolchain } from "../../rehearsal/toolchain.ts";

/** How a command ended: what it wrote to stdout, and all that it wrote. */
export type Ran = { code: number | null; stdout: string; output: string };

/** One step of an update, as Pulumi's event log tells it. */
export type Step = { op: string; type: string; name: string; detailedDiff: Record<string, unknown> };

/** A Pulumi project with one program and one stack, in a folder of its own, on the real engine with a provider of choice. */
export class Workspace {
  readonly folder = realpathSync(mkdtempSync(join(tmpdir(), "freehold-workspace-")));
  readonly #home: Pick<Home, "engine" | "state" | "pulumiHome" | "passphraseFile" | "cluster" | "stackFile" | "bin">;
  readonly #env: Record<string, string>;

  constructor(toolchain: Toolchain, provider: ProviderChoice, env: Record<string, string> = {}) {
    const inside = (name: string) => join(this.folder, name);
    this.#home = {
      engine: inside("engine"),
      state: inside("state"),
      pulumiHome: inside("home"),
      passphraseFile: inside("passphrase"),
      cluster: inside("cluster"),
      bin: inside("bin"),
      stackFile: inside("project/Pulumi.test.yaml"),
    };
    // Freehold's own language host, whichever provider it is.
    prepareHome(this.#home as Home, { ...toolchain, languageHost: undefined }, provider);
    this.#env = {
      FREEHOLD_REHEARSAL: this.folder,
      FREEHOLD_CRDS: toolchain.crds.path,
      ...(toolchain.awsModels && { FREEHOLD_AWS_MODELS: toolchain.awsModels.path }),
      NODE_COMPILE_CACHE: join(cacheFolder(), "node"),
      PULUMI_HOME: this.#home.pulumiHome,
      PULUMI_BACKEND_URL: `file://${this.#home.state}`,
      PULUMI_CONFIG_PASSPHRASE_FILE: this.#home.passphraseFile,
      PULUMI_SKIP_UPDATE_CHECK: "true",
      PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
      ...env,
    };
    this.write(
      "Pulumi.yaml",
      "name: test\nmain: index.ts\nruntime:\n  name: nodejs\n  options: { typescript: false }\n",
    );
    this.write("package.json", '{ "type": "module", "dependencies": { "@pulumi/kubernetes": "4.34.2" } }');
    symlinkSync(join(projectFolder, "node_modules"), join(this.folder, "project", "node_modules"));
  }

  /** Writes a file of the project. */
  write(path: string, text: string) {
    const file = join(this.folder, "project", path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }

  program(text: string) {
    this.write("index.ts", text);
  }

  start(line: string, env: Record<string, string> = {}) {
    const words = [...line.split(" "), "--non-interactive", `--event-log=${join(this.folder, "events")}`];
    const isUpdate = /^(up|preview|destroy|refresh|import)\b/.test(line);
    const child = spawn(join(this.#home.engine, "pulumi"), isUpdate ? words : words.slice(0, -1), {
      cwd: join(this.folder, "project"),
      env: childEnv({ ...this.#env, PULUMI_DEBUG_COMMANDS: "true", ...env }),
      stdio: ["ignore", "pipe", "pipe"],
    });
    const ran: Ran = { code: null, stdout: "", output: "" };
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8").on("data", (text: string) => {
        ran.output += text;
        if (stream === child.stdout) ran.stdout += text;
      });
    }
    const ended = new Promise<Ran>((resolve, reject) => {
      child.on("error", reject);
      child.on("close", (code) => resolve(Object.assign(ran, { code })));
    });
    return { child, ran, ended };
  }

  /** Runs a pulumi command and returns what it said, whatever became of it. */
  async pulumi(line: string, env: Record<string, string> = {}): Promise<Ran> {
    rmSync(join(this.folder, "events"), { force: true });
    return this.start(line, env).ended;
  }

  /** Runs a pulumi command that has to succeed; returns its stdout. */
  async must(line: string, env: Record<string, string> = {}): Promise<string> {
    const { code, stdout, output } = await this.pulumi(line, env);
    if (code !== 0) throw new Error(`pulumi ${line} ended with ${code}\n${output}`);
    return stdout;
  }

  /** What the last update did to resources, and would do, without those that stay the same. */
  steps(): Step[] {
    return readFileSync(join(this.folder, "events"), "utf8")
      .split("\n")
      .filter(Boolean)
      .map((line) => JSON.parse(line).resourcePreEvent?.metadata)
      .filter((step) => step && step.op !== "same" && step.type.startsWith("kubernetes:"))
      .map(({ op, type, urn, detailedDiff }) => ({
        op,
        type,
        name: urn.split("::").at(-1),
        detailedDiff: detailedDiff ?? {},
      }))
      .sort((a, b) => (`${a.type} ${a.name} ${a.op}` < `${b.type} ${b.name} ${b.op}` ? -1 : 1));
  }

  /** The stack's resources as its state has them. */
  // biome-ignore lint/suspicious/noExplicitAny: a state holds whatever the resources are
  async state(): Promise<any[]> {
    const { deployment } = JSON.parse(await this.must("stack export"));
    return deployment.resources ?? [];
  }

  /** Those of them that are Kubernetes'. */
  // biome-ignore lint/suspicious/noExplicitAny: a state holds whatever the resources are
  async resources(): Promise<any[]> {
    return (await this.state()).filter(({ type }: { type: string }) => type.startsWith("kubernetes:"));
  }

  /** The state file itself, as it lies on the disk. */
  stateText(): string {
    return readFileSync(join(this.#home.state, ".pulumi/stacks/test/test.json"), "utf8");
  }

  remove() {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** Whether a process lives. */
export function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
