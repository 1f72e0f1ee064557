import { spawn } from "node:child_process";
import { cpSync, mkdtempSync, realpathSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { KubeConfig, type KubernetesObject, KubernetesObjectApi } from "@kubernetes/client-node";
import { managedObjects } from "../../rehearsal/managed-objects.ts";

const source = resolve(dirname(fileURLToPath(import.meta.url)), "../..");

export type Ran = { code: number; signal: NodeJS.Signals | null; stdout: string; stderr: string };
export type Running = { pid: number; stderr(): string; ended: Promise<Ran> };

/**
 * A copy of this checkout in a folder of its own. Rehearsals belong to their checkout, so a test neither sees nor disturbs
 * one that the user has standing, and may change stack files as it likes.
 */
export class Checkout {
  readonly folder = realpathSync(mkdtempSync(join(tmpdir(), "freehold-test-")));
  readonly #stack: string;
  readonly #env: Record<string, string>;

  /**
   * The country whose rehearsal `pulumi` and `remove` mean.
   *
   * An engine that is killed on its way has to write its state after each step, as it does of itself. Where none is, it writes
   * it once, at the end: that is a third of an update's cost, and the same state.
   */
  constructor({ stack = "ch", killed = false } = {}) {
    this.#stack = stack;
    this.#env = killed ? {} : { PULUMI_SKIP_CHECKPOINTS: "true" };
    for (const entry of [
      "Pulumi.yaml",
      "package.json",
      "catalogue",
      "cli",
      "components",
      "policies",
      "rehearsal",
      "stacks",
    ]) {
      cpSync(join(source, entry), join(this.folder, entry), { recursive: true });
    }
    // Where it is a link itself, the door would see that link and not what it leads to.
    symlinkSync(realpathSync(join(source, "node_modules")), join(this.folder, "node_modules"));
  }

  /** Starts the `freehold` command; `ended` resolves when it has. */
  start(args: string[], env: Record<string, string> = {}): Running {
    return this.#spawn(process.execPath, [join(this.folder, "cli/freehold.js"), ...args], env);
  }

  freehold(args: string[], env: Record<string, string> = {}): Promise<Ran> {
    return this.start(args, env).ended;
  }

  /** Runs a line in a shell of this checkout, as somebody would type it. */
  shell(line: string, env: Record<string, string> = {}): Promise<Ran> {
    const path = [join(this.folder, "node_modules/.bin"), process.env.PATH].join(":");
    return this.#spawn("/bin/bash", ["-c", line], { PATH: path, ...env }).ended;
  }

  /** Plain `pulumi` as typed after the rehearsal's environment was taken on. */
  pulumi(line: string, env: Record<string, string> = {}): Promise<Ran> {
    const rehearsal = `eval "$(npx --no-install freehold rehearse ${this.#stack} --env)"`;
    return this.shell(`${rehearsal}; npx --no-install pulumi ${line}`, env);
  }

  async remove(): Promise<void> {
    await this.freehold(["rehearse", this.#stack, "--down"]);
    rmSync(this.folder, { recursive: true, force: true });
  }

  #spawn(command: string, args: string[], env: Record<string, string>): Running {
    const child = spawn(command, args, {
      cwd: this.folder,
      env: { ...process.env, ...this.#env, ...env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    const ran = { stdout: "", stderr: "" };
    const ended = new Promise<Ran>((done, failed) => {
      child.stdout.setEncoding("utf8").on("data", (text: string) => {
        ran.stdout += text;
      });
      child.stderr.setEncoding("utf8").on("data", (text: string) => {
        ran.stderr += text;
      });
      child.on("error", failed);
      child.on("close", (code, signal) => done({ code: code ?? -1, signal, ...ran }));
    });
    return { pid: child.pid!, stderr: () => ran.stderr, ended };
  }
}

/** Every object that Pulumi made in a cluster, whole, by `kind namespace/name`, without what the API server makes up. */
export async function objectsIn(kubeconfig: string): Promise<Record<string, unknown>> {
  const config = new KubeConfig();
  config.loadFromFile(kubeconfig);
  const api = KubernetesObjectApi.makeApiClient(config);
  const entries = (await managedObjects(kubeconfig)).map(async ({ apiVersion, kind, metadata }) => {
    const { name = "", namespace = "" } = metadata ?? {};
    const object = await api.read({ apiVersion, kind, metadata: { name, namespace } });
    return [`${kind} ${namespace}/${name}`, stripped(object)] as const;
  });
  return Object.fromEntries(await Promise.all(entries));
}

const madeUp = ["uid", "resourceVersion", "generation", "creationTimestamp", "managedFields"];

/** Keys below any other under which the API server and its controllers write what differs each time. */
const drawn = [
  "controller-uid",
  "batch.kubernetes.io/controller-uid",
  "clusterIP",
  "clusterIPs",
  "nodePort",
  "volumeName",
];

function stripped({ metadata, ...object }: KubernetesObject): unknown {
  const { status, ...rest } = object as Record<string, unknown>;
  const kept = Object.entries(metadata ?? {}).filter(([key]) => !madeUp.includes(key));
  const whole = JSON.stringify({ ...rest, metadata: Object.fromEntries(kept) }, (key, value) =>
    drawn.includes(key) ? undefined : value,
  );
  return JSON.parse(whole);
}
