import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { expect, test } from "vitest";
import { ToolchainError } from "../../rehearsal/toolchain/source.ts";
import { mirror } from "../../rehearsal/toolchain/sources/mirror.ts";
import { kept } from "../../rehearsal/toolchain/store.ts";
import { serve } from "./file-server.ts";
import { archive, jobIn, scratch, sumOf } from "./workbench.ts";

const provider = "plugins/pulumi-resource-kubernetes-v4.34.2-linux-amd64.tar.gz";
const cli = "sdk/pulumi-v3.259.0-linux-x64.tar.gz";

/** A mirror in a folder, as an operator of a closed network keeps one. */
function mirrorIn(folder: string, files: Record<string, Record<string, string>>) {
  const root = join(folder, "mirror");
  mkdirSync(root, { recursive: true });
  for (const [name, content] of Object.entries(files)) {
    const path = archive(join(root, name), content);
    writeFileSync(join(dirname(path), "SHA256SUMS"), `${sumOf(readFileSync(path))}  ${basename(path)}\n`, {
      flag: "a",
    });
  }
  return root;
}

test("a file whose sum matches is taken, and lies whole in the cache with a manifest", async () => {
  using bench = scratch();
  const root = mirrorIn(bench.folder, {
    [provider]: { "pulumi-resource-kubernetes": "the provider", LICENSE: "text" },
  });
  const job = jobIn(bench.folder, { FREEHOLD_MIRROR: root });
  const found = await mirror.obtain("pulumi-resource-kubernetes", job);
  expect(found).toMatchObject({ part: "pulumi-resource-kubernetes", version: "4.34.2", source: "mirror" });
  const { path } = found as { path: string };
  expect(readFileSync(path, "utf8")).toBe("the provider");
  const manifest = JSON.parse(readFileSync(join(dirname(path), "manifest.json"), "utf8"));
  expect(manifest).toMatchObject({ version: "4.34.2", source: "mirror", platform: "linux-x64" });
  expect(manifest.sha256s).toEqual({ "pulumi-resource-kubernetes": sumOf("the provider") });
  expect(manifest.checked).toContain("SHA256SUMS");
});

test("a mirror is a folder, a file address or a web address, all alike", async () => {
  using bench = scratch();
  const root = mirrorIn(bench.folder, { [provider]: { "pulumi-resource-kubernetes": "the provider" } });
  await using site = await serve({
    [provider]: { content: readFileSync(join(root, provider)) },
    "plugins/SHA256SUMS": { content: readFileSync(join(root, "plugins/SHA256SUMS")) },
  });
  for (const address of [root, `file://${root}`, site.url, site.url.slice(0, -1)]) {
    using own = scratch();
    const found = await mirror.obtain("pulumi-resource-kubernetes", jobIn(own.folder, { FREEHOLD_MIRROR: address }));
    expect(readFileSync((found as { path: string }).path, "utf8"), address).toBe("the provider");
  }
});

test("one archive gives every part that lies in it, and says which do not", async () => {
  using bench = scratch();
  const root = mirrorIn(bench.folder, { [cli]: { "pulumi/pulumi": "cli", "pulumi/pulumi-language-nodejs": "host" } });
  const job = jobIn(bench.folder, { FREEHOLD_MIRROR: root });
  expect(await mirror.obtain("pulumi", job)).toMatchObject({ source: "mirror" });
  rmSync(root, { recursive: true });
  expect(await kept("pulumi-language-nodejs", ["mirror"], job)).toMatchObject({ version: "3.259.0" });
  expect(await kept("pulumi-analyzer-policy-nodejs", ["mirror"], job)).toBeUndefined();
});

