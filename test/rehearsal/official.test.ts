import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { expect, test } from "vitest";
import { currentPlatform, jobFor } from "../../rehearsal/toolchain/obtain.ts";
import { installOfficial } from "../../rehearsal/toolchain/official.ts";
import { namesFor, ToolchainError } from "../../rehearsal/toolchain/source.ts";
import { keep } from "../../rehearsal/toolchain/store.ts";
import { archive, program, scratch, sumOf } from "./workbench.ts";

/** A mirror with the official files of these packages, under the names they have for this machine. */
function mirrorWith(folder: string, packages: string[]): string {
  const job = jobFor({ env: {} });
  const root = join(folder, "mirror");
  mkdirSync(root, { recursive: true });
  for (const name of packages) {
    const { archive: published, gives } = job.catalogue.packages[name]!;
    const path = archive(
      join(root, namesFor(published!, job)!.file),
      Object.fromEntries(gives.map((part) => [`x/${part}`, `official ${part}`])),
    );
    writeFileSync(join(dirname(path), "SHA256SUMS"), `${sumOf(readFileSync(path))}  ${basename(path)}\n`, {
      flag: "a",
    });
  }
  return root;
}

const environment = (folder: string, mirror: string) => ({
  HOME: join(folder, "home"),
  PATH: "",
  FREEHOLD_CACHE: join(folder, "cache"),
  FREEHOLD_MIRROR: mirror,
  FREEHOLD_SOURCES: "installed,mirror,registries",
});

test("the official parts of a mirror are put where npx pulumi and the engine look for them", async () => {
  using bench = scratch();
  const env = environment(bench.folder, mirrorWith(bench.folder, ["pulumi-cli", "pulumi-plugin-kubernetes"]));
  const home = join(bench.folder, "pulumi-home");
  const official = await installOfficial(home, { env });
  const bin = join(home, "versions", "3.259.0", "bin");
  expect(official.pulumi).toMatchObject({ source: "mirror", path: join(bin, "pulumi") });
  expect(readdirSync(bin).sort()).toEqual(["pulumi", "pulumi-analyzer-policy-nodejs", "pulumi-language-nodejs"]);
  expect(readFileSync(join(home, "plugins/resource-kubernetes-v4.34.2/pulumi-resource-kubernetes"), "utf8")).toBe(
    "official pulumi-resource-kubernetes",
  );
  await installOfficial(home, { env });
  expect(readdirSync(join(home, "plugins"))).toEqual(["resource-kubernetes-v4.34.2"]);
});

test("what cannot be had is one error that names all of it and how to bring it, and nothing is put there by halves", async () => {
  using bench = scratch();
  const env = environment(bench.folder, mirrorWith(bench.folder, ["pulumi-plugin-language"]));
  const home = join(bench.folder, "pulumi-home");
  const error = await installOfficial(home, { env }).catch((fault) => fault);
  expect(error).toBeInstanceOf(ToolchainError);
  expect(error.found).toMatch(/Pulumi CLI and engine 3\.259\.0: .*\n.*official Kubernetes provider 4\.34\.2: /);
  expect(error.found).not.toContain("language host");
  expect(error.remedy).toContain("plugins/pulumi-resource-kubernetes-v4.34.2-");
  expect(error.remedy).toContain("npx freehold setup --production");
  expect(existsSync(home)).toBe(false);
});

test("what Freehold built or wrote itself is not put into a production home", async () => {
  using bench = scratch();
  const env = environment(
    bench.folder,
    mirrorWith(bench.folder, ["pulumi-plugin-language", "pulumi-plugin-kubernetes"]),
  );
  const home = join(bench.folder, "pulumi-home");
  // The built engine lies in the cache, and a rehearsal's provider, a script, in the home itself.
  await keep("pulumi-built", "pulumi", "registries", jobFor({ env }), async (folder) => {
    writeFileSync(join(folder, "pulumi"), "built here");
    return { origin: "a test", gives: ["pulumi"], files: ["pulumi"] };
  });
  const plugin = join(home, "plugins", "resource-kubernetes-v4.34.2", "pulumi-resource-kubernetes");
  program(plugin, "a rehearsal's");
  await expect(installOfficial(home, { env })).rejects.toThrow("Pulumi CLI and engine");
  // Only when it is asked for, the engine built from the official source stands in for the official archive.
  const official = await installOfficial(home, { env, builtEngine: true });
  expect(official.pulumi.source).toBe("registries");
  expect(official.kubernetesProvider.source).toBe("mirror");
  expect(readFileSync(plugin, "utf8")).toBe("official pulumi-resource-kubernetes");
});

test("a shell that points at a rehearsal is told so: production has a Pulumi home of its own", async () => {
  using bench = scratch();
  const env = environment(bench.folder, bench.folder);
  const home = join(bench.folder, "cache", "rehearsals", "ch", "pulumi");
  await expect(installOfficial(home, { env })).rejects.toMatchObject({
    remedy: expect.stringContaining("unset PULUMI_HOME"),
  });
});

test("the engine's mark of a plugin installation that was cut off is taken away once the plugin is whole", async () => {
  using bench = scratch();
  const env = environment(bench.folder, mirrorWith(bench.folder, ["pulumi-cli", "pulumi-plugin-kubernetes"]));
  const home = join(bench.folder, "pulumi-home");
  const partial = join(home, "plugins", "resource-kubernetes-v4.34.2.partial");
  mkdirSync(dirname(partial), { recursive: true });
  writeFileSync(partial, "");
  await installOfficial(home, { env });
  expect(existsSync(partial)).toBe(false);
  expect(currentPlatform()).toMatch(/^(linux|darwin)-/);
});
