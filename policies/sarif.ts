import { createHash } from "node:crypto";
import type { Evidence, EvidenceFinding } from "./evidence/shape.ts";

const LEVELS = { broken: "error", undecidable: "error", pending: "none", waived: "error", held: "none" } as const;
// How code scanning ranks a rule: from 0 to 10.
const RANKS = { critical: "9.5", high: "8.0", medium: "5.5", low: "3.0" } as const;

/** Evidence as SARIF 2.1.0, for code scanning. What is waived is there, with its waiver as the suppression. */
export function sarif(evidence: Evidence): object {
  const index = new Map(evidence.rules.map(({ name }, at) => [name, at]));
  const { tool, at, verdict, hashes } = evidence;
  return {
    $schema: "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
    version: "2.1.0",
    runs: [
      {
        tool: { driver: { name: tool.name, version: tool.version, rules: evidence.rules.map(ruleOf) } },
        automationDetails: { id: `freehold/${evidence.subject.name}/` },
        invocations: [{ executionSuccessful: true, endTimeUtc: at }],
        columnKind: "utf16CodeUnits",
        properties: { verdict, hashes, country: evidence.jurisdiction.country },
        results: evidence.findings.map((finding) => resultOf(finding, index.get(finding.rule) ?? -1, evidence)),
      },
    ],
  };
}

function ruleOf({ name, title, text, severity, remedy }: Evidence["rules"][number]) {
  return {
    id: name,
    name: title.replace(/\W+(\w?)/g, (_, letter: string) => letter.toUpperCase()),
    shortDescription: { text: title },
    fullDescription: { text },
    help: { text: `${text} ${remedy}` },
    defaultConfiguration: { level: "error" },
    properties: { "security-severity": RANKS[severity], tags: ["security", "residency"] },
  };
}

function resultOf(finding: EvidenceFinding, ruleIndex: number, evidence: Evidence) {
  const { rule, verdict, urn, name, type, path, value, allowed, law, remedy, waiver } = finding;
  const found = path === "" ? value : `${path}: ${value}`;
  const said = verdict === "undecidable" ? `${found}, which cannot be decided from here` : found;
  const text = [
    `${type} "${name}": ${said}.`,
    allowed && `Allowed: ${allowed}.`,
    verdict !== "pending" && `Law: ${law}.`,
    remedy,
  ];
  return {
    ruleId: rule,
    ...(ruleIndex >= 0 && { ruleIndex }),
    // What is open has no level, says the standard; what cannot be decided fails.
    kind: verdict === "pending" ? "open" : "fail",
    level: LEVELS[verdict],
    message: { text: text.filter(Boolean).join(" ") },
    locations: [locationOf(finding, evidence)],
    // Neither the line nor the value: the same leak is the same after the file has grown.
    partialFingerprints: { "freehold/v1": createHash("sha256").update([rule, urn, path].join("\n")).digest("hex") },
    ...(waiver && {
      suppressions: [
        {
          kind: "external",
          justification: `${waiver.because} Approved by ${waiver.approvedBy} until ${waiver.expires}.`,
        },
      ],
    }),
    properties: { verdict },
  };
}

function locationOf({ urn, path, name, file, line }: EvidenceFinding, { subject }: Evidence) {
  const uri = file ?? subject.file;
  return {
    ...(uri && {
      physicalLocation: {
        artifactLocation: { uri: uriOf(uri) },
        region: { startLine: line ?? 1 },
      },
    }),
    logicalLocations: [{ name, kind: "resource", fullyQualifiedName: path === "" ? urn : `${urn}::${path}` }],
  };
}

/** A path as a URI: relative to the checkout, or of this machine. */
function uriOf(path: string): string {
  const uri = path.replaceAll("\\", "/").split("/").map(encodeURIComponent).join("/");
  return uri.startsWith("/") ? `file://${uri}` : uri;
}
