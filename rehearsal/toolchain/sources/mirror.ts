import { constants } from "node:fs";
import { copyFile, readFile, rm, stat } from "node:fs/promises";
import { basename, join, posix, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import type { Package, PartName } from "../../../catalogue/toolchain.ts";
import { sha256 } from "../../cache.ts";
import { unpack } from "../archive.ts";
import { type Job, namesFor, packagesOf, type Source, ToolchainError } from "../source.ts";
import { keep } from "../store.ts";
import { sumFor } from "../sums.ts";
import { fetchText, isThere, NotThere } from "../transfer.ts";
import { fetchChecked } from "./download.ts";

/** The operator's own copy of the official files: a folder or an address in FREEHOLD_MIRROR, sums beside the files. */
export const mirror: Source = {
  name: "mirror",
  async obtain(part, job) {
    const root = job.env.FREEHOLD_MIRROR;
    if (!root) return { missing: "FREEHOLD_MIRROR is not set" };
    const shelf = await openShelf(root);
    const asked: string[] = [];
    for (const [name, arrival] of packagesOf(part, job)) {
      const names = arrival.archive && namesFor(arrival.archive, job);
      if (!names) continue;
      const file = job.catalogue.publishers[arrival.archive!.publisher]!.mirror + names.file;
      const expected = await expectedSum(shelf, file);
      if (!expected) {
        asked.push(file);
        continue;
      }
      return await keep(name, part, "mirror", job, (unfinished) =>
        take(shelf, file, expected, part, arrival, job, unfinished),
      );
    }
    return {
      missing: asked.length > 0 ? `no ${asked.join(", no ")} in ${shelf.address}` : "nothing a mirror would have",
    };
  },
};

/** A mirror that can be read, folder or address. */
export type Shelf = {
  address: string;
  text(file: string): Promise<string | undefined>;
  has(file: string): Promise<boolean>;
  get(file: string, expected: string, part: PartName, arrival: Package, job: Job, scratch: string): Promise<string>;
};

/** Opens the mirror that FREEHOLD_MIRROR names; a ToolchainError when it is not there. */
export async function openShelf(root: string): Promise<Shelf> {
  return /^https?:\/\//.test(root) ? await webShelf(root) : await folderShelf(root);
}

/** The sum that the mirror states for a file; undefined when it has no such file; refused when it has it without a sum. */
export async function expectedSum(shelf: Shelf, file: string): Promise<string | undefined> {
  const list = posix.join(posix.dirname(file), "SHA256SUMS");
  const sums = await shelf.text(list);
  const expected = sums === undefined ? undefined : sumFor(sums, basename(file));
  if (!(await shelf.has(file))) return undefined;
  if (expected) return expected;
  throw new ToolchainError({
    what: `The mirror has ${basename(file)}, but no checksum for it, so it is not used.`,
    where: `${shelf.address}/${list}`,
    found: sums === undefined ? "no such file" : "no line for it",
    remedy: `in the mirror's folder ${posix.dirname(file)}, compare the file with its publisher's sum and run \`sha256sum ${basename(file)} >> SHA256SUMS\``,
  });
}

async function take(
  shelf: Shelf,
  file: string,
  expected: string,
  part: PartName,
  arrival: Package,
  job: Job,
  unfinished: string,
) {
  job.progress({
    part,
    is: job.catalogue.parts[part].is,
    phase: "fetching",
    source: "mirror",
    detail: `${shelf.address}/${file}`,
    usuallySeconds: arrival.usuallySeconds,
  });
  const archive = await shelf.get(file, expected, part, arrival, job, unfinished);
  const files = await unpack(archive, basename(file), arrival.gives, unfinished).catch((error: Error) => {
    throw refusal(shelf, file, `it could not be unpacked: ${error.message}`);
  });
  await rm(archive, { force: true });
  if (files.length === 0) throw refusal(shelf, file, `none of ${arrival.gives.join(", ")} is in it`);
  return {
    origin: `${shelf.address}/${file}`,
    gives: files,
    checked: `sha256 ${expected} as in the mirror's SHA256SUMS`,
    files,
  };
}

async function folderShelf(root: string): Promise<Shelf> {
  const folder = root.startsWith("file:") ? fileURLToPath(root) : resolve(root);
  if (!(await stat(folder).catch(() => undefined))?.isDirectory()) throw noMirror(root, "no such folder");
  return {
    address: folder,
    text: (file) => readFile(join(folder, file), "utf8").catch(() => undefined),
    has: async (file) => (await stat(join(folder, file)).catch(() => undefined))?.isFile() ?? false,
    async get(file, expected, _part, _arrival, _job, scratch) {
      // A copy of our own is checked and unpacked: the file in the mirror may be replaced between the two.
      const copy = join(scratch, ".copy");
      await copyFile(join(folder, file), copy, constants.COPYFILE_FICLONE);
      const sum = await sha256(copy);
      if (sum === expected) return copy;
      await rm(copy, { force: true });
      throw new ToolchainError({
        what: `${basename(file)} in the mirror is not what its SHA256SUMS says it is, so it is not used.`,
        where: join(folder, file),
        found: `sha256 ${sum}, expected ${expected}`,
        remedy: "put the right file, or the right line in SHA256SUMS, into the mirror",
      });
    },
  };
}

async function webShelf(root: string): Promise<Shelf> {
  const address = root.replace(/\/+$/, "");
  const must = <T>(answer: Promise<T>): Promise<T> =>
    answer.catch((error: Error) => {
      if (error instanceof NotThere || error instanceof ToolchainError) throw error;
      throw noMirror(root, error.message);
    });
  return {
    address,
    text: (file) =>
      must(fetchText(`${address}/${file}`)).catch((error) => {
        if (error instanceof NotThere) return undefined;
        throw error;
      }),
    has: (file) => must(isThere(`${address}/${file}`)),
    get: (file, expected, part, arrival, job) =>
      must(fetchChecked(`${address}/${file}`, expected, part, arrival, job, "mirror")),
  };
}

function refusal(shelf: Shelf, file: string, found: string): ToolchainError {
  return new ToolchainError({
    what: `${basename(file)} from the mirror cannot be used.`,
    where: `${shelf.address}/${file}`,
    found,
    remedy: "put the official file into the mirror under that name, and its sum into SHA256SUMS",
  });
}

function noMirror(root: string, found: string): ToolchainError {
  return new ToolchainError({
    what: "The mirror cannot be read.",
    where: `FREEHOLD_MIRROR=${root}`,
    found,
    remedy: "correct FREEHOLD_MIRROR, or unset it to go without a mirror",
  });
}
