import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Package } from "../../catalogue/toolchain.ts";

/** The Go modules from which packages are made here, each with its committed go.mod and go.sum. */
export const modulesFolder = fileURLToPath(new URL("./modules/", import.meta.url));

/** Digest of all that decides what a package from the registries becomes; undefined for what its publisher has ready-made. */
export async function recipeOf(arrival: Package): Promise<string | undefined> {
  const made = arrival.wheel ?? arrival.npm ?? arrival.models ?? arrival.build ?? arrival.charts;
  if (!made) return undefined;
  const hash = createHash("sha256").update(JSON.stringify([arrival.version, made]));
  if (!("module" in made)) return hash.digest("hex");
  const folder = join(modulesFolder, made.module);
  for (const file of (await readdir(folder)).sort()) hash.update(file).update(await readFile(join(folder, file)));
  return hash.digest("hex");
}
