import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { valueAt } from "../../components/country/field-at.ts";
import { withEntry } from "../../components/country/with-entry.ts";
import { written } from "../../components/country/wording.ts";
import { type Country, CountryFaults, loadCountry, readStackFile } from "../../components/country.ts";
import { Failure } from "../failure.ts";

/** A change as it stands in the country file: from which line on, what it was, and what it is. */
export type Changed = { line: number; before: string[]; after: string[]; country: Country };

/** Fields of a key, as the country file has them. */
export type KeyFields = {
  expires?: string;
  generation?: number;
  overlapUntil?: string;
  costCentre?: string;
  revoked?: boolean;
};

/**
 * Writes fields of a key into a country file, whose other characters stay as they are. Where the file would not be valid, it
 * throws its faults, and the file stays as it is. Undefined where it says so already.
 */
export function changeKey(file: string, tenant: string, key: string, fields: KeyFields): Changed | undefined {
  const text = readFileSync(file, "utf8");
  const own = [tenant, "keys", key];
  const at = ["config", "freehold:tenants", ...own];
  const isThere = valueAt(readStackFile(file).values.tenants, own) !== undefined;
  const entries: [string[], unknown][] = isThere
    ? Object.entries(fields).map(([field, value]) => [[...at, field], value])
    : [[at, fields]];
  let changed = text;
  for (const [path, value] of entries) {
    const next = withEntry(changed, path, value);
    if (next === undefined) throw notWrittenOut(file, tenant, key, fields);
    changed = next;
  }
  if (changed === text) return undefined;
  const country = judged(changed, file);
  writeFileSync(file, changed);
  return { ...difference(text, changed), country };
}

/** The country in a text, before it stands in its file. */
function judged(text: string, file: string): Country {
  const folder = mkdtempSync(join(tmpdir(), "freehold-keys-"));
  const draft = join(folder, "Pulumi.draft.yaml");
  try {
    writeFileSync(draft, text, { mode: 0o600 });
    return loadCountry(draft);
  } catch (error) {
    if (!(error instanceof CountryFaults)) throw error;
    throw new CountryFaults(error.faults.map((fault) => ({ ...fault, file })));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function notWrittenOut(file: string, tenant: string, key: string, fields: KeyFields): Failure {
  return new Failure(
    [
      `The keys of ${tenant} are not written out where they stand in ${file}, which stays as it is.`,
      "  allowed  a tenant without anchors (&), aliases (*) and merged keys (<<)",
      `  remedy   write it yourself, in the tenant's keys:  ${written({ [key]: fields }).slice(2, -2)}`,
    ].join("\n"),
  );
}

/** The lines in which two texts differ, from the first to the last of them. */
function difference(before: string, after: string): Omit<Changed, "country"> {
  const [old, now] = [before.split("\n"), after.split("\n")];
  let first = 0;
  while (old[first] === now[first]) first++;
  let same = 0;
  while (same < Math.min(old.length, now.length) - first && old.at(-1 - same) === now.at(-1 - same)) same++;
  const between = (lines: string[]) => lines.slice(first, lines.length - same).map((line) => line.trimEnd());
  return { line: first + 1, before: between(old), after: between(now) };
}
