import { join } from "node:path";
import type { PartName } from "../../catalogue/toolchain.ts";
import { type Manifest, place, readManifest } from "../cache.ts";
import { type Holder, withLock } from "../lock.ts";
import { recipeOf } from "./recipe.ts";
import { type Found, type Job, type Miss, packagesOf, type SourceName } from "./source.ts";

/** The part as it lies in the cache, put there by one of these sources; changes nothing and starts nothing. */
export async function kept(part: PartName, sources: readonly SourceName[], job: Job): Promise<Found | undefined> {
  for (const source of sources) {
    for (const [name, arrival] of packagesOf(part, job)) {
      const recipe = source === "registries" ? await recipeOf(arrival) : undefined;
      if ((source === "registries") !== (recipe !== undefined)) continue;
      const folder = packageFolder(name, source, job, recipe);
      const manifest = await readManifest(folder);
      if (manifest && holds(manifest, part, recipe)) return found(part, source, folder, job);
    }
  }
  return undefined;
}

/** Puts a package into the cache, once, however many runs want it at the same time, and finds the part in it. */
export async function keep(
  name: string,
  part: PartName,
  source: SourceName,
  job: Job,
  fill: (unfinished: string) => Promise<Pick<Manifest, "origin" | "gives" | "checked"> & { files: string[] }>,
): Promise<Found | Miss> {
  const arrival = job.catalogue.packages[name]!;
  const recipe = await recipeOf(arrival);
  const folder = packageFolder(name, source, job, recipe);
  const onWait = (holder: Holder, seconds: number) =>
    job.progress({
      part,
      is: job.catalogue.parts[part].is,
      phase: "waiting",
      source,
      seconds,
      detail: `another run is at it (process ${holder.pid} on ${holder.host}, since ${holder.since}); its result is used`,
    });
  return await withLock(
    join(job.cache, "toolchain", "locks", `${name}-${source}.lock`),
    async () => {
      const about = { part: name, version: arrival.version, platform: job.platform, source };
      const manifest =
        (await readManifest(folder)) ??
        (await place(folder, about, async (unfinished) => ({ ...(await fill(unfinished)), recipe })));
      if (!holds(manifest, part, recipe)) return { missing: `not in ${manifest.origin}` };
      return found(part, source, folder, job);
    },
    { onWait },
  );
}

function packageFolder(name: string, source: SourceName, job: Job, recipe: string | undefined): string {
  const { version } = job.catalogue.packages[name]!;
  // What two recipes build lies side by side: two checkouts that share a cache must not rebuild one another's engine.
  const place = recipe ? `${source}-${recipe.slice(0, 8)}` : source;
  return join(job.cache, "toolchain", name, `${version}-${job.platform}`, place);
}

function holds(manifest: Manifest, part: PartName, recipe: string | undefined): boolean {
  return manifest.gives.includes(part) && manifest.recipe === recipe;
}

/** Parts that are no program but a folder of files. */
const folders: readonly PartName[] = ["crds", "aws-models"];

function found(part: PartName, source: SourceName, folder: string, job: Job): Found {
  return {
    part,
    version: job.catalogue.parts[part].version,
    source,
    path: folders.includes(part) ? folder : join(folder, part),
  };
}
