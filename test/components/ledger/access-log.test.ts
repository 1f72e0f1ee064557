import { appendFileSync, existsSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { AccessLog } from "../../../components/ledger/programs/access-log.ts";

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "freehold-log-"));
  path = join(folder, "access.log");
});
afterEach(() => rmSync(folder, { recursive: true }));

const write = (text: string) => appendFileSync(path, text);
/** All that is there, confirmed. */
function readAll(log: AccessLog, ended = false): string[] {
  const lines: string[] = [];
  for (let batch = log.read(ended); batch.bytes > 0; batch = log.read(ended)) {
    lines.push(...batch.lines);
    log.confirm();
  }
  return lines;
}

describe("a log", () => {
  it("that is not there yet has no lines", () => {
    const log = new AccessLog(path);
    expect(readAll(log)).toEqual([]);
    expect(log.behindBytes).toBe(0);
    write("{}\n");
    expect(readAll(log)).toEqual(["{}"]);
  });

  it("gives a line when it is whole, and once", () => {
    const log = new AccessLog(path);
    write('{"a":1}\n{"b"');
    expect(readAll(log)).toEqual(['{"a":1}']);
    expect(log.behindBytes).toBe(4);
    write(":2}\n\n");
    expect(readAll(log)).toEqual(['{"b":2}']);
    expect(log.behindBytes).toBe(0);
  });

  it("is read again from the last confirmed line by whoever comes after", () => {
    write("1\n2\n");
    const first = new AccessLog(path);
    expect(first.read().lines).toEqual(["1", "2"]);
    expect(new AccessLog(path).read().lines).toEqual(["1", "2"]);
    first.confirm();
    write("3\n");
    expect(new AccessLog(path).read().lines).toEqual(["3"]);
  });

  it("is read from its beginning where the place is lost or damaged", () => {
    write("1\n");
    readAll(new AccessLog(path));
    writeFileSync(`${path}.place`, '{"inode":');
    expect(readAll(new AccessLog(path))).toEqual(["1"]);
  });

  it("is read from its beginning where somebody cut it", () => {
    const log = new AccessLog(path);
    write("1234567890\n");
    readAll(log);
    truncateSync(path);
    write("2\n");
    expect(readAll(log)).toEqual(["2"]);
  });

  it("larger than what is read at once comes whole and in order", () => {
    const lines = Array.from({ length: 20_000 }, (_, index) => `{"n":${index},"ü":"${"é".repeat(20)}"}`);
    write(`${lines.join("\n")}\n`);
    expect(readAll(new AccessLog(path))).toEqual(lines);
  });

  it("takes what is too long for a line in pieces, and goes on behind it", () => {
    write(`${"x".repeat(2_500_000)}\n{"n":1}\n`);
    const lines = readAll(new AccessLog(path));
    expect(lines.at(-1)).toBe('{"n":1}');
    expect(lines.slice(0, -1).join("")).toBe("x".repeat(2_500_000));
  });

  it("has a last line without its end only when nobody writes any more, and only if it is whole", () => {
    const log = new AccessLog(path);
    write('{"n":1}');
    expect(readAll(log)).toEqual([]);
    expect(readAll(log, true)).toEqual(['{"n":1}']);
    write('\n{"n":2');
    expect(readAll(log, true)).toEqual([]);
  });
});

describe("a large log", () => {
  it("is put aside, read to its end while the proxy still writes to it, and taken away when the proxy has a new one", () => {
    const log = new AccessLog(path);
    write("1\n");
    expect(log.putAside(100)).toBe(false);
    expect(log.putAside(2)).toBe(true);
    // The proxy holds the old file open until it was asked, and it may be asked again.
    appendFileSync(`${path}.1`, "2\n");
    expect(readAll(log)).toEqual(["1", "2"]);
    expect(log.putAside(2)).toBe(true);
    appendFileSync(`${path}.1`, "3\n");
    write("4\n");
    expect(log.putAside(2)).toBe(false);
    expect(log.behindBytes).toBe(4);
    expect(readAll(log)).toEqual(["3", "4"]);
    expect(existsSync(`${path}.1`)).toBe(false);
    expect(log.behindBytes).toBe(0);
  });

  it("is not read twice where the reader ended between any two steps", () => {
    write("1\n");
    const read = () => readAll(new AccessLog(path));
    expect(read()).toEqual(["1"]);
    new AccessLog(path).putAside(1);
    expect(read()).toEqual([]);
    write("2\n");
    expect(read()).toEqual(["2"]);
    expect(existsSync(`${path}.1`)).toBe(false);
    expect(JSON.parse(readFileSync(`${path}.place`, "utf8")).offset).toBe(2);
    expect(read()).toEqual([]);
  });

  it("gives what is left at its end, however it looks, once it is complete", () => {
    const log = new AccessLog(path);
    write('1\n{"n":');
    log.putAside(1);
    expect(readAll(log)).toEqual(["1"]);
    write("2\n");
    expect(readAll(log)).toEqual(['{"n":', "2"]);
  });

  it("is read to its end where the proxy ended before it opened another", () => {
    const log = new AccessLog(path);
    write("1\n");
    log.putAside(1);
    appendFileSync(`${path}.1`, "2\n");
    expect(readAll(log, true)).toEqual(["1", "2"]);
  });
});
