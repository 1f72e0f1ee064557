import { type Document, type ErrorCode, isScalar, visit, type YAMLParseError } from "yaml";
import type { Page } from "./stack-file-values.ts";
import { show } from "./wording.ts";

const allowed = "YAML: key: value, indented by blanks";

/** Reports what keeps a text from being one YAML document, in words that do not presume a grammar. */
export function syntaxFaults(documents: Document.Parsed[] | { empty: true }, page: Page): void {
  const [first, second] = Array.isArray(documents) ? documents : [];
  page.document = first;
  if (!first) return;
  if (first.directives.yaml.explicit && first.directives.yaml.version !== "1.2") {
    refuse(page, 0, `a %YAML ${first.directives.yaml.version} directive`, "YAML 1.2", "take the first line out");
  }
  const errors = [...first.errors, ...first.warnings];
  for (const error of errors.filter(({ code }) => code === "DUPLICATE_KEY"))
    duplicateKey(first, error as YAMLParseError, page);
  // What follows a first error is mostly its echo.
  const [broken] = errors.filter(({ code }) => code !== "DUPLICATE_KEY").sort((a, b) => a.pos[0] - b.pos[0]);
  if (broken) syntaxError(first, broken as YAMLParseError, page);
  else unresolvedAliases(first, page);
  if (second && !broken) {
    const at = second.range[0];
    refuse(
      page,
      at,
      "a second document, after a line of three hyphens",
      "one document",
      "take the line  ---  out, or put the second document in a file of its own",
    );
  }
}

function duplicateKey(document: Document.Parsed, { pos }: YAMLParseError, page: Page): void {
  const keys: { text: string; offset: number }[] = [];
  visit(document, {
    Pair: (_, { key }) => {
      if (isScalar(key)) keys.push({ text: String(key.value), offset: key.range?.[0] ?? 0 });
    },
  });
  const text = keys.find(({ offset }) => offset === pos[0])?.text ?? "";
  const before = keys.filter((key) => key.text === text && key.offset < pos[0]).at(-1);
  const where = before ? `; the first is on line ${page.position(before.offset).line}` : "";
  page.fault(pos[0], {
    path: text,
    found: `the key ${show(text)}, for the second time in its section${where}`,
    allowed: "each name once",
    remedy: "keep one of the two, or give the second another name",
  });
}

function syntaxError(document: Document.Parsed, error: YAMLParseError, page: Page): void {
  const open = unclosed(document, error);
  const [found, remedy] = open?.words ?? words[error.code] ?? other;
  refuse(page, open?.offset ?? error.pos[0], found, allowed, remedy);
}

type Words = [found: string, remedy: string];
const other: Words = ["text that is not YAML", "compare the line with those around it"];
const openQuote: Words = ["a quote that is never closed", "close it on the same line"];
const openBracket: Words = ["a bracket that is never closed", "close it: each { with a }, each [ with a ]"];
const words: Partial<Record<ErrorCode, Words>> = {
  TAB_AS_INDENT: ["a tab at the beginning of a line", "indent with blanks, two for each level"],
  BAD_INDENT: ["a line that is indented unlike its neighbours", "indent it like the keys beside it"],
  BLOCK_AS_IMPLICIT_KEY: ["two colons on one line", "put the value in quotes, or the second key on a line of its own"],
  MULTILINE_IMPLICIT_KEY: ["a line without a colon", "write a colon and a blank after the key:  key: value"],
  MISSING_CHAR: ["a line without a colon", "write a colon and a blank after the key:  key: value"],
  BAD_SCALAR_START: ["a value that begins with a sign YAML keeps for itself", "put the value in quotes"],
  BAD_DQ_ESCAPE: ["a backslash that means nothing in double quotes", "use single quotes"],
  TAG_RESOLVE_FAILED: ["a tag (a word that begins with !)", "take it out; values here need none"],
  RESOURCE_EXHAUSTION: ["brackets within brackets, too deep to read", "check that this is the file you mean"],
  UNEXPECTED_TOKEN: ["a sign that does not belong here", "compare the line with those around it"],
  BLOCK_IN_FLOW: ["an indented section within brackets", "close the brackets first, or write the section within them"],
};

/** `*.example.ch` without quotes is an alias to YAML; so is any other name after a star. */
function unresolvedAliases(document: Document.Parsed, page: Page): void {
  visit(document, {
    Alias: (_, alias) => {
      if (alias.resolve(document)) return;
      const text = `*${alias.source}`;
      refuse(
        page,
        alias.range?.[0],
        `${text}, which YAML takes for a reference to something named ${alias.source}`,
        "a value",
        `put it in quotes:  "${text}"`,
      );
    },
  });
}

/** What is never closed is noticed where the section ends; what helps is where it opens. */
function unclosed(document: Document.Parsed, { message, pos: [end] }: YAMLParseError) {
  const quote = message.startsWith("Missing closing");
  const bracket = message.startsWith("Flow");
  let found: { offset: number; words: Words } | undefined;
  const open = (offset: number, words: Words) => {
    found = { offset, words };
  };
  visit(document, {
    Scalar: (_, { type, range }) => {
      if (quote && range && range[0] < end && range[1] >= end && type?.startsWith("QUOTE")) open(range[0], openQuote);
    },
    Collection: (_, { flow, range }) => {
      if (bracket && range && range[0] < end && range[1] >= end && flow) open(range[0], openBracket);
    },
  });
  return found;
}

function refuse(page: Page, offset: number | undefined, found: string, allowed: string, remedy: string): void {
  page.fault(offset, { path: "", found, allowed, remedy });
  page.unreadable = true;
}
