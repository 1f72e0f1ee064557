import { randomBytes } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import {
  fetchFile,
  fetchText,
  isThere,
  NotThere,
  TransferFailed,
  Unreachable,
} from "../../rehearsal/toolchain/transfer.ts";
import { serve } from "./file-server.ts";
import { scratch, start } from "./workbench.ts";

const wait = { answerMs: 500, stallMs: 300, pauseMs: 5, tries: 3 };
const content = randomBytes(300_000);

test("a file whose connection is cut half-way is continued where it stopped", async () => {
  using bench = scratch();
  await using site = await serve({ file: { content, cut: { after: 100_000, times: 2 } } });
  const part = join(bench.folder, "file.part");
  await fetchFile(`${site.url}file`, part, { resume: true, wait });
  expect(readFileSync(part).equals(content)).toBe(true);
  const [first, second, third] = site.asked.map(({ range }) => Number(range?.slice("bytes=".length, -1) ?? 0));
  expect([first, site.asked.length]).toEqual([0, 3]);
  expect(second).toBeGreaterThan(0);
  expect(third).toBeGreaterThan(second!);
});

test("what an earlier run left is continued", async () => {
  using bench = scratch();
  await using site = await serve({ file: { content } });
  const part = join(bench.folder, "file.part");
  writeFileSync(part, content.subarray(0, 1234));
  expect(await fetchFile(`${site.url}file`, part, { resume: true, wait })).toEqual({ resumedAt: 1234 });
  expect(readFileSync(part).equals(content)).toBe(true);
  expect(site.asked).toEqual([{ path: "file", range: "bytes=1234-" }]);
});

test("a server that ignores what piece is asked for sends the whole file, and it is written from its beginning", async () => {
  using bench = scratch();
  await using site = await serve({ file: { content, ignoresRange: true } });
  const part = join(bench.folder, "file.part");
  writeFileSync(part, "something else altogether");
  await fetchFile(`${site.url}file`, part, { resume: true, wait });
  expect(readFileSync(part).equals(content)).toBe(true);
});

test("an earlier piece that is longer than the file is dropped", async () => {
  using bench = scratch();
  await using site = await serve({ file: { content } });
  const part = join(bench.folder, "file.part");
  writeFileSync(part, Buffer.concat([content, content]));
  await fetchFile(`${site.url}file`, part, { resume: true, wait });
  expect(readFileSync(part).equals(content)).toBe(true);
});

test("where no checksum decides in the end, nothing is continued", async () => {
  using bench = scratch();
  await using site = await serve({ file: { content, cut: { after: 100_000, times: 1 } } });
  const part = join(bench.folder, "file.part");
  writeFileSync(part, content.subarray(0, 1234));
  await fetchFile(`${site.url}file`, part, { resume: false, wait });
  expect(readFileSync(part).equals(content)).toBe(true);
  expect(site.asked.map(({ range }) => range)).toEqual([undefined, undefined]);
});

test("a line that brings nothing more is given up", async () => {
  using bench = scratch();
  await using site = await serve({ file: { content, cut: { after: 0, times: 99 } } });
  await expect(fetchFile(`${site.url}file`, join(bench.folder, "p"), { resume: true, wait })).rejects.toThrow(
    TransferFailed,
  );
  expect(site.asked.length).toBe(3);
});

test("a server that stops sending is left", async () => {
  using bench = scratch();
  await using site = await serve({ file: { content, stallsAfter: 1 } });
  const fetching = fetchFile(`${site.url}file`, join(bench.folder, "p"), { resume: false, wait });
  await expect(fetching).rejects.toThrow("stopped sending");
});

test("a missing file, a server's own failure and a server that is not there are told apart", async () => {
  await using site = await serve({ broken: { content, status: 500 } });
  await expect(fetchText(`${site.url}absent`, wait)).rejects.toThrow(NotThere);
  await expect(fetchText(`${site.url}broken`, wait)).rejects.toThrow(TransferFailed);
  const gone = await serve({});
  await gone[Symbol.asyncDispose]();
  await expect(fetchText(`${gone.url}file`, wait)).rejects.toThrow(Unreachable);
  await expect(fetchText("https://no-such-host.invalid/file", wait)).rejects.toThrow(Unreachable);
});

test("whether a file is there is found out without fetching it", async () => {
  await using site = await serve({ file: { content } });
  expect(await isThere(`${site.url}file`, wait)).toBe(true);
  expect(await isThere(`${site.url}absent`, wait)).toBe(false);
  expect(site.asked[0]).toEqual({ path: "file", range: "bytes=0-0" });
});

test("redirects are followed, but not in circles", async () => {
  await using site = await serve({
    here: { content, redirect: "/there" },
    there: { content: Buffer.from("found") },
    circle: { content, redirect: "/circle" },
  });
  expect(await fetchText(`${site.url}here`, wait)).toBe("found");
  await expect(fetchText(`${site.url}circle`, wait)).rejects.toThrow(TransferFailed);
});

test("progress is told in bytes of the whole, also when continuing", async () => {
  using bench = scratch();
  await using site = await serve({ file: { content } });
  const part = join(bench.folder, "p");
  writeFileSync(part, content.subarray(0, 200_000));
  const told: [number, number | undefined][] = [];
  await fetchFile(`${site.url}file`, part, { resume: true, wait, onBytes: (got, all) => told.push([got, all]) });
  expect(told[0]![0]).toBeGreaterThan(200_000);
  expect(told.at(-1)).toEqual([300_000, 300_000]);
});

test("a proxy that the environment names is used", async () => {
  await using proxy = await serve({ "there/file": { content: Buffer.from("through the proxy") } });
  const { out, err } = await start(`
    process.env.http_proxy = "${proxy.url}";
    const { fetchText } = await import("root:rehearsal/toolchain/transfer.ts");
    console.log(await fetchText("http://no-such-host.invalid/there/file"));`).ended;
  expect({ out, err }).toEqual({ out: "through the proxy\n", err: "" });
});

test("a disk that takes no more is not taken for a bad line", async () => {
  using bench = scratch();
  await using site = await serve({ file: { content } });
  mkdirSync(join(bench.folder, "folder.part"));
  const fetching = fetchFile(`${site.url}file`, join(bench.folder, "folder.part"), { resume: true, wait });
  await expect(fetching).rejects.toMatchObject({ code: "EISDIR" });
});
