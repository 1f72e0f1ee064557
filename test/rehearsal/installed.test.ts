import { constants, copyFileSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import type { Job } from "../../rehearsal/toolchain/source.ts";
import { installed, pulumiHome } from "../../rehearsal/toolchain/sources/installed.ts";
import { jobIn, program, scratch } from "./workbench.ts";

/** Puts a real program of this machine under another name: Node, which says its version when asked. */
function native(path: string): string {
  mkdirSync(dirname(path), { recursive: true });
  symlinkSync(process.execPath, path);
  return path;
}

/** Lets the catalogue look for a CLI that says what Node says. */
function lookingFor(job: Job, text: string): Job {
  job.catalogue.parts.pulumi.says = { args: ["--version"], text };
  return job;
}

test("a CLI on PATH in exactly the right version is used where it is", async () => {
  using bench = scratch();
  const path = native(join(bench.folder, "bin", "pulumi"));
  const job = lookingFor(jobIn(bench.folder, { PATH: dirname(path) }), process.version);
  expect(await installed.obtain("pulumi", job)).toEqual({
    part: "pulumi",
    version: "3.259.0",
    source: "installed",
    path,
  });
});

test("another version is not used, and is told", async () => {
  using bench = scratch();
  const path = native(join(bench.folder, "bin", "pulumi"));
  const missing = (text: string) =>
    installed.obtain("pulumi", lookingFor(jobIn(bench.folder, { PATH: dirname(path) }), text));
  expect(await missing("v0.0.1")).toEqual({ missing: expect.stringContaining(`${path} says "${process.version}"`) });
  // A version that only begins alike is another version.
  expect(await missing(process.version.slice(0, -1))).toEqual({ missing: expect.stringContaining("other versions") });
});

test("a script is never asked: npm's `pulumi` downloads when it is", async () => {
  using bench = scratch();
  program(join(bench.folder, "bin", "pulumi"), "v3.259.0");
  const job = jobIn(bench.folder, { PATH: join(bench.folder, "bin") });
  expect(await installed.obtain("pulumi", job)).toEqual({ missing: "not on PATH, not in the Pulumi home" });
});

test("what lies in our own cache is not what the operator installed, also when PATH leads there", async () => {
  using bench = scratch();
  const job = jobIn(bench.folder);
  const bin = join(bench.folder, "bin");
  // Begins like a program and is none: asked for its version it has nothing to say, which tells us that it was asked.
  const stub = (path: string) => {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, Buffer.from([0x7f, 0x45, 0x4c, 0x46]), { mode: 0o755 });
    return path;
  };
  stub(join(bench.folder, "elsewhere", "pulumi"));
  job.env.PATH = join(bench.folder, "elsewhere");
  expect(await installed.obtain("pulumi", job)).toEqual({ missing: expect.stringContaining("other versions") });
  const ours = stub(join(job.cache, "toolchain", "pulumi"));
  job.env.PATH = dirname(ours);
  expect(await installed.obtain("pulumi", job)).toEqual({ missing: "not on PATH, not in the Pulumi home" });
  mkdirSync(bin);
  symlinkSync(ours, join(bin, "pulumi"));
  job.env.PATH = bin;
  expect(await installed.obtain("pulumi", job)).toEqual({ missing: "not on PATH, not in the Pulumi home" });
});

test("the language host, which does not say its version, is believed when the CLI beside it has the right one", async () => {
  using bench = scratch();
  const bin = join(bench.folder, "home", ".pulumi", "versions", "3.259.0", "bin");
  const [cli, host] = ["pulumi", "pulumi-language-nodejs"].map((name) => join(bin, name));
  // Links would lead to Node's own folder, and the CLI is looked for beside the file itself.
  mkdirSync(bin, { recursive: true });
  copyFileSync("/bin/sh", host!, constants.COPYFILE_FICLONE);
  const job = jobIn(bench.folder);
  job.catalogue.parts.pulumi.says = { args: ["-c", "echo v3.259.0"], text: "v3.259.0" };
  expect(await installed.obtain("pulumi-language-nodejs", job)).toHaveProperty("missing");
  copyFileSync("/bin/sh", cli!, constants.COPYFILE_FICLONE);
  expect(await installed.obtain("pulumi-language-nodejs", job)).toMatchObject({ version: "3.259.0", path: host });
  job.catalogue.parts.pulumi.says = { args: ["-c", "echo v3.258.0"], text: "v3.259.0" };
  expect(await installed.obtain("pulumi-language-nodejs", job)).toHaveProperty("missing");
});

test("the official provider is one that lies in the plugin folder of its version, whole", async () => {
  using bench = scratch();
  const job = jobIn(bench.folder);
  const plugins = join(bench.folder, "home", ".pulumi", "plugins");
  expect(await installed.obtain("pulumi-resource-kubernetes", job)).toHaveProperty("missing");
  const path = native(join(plugins, "resource-kubernetes-v4.34.2", "pulumi-resource-kubernetes"));
  expect(await installed.obtain("pulumi-resource-kubernetes", job)).toMatchObject({ version: "4.34.2", path });
  writeFileSync(join(plugins, "resource-kubernetes-v4.34.2.partial"), "");
  expect(await installed.obtain("pulumi-resource-kubernetes", job)).toHaveProperty("missing");
});

test("a provider written for rehearsals is never taken for the official one", async () => {
  using bench = scratch();
  const job = jobIn(bench.folder);
  const plugin = join("plugins", "resource-kubernetes-v4.34.2", "pulumi-resource-kubernetes");
  program(join(bench.folder, "home", ".pulumi", plugin), "a rehearsal's");
  expect(await installed.obtain("pulumi-resource-kubernetes", job)).toHaveProperty("missing");
  native(join(job.cache, "rehearsals", "ch", "pulumi", plugin));
  job.env.PULUMI_HOME = join(job.cache, "rehearsals", "ch", "pulumi");
  expect(await installed.obtain("pulumi-resource-kubernetes", job)).toHaveProperty("missing");
  expect(pulumiHome(job)).toBe(join(bench.folder, "home", ".pulumi"));
});
