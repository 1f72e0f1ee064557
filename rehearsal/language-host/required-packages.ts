import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** A provider plugin that a program needs, as its npm package declares it. */
export type RequiredPackage = { name: string; version: string; server: string };

type Manifest = {
  name?: string;
  version?: string;
  dependencies?: Record<string, string>;
  devDependencies?: Record<string, string>;
  pulumi?: { resource?: boolean; name?: string; version?: string; server?: string };
};

/** The plugins that the packages installed for a program declare under `pulumi` in their package.json. */
export function requiredPackages(programFolder: string): RequiredPackage[] {
  return installedManifests(programFolder).flatMap(({ name = "", version = "", pulumi }) => {
    if (!pulumi?.resource) return [];
    const plugin = pulumi.name ?? (name.startsWith("@pulumi/") ? name.slice("@pulumi/".length) : undefined);
    const release = pulumi.version ?? version;
    if (!plugin || !release) return [];
    return [{ name: plugin, version: release.replace(/^v?/, "v"), server: pulumi.server ?? "" }];
  });
}

/** What a program depends on, with the installed versions: the packages it names itself, or every one that is installed. */
export function programDependencies(programFolder: string, transitive: boolean): { name: string; version: string }[] {
  const installed = installedManifests(programFolder).map(({ name = "", version = "" }) => ({ name, version }));
  if (transitive) return installed;
  const own = upwards(programFolder, "package.json");
  const { dependencies, devDependencies } = own ? readManifest(own) : {};
  return installed.filter(({ name }) => name in { ...dependencies, ...devDependencies });
}

/** The manifests in the `node_modules` that Node would resolve a program's imports from. */
function installedManifests(programFolder: string): Manifest[] {
  const modules = upwards(programFolder, "node_modules");
  if (!modules) return [];
  return readdirSync(modules)
    .flatMap((entry) =>
      entry.startsWith("@") ? readdirSync(join(modules, entry)).map((name) => join(entry, name)) : [entry],
    )
    .map((name) => join(modules, name, "package.json"))
    .filter((file) => existsSync(file))
    .map(readManifest);
}

/** A broken manifest of some package is npm's to report, not ours. */
function readManifest(file: string): Manifest {
  try {
    return JSON.parse(readFileSync(file, "utf8")) as Manifest;
  } catch {
    return {};
  }
}

function upwards(folder: string, name: string): string | undefined {
  const here = join(folder, name);
  if (existsSync(here)) return here;
  const parent = dirname(folder);
  return parent === folder ? undefined : upwards(parent, name);
}
