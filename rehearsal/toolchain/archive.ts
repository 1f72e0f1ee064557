import { chmod, copyFile, mkdir, readdir, rename, rm } from "node:fs/promises";
import { basename, join } from "node:path";
import { run } from "../child.ts";

/**
 * Takes the named files out of an archive (.tar.gz, .zip, or the file itself), wherever they lie in it, into `folder`.
 * Returns those that were there, made executable.
 */
export async function unpack(
  archive: string,
  name: string,
  wanted: readonly string[],
  folder: string,
): Promise<string[]> {
  const scratch = join(folder, ".archive");
  await mkdir(scratch);
  if (name.endsWith(".tar.gz") || name.endsWith(".tgz")) await must("tar", ["-xzf", archive, "-C", scratch]);
  else if (name.endsWith(".zip") || name.endsWith(".whl")) await unzip(archive, scratch);
  else await copyFile(archive, join(scratch, wanted[0] ?? basename(name)));
  const taken: string[] = [];
  for (const entry of await readdir(scratch, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || !wanted.includes(entry.name) || taken.includes(entry.name)) continue;
    await rename(join(entry.parentPath, entry.name), join(folder, entry.name));
    await chmod(join(folder, entry.name), 0o755);
    taken.push(entry.name);
  }
  await rm(scratch, { recursive: true, force: true });
  return taken;
}

/** Unpacks a zip file whole, with whichever tool is there. */
export async function unzip(archive: string, folder: string): Promise<void> {
  const tried: string[] = [];
  for (const [command, args] of [
    ["unzip", ["-q", archive, "-d", folder]],
    ["python3", ["-m", "zipfile", "-e", archive, folder]],
    ["bsdtar", ["-xf", archive, "-C", folder]],
  ] as const) {
    const ended = await run(command, [...args]).catch(() => undefined);
    if (ended?.code === 0) return;
    tried.push(ended ? `${command}: ${ended.stderr.trim().split("\n").at(-1)}` : `${command}: no such command`);
  }
  throw new Error(tried.join("; "));
}

async function must(command: string, args: string[]): Promise<void> {
  const ended = await run(command, args);
  if (ended.code !== 0) throw new Error(`${command}: ${ended.stderr.trim().split("\n").at(-1)}`);
}
