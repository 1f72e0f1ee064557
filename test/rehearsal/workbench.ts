import { execFileSync, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { crc32 } from "node:zlib";
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

/** A machine whose Go says nothing of use, and whose Python knows one thing: to put a prepared wheel where `-d` says. */
export function jobWithPip(folder: string, wheel: Buffer) {
  writeFileSync(join(folder, "prepared.whl"), wheel);
  program(join(folder, "bin", "go"), "no version");
  const python = program(join(folder, "bin", "python3"), "");
  writeFileSync(
    python,
    `#!/bin/sh\n[ "$2" = pip ] || exit 1\nwhile [ "$1" != -d ]; do shift; done\ncp '${folder}/prepared.whl' "$2/some.whl"\n`,
  );
  return jobIn(folder, { PATH: `${join(folder, "bin")}:/bin:/usr/bin` });
}

/** A zip file with its files stored as they are. */
export function zip(files: Record<string, string>): Buffer {
  const parts: Buffer[] = [];
  const list: Buffer[] = [];
  let offset = 0;
  for (const [name, text] of Object.entries(files)) {
    const [path, data] = [Buffer.from(name), Buffer.from(text)];
    const about = Buffer.alloc(26);
    about.writeUInt16LE(20, 0);
    about.writeUInt16LE(0x21, 8);
    about.writeUInt32LE(crc32(data), 10);
    about.writeUInt32LE(data.length, 14);
    about.writeUInt32LE(data.length, 18);
    about.writeUInt16LE(path.length, 22);
    const local = Buffer.concat([Buffer.from("PK\x03\x04", "latin1"), about, path, data]);
    const tail = Buffer.alloc(14);
    tail.writeUInt32LE(offset, 10);
    list.push(Buffer.concat([Buffer.from("PK\x01\x02\x14\x00", "latin1"), about, tail, path]));
    parts.push(local);
    offset += local.length;
  }
  const directory = Buffer.concat(list);
  const end = Buffer.alloc(18);
  end.writeUInt16LE(list.length, 4);
  end.writeUInt16LE(list.length, 6);
  end.writeUInt32LE(directory.length, 8);
  end.writeUInt32LE(offset, 12);
  return Buffer.concat([...parts, directory, Buffer.from("PK\x05\x06", "latin1"), end]);
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
