import { execFileSync, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { type ToolchainCatalogue, toolchainCatalogue } from "../../catalogue/toolchain.ts";
import { Reach } from "../../rehearsal/toolchain/reach.ts";
import type { Job, Progress } from "../../rehearsal/toolchain/source.ts";

/** A scratch folder that is removed with the test. */
export function scratch(): { folder: string; [Symbol.dispose](): void } {
  const folder = mkdtempSync(join(tmpdir(), "freehold-test-"));
  return { folder, [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }) };
}

/** A job on a cache of its own, on an empty PATH and an empty home, which keeps what it was told. */
export function jobIn(folder: string, env: NodeJS.ProcessEnv = {}): Job & { told: Progress[] } {
  const told: Progress[] = [];
  return {
    catalogue: structuredClone(toolchainCatalogue()) as ToolchainCatalogue,
    platform: "linux-x64",
    cache: join(folder, "cache"),
    env: { HOME: join(folder, "home"), PATH: join(folder, "empty"), ...env },
    reach: new Reach(join(folder, "cache", "toolchain", "unreachable.json")),
    progress: (progress) => told.push(progress),
    told,
  };
}

/** A .tar.gz of small files, made with the machine's own tar. */
export function archive(path: string, files: Record<string, string>): string {
  const { folder, [Symbol.dispose]: remove } = scratch();
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  mkdirSync(dirname(path), { recursive: true });
  execFileSync("tar", ["-czf", path, "-C", folder, ...Object.keys(files)]);
  remove();
  return path;
}

export function sumOf(content: string | Buffer): string {
  return createHash("sha256").update(content).digest("hex");
}

/** A program that says one line; machine code as far as anyone looks at its first bytes, or else a script. */
export function program(path: string, says: string): string {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, `#!/bin/sh\necho '${says}'\n`);
  chmodSync(path, 0o755);
  return path;
}

/** Runs a few lines of TypeScript in a process of its own; `root` stands for the checkout in import paths. */
export function start(lines: string) {
  const root = new URL("../../", import.meta.url).href;
  const child = spawn(process.execPath, ["--input-type=module", "-e", lines.replaceAll("root:", root)], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  let out = "";
  child.stdout.on("data", (chunk) => {
    out += chunk;
  });
  let err = "";
  child.stderr.on("data", (chunk) => {
    err += chunk;
  });
  const ended = new Promise<{ code: number | null; out: string; err: string }>((resolve) =>
    child.on("close", (code) => resolve({ code, out, err })),
  );
  return { child, ended, output: () => out };
}

/** Waits until something holds; fails loudly when it does not within ten seconds. */
export async function until(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  const end = Date.now() + 10_000;
  while (!(await holds())) {
    if (Date.now() > end) throw new Error(`waited ten seconds for: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
