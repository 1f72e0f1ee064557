import { readdirSync, readFileSync, statSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { CountryFaults, type Position } from "./fault.ts";
import { nearest } from "./wording.ts";

const mostBytes = 2 ** 20;

/** The text of a file. Throws one `CountryFaults` where it cannot be read, is not UTF-8, or holds nothing (`empty`). */
export function readText(path: string, empty: { allowed: string; remedy: string }): string {
  const bytes = readBytes(path);
  const refuse = (found: string, allowed: string, remedy: string, at?: Position) => {
    throw new CountryFaults([{ file: path, path: "", found, allowed, remedy, ...at }]);
  };
  const allowed = "a YAML file in UTF-8";
  const encoding = wideEncoding(bytes);
  if (encoding) refuse(`${encoding} text`, allowed, convert(path, encoding));
  if (bytes.includes(0)) refuse("data that is no text", allowed, "check that this is the file you mean");
  const bad = invalidUtf8(bytes);
  if (bad) refuse(`the byte 0x${bad.byte}, which is not UTF-8`, allowed, convert(path, "ISO-8859-1"), bad);
  const text = new TextDecoder().decode(bytes);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
  const control = /[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]/.exec(text);
  if (control) {
    const code = control[0].charCodeAt(0).toString(16).padStart(2, "0");
    const lines = text.slice(0, control.index).split("\n");
    const at = { line: lines.length, column: lines.at(-1)!.length + 1 };
    refuse(
      `the control character 0x${code}`,
      "text that can be read and printed",
      "take it out, or restore the file from its history",
      at,
    );
  }
  if (text.trim() === "") refuse("an empty file", empty.allowed, empty.remedy);
  return text;
}

function readBytes(path: string): Buffer {
  const refuse = (found: string, remedy: string, allowed = "a file that can be read"): never => {
    throw new CountryFaults([{ file: path, path: "", found, allowed, remedy }]);
  };
  try {
    const stat = statSync(path);
    if (stat.isDirectory()) refuse("a directory", `name the file in it:  ${join(path, "Pulumi.<stack>.yaml")}`);
    if (!stat.isFile()) refuse("something that is not a file", "name a regular file");
    if (stat.size > mostBytes) {
      const found = `${(stat.size / 2 ** 20).toFixed(1)} MiB, far more than a country takes`;
      refuse(found, "check that this is the file you mean", "at most 1 MiB");
    }
    return readFileSync(path);
  } catch (error) {
    if (error instanceof CountryFaults) throw error;
    const code = (error as NodeJS.ErrnoException).code;
    if (code === "ENOENT" || code === "ENOTDIR") return refuse("no such file", missing(path));
    if (code === "EACCES" || code === "EPERM")
      return refuse("a file that may not be read", `let your user read it:  chmod u+r ${path}`);
    return refuse(`a file that cannot be read (${code})`, "check the path and the disk");
  }
}

/** What the operator may have meant: the stack files that are there. */
function missing(path: string): string {
  const folder = dirname(path);
  const there = stackFiles(folder);
  if (there.length === 0) return `check the path; ${folder} has no stack file`;
  const [meant] = nearest(basename(path), there);
  return meant ? `name one that is there:  ${join(folder, meant)}` : `name one that is there: ${there.join(", ")}`;
}

function stackFiles(folder: string): string[] {
  try {
    return readdirSync(folder).filter((name) => /^Pulumi\..+\.ya?ml$/.test(name));
  } catch {
    return [];
  }
}

function convert(path: string, encoding: string): string {
  return `iconv -f ${encoding} -t UTF-8 ${path} > ${path}.utf8 && mv ${path}.utf8 ${path}`;
}

/** Encodings of two or four bytes a character, by their mark or by the zeros that ASCII leaves in them. */
function wideEncoding(bytes: Buffer): string | undefined {
  const start = bytes.subarray(0, 4).toString("hex");
  if (start === "fffe0000" || start === "0000feff") return "UTF-32";
  if (start.startsWith("fffe") || start.startsWith("feff")) return "UTF-16";
  if (/^0000000[^0]/.test(start)) return "UTF-32BE";
  if (/^00[^0]/.test(start)) return "UTF-16BE";
  return /^(?!00)..00(?!00)../.test(start) ? "UTF-16LE" : undefined;
}

function invalidUtf8(bytes: Buffer): (Position & { byte: string }) | undefined {
  let line = 1;
  for (let start = 0; start <= bytes.length; line++) {
    const end = bytes.indexOf(0x0a, start) < 0 ? bytes.length : bytes.indexOf(0x0a, start);
    const text = bytes.subarray(start, end);
    if (!isUtf8(text)) {
      // A prefix is broken from the first byte that no continuation can mend.
      let good = 0;
      while (isUtf8(text.subarray(0, good + 1)) || isUtf8Start(text.subarray(0, good + 1))) good++;
      const column = new TextDecoder().decode(text.subarray(0, good)).replace(/\ufffd$/, "").length + 1;
      return { line, column, byte: (text[good] ?? text[good - 1])!.toString(16).padStart(2, "0") };
    }
    start = end + 1;
  }
  return undefined;
}

function isUtf8(bytes: Buffer): boolean {
  return decodes(bytes, false);
}

function isUtf8Start(bytes: Buffer): boolean {
  return decodes(bytes, true);
}

function decodes(bytes: Buffer, stream: boolean): boolean {
  try {
    new TextDecoder("utf-8", { fatal: true }).decode(bytes, { stream });
    return true;
  } catch {
    return false;
  }
}
