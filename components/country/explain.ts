import type { z } from "zod";
import { type Finding, type Path, spell } from "./fault.ts";
import { hints } from "./field.ts";
import { exampleOf, fieldAt, keysOf, kindOf, valueAt } from "./field-at.ts";
import { either, isEncrypted, nearest, oneOf, show, written } from "./wording.ts";

type Issue = z.core.$ZodIssue;
type Explained = Finding & { meant?: string; missing?: boolean };

/** What the schema objects to in `values`, said as a person would say it. */
export function explain(schema: z.ZodType, values: unknown, issues: readonly Issue[]): Finding[] {
  const explained = issues.flatMap((issue) => {
    const secret = secretAbove(values, issue.path as Path);
    return secret ? [misplacedSecret(schema, values, secret)] : explainOne(schema, values, issue);
  });
  // A key that is spelt wrong is one fault, not also a missing one; and a secret is one, whatever it lacks.
  const misspelt = new Set(explained.map(({ meant }) => meant));
  const once = new Map(explained.map((finding) => [`${spell(finding.at)} ${finding.allowed}`, finding]));
  return [...once.values()]
    .filter(({ at, missing }) => !(missing && misspelt.has(at.join("\n"))))
    .map(({ meant, missing, ...finding }) => finding);
}

/** The path of the encrypted value, or of the secret that is none, which a path leads into. */
function secretAbove(values: unknown, path: Path): Path | undefined {
  const above = path.map((_, depth) => path.slice(0, depth + 1));
  return above.find((at) => at[0] === "keySeed" || isEncrypted(valueAt(values, at)));
}

function misplacedSecret(schema: z.ZodType, values: unknown, at: Path): Explained {
  const field = fieldAt(schema, values, at);
  const found = valueAt(values, at);
  const { sealed } = hints.get(field) ?? {};
  if (sealed) return { at, found: found === null ? "nothing" : "a value in plain text", ...sealed };
  const remedy = "write it in plain text; only freehold:keySeed is encrypted";
  return { at, found: show(found), allowed: allowedIn(field), remedy };
}

/** What a field allows, where nothing acceptable was found. */
function allowedIn(field: z.ZodType, found?: unknown): string {
  const issue = field.safeParse(Symbol("what no file can hold")).error?.issues[0];
  return issue ? allowed(issue, field, found) : "anything";
}

function explainOne(schema: z.ZodType, values: unknown, issue: Issue): Explained[] {
  const at = issue.path as Path;
  const field = fieldAt(schema, values, at);
  const found = valueAt(values, at);
  if (issue.code === "unrecognized_keys") return issue.keys.map((key) => unknownKey(field, found, at, key));
  if (issue.code === "invalid_key") return [badName(at, issue)];
  if (found === undefined || found === null) return [absent(field, at, found)];

  const said = { at, found: show(found), allowed: allowed(issue, field, found) };
  const meant = meantBy(field, at, found, issue);
  const added = meant === undefined && typeof found === "string" ? hints.get(field)?.addition?.(found) : undefined;
  const written = meant ?? `${example(field, at)}  (an example)`;
  return [{ ...said, remedy: added ?? `write  ${written}` }];
}

function unknownKey(field: z.ZodType, section: unknown, at: Path, found: string): Explained {
  const keys = keysOf(field, section);
  const remedy = hints.get(field)?.strangers?.[found]?.(valueAt(section, [found]));
  const [meant] = remedy === undefined ? nearest(found, keys) : [];
  return {
    at: [...at, found],
    of: "key",
    found: `the key ${show(found)}, which means nothing here`,
    allowed: either(keys),
    remedy: remedy ?? (meant ? `write  ${key([...at, meant])}` : `take ${key([...at, found])} out`),
    meant: meant && [...at, meant].join("\n"),
  };
}

function badName(at: Path, issue: Issue & { code: "invalid_key" }): Explained {
  const found = String(at.at(-1));
  const words =
    found
      .normalize("NFD")
      .replace(/\p{M}/gu, "")
      .toLowerCase()
      .match(/[a-z0-9]+/g) ?? [];
  const meant = words.join("-").slice(0, 40).replace(/-$/, "");
  const remedy = meant ? `write  ${written(meant)}:` : "choose another name";
  return { at, of: "key", found: show(found), allowed: issue.issues[0]?.message ?? "a name", remedy };
}

function absent(field: z.ZodType, at: Path, found: undefined | null): Explained {
  const remedy = `${found === null ? "write" : "add"}  ${example(field, at)}`;
  return { at, found: "nothing", allowed: allowedIn(field), remedy, missing: true };
}

/** What follows "allowed": our own message in the schema, or what the kind of field tells. */
function allowed(issue: Issue, field: z.ZodType, found: unknown): string {
  const hint = hints.get(field);
  if (hint?.options) return `${issue.message}: ${oneOf(hint.options(), found, hint.listed)}`;
  if (issue.code === "invalid_value") return either(issue.values.map(String));
  if (issue.code === "invalid_union") return either(optionsOf(issue));
  const keys = keysOf(field, found);
  if (keys.length > 0) return `a section with ${either(keys, "and")}`;
  if (issue.code === "invalid_type" && kindOf(field) === "record")
    return "a section whose entries stand under their names";
  if (issue.code === "invalid_type" && kindOf(field) === "array") return "a list, such as [a, b]";
  return issue.message;
}

/** The entry that was probably meant: another spelling of what was found, or the nearest of the options. */
function meantBy(field: z.ZodType, at: Path, found: unknown, issue: Issue): string | undefined {
  if (typeof found !== "string" && typeof found !== "number") return undefined;
  const text = String(found).trim();
  const hint = hints.get(field);
  const number = Number(text.replace(/[_,' ]/g, ""));
  const bound = issue.code === "too_small" ? issue.minimum : issue.code === "too_big" ? issue.maximum : undefined;
  const address = text
    .toLowerCase()
    .replace(/^[a-z0-9]+:\/\//, "")
    .replace(/\/+$/, "");
  const spellings = [text, number, Math.round(number), bound, text.toLowerCase(), text.toUpperCase(), address, [text]];
  const meant =
    spellings.find((spelling) => spelling !== undefined && field.safeParse(spelling).success) ??
    hint?.meant?.(text) ??
    nearest(text, hint?.options?.() ?? optionsOf(issue))[0];
  return meant === undefined ? undefined : entry(at, meant);
}

function optionsOf(issue: Issue): string[] {
  if (issue.code === "invalid_value") return issue.values.map(String);
  return issue.code === "invalid_union" ? ((issue as { options?: unknown[] }).options ?? []).map(String) : [];
}

/** An entry that would do: by the field's own example, or empty where a section or a list may be. */
function example(field: z.ZodType, at: Path): string {
  const empty: Record<string, unknown> = { object: {}, record: {}, array: [] };
  return entry(at, exampleOf(field) ?? empty[kindOf(field)] ?? null);
}

/** A line of the file: `place: CH-ZH`, or `- CH-ZH` in a list. */
function entry(at: Path, value: unknown): string {
  return typeof at.at(-1) === "number" ? `- ${written(value)}` : `${key(at)}: ${written(value)}`;
}

/** A key as it stands on its line. */
function key(at: Path): string {
  return at.length === 1 ? `freehold:${at[0]}` : written(String(at.at(-1)));
}
