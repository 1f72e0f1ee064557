import { existsSync, statfsSync } from "node:fs";
import { totalmem } from "node:os";
import { dirname, join } from "node:path";
import type { PartName } from "../catalogue/toolchain.ts";
import { sha256 } from "./cache.ts";
import { findGo, versionOnPath } from "./toolchain/go.ts";
import { login, production } from "./toolchain/production.ts";
import { type Job, namesFor, packagesOf, ToolchainError } from "./toolchain/source.ts";
import { expectedSum, openShelf } from "./toolchain/sources/mirror.ts";
import { executables, type Inspection, inspect, type Part } from "./toolchain.ts";

/** One thing that was looked at, what was found, and the exact command that mends it where something is to be mended. */
export type Finding = {
  what: string;
  status: "ok" | "missing" | "wrong" | "note";
  found: string;
  where: string;
  remedy?: string;
};

/** What the doctor is given; `rehearsals` tells of those that are running. */
export type Examination = { env?: NodeJS.ProcessEnv; rehearsals?: () => Finding[] | Promise<Finding[]> };

/** Looks at everything that a rehearsal and a production run stand on. Changes nothing. */
export async function examine(options: Examination = {}): Promise<Finding[]> {
  const env = options.env ?? process.env;
  let inspection: Inspection;
  try {
    inspection = await inspect({ env });
  } catch (error) {
    if (!(error instanceof ToolchainError)) throw error;
    return [{ what: error.what, status: "wrong", found: error.found, where: error.where, remedy: error.remedy }];
  }
  const { job } = inspection;
  return [
    node(),
    machine(job),
    ...(await toolchain(inspection)),
    await compiler(inspection),
    ...(await theMirror(job)),
    ...unreachable(job),
    disk(inspection),
    memory(job),
    ...production(job),
    await login(job),
    ...((await options.rehearsals?.()) ?? []),
  ];
}

function node(): Finding {
  const major = Number(process.versions.node.split(".")[0]);
  const base = { what: "Node.js", found: process.version, where: process.execPath };
  if (major >= 24) return { ...base, status: "ok" };
  return { ...base, status: "wrong", remedy: "npm ci    (brings Node 24 into node_modules)" };
}

function machine(job: Job): Finding {
  const proven = job.catalogue.platforms[job.platform].proven;
  const others = "unproven: the same steps under other names, not run by us";
  return {
    what: "machine",
    status: proven ? "ok" : "note",
    found: proven ? job.platform : `${job.platform}, ${others}`,
    where: "",
  };
}

async function toolchain({ found, missing, job }: Inspection): Promise<Finding[]> {
  return (Object.keys(executables) as Part[]).map((part): Finding => {
    const { is: what, version, needed, for: use } = job.catalogue.parts[executables[part]];
    const there = found[part];
    if (there) return { what, status: "ok", found: `${version}, ${came[there.source]}`, where: there.path };
    if (!missing.includes(part) || needed) {
      return { what, status: "missing", found: `no ${version}`, where: "", remedy: "npx freehold setup" };
    }
    if (use) {
      return {
        what,
        status: "note",
        found: `no ${version}; without it a rehearsal has no ${use}`,
        where: job.reach.because(executables[part]) ?? "",
        remedy: "npx freehold setup",
      };
    }
    const file = fileOf(executables[part], job);
    const remedy = file
      ? `FREEHOLD_MIRROR=<folder or address> npx freehold setup    (a mirror that has ${file})`
      : "npx freehold setup";
    return {
      what,
      status: "note",
      found: `no ${version}; ${file ? "in a rehearsal Freehold's own takes over" : "without it a simulated cloud judges less, and says so"}`,
      where: "",
      remedy,
    };
  });
}

/** The file of a publisher that has a part; undefined for what comes from a package registry alone. */
function fileOf(part: PartName, job: Job): string | undefined {
  const [, { archive }] = packagesOf(part, job)[0]!;
  return archive && namesFor(archive, job)?.file;
}

const came = {
  installed: "installed",
  mirror: "from the mirror",
  download: "downloaded",
  registries: "from package registries",
};

