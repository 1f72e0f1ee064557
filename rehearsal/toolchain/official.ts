import { constants } from "node:fs";
import { chmod, copyFile, mkdir, rename, rm } from "node:fs/promises";
import { join, resolve, sep } from "node:path";
import type { PartName } from "../../catalogue/toolchain.ts";
import { withLock } from "../lock.ts";
import { allowed, howToBring, jobFor, obtain } from "./obtain.ts";
import { type Found, type Job, type Progress, type Source, ToolchainError } from "./source.ts";
import { download } from "./sources/download.ts";
import { installed } from "./sources/installed.ts";
import { mirror } from "./sources/mirror.ts";
import { registries } from "./sources/registries.ts";

/** What lies in a Pulumi home after installOfficial, each with where it came from. */
export type Official = { pulumi: Found; languageHost: Found; policyAnalyzer?: Found; kubernetesProvider: Found };

/** What may be chosen about it. */
export type OfficialOptions = {
  progress?: (progress: Progress) => void;
  signal?: AbortSignal;
  env?: NodeJS.ProcessEnv;
  sources?: readonly Source[];
  /** Takes the engine built here from the official source where the official archive cannot be had. Never the provider. */
  builtEngine?: boolean;
};

/**
 * Puts the official engine, its language host and the official Kubernetes provider where `npx pulumi` and the engine look
 * for them in this Pulumi home, for production. They come from what is installed, the mirror or the official download:
 * nothing that Freehold wrote for rehearsals is ever put there. One ToolchainError names all that could not be had.
 */
export async function installOfficial(pulumiHome: string, options: OfficialOptions = {}): Promise<Official> {
  const home = resolve(pulumiHome);
  const job = jobFor({ ...options, env: { ...(options.env ?? process.env), PULUMI_HOME: home } });
  refuseRehearsal(home, job);
  const sources = allowed(options.sources ?? [installed, mirror, download], job);
  const engineSources = options.builtEngine ? allowed([...sources, registries], job) : sources;
  const reasons: string[] = [];
  const remedies: string[] = [];
  const get = async (part: PartName, from: readonly Source[], wanted: boolean) => {
    const why: string[] = [];
    const progress = (told: Progress) => {
      if (told.part === part && told.phase === "skipped") why.push(`${told.source}: ${told.detail}`);
      job.progress(told);
    };
    const found = await obtain(part, from, { ...job, progress }, false);
    if (found || !wanted) return found;
    const { is, version } = job.catalogue.parts[part];
    reasons.push(`${is} ${version}: ${why.join("; ")}`);
    remedies.push(howToBring(part, job, "npx freehold setup --production"));
    return undefined;
  };
  const pulumi = await get("pulumi", engineSources, true);
  const languageHost = await get("pulumi-language-nodejs", sources, true);
  const policyAnalyzer = await get("pulumi-analyzer-policy-nodejs", sources, false);
  const kubernetesProvider = await get("pulumi-resource-kubernetes", sources, true);
  if (!pulumi || !languageHost || !kubernetesProvider) {
    throw new ToolchainError({
      what: "The official engine and provider are not complete, so production cannot run here.",
      where: home,
      found: reasons.join("\n          "),
      remedy: [...new Set(remedies)].join("\n          "),
    });
  }
  const { version } = job.catalogue.parts.pulumi;
  const plugin = job.catalogue.parts["pulumi-resource-kubernetes"].plugin!;
  return await withLock(join(job.cache, "toolchain", "locks", "official.lock"), async () => ({
    pulumi: await put(pulumi, join(home, "versions", version, "bin")),
    languageHost: await put(languageHost, join(home, "versions", version, "bin")),
    ...(policyAnalyzer && { policyAnalyzer: await put(policyAnalyzer, join(home, "versions", version, "bin")) }),
    kubernetesProvider: await putPlugin(kubernetesProvider, join(home, "plugins", plugin)),
  }));
}

async function putPlugin(found: Found, folder: string): Promise<Found> {
  const there = await put(found, folder);
  // The engine's own mark of an installation that was cut off: what lies there is whole now.
  await rm(`${folder}.partial`, { force: true });
  return there;
}

async function put(found: Found, folder: string): Promise<Found> {
  const path = join(folder, found.part);
  if (resolve(found.path) === path) return found;
  await mkdir(folder, { recursive: true });
  const unfinished = join(folder, `.${found.part}.${process.pid}`);
  try {
    await copyFile(found.path, unfinished, constants.COPYFILE_FICLONE);
    await chmod(unfinished, 0o755);
    await rename(unfinished, path);
  } finally {
    await rm(unfinished, { force: true });
  }
  return { ...found, path };
}

function refuseRehearsal(home: string, job: Job): void {
  if (!home.startsWith(job.cache + sep)) return;
  throw new ToolchainError({
    what: "This shell points at a rehearsal; production keeps a Pulumi home of its own.",
    where: "PULUMI_HOME",
    found: home,
    remedy: "open a new shell, or run `unset PULUMI_HOME`, and run the command again",
  });
}
