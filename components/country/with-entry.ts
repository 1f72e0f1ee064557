import { isDeepStrictEqual } from "node:util";
import { isMap, isScalar, isSeq, type Node, type Pair, parseDocument, type YAMLMap } from "yaml";
import { written } from "./wording.ts";

type At = readonly (string | number)[];

/**
 * A text of YAML with one entry written anew, and every other character as it was: comments, blanks, order. Undefined where
 * that cannot be done safely.
 */
export function withEntry(text: string, at: At, value: unknown): string | undefined {
  const changed = spliced(text, at, value);
  // Anchors, aliases and merge keys may carry the entry to where nobody wrote it, or others away.
  const wanted = changed !== undefined && isDeepStrictEqual(plain(changed), withValue(plain(text), at, value));
  return wanted ? changed : undefined;
}

function spliced(text: string, at: At, value: unknown): string | undefined {
  const document = parseDocument(text, { version: "1.2" });
  const depth = at.findIndex((_, index) => !document.hasIn(at.slice(0, index + 1)));
  const place = depth < 0 ? at.length : depth;
  const rest = at.slice(place);
  const node = document.getIn(at.slice(0, place), true) as Node | null | undefined;
  if (rest.length > 0 && isMap(node) && node.items.length > 0) return withPair(text, node, rest, value);
  const isEmpty = isMap(node) || (isScalar(node) && (rest.length === 0 || node.value === null));
  if (!isEmpty || !node.range) return undefined;
  const [start, end] = node.range;
  const before = text[start - 1] === ":" ? " " : "";
  const after = text[end] === "#" ? " " : "";
  return text.slice(0, start) + before + written(nested(rest, value)) + after + text.slice(end);
}

/** The pair behind the last one of its section. */
function withPair(text: string, section: YAMLMap, at: At, value: unknown): string | undefined {
  const start = ((section.items[0] as Pair).key as Node).range?.[0];
  const end = lastOf(section);
  if (start === undefined || end === undefined) return undefined;
  if (section.flow) {
    const pair = `${written(at[0])}: ${written(nested(at.slice(1), value))}`;
    return `${text.slice(0, end)}, ${pair}${text.slice(end)}`;
  }
  const indent = start - (text.lastIndexOf("\n", start - 1) + 1);
  const eol = text.includes("\r\n") ? "\r\n" : "\n";
  const lines = at.map((key, depth) => {
    const last = depth === at.length - 1 ? ` ${written(value)}` : "";
    return `${" ".repeat(indent + 2 * depth)}${written(key)}:${last}${eol}`;
  });
  // A block of text ends with its last line; any other value may have a comment after it.
  const next = text[end - 1] === "\n" ? end : text.indexOf("\n", end) + 1;
  return next === 0 ? text + eol + lines.join("") : text.slice(0, next) + lines.join("") + text.slice(next);
}

/** Where a node ends. The own end of a section without braces takes in the comments behind it. */
function endOf(node: Node | null | undefined): number | undefined {
  return (isMap(node) || isSeq(node)) && !node.flow ? lastOf(node) : node?.range?.[1];
}

function lastOf({ items }: { items: unknown[] }): number | undefined {
  const last = items.at(-1);
  const pair = last as Pair<Node, Node | null>;
  const isPair = typeof last === "object" && last !== null && "key" in last;
  return isPair ? (endOf(pair.value) ?? pair.key.range?.[1]) : endOf(last as Node);
}

function nested(keys: At, value: unknown): unknown {
  return keys.reduceRight<unknown>((inner, key) => ({ [key]: inner }), value);
}

function withValue(whole: unknown, [key, ...rest]: At, value: unknown): unknown {
  if (key === undefined) return value;
  if (Array.isArray(whole)) return whole.map((item, index) => (index === key ? withValue(item, rest, value) : item));
  return { ...(whole as object), [key]: withValue((whole as Record<string, unknown> | null)?.[key], rest, value) };
}

/** What a text says, with nothing in it standing for another part. */
function plain(text: string): unknown {
  return JSON.parse(JSON.stringify(parseDocument(text, { version: "1.2", merge: true }).toJS()));
}
