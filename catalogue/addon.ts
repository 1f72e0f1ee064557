import { z } from "zod";
import { known, once } from "./once.ts";
import { verified } from "./shapes.ts";

const image = z.string().regex(/^[a-z0-9][\w./-]*:[\w.-]+$/, "an image with its tag, without a registry");
const mode = z.enum(["install", "existing"]);

const chartShape = z.strictObject({
  release: z.string(),
  path: z.string().regex(/^charts(\/[\w-]+)+$/),
  version: z.string(),
  upstream: z.string(),
  definitions: z.boolean().default(true),
  values: z.record(z.string(), z.json()).default({}),
});

const alsoShape = z.strictObject({
  version: z.string(),
  charts: z.record(z.string(), z.string()).default({}),
  images: z.record(z.string(), image).default({}),
  note: z.string(),
});

const switchShape = z.strictObject({
  what: z.string(),
  in: z.enum(["values", "object"]),
  of: z.string(),
  path: z.string(),
  to: z.json(),
  why: z.string(),
  source: z.string(),
});

const addonShape = z.strictObject({
  is: z.string(),
  proven: z.string(),
  also: z.array(alsoShape).default([]),
  modes: z.array(mode).min(1).default(["install", "existing"]),
  default: mode.default("install"),
  namespace: z.string(),
  serves: z.array(z.string()).default([]),
  kinds: z.array(z.string()).default([]),
  limits: z.record(z.string(), z.number().int().positive()).default({}),
  charts: z.array(chartShape).default([]),
  images: z.record(z.string(), image).default({}),
  from: z.record(z.string(), z.string()).default({}),
  phoneHome: z.strictObject({ source: z.string(), switches: z.array(switchShape).default([]) }),
  definitions: z.union([z.array(z.string()).min(1), z.strictObject({ none: z.string(), kinds: z.array(z.string()) })]),
  install: z.url(),
  source: z.string(),
  read: z.iso.date(),
  verified,
  note: z.string().optional(),
});

const addonsShape = z
  .object({
    kubernetes: z.strictObject({ minimum: z.string(), proven: z.string(), source: z.string(), read: z.iso.date() }),
  })
  .catchall(addonShape);

/**
 * An add-on of the cluster: the version that was proven and others that are known, its charts and images without a
 * registry, the group versions it serves, and what in it would call home.
 */
export type Addon = z.output<typeof addonShape> & { id: string; version: string };

/** The add-on with this id (`envoy-gateway`), at the version that was proven or at another that is known. */
export function addon(id: string, version?: string): Addon {
  const { kubernetes, ...table } = once("addons.yaml", addonsShape);
  const found = known("add-on", table, id);
  if (version === undefined || version === found.proven) return { id, version: found.proven, ...found };
  const other = found.also.find((one) => one.version === version);
  if (!other) throw new Error(`the catalogue has no version ${JSON.stringify(version)} of the add-on ${id}`);
  const charts = found.charts.map((chart) => ({ ...chart, version: other.charts[chart.release] ?? chart.version }));
  return { id, version, ...found, charts, images: { ...found.images, ...other.images } };
}

/** Ids of all add-ons. */
export function addons(): string[] {
  const { kubernetes, ...table } = once("addons.yaml", addonsShape);
  return Object.keys(table);
}

/** Every version of an add-on that the catalogue knows, the proven one first. */
export function addonVersions(id: string): string[] {
  const { proven, also } = addon(id);
  return [proven, ...also.map(({ version }) => version)];
}

/** The oldest Kubernetes that serves what Freehold makes, and the one it was proven on. */
export function kubernetes(): z.output<typeof addonsShape>["kubernetes"] {
  return once("addons.yaml", addonsShape).kubernetes;
}
