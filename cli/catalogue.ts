import process from "node:process";
import { styleText } from "node:util";
import { stringify } from "yaml";
import { countryCode, countryName, isCountryCode, overdue, type Reading, readings } from "../catalogue/index.ts";
import { either, nearest } from "../components/country/wording.ts";
import { type Filter, type Table, tables } from "./catalogue/tables.ts";
import { columns } from "./columns.ts";
import { Failure } from "./failure.ts";

type Options = Partial<Record<Filter, string>> & { json?: boolean };

/** `freehold catalogue`: what is in it, a table of it, or one entry with its sources; each says how sure it is. */
export function catalogueCommand(named: string | undefined, id: string | undefined, options: Options): void {
  if (named === undefined) print(options, summary(), overview);
  else if (id === undefined) printTable(named, tableNamed(named), options);
  else printEntry(tableNamed(named), found(named, id), options);
}

function printTable(named: string, table: Table, options: Options): void {
  const ids = table.ids().filter(wanted(named, options));
  const entries = options.json ? ids.map((id) => ({ id, ...table.entry(id) })) : [];
  print(options, entries, () => listing(table, ids, options));
}

function printEntry(table: Table, id: string, options: Options): void {
  print(options, table.entry(id), (entry) => {
    const text = stringify({ [id]: entry }, { lineWidth: 110 }).trimEnd();
    return `# catalogue/${table.file(id)}\n${text}`;
  });
}

function print<Value>({ json }: Options, value: Value, words: (value: Value) => string): void {
  process.stdout.write(`${json ? JSON.stringify(value, null, 2) : words(value)}\n`);
}

type Summary = { tables: Record<string, { entries: number; sure: Record<string, number> }>; overdue: Reading[] };

function summary(): Summary {
  const counted = Object.entries(tables).map(([name, table]) => {
    const said = table.ids().flatMap((id) => table.row(id).sure!.split("; "));
    const sure: Record<string, number> = {};
    for (const how of said.toSorted(bySureness)) sure[how] = (sure[how] ?? 0) + 1;
    return [name, { entries: table.ids().length, sure }] as const;
  });
  const today = new Date().toISOString().slice(0, 10);
  return { tables: Object.fromEntries(counted), overdue: overdue(readings(), today) };
}

/** What is said of whole entries before what is said of a part of them, and of each the surest first. */
function bySureness(a: string, b: string): number {
  const levels = /(verified|partly|from memory|not confirmed)$/;
  const order = ["verified", "partly", "from memory", "not confirmed"];
  const [[subject, level], [otherSubject, otherLevel]] = [a.split(levels), b.split(levels)] as [string[], string[]];
  return subject!.localeCompare(otherSubject!) || order.indexOf(level!) - order.indexOf(otherLevel!);
}

function overview({ tables, overdue }: Summary): string {
  const rows = Object.entries(tables).map(([table, { entries, sure }]) => ({
    table,
    entries: String(entries),
    sure: Object.entries(sure)
      .map(([how, count]) => `${count} ${how}`)
      .join(", "),
  }));
  return [
    "What Freehold knows of the world, and how sure it is. Sources and licences: catalogue/README.md",
    "",
    tableText(rows),
    ...(overdue.length > 0 ? ["", ...late(overdue)] : []),
    "",
    "Next",
    "  npx freehold catalogue countries CH",
    "  npx freehold catalogue models --language rm",
    "  npx freehold catalogue instances --country CH --accelerator h100-nvl-94",
  ].join("\n");
}

/** Files of one table were read together more often than not, so they are told together. */
function late(overdue: Reading[]): string[] {
  const byTable = Object.groupBy(overdue, ({ file, read }) => `${file.split("/").slice(0, 2).join("/")} ${read}`);
  return Object.entries(byTable).map(([name, files]) => {
    const [table, read] = name.split(" ");
    const many = files!.length > 1 ? ` (${files!.length} files)` : "";
    return `  overdue  ${table}${many} was read on ${read} and holds for ${files![0]!.days} days: read its sources again`;
  });
}

function listing({ row, caution }: Table, ids: string[], options: Options): string {
  const cautions = Object.entries(caution ?? {}).flatMap(([filter, text]) => (options[filter as Filter] ? [text] : []));
  if (ids.length === 0) return ["Nothing in the catalogue is like that.", ...cautions].join("\n");
  return [tableText(ids.map(row)), ...(cautions.length > 0 ? ["", ...cautions] : [])].join("\n");
}

function tableText(rows: Record<string, string>[]): string {
  return columns(rows)
    .map((line, index) => {
      if (index === 0) return style("dim", line);
      return /from memory|not confirmed/.test(line) ? style("yellow", line) : line;
    })
    .join("\n");
}

function style(format: "dim" | "yellow", text: string): string {
  return styleText(format, text, { stream: process.stdout });
}

function tableNamed(named: string): Table {
  if (Object.hasOwn(tables, named)) return tables[named]!;
  const names = Object.keys(tables);
  throw refusal(`The catalogue has no table ${JSON.stringify(named)}.`, {
    allowed: either(names),
    remedy: `npx freehold catalogue ${nearest(named, names)[0] ?? ""}`.trimEnd(),
  });
}

/** The id as the catalogue writes it: a country goes by its name too, and anything by other capitals. */
function found(named: string, id: string, as = `npx freehold catalogue ${named}`): string {
  const ids = tables[named]!.ids();
  const same = ids.find((known) => known === id) ?? ids.find((known) => known.toLowerCase() === id.toLowerCase());
  const meant = same ?? (named === "countries" ? countryCode(id) : undefined);
  if (meant !== undefined) return meant;
  const names = named === "countries" ? ids.map(countryName) : ids;
  const near = nearest(id, names).slice(0, 3);
  throw refusal(`The catalogue has nothing called ${JSON.stringify(id)} among its ${named}.`, {
    allowed: near.length > 0 ? `${either(near)}, or another of ${ids.length}` : `one of ${ids.length}`,
    remedy: near[0] ? `${as} ${ids[names.indexOf(near[0])]}` : `npx freehold catalogue ${named}`,
  });
}

function wanted(named: string, options: Options): (id: string) => boolean {
  const given = (["country", "accelerator", "language"] as const).filter((filter) => options[filter] !== undefined);
  const tests = given.map((filter) => {
    const test = tables[named]!.filters?.[filter];
    if (test === undefined) throw notNarrowed(named, filter);
    const value = known(named, filter, options[filter]!);
    return (id: string) => test(id, value);
  });
  return (id) => tests.every((test) => test(id));
}

function notNarrowed(named: string, filter: Filter): Failure {
  const those = Object.entries(tables).filter(([, { filters }]) => filters?.[filter]);
  return refusal(`--${filter} says nothing about ${named}.`, {
    allowed: `--${filter} with ${either(those.map(([name]) => name))}`,
    remedy: `npx freehold catalogue ${named}`,
  });
}

/** Where nothing stands is an answer too, but only for a value that exists. */
function known(named: string, filter: Filter, value: string): string {
  const as = `npx freehold catalogue ${named} --${filter}`;
  if (filter === "language") return value.toLowerCase();
  if (filter === "accelerator") return found("accelerators", value, as);
  return isCountryCode(value.toUpperCase()) ? value.toUpperCase() : found("countries", value, as);
}

function refusal(what: string, { allowed, remedy }: { allowed: string; remedy: string }): Failure {
  return new Failure([what, `  allowed  ${allowed}`, `  remedy   ${remedy}`].join("\n"));
}