async function compiler({ missing, job }: Inspection): Promise<Finding> {
  const what = "Go compiler";
  const go = await findGo(job);
  if (go) return { what, status: "ok", found: go.version, where: go.from === "PATH" ? "PATH" : go.path };
  const { atLeast, wheel } = job.catalogue.go;
  const old = await versionOnPath(job);
  const found = old ? `${old} on PATH, older than ${atLeast}` : "none on PATH";
  const builds = missing.some((part) =>
    packagesOf(executables[part], job).some(([, arrival]) => arrival.build || arrival.charts),
  );
  if (!builds) return { what, status: "note", found: `${found}; nothing is left to build`, where: "PATH" };
  return {
    what,
    status: "note",
    found: `${found}; ${wheel.package} ${wheel.version} will be fetched with pip or uv if something must be built`,
    where: "PATH",
  };
}

async function theMirror(job: Job): Promise<Finding[]> {
  const root = job.env.FREEHOLD_MIRROR;
  if (!root) return [{ what: "mirror", status: "note", found: "none", where: "FREEHOLD_MIRROR" }];
  const findings: Finding[] = [];
  try {
    const shelf = await openShelf(root);
    for (const { archive } of Object.values(job.catalogue.packages)) {
      const names = archive && namesFor(archive, job);
      if (!archive || !names) continue;
      const file = job.catalogue.publishers[archive.publisher]!.mirror + names.file;
      const expected = await expectedSum(shelf, file);
      if (!expected) continue;
      const path = join(shelf.address, file);
      // A file behind an address is checked when it is fetched; to fetch it for a look would take minutes.
      const sum = existsSync(path) ? await sha256(path) : undefined;
      findings.push(
        sum !== undefined && sum !== expected
          ? {
              what: "mirror",
              status: "wrong",
              found: `sha256 ${sum}, expected ${expected}`,
              where: path,
              remedy: `put the right file there, or run \`sha256sum\` on a file you trust and correct SHA256SUMS`,
            }
          : {
              what: "mirror",
              status: "ok",
              found: sum ? "sum matches" : "has a sum, checked when fetched",
              where: `${shelf.address}/${file}`,
            },
      );
    }
    if (findings.length === 0)
      findings.push({
        what: "mirror",
        status: "note",
        found: "none of the files that are looked for",
        where: shelf.address,
      });
  } catch (error) {
    if (!(error instanceof ToolchainError)) throw error;
    findings.push({
      what: "mirror",
      status: "wrong",
      found: `${error.what} ${error.found}`,
      where: error.where,
      remedy: error.remedy,
    });
  }
  return findings;
}

function unreachable(job: Job): Finding[] {
  const hosts = new Set(Object.values(job.catalogue.publishers).map(({ url }) => new URL(url).host));
  return [...hosts].flatMap((host): Finding[] => {
    const because = job.reach.because(host);
    if (!because) return [];
    return [
      {
        what: "download site",
        status: "note",
        found: `could not be reached (${because}), not asked again for an hour`,
        where: host,
      },
    ];
  });
}

function disk({ missing, job }: Inspection): Finding {
  let folder = job.cache;
  while (!existsSync(folder)) folder = dirname(folder);
  const { bavail, bsize } = statfsSync(folder);
  const freeGiB = (bavail * bsize) / 2 ** 30;
  const base = { what: "disk", found: `${freeGiB.toFixed(0)} GiB free`, where: job.cache };
  const builds = missing.some((part) => job.catalogue.parts[executables[part]].needed);
  const needGiB = builds ? job.catalogue.needs.diskGiB : 1;
  if (freeGiB >= needGiB) return { ...base, status: "ok" };
  return {
    ...base,
    status: "wrong",
    found: `${freeGiB.toFixed(1)} GiB free, ${needGiB} needed`,
    remedy: "export FREEHOLD_CACHE=<a folder on a larger disk>",
  };
}

function memory(job: Job): Finding {
  const gib = totalmem() / 2 ** 30;
  const base = { what: "memory", found: `${gib.toFixed(0)} GiB`, where: "" };
  const need = job.catalogue.needs.memoryGiB;
  // Machines sold as 4 GiB report a little less.
  if (gib >= need * 0.9) return { ...base, status: "ok" };
  return { ...base, status: "note", found: `${gib.toFixed(1)} GiB; builds and the control plane want ${need}` };
}
