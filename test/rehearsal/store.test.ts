import { existsSync, readdirSync, readFileSync, truncateSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { keep, kept } from "../../rehearsal/toolchain/store.ts";
import { jobIn, scratch, start, until } from "./workbench.ts";

const fill = (text: string) => async (folder: string) => {
  writeFileSync(join(folder, "kwok"), text);
  return { origin: "a test", gives: ["kwok"], files: ["kwok"] };
};

test("what was put into the cache is found there, and only under the source that brought it", async () => {
  using bench = scratch();
  const job = jobIn(bench.folder);
  expect(await kept("kwok", ["mirror", "download"], job)).toBeUndefined();
  const put = await keep("kwok", "kwok", "download", job, fill("kwok"));
  expect(await kept("kwok", ["mirror", "download"], job)).toEqual(put);
  expect(await kept("kwok", ["mirror"], job)).toBeUndefined();
});

test("what is there is not made again", async () => {
  using bench = scratch();
  const job = jobIn(bench.folder);
  await keep("kwok", "kwok", "download", job, fill("first"));
  await keep("kwok", "kwok", "download", job, async () => Promise.reject(new Error("made again")));
  const found = await kept("kwok", ["download"], job);
  expect(readFileSync(found!.path, "utf8")).toBe("first");
});

test("a run that is killed while it unpacks leaves nothing that is used, and the next one does it anew", async () => {
  using bench = scratch();
  const job = jobIn(bench.folder);
  const half = join(bench.folder, "half-written");
  const { child, ended } = start(`
    import { writeFileSync } from "node:fs";
    import { keep } from "root:rehearsal/toolchain/store.ts";
    import { jobIn } from "root:test/rehearsal/workbench.ts";
    await keep("kwok", "kwok", "download", jobIn(${JSON.stringify(bench.folder)}), async (folder) => {
      writeFileSync(folder + "/kwok", "half of ");
      writeFileSync(${JSON.stringify(half)}, folder);
      await new Promise((resolve) => setTimeout(resolve, 60_000));
    });`);
  await until("the file is half written", () => existsSync(half));
  child.kill("SIGKILL");
  await ended;
  const left = readFileSync(half, "utf8");
  expect(readFileSync(join(left, "kwok"), "utf8")).toBe("half of ");
  expect(await kept("kwok", ["download"], job)).toBeUndefined();

  await keep("kwok", "kwok", "download", job, fill("the whole"));
  expect(readFileSync((await kept("kwok", ["download"], job))!.path, "utf8")).toBe("the whole");
  expect(existsSync(left)).toBe(false);
});

test("a folder whose files are not as long as they were is not used: a power cut leaves such", async () => {
  using bench = scratch();
  const job = jobIn(bench.folder);
  const put = (await keep("kwok", "kwok", "download", job, fill("kwok"))) as { path: string };
  truncateSync(put.path, 0);
  expect(await kept("kwok", ["download"], job)).toBeUndefined();
  await keep("kwok", "kwok", "download", job, fill("again"));
  expect(readFileSync((await kept("kwok", ["download"], job))!.path, "utf8")).toBe("again");
});

test("a failed attempt leaves nothing behind, and its fault is told", async () => {
  using bench = scratch();
  const job = jobIn(bench.folder);
  const failing = keep("kwok", "kwok", "download", job, async (folder) => {
    writeFileSync(join(folder, "kwok"), "half");
    throw new Error("the disk is full");
  });
  await expect(failing).rejects.toThrow("the disk is full");
  const folder = join(job.cache, "toolchain", "kwok", "0.8.0-linux-x64");
  expect(readdirSync(folder)).toEqual([]);
});

test("what is built lies in a folder of its recipe, so that a changed recipe is built beside it", async () => {
  using bench = scratch();
  const job = jobIn(bench.folder);
  const before = (await keep("kwok-built", "kwok", "registries", job, fill("before"))) as { path: string };
  job.catalogue.packages["kwok-built"]!.build!.tags = ["changed"];
  expect(await kept("kwok", ["registries"], job)).toBeUndefined();
  const after = (await keep("kwok-built", "kwok", "registries", job, fill("after"))) as { path: string };
  expect(dirname(after.path)).not.toBe(dirname(before.path));
  expect(readFileSync(before.path, "utf8")).toBe("before");
});
