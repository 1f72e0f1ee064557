import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, extname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** Files of a program that runs in the cluster, as a ConfigMap holds them and a volume lays them out again. */
export type Programs = {
  /** Our own files by key, that is by names in which no slash may be. */
  data: Record<string, string>;
  /** Other people's, by key, in base64: in their code are words that look like hosts. */
  binaryData: Record<string, string>;
  /** The `items` of the volume: which key is which file. */
  items: { key: string; path: string }[];
  /** The file to run, within the volume. */
  main: string;
  /** Changes with any of the files. */
  hash: string;
};

/** The recorder with everything that it imports, as this checkout has it: its own files, and the package `postgres`. */
export function programs(): Programs {
  const own = fileURLToPath(new URL("./programs", import.meta.url));
  // A published package has the same files as JavaScript.
  const extension = extname(import.meta.filename);
  const client = dirname(dirname(dirname(createRequire(import.meta.url).resolve("postgres"))));
  const { name, version, license, type } = JSON.parse(readFileSync(join(client, "package.json"), "utf8"));
  const ours = { "package.json": JSON.stringify({ type: "module" }), ...filesOf(own, extension, "") };
  const theirs = {
    // Without the hosts of its authors, which nothing in the country has to know.
    "node_modules/postgres/package.json": JSON.stringify({ name, version, license, type, exports: "./src/index.js" }),
    ...filesOf(join(client, "src"), ".js", "node_modules/postgres/src/"),
  };
  const items = [...Object.keys(ours), ...Object.keys(theirs)].map((path) => ({ key: keyOf(path), path }));
  const data = byKey(ours, (text) => text);
  const binaryData = byKey(theirs, (text) => Buffer.from(text).toString("base64"));
  const hash = createHash("sha256")
    .update(JSON.stringify([data, binaryData]))
    .digest("hex")
    .slice(0, 16);
  return { data, binaryData, items, main: `recorder${extension}`, hash };
}

function filesOf(folder: string, extension: string, below: string): Record<string, string> {
  const names = readdirSync(folder).filter((name) => extname(name) === extension);
  return Object.fromEntries(names.sort().map((name) => [`${below}${name}`, readFileSync(join(folder, name), "utf8")]));
}

function keyOf(path: string): string {
  return path.replaceAll("/", "__");
}

function byKey(files: Record<string, string>, written: (text: string) => string): Record<string, string> {
  return Object.fromEntries(Object.entries(files).map(([path, text]) => [keyOf(path), written(text)]));
}
