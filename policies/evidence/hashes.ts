import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";

// The package's root: this file stands two folders below it, in a clone and in dist alike.
const root = join(import.meta.dirname, "..", "..");

/** SHA-256 of what judges, as it lies on the disk: the pack's code, and the catalogue that it goes by. */
export function ownHashes(): { pack: string; catalogue: string } {
  own ??= hashed();
  return own;
}
let own: { pack: string; catalogue: string } | undefined;

function hashed(): { pack: string; catalogue: string } {
  const files = ["policies", "components/country", "catalogue"].flatMap((folder) => filesUnder(join(root, folder)));
  const isData = (file: string) => /\.ya?ml$/.test(file) && relative(root, file).startsWith("catalogue");
  return { pack: hashOf(files.filter((file) => !isData(file))), catalogue: hashOf(files.filter(isData)) };
}

/** SHA-256 of a file, undefined where there is none. */
export function fileHash(file: string): string | undefined {
  return existsSync(file) ? createHash("sha256").update(readFileSync(file)).digest("hex") : undefined;
}

function hashOf(files: readonly string[]): string {
  const digest = createHash("sha256");
  for (const file of files) digest.update(`${relative(root, file).replaceAll("\\", "/")}\0${fileHash(file)}\n`);
  return digest.digest("hex");
}

function filesUnder(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.(?:ts|js|json|ya?ml)$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}
