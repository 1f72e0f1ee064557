import process from "node:process";
import { addon, addons, engine, engines } from "../catalogue/index.ts";
import { type Country, loadCountry, pinned } from "../components/country.ts";
import { planCountry } from "./plan-country.ts";
import { countryFile } from "./stacks.ts";

/** One thing that the country's registry has to hold: its name there, and where it comes from, where the catalogue knows. */
type Mirrored = { kind: "chart" | "image" | "weights"; here: string; from: string };

/** `freehold images`: what the country's registry has to hold before `up`, with where each part is published. */
export async function imagesCommand(named: string, options: { json?: boolean }): Promise<void> {
  const country = loadCountry(countryFile(named));
  const list = await mirrored(country);
  if (options.json) {
    process.stdout.write(`${JSON.stringify(list, null, 2)}\n`);
    return;
  }
  const width = Math.max(...list.map(({ here }) => here.length));
  const lines = list.map(({ kind, here, from }) => `  ${kind.padEnd(8)} ${here.padEnd(width)}  ${from}`);
  const heading = `${country.registry} has to hold ${list.length} parts for ${named}; nothing comes from anywhere else.`;
  process.stdout.write(`${[heading, "", ...lines].join("\n")}\n`);
}

async function mirrored(country: Country): Promise<Mirrored[]> {
  const { registry, digests } = country;
  const parts = Object.entries(country.addons)
    .filter(([, { mode }]) => mode === "install")
    .map(([id, { version }]) => addon(id, version));
  const charts = parts.flatMap(({ charts }) =>
    charts.map(
      ({ path, version, upstream }): Mirrored => ({
        kind: "chart",
        here: `${registry}/${path}:${version}`,
        from: upstream,
      }),
    ),
  );
  const images = parts.flatMap((part) =>
    Object.values(part.images).map(
      (path): Mirrored => ({ kind: "image", here: pinned(registry, path, digests), from: publisher(path) }),
    ),
  );
  const known = new Set([...charts, ...images].map(({ here }) => here));
  const named = (await namedInPlan(country)).filter(
    (here) => !known.has(here) && !here.startsWith(`${registry}/charts/`),
  );
  const others = named.map((here): Mirrored => {
    const model = Object.values(country.models).find(
      ({ weights }) => weights.from === "image" && weights.reference === here,
    );
    if (model) return { kind: "weights", here, from: `${model.model}, packed as an OCI artifact` };
    return { kind: "image", here, from: publisher(here.slice(registry.length + 1)) };
  });
  const all = [...charts, ...images, ...others].sort((a, b) => (a.kind + a.here < b.kind + b.here ? -1 : 1));
  return [...new Map(all.map((each) => [each.here, each])).values()];
}

/** Every image and image volume of the objects that the country would make. */
async function namedInPlan(country: Country): Promise<string[]> {
  const resources = await planCountry(country);
  const found = JSON.stringify(resources.map(({ props }) => props)).matchAll(
    /"(?:image|imageName|reference)":"([^"{}]+:[^"{}]+)"/g,
  );
  return [...new Set([...found].map(([, reference]) => reference!))];
}

/** Where an image is published, by the first part of its path. */
function publisher(path: string): string {
  const tagged = path.replace(/@sha256:.*$/, "");
  const sources = [...addons().map((id) => addon(id)), ...engines().map((id) => engine(id))];
  const host = sources.map(({ from }) => from[tagged.split("/")[0]!]).find((found) => found !== undefined);
  return host ? `${host}/${tagged}` : "your own: the country file names it";
}
