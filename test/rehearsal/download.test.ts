import { randomBytes } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { expect, test } from "vitest";
import { ToolchainError } from "../../rehearsal/toolchain/source.ts";
import { download } from "../../rehearsal/toolchain/sources/download.ts";
import { kept } from "../../rehearsal/toolchain/store.ts";
import { type Served, serve } from "./file-server.ts";
import { archive, jobIn, scratch, start, sumOf, until } from "./workbench.ts";

const cli = "sdk/pulumi-v3.259.0-linux-x64.tar.gz";
const sums = "sdk/pulumi-3.259.0-checksums.txt";

async function siteWith(folder: string, about: Partial<Served> = {}, sum?: string) {
  const content = readFileSync(
    archive(join(folder, "made.tar.gz"), { "pulumi/pulumi": randomBytes(200_000).toString("hex") }),
  );
  const site = await serve({
    [cli]: { content, ...about },
    [sums]: { content: Buffer.from(`${sum ?? sumOf(content)}  ${basename(cli)}\n`) },
  });
  const job = jobIn(folder);
  for (const publisher of Object.values(job.catalogue.publishers)) publisher.url = site.url;
  return { site, job, content };
}

test("the publisher's archive is fetched, checked with the publisher's sum, and kept", async () => {
  using bench = scratch();
  const { site, job } = await siteWith(bench.folder);
  await using _ = site;
  expect(await download.obtain("pulumi", job)).toMatchObject({ source: "download", version: "3.259.0" });
  expect(site.asked.map(({ path }) => path)).toEqual([sums, cli]);
  expect(readdirSync(join(job.cache, "downloads"))).toEqual([]);
  expect(await kept("pulumi", ["download"], job)).toBeDefined();
});

test("a single file with a bare sum of its own is taken as it is", async () => {
  using bench = scratch();
  const content = Buffer.from("the API server");
  const file = "v1.36.1/bin/linux/amd64/kube-apiserver";
  await using site = await serve({ [file]: { content }, [`${file}.sha256`]: { content: Buffer.from(sumOf(content)) } });
  const job = jobIn(bench.folder);
  job.catalogue.publishers.kubernetes!.url = site.url;
  const found = await download.obtain("kube-apiserver", job);
  expect(readFileSync((found as { path: string }).path, "utf8")).toBe("the API server");
});

test("a wrong sum is a refusal, and what was fetched is thrown away", async () => {
  using bench = scratch();
  const { site, job } = await siteWith(bench.folder, {}, "0".repeat(64));
  await using _ = site;
  const refusal = await download.obtain("pulumi", job).catch((error) => error);
  expect(refusal).toBeInstanceOf(ToolchainError);
  expect(refusal).toMatchObject({ where: site.url + cli, remedy: expect.stringContaining("FREEHOLD_SOURCES") });
  expect(readdirSync(join(job.cache, "downloads"))).toEqual([]);
  expect(await kept("pulumi", ["download"], job)).toBeUndefined();
});

test("a checksum list that is not there, or does not name the file, means that the file is not used", async () => {
  using bench = scratch();
  const content = Buffer.from("x");
  await using bare = await serve({ [cli]: { content } });
  await using other = await serve({
    [cli]: { content },
    [sums]: { content: Buffer.from(`${"0".repeat(64)}  other\n`) },
  });
  for (const [site, why] of [
    [bare, "HTTP 404"],
    [other, "does not name"],
  ] as const) {
    const job = jobIn(bench.folder);
    job.catalogue.publishers.pulumi!.url = site.url;
    expect(await download.obtain("pulumi", job)).toEqual({ missing: expect.stringContaining(why) });
    expect(site.asked.map(({ path }) => path)).not.toContain(cli);
  }
});

test("killed in the middle, the next run goes on where it stopped", async () => {
  using bench = scratch();
  const { site, job, content } = await siteWith(bench.folder, { stallsAfter: 50_000 });
  await using _ = site;
  const first = start(`
    import { fetchChecked } from "root:rehearsal/toolchain/sources/download.ts";
    import { jobIn } from "root:test/rehearsal/workbench.ts";
    const job = jobIn(${JSON.stringify(bench.folder)});
    await fetchChecked("${site.url + cli}", "${sumOf(content)}", "pulumi", job.catalogue.packages["pulumi-cli"], job, "download");`);
  await until("the first piece is on the disk", () => {
    const [part] = safeList(join(job.cache, "downloads"));
    return part !== undefined && readFileSync(join(job.cache, "downloads", part)).length === 50_000;
  });
  first.child.kill("SIGKILL");
  await first.ended;
  delete site.files[cli]!.stallsAfter;
  expect(await download.obtain("pulumi", job)).toMatchObject({ source: "download" });
  expect(site.asked.filter(({ path }) => path === cli).map(({ range }) => range)).toEqual([undefined, "bytes=50000-"]);
});

test("what an earlier run left of another file does not spoil this one", async () => {
  using bench = scratch();
  const { site, job, content } = await siteWith(bench.folder);
  await using _ = site;
  const { fetchChecked } = await import("../../rehearsal/toolchain/sources/download.ts");
  const { writeFileSync } = await import("node:fs");
  const about = job.catalogue.packages["pulumi-cli"]!;
  const file = await fetchChecked(site.url + cli, sumOf(content), "pulumi", about, job, "download");
  writeFileSync(file, Buffer.alloc(10_000));
  await fetchChecked(site.url + cli, sumOf(content), "pulumi", about, job, "download");
  expect(sumOf(readFileSync(file))).toBe(sumOf(content));
});

test("a host that cannot be reached is asked once, and not again by any part, nor by the next run", async () => {
  using bench = scratch();
  const gone = await serve({});
  await gone[Symbol.asyncDispose]();
  const job = jobIn(bench.folder);
  job.catalogue.publishers.pulumi!.url = gone.url;
  expect(await download.obtain("pulumi", job)).toEqual({
    missing: expect.stringContaining("cannot be reached (ECONNREFUSED)"),
  });
  expect(await download.obtain("pulumi-resource-kubernetes", job)).toEqual({
    missing: expect.stringContaining("not asked again"),
  });
  const next = jobIn(bench.folder);
  next.catalogue.publishers.pulumi!.url = gone.url;
  expect(await download.obtain("pulumi", next)).toEqual({ missing: expect.stringContaining("not asked again") });
  next.reach.forget();
  expect(await download.obtain("pulumi", next)).toEqual({ missing: expect.stringContaining("cannot be reached") });
});

test("what is not published for a machine is not asked for", async () => {
  using bench = scratch();
  await using site = await serve({});
  const job = { ...jobIn(bench.folder), platform: "darwin-arm64" as const };
  for (const publisher of Object.values(job.catalogue.publishers)) publisher.url = site.url;
  expect(await download.obtain("kube-apiserver", job)).toEqual({ missing: "not published for this machine" });
  expect(site.asked).toEqual([]);
  await download.obtain("etcd", job);
  expect(site.asked.map(({ path }) => path)).toEqual(["v3.6.8/SHA256SUMS"]);
});

test("what only mirrors have is not looked for on the publisher's site", async () => {
  using bench = scratch();
  await using site = await serve({});
  const job = jobIn(bench.folder);
  job.catalogue.publishers.pulumi!.url = site.url;
  await download.obtain("pulumi-language-nodejs", job);
  expect(site.asked.map(({ path }) => path)).toEqual([sums]);
});

function safeList(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
