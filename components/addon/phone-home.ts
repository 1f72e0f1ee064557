import { type Addon as AddonFacts, addon } from "../../catalogue/index.ts";
import type { ChartValues } from "../addon.ts";
import type { Country } from "../country.ts";

/** A way in which an add-on would call home, and how it is shut. */
export type PhoneHome = {
  addon: string;
  /** What would be told or asked. */
  what: string;
  /** The setting that shuts it, where it stands, and its value. */
  off: string;
  why: string;
  source: string;
};

/** Every switch by which an add-on of the country would call home, with how it is off; none is left on. */
export function phoneHome({ addons }: Pick<Country, "addons">): PhoneHome[] {
  return Object.entries(addons).flatMap(([id, { mode, version }]) =>
    addon(id, version).phoneHome.switches.map(({ what, of, path, to, why, source }) => {
      const off = `${path}: ${JSON.stringify(to)} (${of})`;
      return { addon: id, what, off: mode === "install" ? off : `${off}, to be set by whoever runs it`, why, source };
    }),
  );
}

/** The values of one release that shut its ways home. */
export function switchesOff({ phoneHome }: AddonFacts, release: string): ChartValues {
  const values: ChartValues = {};
  for (const { path, to } of phoneHome.switches.filter((each) => each.in === "values" && each.of === release)) {
    const keys = path.split(".");
    const last = keys.pop()!;
    const holder = keys.reduce<ChartValues>((inside, key) => {
      inside[key] ??= {};
      return inside[key] as ChartValues;
    }, values);
    holder[last] = to;
  }
  return values;
}
