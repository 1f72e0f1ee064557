import { join } from "node:path";
import { type PartName, type PlatformName, toolchainCatalogue } from "../../catalogue/toolchain.ts";
import { cacheFolder } from "../cache.ts";
import { Reach } from "./reach.ts";
import {
  type Found,
  type Job,
  type Miss,
  namesFor,
  type Progress,
  packagesOf,
  type Source,
  type SourceName,
  sourceNames,
  ToolchainError,
} from "./source.ts";
import { kept } from "./store.ts";

/**
 * Gets a part from the first of the sources that has it, out of the cache where it lies there already. Undefined for a part
 * that a rehearsal can do without; a ToolchainError for one that it cannot.
 */
export async function obtain(
  part: PartName,
  sources: readonly Source[],
  job: Job,
  needed = job.catalogue.parts[part].needed,
): Promise<Found | undefined> {
  const { is, version } = job.catalogue.parts[part];
  const there = await kept(part, namesOf(sources), job);
  if (there) {
    job.progress({ part, is, phase: "found", source: there.source, detail: there.path });
    return there;
  }
  const begun = Date.now();
  const reasons: string[] = [];
  for (const source of sources) {
    job.signal?.throwIfAborted();
    const answer = await asked(source, part, job).catch((error) => {
      throw diskFault(error, job) ?? error;
    });
    if ("path" in answer) {
      const phase = source.name === "installed" ? "found" : "ready";
      const seconds = Math.round((Date.now() - begun) / 1000);
      job.progress({ part, is, phase, source: answer.source, detail: answer.path, seconds });
      return answer;
    }
    job.progress({ part, is, phase: "skipped", source: source.name, detail: answer.missing });
    reasons.push(`${source.name}: ${answer.missing}`);
  }
  if (!needed) {
    job.progress({ part, is, phase: "absent", detail: reasons.join("; ") });
    return undefined;
  }
  throw new ToolchainError({
    what: `${is} ${version} (${part}) could not be had.`,
    where: namesOf(sources).join(", ") || "no source is allowed",
    found: reasons.join("; "),
    remedy: howToBring(part, job),
  });
}

/** A source's answer. For a part that is not needed, a registry's fault is none: without a network every start would fail. */
async function asked(source: Source, part: PartName, job: Job): Promise<Found | Miss> {
  if (job.catalogue.parts[part].needed || source.name !== "registries") return await source.obtain(part, job);
  const lost = job.reach.because(part);
  if (lost) return { missing: `not tried again within the hour (${lost})` };
  try {
    return await source.obtain(part, job);
  } catch (error) {
    if (!(error instanceof ToolchainError)) throw error;
    const because = `${error.what} ${error.found}`;
    job.reach.lost(part, because);
    return { missing: because };
  }
}

function diskFault(error: NodeJS.ErrnoException, job: Job): ToolchainError | undefined {
  const said: Record<string, string> = {
    ENOSPC: "the disk is full",
    EDQUOT: "the quota is used up",
    EACCES: "no permission to write there",
    EPERM: "no permission to write there",
    EROFS: "the disk cannot be written to",
    ENOTDIR: "a file is where a folder should be",
  };
  const found = said[error.code ?? ""];
  if (!found) return undefined;
  return new ToolchainError({
    what: "The cache cannot be written to.",
    where: error.path ?? job.cache,
    found,
    remedy: `export FREEHOLD_CACHE=<a folder that can be written to, with ${job.catalogue.needs.diskGiB} GiB free>`,
  });
}

/** A part as it is here already, in the cache or installed. Changes nothing, and asks no network. */
export async function look(part: PartName, sources: readonly Source[], job: Job): Promise<Found | undefined> {
  const there = await kept(part, namesOf(sources), job);
  if (there) return there;
  const answer = await sources.find((source) => source.name === "installed")?.obtain(part, job);
  return answer && "path" in answer ? answer : undefined;
}

/** How an operator brings a part where it could not be had. */
export function howToBring(part: PartName, job: Job, command = "npx freehold setup"): string {
  const archive = packagesOf(part, job).find(([, arrival]) => arrival.archive?.official)?.[1].archive;
  const names = archive && namesFor(archive, job);
  if (!archive || !names)
    return `let package registries be reached (GOPROXY), allow them in FREEHOLD_SOURCES, and run \`${command}\``;
  const publisher = job.catalogue.publishers[archive.publisher]!;
  return (
    `where there is a network, fetch ${publisher.url}${names.file}, put it at <folder>/${publisher.mirror}${names.file} ` +
    `with a SHA256SUMS file beside it, and run \`FREEHOLD_MIRROR=<folder> ${command}\``
  );
}

function namesOf(sources: readonly Source[]): SourceName[] {
  return sources.map((source) => source.name);
}

/** The name of the machine that this runs on; a ToolchainError where Freehold has no names for it. */
export function currentPlatform(os: string = process.platform, arch: string = process.arch): PlatformName {
  const known = Object.keys(toolchainCatalogue().platforms);
  const name = `${os}-${arch}`;
  if (known.includes(name)) return name as PlatformName;
  throw new ToolchainError({
    what: "This kind of machine is not supported.",
    where: "operating system and processor",
    found: name,
    remedy: `run it on one of ${known.join(", ")} (on Windows: in WSL 2)`,
  });
}

/** Those of the sources that FREEHOLD_SOURCES allows; all of them when it is not set. */
export function allowed(all: readonly Source[], job: Job): readonly Source[] {
  const asked = job.env.FREEHOLD_SOURCES;
  if (asked === undefined || asked.trim() === "") return all;
  const names = asked.split(",").map((name) => name.trim());
  const unknown = names.filter((name) => !(sourceNames as readonly string[]).includes(name));
  if (unknown.length > 0) {
    throw new ToolchainError({
      what: "FREEHOLD_SOURCES names something that is not a source.",
      where: "environment",
      found: unknown.join(", "),
      remedy: `use any of ${sourceNames.join(",")}, separated by commas`,
    });
  }
  return all.filter((source) => names.includes(source.name));
}

/** What the sources need to know of this machine and this run. */
export function jobFor(options: {
  env?: NodeJS.ProcessEnv;
  signal?: AbortSignal;
  progress?: (progress: Progress) => void;
}): Job {
  const env = options.env ?? process.env;
  const cache = cacheFolder(env);
  return {
    catalogue: toolchainCatalogue(),
    platform: currentPlatform(),
    cache,
    env,
    signal: options.signal,
    reach: new Reach(join(cache, "toolchain", "unreachable.json")),
    progress: options.progress ?? (() => {}),
  };
}
