import { readdirSync, readFileSync } from "node:fs";
import { parse } from "yaml";
import { z } from "zod";

const folder = new URL("./", import.meta.url);

/** A file of the catalogue, parsed and checked the first time it is asked for. */
export function once<Shape extends z.ZodType>(file: string, shape: Shape): z.output<Shape> {
  const known = read.get(file);
  if (known !== undefined) return known as z.output<Shape>;
  const result = shape.safeParse(parse(textOf(file)));
  // A fault in the catalogue is our own mistake, so it is a plain Error and names the file.
  if (!result.success)
    throw new Error(`catalogue/${file} is not what its schema says\n${z.prettifyError(result.error)}`);
  read.set(file, result.data);
  return result.data;
}
const read = new Map<string, unknown>();

/** A file of the catalogue as it is written. */
export function textOf(file: string): string {
  return readFileSync(new URL(file, folder), "utf8");
}

/** Ids of the entries that have a file each below a folder, sorted: the path of the file is the id. Reads no file. */
export function filesIn(under: string): string[] {
  let ids = listed.get(under);
  if (ids === undefined) {
    ids = readdirSync(new URL(`${under}/`, folder), { recursive: true, encoding: "utf8" })
      .filter((name) => name.endsWith(".yaml"))
      .map((name) => name.slice(0, -".yaml".length).replaceAll("\\", "/"))
      .sort();
    listed.set(under, ids);
  }
  return ids;
}
const listed = new Map<string, string[]>();

/** The entry with this id. The schema of the country file has refused unknown ids, so a lost one is our own mistake. */
export function known<Value>(kind: string, table: Record<string, Value>, id: string): Value {
  const found = own(table, id);
  if (found === undefined) throw unknown(kind, id);
  return found;
}

/** What is thrown for an id that nobody should have asked for. */
export function unknown(kind: string, id: string): Error {
  return new Error(`the catalogue has no ${kind} ${JSON.stringify(id)}`);
}

/** Ids come from country files, so `constructor` and its like must not be found on the prototype. */
export function own<Value>(table: Record<string, Value>, key: string): Value | undefined {
  return Object.hasOwn(table, key) ? table[key] : undefined;
}
