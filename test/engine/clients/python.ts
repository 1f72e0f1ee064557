import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { cacheFolder } from "../../../rehearsal/cache.ts";

const run = promisify(execFile);

/**
 * A Python that has exactly the packages of a file of requirements, in Freehold's cache: made when it is first asked for, which
 * takes minutes. Throws where this machine has no Python, or cannot have the packages.
 */
export async function pythonWith(requirements: string): Promise<string> {
  const { stdout: version } = await run("python3", ["-c", "import sys; print(sys.version)"]);
  const of = createHash("sha256").update(version).update(readFileSync(requirements)).digest("hex").slice(0, 16);
  const folder = join(cacheFolder(), "python", of);
  if (!existsSync(folder)) {
    const unfinished = `${folder}.${process.pid}`;
    try {
      mkdirSync(join(folder, ".."), { recursive: true });
      await run("python3", ["-m", "venv", unfinished]);
      const pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--only-binary=:all:"];
      await run(join(unfinished, "bin/python"), [...pip, "--require-hashes", "--requirement", requirements]);
      renameSync(unfinished, folder);
    } finally {
      rmSync(unfinished, { recursive: true, force: true });
    }
  }
  return join(folder, "bin/python");
}
