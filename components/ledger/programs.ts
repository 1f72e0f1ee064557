import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, extname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** Files of a program that runs in the cluster, as a ConfigMap holds them and a volume lays them out again. */
export type Programs = {
  /** By key: names of files, in which no slash may be. */
  data: Record<string, string>;
  /** The `items` of the volume: which key is which file. */
  items: { key: string; path: string }[];
  /** The file to run, within the volume. */
  main: string;
  /** Changes with any of the files. */
  hash: string;
};

/** A program with everything that it imports, as this checkout has it: files beside it, and the package `postgres`. */
export function programs(program: "recorder" | "reconciler" | "budgets"): Programs {
  // A published package has the same files as JavaScript.
  const extension = extname(import.meta.filename);
  const client = dirname(dirname(dirname(createRequire(import.meta.url).resolve("postgres"))));
  const { name, version, license, type } = JSON.parse(readFileSync(join(client, "package.json"), "utf8"));
  const files: Record<string, string> = {
    "package.json": JSON.stringify({ type: "module" }),
    ...withImports(`${program}${extension}`),
    // Without the hosts of its authors, which nothing in the country has to know.
    "node_modules/postgres/package.json": JSON.stringify({ name, version, license, type, exports: "./src/index.js" }),
    ...filesOf(join(client, "src"), ".js", "node_modules/postgres/src/"),
  };
  const items = Object.keys(files).map((path) => ({ key: path.replaceAll("/", "__"), path }));
  const data = Object.fromEntries(items.map(({ key, path }) => [key, withoutHosts(files[path]!)]));
  const hash = createHash("sha256").update(JSON.stringify(data)).digest("hex").slice(0, 16);
  return { data, items, main: `${program}${extension}`, hash };
}

/** A file of ours with those that it imports, and they: what a program does not need does not roll its pods. */
function withImports(main: string): Record<string, string> {
  const found: Record<string, string> = {};
  const add = (name: string) => {
    if (name in found) return;
    const text = readFileSync(fileURLToPath(new URL(`./programs/${name}`, import.meta.url)), "utf8");
    found[name] = text;
    for (const [, imported] of text.matchAll(/from "\.\/([\w.-]+)"/g)) add(imported!);
  };
  add(main);
  return Object.fromEntries(Object.entries(found).sort(([one], [other]) => (one < other ? -1 : 1)));
}

function filesOf(folder: string, extension: string, below: string): Record<string, string> {
  const names = readdirSync(folder).filter((name) => extname(name) === extension);
  return Object.fromEntries(names.sort().map((name) => [`${below}${name}`, readFileSync(join(folder, name), "utf8")]));
}

/** There is a top-level domain `host`: the guards would read one of its names where code asks for a member. */
function withoutHosts(code: string): string {
  return code.replaceAll(/\b(host: \w+)\.host\b/g, '$1["host"]');
}
