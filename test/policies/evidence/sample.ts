import type { Evidence, EvidenceFinding } from "../../../policies/evidence/shape.ts";

const none = { held: 0, broken: 0, pending: 0, undecidable: 0, waived: 0 };
const waiver = {
  rule: "logs-stay-here",
  resource: "*::audit-trail",
  because: "The supervisor's own log is kept in Dublin by law.",
  approvedBy: "security@alpen.example",
  expires: "2027-03-31",
};

/** A finding of a bucket abroad, changed as a test needs it. */
export function findingLike(changes: Partial<EvidenceFinding> = {}): EvidenceFinding {
  return {
    rule: "data-stays-here",
    verdict: "broken",
    urn: "urn:pulumi:prod::shop::aws:s3/bucket:Bucket::archive",
    name: "archive",
    type: "aws:s3/bucket:Bucket",
    path: "region",
    value: "us-east-1 (US)",
    allowed: "places in DE",
    law: "GDPR; BDSG",
    remedy: "Choose a place in DE.",
    ...changes,
  };
}

/** Evidence with one of everything that a report shows. */
export function evidenceLike(changes: Partial<Evidence> = {}): Evidence {
  const findings = [
    findingLike({ file: "index.ts", line: 12 }),
    findingLike({
      urn: "urn:pulumi:prod::shop::kubernetes:core/v1:ConfigMap::assistant",
      type: "kubernetes:core/v1:ConfigMap",
      name: "assistant",
      path: 'data["config.yaml"].upstreams[0].url',
      value: "api.openai.com, OpenAI, US",
      allowed: "hosts in DE: *.example.de",
      remedy:
        "Use a host in the country; if this one stands there, declare it under freehold:guards.hosts (or FREEHOLD_HOSTS).",
    }),
    findingLike({ rule: "logs-stay-here", verdict: "waived", name: "audit-trail", path: "home", waiver }),
    findingLike({
      rule: "keys-held-here",
      verdict: "pending",
      name: "vault",
      path: "keyId",
      value: "not known yet",
      allowed: undefined,
      remedy: "Decided at up, before the resource is created.",
    }),
    findingLike({
      rule: "nothing-hidden",
      verdict: "undecidable",
      urn: "urn:pulumi:prod::shop::aws:cloudformation/stack:Stack::legacy",
      type: "aws:cloudformation/stack:Stack",
      name: "legacy",
      path: "templateBody",
      value: "a template that makes resources of its own",
      allowed: undefined,
      remedy: "Declare what it does as resources of a provider that the guards describe.",
    }),
  ];
  return {
    format: 1,
    at: "2026-11-21T18:00:00.000Z",
    tool: { name: "freehold", version: "0.1.0", engine: "3.259.0" },
    subject: { kind: "stack", name: "shop/prod", project: "shop", stack: "prod", file: "Pulumi.yaml", resources: 58 },
    jurisdiction: { country: "DE", countryName: "Germany", law: "GDPR Art. 44 to 49; BDSG" },
    declarations: [
      { what: "country", value: "DE", origin: "FREEHOLD_COUNTRY" },
      { what: "host", value: "*.example.de", origin: "residency.yaml:3" },
      { what: "account", value: "111122223333", origin: "FREEHOLD_ACCOUNTS" },
      { what: "treaty", value: "FR for research", origin: "residency.yaml:9", because: "The joint programme of 2024." },
    ],
    waivers: [
      { ...waiver, uses: 1 },
      { ...waiver, rule: "doors-stay-here", resource: "*::old-edge", uses: 0, fault: "expired on 2026-06-30" },
    ],
    hashes: { pack: "1".repeat(64), catalogue: "2".repeat(64), subject: "3".repeat(64), config: "4".repeat(64) },
    enforcement: [{ policy: "egress-closed", from: "mandatory", to: "advisory", origin: "--policy-pack-config" }],
    verdict: "broken",
    counts: { held: 181, broken: 2, pending: 1, undecidable: 1, waived: 1 },
    rules: [
      rule("data-stays-here", "Data stays here", "broken", { broken: 2, held: 120 }),
      rule("keys-held-here", "Keys held here", "pending", { pending: 1, held: 8 }),
      rule("logs-stay-here", "Logs stay here", "waived", { waived: 1, held: 3 }),
      rule("images-from-here", "Images from here", "held", { held: 50 }),
      rule("nothing-hidden", "Nothing hidden", "undecidable", { undecidable: 1 }),
    ],
    laws: [
      {
        law: "General Data Protection Regulation, (EU) 2016/679",
        articles: [
          {
            article: "Art. 28(3)",
            says: "A processor acts on documented instructions, transfers included.",
            verified: true,
            rules: ["data-stays-here", "keys-held-here"],
            verdict: "broken",
          },
          {
            article: "Art. 32",
            says: "Security of processing.",
            verified: true,
            rules: ["keys-held-here", "egress-closed"],
            verdict: "pending",
          },
          {
            article: "Art. 44",
            says: "No transfer to a third country without the conditions of this chapter.",
            verified: true,
            rules: ["data-stays-here"],
            verdict: "broken",
          },
        ],
      },
      {
        law: "Bundesdatenschutzgesetz",
        articles: [
          {
            article: "§ 64",
            says: "Requirements for the security of data processing.",
            verified: true,
            rules: ["images-from-here"],
            verdict: "held",
          },
        ],
      },
    ],
    frameworks: [
      {
        name: "EU Cloud Sovereignty Framework",
        version: "1.2.1",
        status: "procurement framework, not law",
        sources: ["https://commission.europa.eu/"],
        verified: "partial",
        bound: "Evidence for SEAL 2 at most: ownership and law decide above that, and no code shows them.",
        criteria: [
          {
            id: "SOV-3",
            title: "Data and AI",
            cannotShow: "what the provider does with data inside its own service",
            rules: ["data-stays-here", "keys-held-here"],
            verdict: "broken",
          },
          {
            id: "SOV-1",
            title: "Strategic",
            cannotShow: "ownership and control of the provider",
            rules: [],
            verdict: "unjudged",
          },
        ],
      },
    ],
    findings,
    coverage: {
      table: 40,
      sweep: 12,
      component: 5,
      undecidable: 1,
      types: [
        { type: "aws:s3/bucket:Bucket", count: 40, by: "table" },
        { type: "kubernetes:core/v1:ConfigMap", count: 12, by: "sweep" },
        { type: "pulumi:pulumi:Stack", count: 5, by: "component" },
        { type: "aws:cloudformation/stack:Stack", count: 1, by: "undecidable" },
      ],
    },
    ...changes,
  };
}

function rule(
  name: string,
  title: string,
  verdict: Evidence["rules"][number]["verdict"],
  counts: Partial<Evidence["counts"]>,
) {
  const text = "Every place is in the country, and every host that data may reach is declared to stand in it.";
  return {
    name,
    title,
    text,
    severity: "critical" as const,
    remedy: "Choose a place in the country.",
    verdict,
    counts: { ...none, ...counts },
  };
}
