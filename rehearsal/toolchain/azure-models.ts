import { mkdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { runInNewContext } from "node:vm";
import type { Package } from "../../catalogue/toolchain.ts";
import { unpackNpm } from "./npm-package.ts";
import { type Job, ToolchainError } from "./source.ts";

/** Limits that Azure publishes for a value, as its packages name them. */
export type AzureConstraints = {
  Pattern?: string;
  MinLength?: number;
  MaxLength?: number;
  InclusiveMinimum?: number;
  InclusiveMaximum?: number;
  MinItems?: number;
  MaxItems?: number;
  UniqueItems?: boolean;
};
/** A kind of value in Azure's models: a scalar, one of several words, another class, or a list or map of one of these. */
export type AzureValueType = {
  name: string;
  className?: string;
  allowedValues?: string[];
  element?: { type: AzureValueType; constraints?: AzureConstraints };
  value?: { type: AzureValueType };
};
/** A property in Azure's models; `serializedName` is its path in what goes over the wire. */
export type AzureModelProperty = {
  serializedName: string;
  required?: boolean;
  readOnly?: boolean;
  constraints?: AzureConstraints;
  type: AzureValueType;
};
/** One management package's models: classes by name, and the parameters of its paths, among them the names of resources. */
export type AzureModelFile = {
  package: string;
  version: string;
  classes: Record<string, Record<string, AzureModelProperty>>;
  parameters: Record<string, AzureModelProperty>;
};

// Which of the two a package has depends on its age.
const places = ["dist/commonjs/models", "dist-esm/src/models"];

/** Takes what Azure's management packages say about resources into one JSON file each; nothing of their code is kept or runs. */
export async function takeAzureModels(arrival: Package, folder: string, job: Job) {
  const { scope, packages } = arrival.models!;
  const models = join(folder, "azure-models");
  await mkdir(models, { recursive: true });
  const names = Object.entries(packages);
  const sums = await Promise.all(
    names.map(async ([name, { version, integrity }]) => {
      const origin = `${scope}/${name}@${version}`;
      const unpacked = join(folder, name);
      await mkdir(unpacked, { recursive: true });
      const sum = await unpackNpm(origin, integrity, unpacked, job);
      const file = { package: `${scope}/${name}`, version, ...(await modelsIn(unpacked, origin)) };
      await writeFile(join(models, `${name}.json`), JSON.stringify(file));
      await rm(unpacked, { recursive: true });
      return sum;
    }),
  );
  return {
    origin: names.map(([name, { version }]) => `${scope}/${name}@${version}`).join(", "),
    gives: arrival.gives,
    checked: sums.join(", "),
    files: names.map(([name]) => join("azure-models", `${name}.json`)),
  };
}

async function modelsIn(unpacked: string, origin: string): Promise<Pick<AzureModelFile, "classes" | "parameters">> {
  for (const place of places) {
    const folder = join(unpacked, place);
    if (!(await stat(join(folder, "mappers.js")).catch(() => undefined))) continue;
    const mappers = evaluated(await readFile(join(folder, "mappers.js"), "utf8"));
    const parameters = evaluated(await readFile(join(folder, "parameters.js"), "utf8"));
    return { classes: classesOf(mappers), parameters: parametersOf(parameters) };
  }
  throw new ToolchainError({
    what: `The package ${origin} carries no models.`,
    where: "npm's package registry",
    found: `neither ${places.join(" nor ")}`,
    remedy: "tell the maintainers: the version in catalogue/toolchain.yaml is not one that has them",
  });
}

type Mapper = AzureModelProperty & { type: AzureValueType & { modelProperties?: Record<string, AzureModelProperty> } };

/** The exports of a file that is nothing but data: it is evaluated without anything that it could reach. */
function evaluated(text: string): Record<string, unknown> {
  const exports: Record<string, unknown> = {};
  const commonJs = text
    .replace(/^import [^;]*;$/gm, "")
    .replace(/^export (?:const|let) ([\w$]+) =/gm, "const $1 = exports.$1 =");
  // Other modules are only named to say which class a body is of, which nobody asks here.
  const anything: unknown = new Proxy({}, { get: () => ({}) });
  const names = [...text.matchAll(/^import \{([^}]*)\}/gm)]
    .flatMap(([, list]) => list!.split(","))
    .map((name) => [name.trim().split(" as ").at(-1)!, {}]);
  runInNewContext(commonJs, { exports, require: () => anything, ...Object.fromEntries(names) });
  return exports;
}

function classesOf(mappers: Record<string, unknown>): AzureModelFile["classes"] {
  const classes = Object.entries(mappers as Record<string, Mapper>).filter(([, { type }]) => type?.modelProperties);
  return Object.fromEntries(
    classes.map(([name, { type }]) => [
      name,
      Object.fromEntries(Object.entries(type.modelProperties!).map(([key, property]) => [key, plain(property)])),
    ]),
  );
}

function parametersOf(exports: Record<string, unknown>): AzureModelFile["parameters"] {
  const parameters = Object.entries(exports as Record<string, { mapper?: Mapper }>).filter(
    ([, parameter]) => parameter?.mapper?.type,
  );
  return Object.fromEntries(parameters.map(([name, { mapper }]) => [name, plain(mapper!)]));
}

function plain({ serializedName, required, readOnly, constraints, type }: AzureModelProperty): AzureModelProperty {
  return { serializedName, required, readOnly, ...limits(constraints), type: plainType(type) };
}

function plainType({ name, className, allowedValues, element, value }: AzureValueType): AzureValueType {
  return {
    name,
    className,
    allowedValues,
    ...(element && { element: { type: plainType(element.type), ...limits(element.constraints) } }),
    ...(value?.type && { value: { type: plainType(value.type) } }),
  };
}

function limits(constraints: AzureConstraints | undefined): { constraints?: AzureConstraints } {
  if (!constraints) return {};
  const pattern = constraints.Pattern as { source?: string } | undefined;
  return { constraints: { ...constraints, ...(pattern && { Pattern: pattern.source }) } };
}
