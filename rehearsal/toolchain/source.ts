import type { Package, PartName, PlatformName, ToolchainCatalogue } from "../../catalogue/toolchain.ts";
import type { Reach } from "./reach.ts";

/** Where parts may come from, in the order in which they are asked. */
export const sourceNames = ["installed", "mirror", "download", "registries"] as const;
export type SourceName = (typeof sourceNames)[number];

/** A part of the toolchain, where it came from, and where it is. */
export type Found = {
  part: PartName;
  version: string;
  source: SourceName;
  /** The executable; the folder for `crds` and `aws-models`. */
  path: string;
};

/** Why a source does not have a part. */
export type Miss = { missing: string };

/** What is going on with a part; `seconds` since it began, `usuallySeconds` it takes. */
export type Progress = {
  part: PartName | "go";
  /** What the part is, in words. */
  is: string;
  phase: "found" | "fetching" | "building" | "waiting" | "ready" | "absent" | "skipped";
  source?: SourceName;
  detail?: string;
  usuallySeconds?: number;
  seconds?: number;
};

/** What a source is given to work with. */
export type Job = {
  catalogue: ToolchainCatalogue;
  platform: PlatformName;
  cache: string;
  env: NodeJS.ProcessEnv;
  reach: Reach;
  /** Aborted when the user interrupts. */
  signal?: AbortSignal;
  progress: (progress: Progress) => void;
};

/** One answer to "where does this part come from". */
export type Source = {
  name: SourceName;
  /** Gets the part, or says why this source does not have it. Throws a ToolchainError when it has it and it must not be used. */
  obtain(part: PartName, job: Job): Promise<Found | Miss>;
};

/** A fault of the machine or its surroundings, told to the user: what, where, what was found, and the remedy. */
export class ToolchainError extends Error {
  override name = "ToolchainError";
  readonly what: string;
  readonly where: string;
  readonly found: string;
  readonly remedy: string;
  constructor(fault: { what: string; where: string; found: string; remedy: string }) {
    super(`${fault.what}\n  where:  ${fault.where}\n  found:  ${fault.found}\n  remedy: ${fault.remedy}`);
    this.what = fault.what;
    this.where = fault.where;
    this.found = fault.found;
    this.remedy = fault.remedy;
  }
}

/** The packages that give a part, best first. */
export function packagesOf(part: PartName, job: Job): [string, Package][] {
  return Object.entries(job.catalogue.packages).filter(([, arrival]) => arrival.gives.includes(part));
}

/** The names under which an archive and its checksum file are published for a platform; undefined where it is not. */
export function namesFor(archive: NonNullable<Package["archive"]>, job: Pick<Job, "catalogue" | "platform">) {
  const { os, arch, cpu } = job.catalogue.platforms[job.platform];
  if (archive.only && !archive.only.includes(os)) return undefined;
  const fill = (name: string) => name.replaceAll("{os}", os).replaceAll("{arch}", arch).replaceAll("{cpu}", cpu);
  return { file: fill(archive.named?.[os] ?? archive.file), sums: archive.sums && fill(archive.sums) };
}
