import { existsSync, readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

/** A structure of a provider's inputs: its properties, and what stands below each. */
export type Structure = ReadonlyMap<string, Property>;

/** What a property takes: named structures, and whether anything at all (maps, `any`, and strings, which may hold JSON). */
export type Property = { structures: readonly string[]; open: boolean };

/** The types of an installed provider package, as its `.d.ts` files say them: `s3/bucket:Bucket` is a token. */
export type ProviderPackage = {
  version: string;
  /** The inputs of a resource; of the provider itself for `providers:aws`. */
  resource(token: string): Structure | undefined;
  structure(name: string): Structure | undefined;
  /** Whether the provider answers with this property. */
  answers(token: string, property: string): boolean;
};

/** Reads the types of `@pulumi/<pack>`; undefined where it is not installed. */
export function providerPackage(pack: string): ProviderPackage | undefined {
  const folder = folderOf(pack);
  if (folder === undefined) return undefined;
  const { version } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as { version: string };
  let inputs: Map<string, Structure> | undefined;
  const modules = new Map<string, Map<string, string>>();
  const declared = (token: string): string | undefined => {
    if (token === `providers:${pack}`) return readFileSync(join(folder, "provider.d.ts"), "utf8");
    const [path = "", name = ""] = token.split(":");
    const [module = "", own = name] = path.split("/");
    const files = modules.get(module) ?? declarationsIn(join(folder, module));
    modules.set(module, files);
    const file = files.get(own.toLowerCase());
    return file === undefined ? undefined : readFileSync(file, "utf8");
  };
  return {
    version,
    structure: (name) => {
      inputs ??= structuresIn(readFileSync(join(folder, "types", "input.d.ts"), "utf8"));
      return inputs.get(name);
    },
    resource: (token) => {
      const source = declared(token);
      if (source === undefined) return undefined;
      const name = token.startsWith("providers:") ? "Provider" : token.split(":")[1];
      return structuresIn(source).get(`${name}Args`);
    },
    answers: (token, property) => new RegExp(`^ {4}readonly ${property}: `, "m").test(declared(token) ?? ""),
  };
}

/**
 * The first step of a table's path that a type does not have; undefined where it leads to a property. A path may go on below a
 * string, which may hold JSON, and below maps.
 */
export function strayStep(types: ProviderPackage, root: Structure, path: string): string | undefined {
  let here: readonly Structure[] = [root];
  for (const step of path.split(".")) {
    const key = step.replace(/(?:\[\])+$/, "");
    const found = here.flatMap((structure) => structure.get(key) ?? []);
    if (found.length === 0) return key;
    if (found.some(({ open }) => open)) return undefined;
    here = found.flatMap(({ structures }) => structures.flatMap((name) => types.structure(name) ?? []));
  }
  return undefined;
}

/** Declaration files of a module by lower-case name: `bucket`, `index` for `index_.d.ts`. */
function declarationsIn(folder: string): Map<string, string> {
  if (!existsSync(folder)) return new Map();
  const found = readdirSync(folder).flatMap((name): [string, string][] => {
    const [, own] = /^(.*)\.d\.ts$/.exec(name) ?? [];
    return own === undefined || own === "index" ? [] : [[own.replace(/_$/, "").toLowerCase(), join(folder, name)]];
  });
  return new Map(found);
}

/**
 * The interfaces of a generated declaration file, `s3.BucketLogging` where they stand in a namespace. Such files are regular:
 * one property a line, and only maps go over several. TypeScript's own parser needs seconds for what this reads at once.
 */
function structuresIn(source: string): Map<string, Structure> {
  const structures = new Map<string, Map<string, Property>>();
  const namespaces: { name: string; indent: number }[] = [];
  let current: { properties: Map<string, Property>; indent: number } | undefined;
  for (const [, space = "", text = ""] of source.matchAll(
    /^( *)((?:export |declare |namespace |interface |\}|["\w$]+\??: ).*)$/gm,
  )) {
    const indent = space.length;
    if (current && indent <= current.indent) current = undefined;
    while ((namespaces.at(-1)?.indent ?? -1) >= indent) namespaces.pop();
    const [, kind, name = ""] = /^(?:export )?(?:declare )?(namespace|interface) (\w+)/.exec(text) ?? [];
    if (kind === "namespace") namespaces.push({ name, indent });
    if (kind === "interface") {
      current = { properties: new Map(), indent };
      structures.set([...namespaces.map((each) => each.name), name].join("."), current.properties);
    }
    const [, key, type = ""] = /^"?([\w$-]+)"?\??: (.*)$/.exec(text) ?? [];
    if (current && key && indent === current.indent + 4) current.properties.set(key, propertyOf(type));
  }
  return structures;
}

function propertyOf(type: string): Property {
  const structures = [...type.matchAll(/\binputs\.([\w.]+)/g)].map(([, name = ""]) => name);
  return { structures, open: /\b(?:string|any|enums|asset)\b|\{$/.test(type) };
}

function folderOf(pack: string): string | undefined {
  try {
    return dirname(createRequire(import.meta.url).resolve(`@pulumi/${pack}/package.json`));
  } catch {
    return undefined;
  }
}
