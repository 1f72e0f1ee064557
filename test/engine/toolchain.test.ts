import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { cp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { cacheFolder } from "../../rehearsal/cache.ts";
import { run } from "../../rehearsal/child.ts";
import { startOf } from "../../rehearsal/lock.ts";
import { takeCrds } from "../../rehearsal/toolchain/crds.ts";
import { obtainGo } from "../../rehearsal/toolchain/go.ts";
import { jobFor } from "../../rehearsal/toolchain/obtain.ts";
import { modulesFolder } from "../../rehearsal/toolchain/recipe.ts";
import { goEnvironment } from "../../rehearsal/toolchain/sources/registries.ts";
import { executables, inspect, type Part, setup, type Toolchain } from "../../rehearsal/toolchain.ts";
import { start, until } from "../rehearsal/workbench.ts";

/** The smallest of the programs takes a minute from nothing, several beside other tests. */
const compilesAnewMs = 15 * 60_000;

let scratch: string;
beforeEach(() => {
  scratch = mkdtempSync(join(tmpdir(), "freehold-engine-"));
});
afterEach(() => rmSync(scratch, { recursive: true, force: true }));

/**
 * Package registries alone, with a cache of its own that shares Go's caches: only linking is left to do, unless what lies
 * there was compiled with other flags.
 */
function registriesAlone(): NodeJS.ProcessEnv {
  mkdirSync(join(scratch, "cache"), { recursive: true });
  symlinkSync(join(cacheFolder(), "go"), join(scratch, "cache", "go"));
  return { ...process.env, FREEHOLD_CACHE: join(scratch, "cache"), FREEHOLD_SOURCES: "registries" };
}

test("every part that was set up says the version that the catalogue pins", async () => {
  const toolchain = await setup();
  const { catalogue } = jobFor({});
  for (const [part, found] of Object.entries(toolchain) as [Part, NonNullable<Toolchain[Part]>][]) {
    const { says } = catalogue.parts[executables[part]];
    if (!says) continue;
    const { stdout, stderr } = await run(found.path, says.args, {
      env: { ...process.env, PULUMI_SKIP_UPDATE_CHECK: "true" },
    });
    expect(stdout + stderr, part).toContain(says.text);
  }
});

test("with everything in the cache, looking takes less than 300 ms", async () => {
  await setup();
  const begun = performance.now();
  const { missing, job } = await inspect();
  expect(performance.now() - begun).toBeLessThan(300);
  expect(missing.filter((part) => job.catalogue.parts[executables[part]].needed)).toEqual([]);
});

test("the add-ons' definitions are there, of every kind that the catalogue asks for and no other", async () => {
  const { crds } = await setup({ parts: ["crds"] });
  const versions = JSON.parse(readFileSync(join(crds.path, "versions.json"), "utf8"));
  const asked = jobFor({}).catalogue.packages.crds!.charts!.addons;
  expect(Object.keys(versions)).toEqual(Object.keys(asked));
  for (const [folder, { kinds }] of Object.entries(asked)) {
    expect(versions[folder].kinds, folder).toEqual(kinds.toSorted());
    expect(readdirSync(join(crds.path, folder)), folder).toHaveLength(kinds.length);
  }
  expect(versions["envoy-gateway"]).toMatchObject({ version: "v1.9.0" });
});

test("a module whose content is not the one in go.sum is refused by Go itself", async () => {
  const module = join(scratch, "crds");
  await cp(join(modulesFolder, "crds"), module, { recursive: true });
  const sums = readFileSync(join(module, "go.sum"), "utf8");
  writeFileSync(
    join(module, "go.sum"),
    sums.replace(/(gateway v1\.9\.0 h1:)./, (_, before) => `${before}_`),
  );
  const job = jobFor({});
  const go = await obtainGo(job);
  mkdirSync(join(scratch, "out"));
  const taking = takeCrds(job.catalogue.packages.crds!, module, go, goEnvironment(go, job), join(scratch, "out"), job);
  await expect(taking).rejects.toMatchObject({
    found: expect.stringContaining("checksum mismatch"),
    remedy: expect.stringContaining("GOPROXY"),
  });
});

// Which processes write into a folder is looked up in /proc.
test.runIf(process.platform === "linux")(
  "a build that is killed leaves no process and nothing that is used, and the next run finishes it",
  async () => {
    const env = registriesAlone();
    const go = join(scratch, "go.pid");
    const { child, ended } = start(`
    import { writeFileSync } from "node:fs";
    import { setup } from "root:rehearsal/toolchain.ts";
    await setup({ parts: ["rateLimit"], env: ${JSON.stringify(env)}, progress: ({ phase }) => {
      if (phase === "building") writeFileSync(${JSON.stringify(go)}, "building");
    } });`);
    await until("the build runs", () => existsSync(go) && builders().length > 0);
    const running = builders();
    child.kill("SIGKILL");
    await ended;
    await until("every compiler has ended with it", () => running.every((pid) => startOf(pid) === undefined));
    expect((await inspect({ parts: ["rateLimit"], env })).missing).toEqual(["rateLimit"]);

    const { rateLimit } = await setup({ parts: ["rateLimit"], env });
    expect(rateLimit).toMatchObject({ source: "registries" });
    // It says no to what it is told, so it runs.
    const refused = await run(rateLimit!.path, [], { env: { PORT: "none" } });
    expect(refused.stdout + refused.stderr).toMatch(/PORT.*none/i);
    expect(readdirSync(join(rateLimit!.path, "..", "..")).filter((name) => name.includes("unfinished"))).toEqual([]);
  },
  compilesAnewMs,
);

/** Processes that write into this test's own cache. */
function builders(): number[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => pid !== process.pid)
    .filter((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, "utf8").includes(join(scratch, "cache", "toolchain"));
      } catch {
        return false;
      }
    });
}
