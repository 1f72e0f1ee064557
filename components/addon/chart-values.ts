import type { Addon as AddonFacts } from "../../catalogue/index.ts";
import type { ChartValues } from "../addon.ts";
import { type Country, pinned } from "../country.ts";
import { switchesOff } from "./phone-home.ts";

type Registry = Pick<Country, "registry" | "digests">;

/**
 * What one chart of an add-on is told: the catalogue's values with the country's registry and images in them, the switches
 * that shut its ways home, and over both whatever depends on the country.
 */
export function chartValues(
  facts: AddonFacts,
  release: string,
  registry: Registry,
  own: ChartValues = {},
): ChartValues {
  const chart = facts.charts.find((each) => each.release === release);
  return merged(filled(chart?.values, facts, registry) as ChartValues, switchesOff(facts, release), own);
}

/** Fills in `{registry}`, and `{role}` and its parts for the images of the add-on. */
function filled(value: unknown, facts: AddonFacts, registry: Registry): unknown {
  if (Array.isArray(value)) return value.map((item) => filled(item, facts, registry));
  if (isMapping(value)) {
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, filled(inner, facts, registry)]));
  }
  if (typeof value !== "string") return value;
  return value.replace(/\{(\w+)(?:\.(\w+))?\}/g, (placeholder, role: string, part: string | undefined) => {
    if (role === "registry") return registry.registry;
    const image = facts.images[role];
    const said = image === undefined ? undefined : imageParts(image, registry)[part ?? "whole"];
    if (said === undefined) throw new Error(`catalogue/addons.yaml: ${facts.id} says ${placeholder}, which is nothing`);
    return said;
  });
}

/** An image as charts ask for it: whole, or in parts of which charts put it together again. */
function imageParts(image: string, { registry, digests }: Registry): Record<string, string> {
  const whole = pinned(registry, image, digests);
  const [path = "", version = ""] = image.split(":");
  const digest = whole.split("@")[1] ?? "";
  return {
    whole,
    path,
    version,
    repository: `${registry}/${path}`,
    pinned: digest ? `${version}@${digest}` : version,
    digest,
    hex: digest.replace("sha256:", ""),
  };
}

/** Values over values, mappings merged key by key and everything else replaced. */
function merged(...layers: ChartValues[]): ChartValues {
  const result: ChartValues = {};
  for (const layer of layers) {
    for (const [key, value] of Object.entries(layer)) {
      const below = result[key];
      result[key] = isMapping(value) ? merged(isMapping(below) ? below : {}, value) : value;
    }
  }
  return result;
}

function isMapping(value: unknown): value is ChartValues {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
