import { styleText } from "node:util";
import { engineSettingsType } from "../../policies/engine-settings.ts";
import type { EvidenceDiff } from "../../policies/evidence/diff.ts";
import type { Evidence, EvidenceFinding } from "../../policies/evidence/shape.ts";
import { counted, english } from "../../policies/report/english.ts";
import { legibly } from "../../policies/report/legible.ts";

type Style = (format: Parameters<typeof styleText>[0], text: string) => string;

const COLOURS = { broken: "red", undecidable: "yellow", pending: "cyan", waived: "dim", held: "green" } as const;

/** Evidence as an operator reads it: what is broken, rule by rule, what is open, what was judged, and what to do next. */
export function guardText(
  said: Evidence,
  changed: EvidenceDiff | undefined,
  next: readonly string[],
  stream: NodeJS.WriteStream,
): string {
  const style: Style = (format, text) => styleText(format, text, { stream });
  // A name may hold what a terminal obeys.
  const [evidence, difference] = [legibly(said), legibly(changed)];
  const { findings } = evidence;
  const failed = findings.filter(({ verdict }) => verdict === "broken" || verdict === "undecidable");
  const parts = [
    style("bold", english.sentence(evidence)),
    ...evidence.rules.flatMap((rule) => ruleText(rule, failed, evidence, style)),
    briefly("pending", "decided at up, before the resource is created", findings, style),
    briefly("waived", "each use is in the evidence", findings, style),
    difference && differenceText(difference, style),
    summary(evidence, style),
    next.length > 0 && [style("bold", "Next"), ...next.map((line) => `  ${line}`)].join("\n"),
  ];
  return parts.filter(Boolean).join("\n\n");
}

function ruleText(
  { name, counts }: Evidence["rules"][number],
  failed: readonly EvidenceFinding[],
  { laws }: Evidence,
  style: Style,
): string[] {
  // What the engine itself does comes first: it happens whatever the program says.
  const mine = failed.filter(({ rule }) => rule === name).toSorted((a, b) => Number(isEngine(b)) - Number(isEngine(a)));
  if (mine.length === 0) return [];
  const articles = laws.flatMap(({ law, articles }) =>
    articles.filter(({ rules }) => rules.includes(name)).map(({ article, says }) => `${law} ${article}: ${says}`),
  );
  const tally = (["broken", "undecidable"] as const)
    .filter((verdict) => counts[verdict] > 0)
    .map((verdict) => style(COLOURS[verdict], `${counts[verdict]} ${verdict}`));
  const head = `${style("bold", name)}  ${tally.join(", ")}`;
  const law = articles.map((article, index) => style("dim", `  ${index === 0 ? "law" : "   "}      ${article}`));
  return [[head, ...law].join("\n"), ...mine.map((finding) => findingText(finding, style))];
}

function findingText(finding: EvidenceFinding, style: Style): string {
  const { verdict, type, name, path, value, allowed, remedy, file, line, urn } = finding;
  const found = verdict === "undecidable" ? `${value}: cannot be decided from here` : value;
  const rows: [string, string | undefined][] = [
    ["found", path === "" ? found : `${path}: ${found}`],
    ["allowed", allowed],
    ["remedy", remedy],
    ["where", file ? `${file}:${line}` : urn],
  ];
  const shown = rows.flatMap(([row, text]) => (text ? [`    ${row.padEnd(8)} ${text}`] : []));
  return [`  ${style(COLOURS[verdict], type)} "${name}"`, ...shown].join("\n");
}

/** A line for each resource of what needs no more than that. */
function briefly(
  verdict: "pending" | "waived",
  meaning: string,
  findings: readonly EvidenceFinding[],
  style: Style,
): string | undefined {
  const mine = findings.filter((finding) => finding.verdict === verdict);
  if (mine.length === 0) return undefined;
  const byResource = Object.entries(Object.groupBy(mine, ({ type, name }) => `${type} "${name}"`));
  return [
    `${style(COLOURS[verdict], `${mine.length} ${verdict}`)}: ${meaning}`,
    ...byResource.map(([resource, some = []]) => {
      const said = some.map(({ path, rule, waiver }) =>
        [path, waiver ? `${rule}, by ${waiver.approvedBy} until ${waiver.expires}` : path ? undefined : rule]
          .filter(Boolean)
          .join("  "),
      );
      return `  ${resource}  ${[...new Set(said)].join(", ")}`;
    }),
  ].join("\n");
}

function differenceText(difference: EvidenceDiff, style: Style): string {
  const { fresh, gone, changed, declared, withdrawn, other, since, otherSubject } = difference;
  const of = ({ rule, name, path }: EvidenceFinding) => `${rule}  ${name}  ${path}`;
  const rows: [string, string[]][] = [
    ["new", fresh.map(of)],
    ["gone", gone.map(of)],
    [
      "changed",
      changed.map(({ was, is }) => `${of(is)}: ${was.verdict} is now ${is.verdict}, ${was.value} is now ${is.value}`),
    ],
    ["declared", declared],
    ["withdrawn", withdrawn],
    ["versions", other],
  ];
  const lines = rows.flatMap(([label, items]) =>
    items.map((item, index) => `  ${(index === 0 ? label : "").padEnd(10)} ${item}`),
  );
  return [
    style("bold", english.diff.since(since)),
    ...(otherSubject ? [`  ${english.diff.otherSubject(otherSubject)}`] : []),
    ...(lines.length > 0 ? lines : [`  ${english.nothing.diff}`]),
  ].join("\n");
}

function summary(evidence: Evidence, style: Style): string {
  const { subject, jurisdiction, counts, coverage, declarations, waivers, enforcement, tool, hashes } = evidence;
  const types = coverage.types.filter(({ by }) => by !== "component");
  const of = (how: string) => types.filter(({ by }) => by === how).length;
  const rows: [string, string | undefined][] = [
    ["judged", `${subject.name}, ${english.summary.kinds[subject.kind]}: ${counted(subject.resources, "resource")}`],
    ["for", `${jurisdiction.countryName} (${jurisdiction.country})`],
    ["rulings", english.tally(counts)],
    ["coverage", english.coverage(types.length, of("table"), of("sweep"), of("undecidable")).replace(/\.$/, "")],
    ...declaredRows(declarations),
    ["waivers", waivers.length > 0 ? counted(waivers.length, "waiver") : undefined],
    ["enforced", enforcement.map(({ policy, to, origin }) => `${policy} is ${to} by ${origin}`).join(", ")],
    [
      "by",
      `${tool.name} ${tool.version}, pack ${hashes.pack.slice(0, 12)}, catalogue ${hashes.catalogue.slice(0, 12)}`,
    ],
  ];
  return rows.flatMap(([label, text]) => (text ? [`  ${style("dim", label.padEnd(10))} ${text}`] : [])).join("\n");
}

/** A line for each place that declares something, with all that it declares. */
function declaredRows(declarations: Evidence["declarations"]): [string, string][] {
  const byOrigin = Object.entries(Object.groupBy(declarations, ({ origin }) => origin));
  return byOrigin.map(([origin, some = []], index) => [
    index === 0 ? "declared" : "",
    `${origin}: ${some.map(({ value }) => value).join(", ")}`,
  ]);
}

function isEngine({ type }: EvidenceFinding): boolean {
  return type === engineSettingsType;
}