for (const [kind, open] of [
  ["folder", async (root: string) => ({ address: root, async [Symbol.asyncDispose]() {} })],
  [
    "address",
    async (root: string) => {
      const sums = join(root, "plugins/SHA256SUMS");
      const site = await serve({
        [provider]: { content: readFileSync(join(root, provider)) },
        ...(existsSync(sums) && { "plugins/SHA256SUMS": { content: readFileSync(sums) } }),
      });
      return { address: site.url, [Symbol.asyncDispose]: () => site[Symbol.asyncDispose]() };
    },
  ],
] as const) {
  test(`a file with a wrong sum is refused, not replaced by another source (${kind})`, async () => {
    using bench = scratch();
    const root = mirrorIn(bench.folder, { [provider]: { "pulumi-resource-kubernetes": "the provider" } });
    writeFileSync(join(root, "plugins/SHA256SUMS"), `${"0".repeat(64)}  ${basename(provider)}\n`);
    await using site = await open(root);
    const job = jobIn(bench.folder, { FREEHOLD_MIRROR: site.address });
    const refusal = await mirror.obtain("pulumi-resource-kubernetes", job).catch((error) => error);
    expect(refusal).toBeInstanceOf(ToolchainError);
    expect(refusal.found).toBe(`sha256 ${sumOf(readFileSync(join(root, provider)))}, expected ${"0".repeat(64)}`);
    expect(refusal.remedy).toContain("SHA256SUMS");
    expect(await kept("pulumi-resource-kubernetes", ["mirror"], job)).toBeUndefined();
  });

  test(`a file without a checksum list beside it is refused (${kind})`, async () => {
    using bench = scratch();
    const root = mirrorIn(bench.folder, { [provider]: { "pulumi-resource-kubernetes": "the provider" } });
    rmSync(join(root, "plugins/SHA256SUMS"));
    await using site = await open(root);
    const job = jobIn(bench.folder, { FREEHOLD_MIRROR: site.address });
    const refusal = await mirror.obtain("pulumi-resource-kubernetes", job).catch((error) => error);
    expect(refusal).toBeInstanceOf(ToolchainError);
    expect(refusal).toMatchObject({ found: "no such file" });
    expect(refusal.remedy).toContain("sha256sum");
  });

  test(`a file that the checksum list does not name is refused (${kind})`, async () => {
    using bench = scratch();
    const root = mirrorIn(bench.folder, { [provider]: { "pulumi-resource-kubernetes": "the provider" } });
    writeFileSync(join(root, "plugins/SHA256SUMS"), `${"0".repeat(64)}  another.tar.gz\n`);
    await using site = await open(root);
    const job = jobIn(bench.folder, { FREEHOLD_MIRROR: site.address });
    await expect(mirror.obtain("pulumi-resource-kubernetes", job)).rejects.toMatchObject({ found: "no line for it" });
  });

  test(`a file that the mirror does not have is left to the next source (${kind})`, async () => {
    using bench = scratch();
    const root = mirrorIn(bench.folder, { [provider]: { "pulumi-resource-kubernetes": "the provider" } });
    await using site = await open(root);
    const miss = await mirror.obtain("pulumi", jobIn(bench.folder, { FREEHOLD_MIRROR: site.address }));
    expect(miss).toEqual({ missing: expect.stringContaining(cli) });
  });
}

test("an archive that cannot be unpacked is refused although its sum is right", async () => {
  using bench = scratch();
  const root = join(bench.folder, "mirror");
  mkdirSync(join(root, "plugins"), { recursive: true });
  writeFileSync(join(root, provider), "not an archive");
  writeFileSync(join(root, "plugins/SHA256SUMS"), `${sumOf("not an archive")}  ${basename(provider)}\n`);
  const job = jobIn(bench.folder, { FREEHOLD_MIRROR: root });
  await expect(mirror.obtain("pulumi-resource-kubernetes", job)).rejects.toThrow("cannot be used");
  expect(await kept("pulumi-resource-kubernetes", ["mirror"], job)).toBeUndefined();
});

test("an archive with something else in it is refused", async () => {
  using bench = scratch();
  const root = mirrorIn(bench.folder, { [provider]: { README: "nothing of use" } });
  const job = jobIn(bench.folder, { FREEHOLD_MIRROR: root });
  await expect(mirror.obtain("pulumi-resource-kubernetes", job)).rejects.toThrow("none of pulumi-resource-kubernetes");
});

test("a mirror that is not there is a fault, not a reason to go elsewhere in silence", async () => {
  using bench = scratch();
  const gone = await serve({});
  await gone[Symbol.asyncDispose]();
  for (const address of [join(bench.folder, "nowhere"), gone.url]) {
    const job = jobIn(bench.folder, { FREEHOLD_MIRROR: address });
    const refusal = await mirror.obtain("pulumi-resource-kubernetes", job).catch((error) => error);
    expect(refusal).toBeInstanceOf(ToolchainError);
    expect(refusal).toMatchObject({ where: `FREEHOLD_MIRROR=${address}`, remedy: expect.stringContaining("unset") });
  }
});

test("without FREEHOLD_MIRROR there is no mirror", async () => {
  using bench = scratch();
  expect(await mirror.obtain("pulumi", jobIn(bench.folder))).toEqual({ missing: "FREEHOLD_MIRROR is not set" });
});
