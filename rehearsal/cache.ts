import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { basename, dirname, join, resolve } from "node:path";

/** The one folder in which Freehold keeps what it fetched, built and runs: FREEHOLD_CACHE, XDG_CACHE_HOME/freehold or ~/.cache/freehold. */
export function cacheFolder(env: NodeJS.ProcessEnv = process.env): string {
  if (env.FREEHOLD_CACHE) return resolve(env.FREEHOLD_CACHE);
  if (env.XDG_CACHE_HOME) return join(resolve(env.XDG_CACHE_HOME), "freehold");
  return join(homedir(), ".cache", "freehold");
}

/** What a folder of the cache holds and where it came from; written last, so a folder without it is not believed. */
export type Manifest = {
  part: string;
  version: string;
  platform: string;
  source: string;
  /** The parts that lie in it. */
  gives: string[];
  /** What was fetched or built from: an address, or a module. */
  origin: string;
  /** Digest of everything that decides the result of a build, so that a changed recipe is built anew. */
  recipe?: string;
  /** How the archive was checked, when there was one. */
  checked?: string;
  sha256s: Record<string, string>;
  bytes: Record<string, number>;
  date: string;
};

/** The manifest of a folder in the cache, when the folder is whole; otherwise undefined. */
export async function readManifest(folder: string): Promise<Manifest | undefined> {
  try {
    const manifest = JSON.parse(await readFile(join(folder, "manifest.json"), "utf8")) as Manifest;
    // Sizes, not sums: a power cut may leave a renamed folder with empty files, and 300 MB cannot be hashed on every start.
    for (const [file, bytes] of Object.entries(manifest.bytes)) {
      if ((await stat(join(folder, file))).size !== bytes) return undefined;
    }
    return manifest;
  } catch {
    return undefined;
  }
}

/** Fills a folder of the cache so that it is there whole or not at all. Callers hold the folder's lock. */
export async function place(
  folder: string,
  about: Pick<Manifest, "part" | "version" | "platform" | "source">,
  fill: (
    unfinished: string,
  ) => Promise<Pick<Manifest, "origin" | "gives" | "recipe" | "checked"> & { files: string[] }>,
): Promise<Manifest> {
  await mkdir(dirname(folder), { recursive: true });
  const prefix = `.${basename(folder)}.unfinished-`;
  for (const name of await readdir(dirname(folder))) {
    if (name.startsWith(prefix)) await rm(join(dirname(folder), name), { recursive: true, force: true });
  }
  const unfinished = join(dirname(folder), `${prefix}${process.pid}`);
  await mkdir(unfinished);
  try {
    const { files, ...told } = await fill(unfinished);
    const manifest: Manifest = { ...about, ...told, sha256s: {}, bytes: {}, date: new Date().toISOString() };
    for (const file of files) {
      manifest.sha256s[file] = await sha256(join(unfinished, file));
      manifest.bytes[file] = (await stat(join(unfinished, file))).size;
    }
    await writeFile(join(unfinished, "manifest.json"), `${JSON.stringify(manifest, null, 2)}\n`);
    // What lay there was not whole, or it would have been used.
    await rm(folder, { recursive: true, force: true });
    await rename(unfinished, folder);
    return manifest;
  } finally {
    await rm(unfinished, { recursive: true, force: true });
  }
}

/** SHA-256 of a file, in hex. */
export async function sha256(file: string): Promise<string> {
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(file)) hash.update(chunk as Buffer);
  return hash.digest("hex");
}
