import type { Jurisdiction } from "../components/country/jurisdiction.ts";
import type { Fact } from "./fact.ts";
import type { Finding, Judgement } from "./judge.ts";

/** A finding as an operator reads it: whose, where, then found, allowed, law and remedy. */
export function renderFinding(finding: Finding): string {
  const { rule, verdict, type, name } = finding;
  return [`${rule}  ${verdict}  ${type} "${name}"`, ...renderReason(finding)].join("\n");
}

/** The lines below the first, for where the resource and the rule are named already. */
export function renderReason({ path, value, allowed, law, remedy, verdict }: Finding): string[] {
  const found = verdict === "undecidable" ? `${value}: cannot be decided from here` : value;
  const rows: [string, string | undefined][] = [
    ["found", path === "" ? found : `${path}: ${found}`],
    ["allowed", allowed],
    ["law", verdict === "pending" ? undefined : law],
    ["remedy", remedy],
  ];
  return rows.flatMap(([row, text]) => (text ? [`  ${row.padEnd(7)}  ${text}`] : []));
}

/** One line on what was judged and how: nothing that is pending or undecidable is counted as held. */
export function renderJudgement({ judged, byVerdict, coverage }: Judgement, { country }: Jurisdiction): string {
  const verdicts = (["held", "broken", "pending", "undecidable"] as const)
    .filter((verdict) => verdict === "held" || byVerdict[verdict] > 0)
    .map((verdict) => `${byVerdict[verdict]} ${verdict}`);
  const { table, sweep, component, undecidable } = coverage;
  const described = `described by table ${table}, by sweep ${sweep}, by their children ${component}, not at all ${undecidable}`;
  return `freehold: ${judged} resources judged for ${country}: ${verdicts.join(", ")}; ${described}.`;
}

/** What is said of a value that stands in a secret. */
export const inSecret = "a value in a secret, not shown";

/** What may be shown of a fact: nothing that stands in a secret, and no part of a name that looks like a credential. */
export function shown(fact: Fact, found?: string): string {
  if ("secret" in fact && fact.secret) return inSecret;
  return (found ?? ("value" in fact ? fact.value : ""))
    .replace(/(^|\/\/|\s)[^\s/@:]+:[^\s/@]+@(?=[\w.-]+)/g, "$1")
    .replace(/[\w+/=-]{20,}/g, (word) => (isCredential(word) ? "***" : word));
}

// Words are not mixed so: a token has digits among its letters all along, or looks like one by its prefix.
function isCredential(word: string): boolean {
  if (/^(?:sk|pk|ghp|gho|glpat|hf|xox[abp])[-_]/i.test(word)) return true;
  const runs = word.match(/\d+|[a-z]+|[A-Z]+/g) ?? [];
  return word.length >= 24 && /\d/.test(word) && runs.length > word.length / 4 && !/^[a-f0-9]{64}$/.test(word);
}
