import { createHash } from "node:crypto";
import { mkdir, rm } from "node:fs/promises";
import { basename, join } from "node:path";
import type { Package, PartName } from "../../../catalogue/toolchain.ts";
import { sha256 } from "../../cache.ts";
import { unpack } from "../archive.ts";
import { type Job, namesFor, packagesOf, type Source, ToolchainError } from "../source.ts";
import { keep } from "../store.ts";
import { sumFor } from "../sums.ts";
import { fetchFile, fetchText, NotThere, TransferFailed, Unreachable } from "../transfer.ts";

/** The publishers' own sites, with their checksum files where they have one. */
export const download: Source = {
  name: "download",
  async obtain(part, job) {
    const misses: string[] = [];
    for (const [name, arrival] of packagesOf(part, job)) {
      const names = arrival.archive?.official ? namesFor(arrival.archive, job) : undefined;
      if (!names) continue;
      const base = job.catalogue.publishers[arrival.archive!.publisher]!.url;
      const { host } = new URL(base);
      const lost = job.reach.because(host);
      if (lost) {
        misses.push(`${host} was not asked again (${lost})`);
        continue;
      }
      try {
        return await keep(name, part, "download", job, (unfinished) =>
          fetchAndUnpack(part, arrival, names, base, job, unfinished),
        );
      } catch (error) {
        if (error instanceof Unreachable) job.reach.lost(host, error.message);
        else if (!(error instanceof NotThere || error instanceof TransferFailed)) throw error;
        misses.push(error instanceof Unreachable ? `${host} cannot be reached (${error.message})` : error.message);
      }
    }
    return { missing: misses.join("; ") || "not published for this machine" };
  },
};

async function fetchAndUnpack(
  part: PartName,
  arrival: Package,
  names: { file: string; sums: string | undefined },
  base: string,
  job: Job,
  unfinished: string,
) {
  const url = base + names.file;
  const expected = names.sums && sumFor(await fetchText(base + names.sums), basename(names.file));
  if (names.sums && !expected) throw new TransferFailed(`${base}${names.sums} does not name ${basename(names.file)}`);
  const file = await fetchChecked(url, expected, part, arrival, job, "download");
  const files = await unpack(file, basename(names.file), arrival.gives, unfinished).catch((error: Error) => {
    throw new TransferFailed(`${url} could not be unpacked: ${error.message}`);
  });
  await rm(file, { force: true });
  const checked = expected ? `sha256 ${expected} as published` : "https only: the publisher has no checksum file";
  return { origin: url, gives: files, checked, files };
}

/** Fetches a file to where a next run finds what this one got, and refuses it when its sum is not the expected one. */
export async function fetchChecked(
  url: string,
  expected: string | undefined,
  part: PartName,
  arrival: Package,
  job: Job,
  source: "mirror" | "download",
): Promise<string> {
  const key = createHash("sha256").update(url).digest("hex").slice(0, 12);
  const folder = join(job.cache, "downloads");
  await mkdir(folder, { recursive: true });
  const file = join(folder, `${key}-${basename(new URL(url).pathname)}.part`);
  const begun = Date.now();
  let told = 0;
  const onBytes = (got: number, all: number | undefined) => {
    if (Date.now() - told < 1_000) return;
    told = Date.now();
    job.progress({
      part,
      is: job.catalogue.parts[part].is,
      phase: "fetching",
      source,
      usuallySeconds: arrival.usuallySeconds,
      seconds: Math.round((told - begun) / 1000),
      detail: `${megabytes(got)}${all ? ` of ${megabytes(all)}` : ""} MB from ${new URL(url).host}`,
    });
  };
  for (;;) {
    const { resumedAt } = await fetchFile(url, file, { resume: expected !== undefined, onBytes });
    const sum = await sha256(file);
    if (!expected || sum === expected) return file;
    await rm(file, { force: true });
    // What an earlier run left may be of another file: that is no reason to refuse this one unseen.
    if (resumedAt > 0) continue;
    throw new ToolchainError({
      what: `${basename(url)} is not what its publisher says it is.`,
      where: url,
      found: `sha256 ${sum}, expected ${expected}`,
      remedy:
        source === "mirror"
          ? "put the right file, or the right line in SHA256SUMS, into the mirror"
          : "find out what stands between this machine and the publisher; to go without, FREEHOLD_SOURCES=installed,mirror,registries",
    });
  }
}

function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(0);
}
