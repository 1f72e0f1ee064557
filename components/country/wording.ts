import { stringify } from "yaml";

/** A value as a report shows it: short, on one line, without credentials, and never an encrypted one. */
export function show(value: unknown): string {
  if (value === undefined || value === null) return "nothing";
  if (typeof value === "string") return showText(value);
  if (isEncrypted(value)) return "an encrypted value";
  if (Array.isArray(value)) return value.length === 0 ? "an empty list" : `a list of ${value.length}`;
  if (typeof value === "object") {
    const keys = Object.keys(value);
    return keys.length === 0 ? "an empty section" : `a section with ${shorten(keys.join(", "))}`;
  }
  return typeof value === "number" ? `the number ${value}` : `the value ${value}`;
}

/** The marker that Pulumi writes in place of a secret. */
export function isEncrypted(value: unknown): value is { secure: string } {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
  return Object.keys(value).length === 1 && "secure" in value && typeof value.secure === "string";
}

/** A value as it is written in YAML, on one line, so that readers of YAML 1.1 take it for the same. */
export function written(value: unknown): string {
  const style = { collectionStyle: "flow", lineWidth: 0, flowCollectionPadding: true, compat: "yaml-1.1" } as const;
  const text = stringify(value, style).trim();
  // Long texts and line breaks take lines of their own, but for JSON, which is YAML too.
  return text.includes("\n") ? JSON.stringify(value) : text;
}

/** A URL without passwords and keys: they may stand before the host or in the query. */
export function withoutCredentials(text: string): string {
  return text
    .replace(/(:\/\/)[^/?#@]*@/, "$1…@")
    .replace(/([?&](?:[^=&]*(?:key|secret|token|sig|password|credential)[^=&]*)=)[^&]*/gi, "$1…");
}

/** `a, b or c`. */
export function either(options: readonly string[], last = "or"): string {
  return options.length < 2 ? options.join("") : `${options.slice(0, -1).join(", ")} ${last} ${options.at(-1)}`;
}

/** A whole number with its thousands apart: `65,536`. */
export function grouped(number: number): string {
  return String(number).replace(/\B(?=(\d{3})+$)/g, ",");
}

/** The options most like what was found, best first; only those near enough to be meant. */
export function nearest(found: string, options: readonly string[]): string[] {
  const wanted = found.toLowerCase();
  // In a code of two letters, one letter more or less is another country.
  const reach = wanted.length < 3 ? 0 : Math.ceil(wanted.length / 3);
  return options
    .map((option) => ({ option, distance: editDistance(wanted, option.toLowerCase()) }))
    .filter(({ option, distance }) => distance <= reach || (wanted.length > 2 && option.toLowerCase().includes(wanted)))
    .sort((a, b) => a.distance - b.distance)
    .map(({ option }) => option);
}

/** Every option where they are few; where they are many, how many, where they are listed, and those nearest. */
export function oneOf(options: readonly string[], found: unknown, listed?: string): string {
  if (!listed || options.join().length <= 80) return either(options);
  const near = typeof found === "string" ? nearest(found, options) : [];
  const shown = [...new Set([...near, ...options])].slice(0, 3);
  return `one of the ${options.length} in ${listed}, such as ${either(shown)}`;
}

function showText(text: string): string {
  if (text === "") return "an empty text";
  const plain = shorten(withoutCredentials(text));
  // What looks like something else, or ends in a blank, is only understood in quotes.
  return /^\s|\s$|\p{Cc}/u.test(plain) || written(plain) !== plain ? `the text ${JSON.stringify(plain)}` : plain;
}

function shorten(text: string): string {
  return text.length > 80 ? `${text.slice(0, 77)}...` : text;
}

/** Levenshtein's distance, on one row; names longer than any of ours are not worth the time. */
function editDistance(a: string, b: string): number {
  if (a.length > 80) return a.length;
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, row[j]! + 1, next[j - 1]! + 1));
    }
    row = next;
  }
  return row[b.length]!;
}
