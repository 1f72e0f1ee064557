import { readFileSync, writeFileSync } from "node:fs";
import { isDeepStrictEqual } from "node:util";
import { isMap, isScalar, parseDocument, type YAMLMap } from "yaml";
import { loadCountry } from "../../components/country.ts";
import { readDeclarationFile } from "../declaration/file.ts";
import type { Waiver } from "../waiver.ts";

/** A country file or a declaration file, for the sake of its waivers. */
export type WaiverFile = {
  path: string;
  /** The country its waivers are for; a declaration file need not say. */
  country?: string;
  waivers: Waiver[];
  /** The keys that lead to the waivers in the file. */
  at: string[];
};

/** Reads the waivers of a file. Throws `CountryFaults` where anything is wrong with it. */
export function readWaiverFile(path: string): WaiverFile {
  if (isStackFile(path)) {
    const { country, guards } = loadCountry(path);
    return { path, country, waivers: guards.waivers, at: ["config", "freehold:guards", "waivers"] };
  }
  const { country, waivers } = readDeclarationFile(path).values;
  return { path, country, waivers, at: ["waivers"] };
}

/** Writes a signature beside its waiver and leaves every other character as it is; false where that cannot be done safely. */
export function writeSignature({ path, at }: WaiverFile, index: number, signature: string): boolean {
  const text = readFileSync(path, "utf8");
  const document = parseDocument(text, { version: "1.2" });
  const waiver = document.getIn([...at, index], true);
  const signed = isMap(waiver) ? insert(text, waiver, signature) : undefined;
  if (signed === undefined) return false;
  // Anchors and aliases may carry a signature to where nobody signed.
  const wanted = plain(text);
  Object.assign([...at, index].reduce((value, key) => (value as Indexed)[key], wanted) as object, { signature });
  if (!isDeepStrictEqual(plain(signed), wanted)) return false;
  writeFileSync(path, signed);
  return true;
}

function insert(text: string, waiver: YAMLMap, signature: string): string | undefined {
  const pairs = waiver.items.map(({ key, value }) => ({
    key: isScalar(key) ? key : undefined,
    value: isScalar(value) ? value : undefined,
  }));
  const old = pairs.find(({ key }) => key?.value === "signature")?.value?.range;
  if (old) return text.slice(0, old[0]) + signature + text.slice(old[1]);
  const first = pairs[0]?.key?.range?.[0];
  const end = pairs.at(-1)?.value?.range?.[1];
  if (first === undefined || end === undefined) return undefined;
  if (waiver.flow) return `${text.slice(0, end)}, signature: ${signature}${text.slice(end)}`;
  const indent = " ".repeat(first - (text.lastIndexOf("\n", first - 1) + 1));
  const eol = text.includes("\r\n") ? "\r\n" : "\n";
  const line = `${indent}signature: ${signature}${eol}`;
  // A block of text ends with its last line; any other value may have a comment after it.
  const next = text[end - 1] === "\n" ? end : text.indexOf("\n", end) + 1;
  return next === 0 ? `${text}${eol}${line}` : text.slice(0, next) + line + text.slice(next);
}

type Indexed = Record<string | number, unknown>;

/** What a text says, with nothing in it standing for another part. */
function plain(text: string): unknown {
  return JSON.parse(JSON.stringify(parseDocument(text, { version: "1.2" }).toJS()));
}

function isStackFile(path: string): boolean {
  try {
    const document = parseDocument(readFileSync(path, "utf8"));
    return isMap(document.contents) && document.contents.has("config");
  } catch {
    return false;
  }
}
