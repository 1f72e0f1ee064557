import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type Addon, addon, addons } from "../catalogue/addon.ts";

/** A custom resource definition as a rehearsal has it, in YAML. */
export type Definition = { name: string; text: string };

/** A chart that a rehearsal answers, by its definitions: what else it would install acts on no simulated node. */
export type RehearsedChart = {
  name: string;
  /** Version whose definitions these are. */
  proven: string;
  /** Every version that is answered, the proven one among them. */
  versions: string[];
  addon: Addon;
  bringsDefinitions: boolean;
};

/** Every chart of the catalogue, by the last part of its path. */
export function rehearsedCharts(): RehearsedChart[] {
  return addons().flatMap((id) => {
    const facts = addon(id);
    return facts.charts.map(({ release, path, version, definitions }) => ({
      name: path.split("/").at(-1)!,
      proven: version,
      versions: [version, ...facts.also.flatMap(({ charts }) => charts[release] ?? [])],
      addon: facts,
      bringsDefinitions: definitions,
    }));
  });
}

/** The definitions of an add-on in the toolchain's folder of them; none where none could be had. */
export function definitionsOf({ definitions }: Addon, crdsFolder: string): Definition[] {
  if (!Array.isArray(definitions)) return [];
  return definitions.flatMap((name) => {
    const folder = join(crdsFolder, name);
    if (!existsSync(folder))
      throw new Error(`${folder}: the definitions of an add-on are not there\n  remedy   npx freehold setup`);
    const files = readdirSync(folder).filter((file) => file.endsWith(".yaml"));
    return files.map((file) => ({
      name: file.slice(0, -".yaml".length),
      text: readFileSync(join(folder, file), "utf8"),
    }));
  });
}
