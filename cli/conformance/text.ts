import { stripVTControlCharacters, styleText } from "node:util";
import type { Finding } from "./check.ts";
import type { ClientResult, Matrix, Result } from "./matrix.ts";
import { tally } from "./matrix.ts";

type Style = (format: Parameters<typeof styleText>[0], text: string) => string;

const colours = { pass: "green", fail: "red", absent: "dim", unclear: "yellow" } as const satisfies Record<
  Finding["verdict"],
  string
>;

/** The matrix as a person reads it: a table for each feature, what it means for clients, and what to do next. */
export function matrixText(matrix: Matrix, stream: NodeJS.WriteStream): string {
  const style: Style = (format, text) => styleText(format, text, { stream });
  const { checks, clients, endpoint } = matrix;
  const idWidth = Math.max(...checks.map(({ id }) => nameOf(id).length));
  // A pipe has no width: there nothing is broken into lines.
  const room = (stream.columns ?? Number.POSITIVE_INFINITY) - 1;
  const byFeature = Object.entries(Object.groupBy(checks, ({ feature }) => feature));
  const parts = [
    style("bold", sentence(matrix)),
    ...byFeature.map(([feature, some = []]) =>
      [style("bold", feature), ...some.flatMap((result) => rows(result, { idWidth, room, style }))].join("\n"),
    ),
    [
      `${style("bold", "clients")}  ${style("dim", clients.derivation)}`,
      ...clients.families.map((each) => familyText(each, { room })),
    ].join("\n"),
    summary(matrix, style),
    next(matrix, endpoint, style),
  ];
  return parts.filter(Boolean).join("\n\n");
}

function sentence({ endpoint, checks, passed, strict }: Matrix): string {
  const blocking = checks.filter(({ blocks }) => blocks).length;
  const looked = checks.length === 1 ? "1 check" : `${checks.length} checks`;
  const more = strict ? ", strictly" : "";
  if (passed) return `${endpoint} does what OpenAI's clients need: ${looked}${more}, nothing in their way.`;
  return `${endpoint} does not do all that OpenAI's clients need: ${blocking} of ${looked}${more} in their way.`;
}

type Layout = { idWidth: number; room: number; style: Style };

function rows({ id, verdict, found, asks, notes, need, blocks }: Result, { idWidth, room, style }: Layout): string[] {
  const indent = idWidth + 13;
  const cell = (text: string) => wrapped(text, room - indent).join(`\n${" ".repeat(indent)}`);
  const mark = verdict === "fail" && !blocks ? style("yellow", "fail") : style(colours[verdict], verdict);
  const shown = mark + " ".repeat(9 - stripVTControlCharacters(mark).length);
  const isHeld = verdict === "pass" || (verdict === "absent" && !blocks);
  const label = (text: string) => `${" ".repeat(idWidth + 4)}${style("dim", text.padEnd(9))}`;
  return [
    `  ${nameOf(id).padEnd(idWidth)}  ${shown}${cell(found)}`,
    ...(isHeld ? [] : [`${label("asked")}${cell(`${asks} (${need})`)}`]),
    ...notes.map((note) => `${label("note")}${cell(note)}`),
  ];
}

function familyText({ client, looked, fails, absent }: ClientResult, { room }: Pick<Layout, "room">): string {
  const faults = fails.length > 0 ? `; in its way: ${fails.join(", ")}` : "";
  const without = absent.length > 0 ? `; absent: ${absent.join(", ")}` : "";
  const text = `${looked - fails.length - absent.length} of ${looked} hold${faults}${without}`;
  return `  ${client.padEnd(26)}  ${wrapped(text, room - 30).join(`\n${" ".repeat(30)}`)}`;
}

function summary({ models, key, checks, requests, reference }: Matrix, style: Style): string {
  const noted = checks.filter(({ notes }) => notes.length > 0).length;
  const lines: [string, string][] = [
    ["models", `chat ${models.chat ?? "none"}, embeddings ${models.embedding ?? "none"}`],
    ["key", key === "none" ? "none" : `by ${key}`],
    ["checks", `${tally(checks)}${noted > 0 ? `, ${noted} with notes` : ""}; ${requests} requests`],
    ["by", `${reference.name}, version ${reference.version} of ${reference.date}`],
  ];
  return lines.map(([label, text]) => `  ${style("dim", label.padEnd(8))} ${text}`).join("\n");
}

function next({ checks }: Matrix, endpoint: string, style: Style): string | false {
  const first = checks.find(({ blocks }) => blocks);
  if (!first) return false;
  return [
    style("bold", "Next"),
    `  freehold conformance ${endpoint} --only ${first.feature}    after it was mended`,
    "  freehold conformance ... --json    the same for machines, with what each check asks",
  ].join("\n");
}

function nameOf(id: string): string {
  return id.slice(id.indexOf(".") + 1);
}

/** A text in lines of a width, broken at spaces; a word that is longer is broken anywhere. */
function wrapped(text: string, width: number): string[] {
  const most = Math.max(width, 20);
  const lines: string[] = [""];
  for (const word of text.split(" ")) {
    const line = lines.at(-1)!;
    if (line === "") lines[lines.length - 1] = word;
    else if (line.length + 1 + word.length <= most) lines[lines.length - 1] = `${line} ${word}`;
    else lines.push(word);
    while (lines.at(-1)!.length > most)
      lines.push(...[lines.pop()!].flatMap((long) => [long.slice(0, most), long.slice(most)]));
  }
  return lines;
}
