import { readFileSync, writeFileSync } from "node:fs";
import { isMap, parseDocument } from "yaml";
import { withEntry } from "../../components/country/with-entry.ts";
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
  const signed = withEntry(readFileSync(path, "utf8"), [...at, index, "signature"], signature);
  if (signed === undefined) return false;
  writeFileSync(path, signed);
  return true;
}

function isStackFile(path: string): boolean {
  try {
    const document = parseDocument(readFileSync(path, "utf8"));
    return isMap(document.contents) && document.contents.has("config");
  } catch {
    return false;
  }
}
