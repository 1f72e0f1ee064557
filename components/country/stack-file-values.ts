import { type Document, isAlias, isMap, isScalar, isSeq, type Node, type Pair, type Scalar, type YAMLMap } from "yaml";
import type { Fault, Path, Position } from "./fault.ts";

/** A stack file while it is read: where things stand in it, and what has been found wrong. */
export type Page = {
  document?: Document;
  position(offset: number): Position;
  faults: Fault[];
  fault(offset: number | undefined, said: Pick<Fault, "path" | "found" | "allowed" | "remedy" | "law">): void;
  /** Set where nothing that follows can be trusted. */
  unreadable?: boolean;
  /** Set where nobody but Freehold reads the file, so that a date is the text it looks like. */
  ownFormat?: boolean;
  /** Aliases repeat what they stand for, and a few lines of them can stand for billions of values. */
  nodesLeft: number;
};

const deepest = 32;

/** The plain value of a node, as Pulumi's engine would read it; where the two could differ, it is a fault. */
export function toPlain(node: Node | null | undefined, path: string, page: Page, depth = 0): unknown {
  if (!node) return null;
  page.nodesLeft--;
  if (page.nodesLeft < 0 || depth > deepest) return tooMuch(node, path, page);
  if (isAlias(node)) return toPlain(resolved(node, page), path, page, depth + 1);
  if (isMap(node)) return mapToPlain(node, path, page, depth);
  if (isSeq(node)) return node.items.map((item, index) => toPlain(item as Node, `${path}[${index}]`, page, depth + 1));
  if (isScalar(node)) return scalarToPlain(node, path, page);
  return null;
}

/** The position of what stands at a path: of a plain value, else of the key above it, else of the nearest parent's. */
export function nodeAt(root: YAMLMap, path: Path, page: Page, of: "value" | "key" = "value"): Position | undefined {
  let node: Node | null | undefined = root;
  let offset: number | undefined;
  for (const [depth, key] of path.entries()) {
    const inner = resolved(node, page);
    const item = isMap(inner) ? pairOf(inner, String(key), page) : isSeq(inner) ? inner.items[Number(key)] : undefined;
    if (!item) break;
    const last = depth === path.length - 1;
    node = (isPair(item) ? item.value : item) as Node | null;
    const keyOffset = isPair(item) ? (item.key as Node).range?.[0] : (item as Node).range?.[0];
    const plain = last && of === "value" && (isScalar(node) ? node.source !== "" : isAlias(node));
    offset = (plain ? node?.range?.[0] : keyOffset) ?? offset;
  }
  return offset === undefined ? undefined : page.position(offset);
}

function mapToPlain(map: YAMLMap, path: string, page: Page, depth: number): Record<string, unknown> {
  const entries: Record<string, unknown> = {};
  const merged: Record<string, unknown> = {};
  for (const { key, value } of map.items as Pair<Node, Node | null>[]) {
    if (isMergeKey(key)) {
      for (const each of mergeSources(value, page).toReversed())
        Object.assign(merged, toPlain(each, path, page, depth + 1));
      continue;
    }
    const name = keyToPlain(key, path, page);
    // Of two entries with one name, which is reported, the first is judged.
    if (name === undefined || Object.hasOwn(entries, name)) continue;
    entries[name] = toPlain(value, `${path}.${name}`, page, depth + 1);
  }
  return { ...merged, ...entries };
}

/** A key's text. Undefined for what can be no key at all, which is a fault. */
export function keyToPlain(key: Node, path: string, page: Page): string | undefined {
  // JavaScript keeps this one name for itself, and the schema would pass over it in silence.
  const reserved = isScalar(key) && key.value === "__proto__";
  if (isScalar(key) && typeof key.value === "string" && !reserved) return key.value;
  const source = isScalar(key) && key.source ? key.source : undefined;
  page.fault(key.range?.[0], {
    path,
    found: source ? `the key ${source}, which is no name` : "a key that is empty, a list or a section",
    allowed: "keys that are names",
    remedy: source && !reserved ? `write  "${source}":` : "write a name, a colon and a blank",
  });
  return reserved ? undefined : source;
}

// Numbers and dates of YAML 1.1, as Pulumi's own reader still takes them, where YAML 1.2 sees something else.
const oldNumber = /^[-+]?(0[0-9]+|0b[01]+|[0-9]+(_[0-9]+)+)$/;
const oldDate = /^[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}([Tt ].*)?$/;

function scalarToPlain({ value, source = "", type, range }: Scalar, path: string, page: Page): unknown {
  const number = oldNumber.test(source) ? Number(source.replaceAll("_", "")) : undefined;
  if (type !== "PLAIN" || (number === undefined && (page.ownFormat || !oldDate.test(source)))) return value;
  page.fault(range?.[0], {
    path,
    found: `${source}, which Pulumi reads otherwise than YAML 1.2`,
    allowed: "a value that everybody reads alike",
    remedy: number === undefined ? `write  "${source}"` : `write  ${number}  or, if it is a text,  "${source}"`,
  });
  return number ?? value;
}

function tooMuch(node: Node, path: string, page: Page): undefined {
  const [found, allowed] =
    page.nodesLeft < 0
      ? ["aliases that stand for more than 10,000 values", "at most 10,000 values, aliases written out"]
      : [`sections within sections, more than ${deepest} deep`, `at most ${deepest} levels`];
  if (!page.unreadable)
    page.fault(node.range?.[0], {
      path: path.replace(/[.[].*/, ""),
      found,
      allowed,
      remedy: "write the values out, without anchors (&) and aliases (*)",
    });
  page.unreadable = true;
  return undefined;
}

function resolved(node: Node | null | undefined, page: Page): Node | null | undefined {
  return isAlias(node) && page.document ? (node.resolve(page.document) as Node | undefined) : node;
}

function pairOf(map: YAMLMap, name: string, page: Page): Pair<Node, Node | null> | undefined {
  const pairs = map.items as Pair<Node, Node | null>[];
  const own = pairs.find(({ key }) => isScalar(key) && String(key.value) === name);
  if (own) return own;
  const sources = pairs.filter(({ key }) => isMergeKey(key)).flatMap(({ value }) => mergeSources(value, page));
  return sources.map((source) => (isMap(source) ? pairOf(source, name, page) : undefined)).find(Boolean);
}

/** A merge key is the bare sign, not a text that looks like it. */
function isMergeKey(key: Node): boolean {
  return isScalar(key) && key.value === "<<" && key.type === "PLAIN";
}

function mergeSources(value: Node | null, page: Page): Node[] {
  const source = resolved(value, page);
  const sources = isSeq(source) ? source.items.map((item) => resolved(item as Node, page)) : [source];
  return sources.filter(isMap);
}

function isPair(item: unknown): item is Pair<Node, Node | null> {
  return typeof item === "object" && item !== null && "key" in item;
}
