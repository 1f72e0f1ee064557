import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { expect, test } from "vitest";
import { examine, type Finding } from "../../rehearsal/doctor.ts";
import { jobFor } from "../../rehearsal/toolchain/obtain.ts";
import { namesFor } from "../../rehearsal/toolchain/source.ts";
import { keep } from "../../rehearsal/toolchain/store.ts";
import { archive, scratch, sumOf } from "./workbench.ts";

const environment = (folder: string, env: NodeJS.ProcessEnv = {}) => ({
  HOME: join(folder, "home"),
  PATH: join(folder, "empty"),
  FREEHOLD_CACHE: join(folder, "cache"),
  ...env,
});
const about = (findings: Finding[], what: string) => findings.filter((finding) => finding.what === what);

test("on a bare machine every needed part is missing, with the command that mends it, and nothing is changed", async () => {
  using bench = scratch();
  const findings = await examine({ env: environment(bench.folder) });
  const missing = findings.filter(({ status }) => status === "missing");
  expect(missing.length).toBe(8);
  expect(missing.every(({ remedy }) => remedy === "npx freehold setup")).toBe(true);
  expect(about(findings, "official Kubernetes provider")[0]).toMatchObject({
    status: "note",
    found: expect.stringContaining("Freehold's own"),
  });
  expect(readdirSync(bench.folder)).toEqual([]);
});

test("a part of the live gateway that is not there is a note: with what set-up said, and what it is wanted for", async () => {
  using bench = scratch();
  const env = environment(bench.folder);
  jobFor({ env }).reach.lost("ratelimit", "Building ratelimit-built failed. no such host");
  const findings = await examine({ env });
  expect(about(findings, "Envoy rate limit service")).toEqual([
    {
      what: "Envoy rate limit service",
      status: "note",
      found: expect.stringMatching(/^no 1\.4\.1-.*; without it a rehearsal has no live gateway$/),
      where: "Building ratelimit-built failed. no such host",
      remedy: "npx freehold setup",
    },
  ]);
  expect(about(findings, "Envoy Gateway")).toMatchObject([{ status: "note", where: "" }]);
});

test("a part that is there is shown with its version, its origin and its place", async () => {
  using bench = scratch();
  const env = environment(bench.folder);
  const put = await keep("kwok", "kwok", "download", jobFor({ env }), async (folder) => {
    writeFileSync(join(folder, "kwok"), "x");
    return { origin: "a test", gives: ["kwok"], files: ["kwok"] };
  });
  const [kwok] = about(await examine({ env }), "kwok (simulated nodes)");
  expect(kwok).toEqual({
    what: "kwok (simulated nodes)",
    status: "ok",
    found: "0.8.0, downloaded",
    where: (put as { path: string }).path,
  });
});

test("a mirror is looked through: sums that match, sums that do not, files without one, no mirror at all", async () => {
  using bench = scratch();
  const job = jobFor({ env: {} });
  const root = join(bench.folder, "mirror");
  const { file } = namesFor(job.catalogue.packages["pulumi-plugin-kubernetes"]!.archive!, job)!;
  const path = archive(join(root, file), { "pulumi-resource-kubernetes": "x" });
  const sums = join(dirname(path), "SHA256SUMS");
  const look = async () =>
    about(await examine({ env: environment(bench.folder, { FREEHOLD_MIRROR: root }) }), "mirror");

  writeFileSync(sums, `${sumOf(readFileSync(path))}  ${basename(path)}\n`);
  expect(await look()).toEqual([{ what: "mirror", status: "ok", found: "sum matches", where: path }]);
  writeFileSync(sums, `${"0".repeat(64)}  ${basename(path)}\n`);
  expect(await look()).toMatchObject([
    { status: "wrong", found: expect.stringContaining(`expected ${"0".repeat(64)}`) },
  ]);
  writeFileSync(sums, "");
  expect(await look()).toMatchObject([{ status: "wrong", remedy: expect.stringContaining("sha256sum") }]);
  const nowhere = environment(bench.folder, { FREEHOLD_MIRROR: join(bench.folder, "nowhere") });
  expect(about(await examine({ env: nowhere }), "mirror")).toMatchObject([
    { status: "wrong", remedy: expect.stringContaining("unset it") },
  ]);
  expect(about(await examine({ env: environment(bench.folder) }), "mirror")).toMatchObject([
    { status: "note", found: "none" },
  ]);
});

test("a wrong FREEHOLD_SOURCES is itself a finding", async () => {
  using bench = scratch();
  const findings = await examine({ env: environment(bench.folder, { FREEHOLD_SOURCES: "nowhere" }) });
  expect(findings).toMatchObject([{ status: "wrong", found: "nowhere" }]);
});

test("which backend is in force is told, without the secrets in its address", async () => {
  using bench = scratch();
  const backend = async (env: NodeJS.ProcessEnv = {}) =>
    about(await examine({ env: environment(bench.folder, env) }), "Pulumi backend")[0];
  expect(await backend()).toMatchObject({ found: expect.stringContaining("nobody is logged in") });
  mkdirSync(join(bench.folder, "home", ".pulumi"), { recursive: true });
  writeFileSync(
    join(bench.folder, "home", ".pulumi", "credentials.json"),
    JSON.stringify({ current: "https://api.pulumi.com" }),
  );
  expect(await backend()).toMatchObject({ found: "https://api.pulumi.com" });
  expect(await backend({ PULUMI_BACKEND_URL: "s3://key:secret@bucket" })).toMatchObject({
    found: "s3://***@bucket",
    where: "PULUMI_BACKEND_URL",
  });
});

test("a shell that points at a rehearsal is told so, and how to leave it", async () => {
  using bench = scratch();
  const home = join(bench.folder, "cache", "rehearsals", "ch", "pulumi");
  const findings = await examine({ env: environment(bench.folder, { PULUMI_HOME: home }) });
  expect(about(findings, "this shell")).toMatchObject([
    { where: home, remedy: expect.stringContaining("unset PULUMI_HOME") },
  ]);
});

test("running rehearsals are told by whoever knows them", async () => {
  using bench = scratch();
  const running: Finding = { what: "rehearsal ch", status: "ok", found: "stands", where: "here" };
  expect(await examine({ env: environment(bench.folder), rehearsals: () => [running] })).toContainEqual(running);
});
