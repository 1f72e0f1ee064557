import { z } from "zod";

/** The version of the form in which evidence is written; a reader refuses one that it does not know. */
export const EVIDENCE_FORMAT = 1;

const verdict = z.enum(["held", "broken", "pending", "undecidable", "waived"]);
// How sure the catalogue is of what it says.
const verified = z.union([z.boolean(), z.literal("partial")]);
const counts = z.object({
  held: z.number(),
  broken: z.number(),
  pending: z.number(),
  undecidable: z.number(),
  waived: z.number(),
});

const waiver = z.object({
  rule: z.string(),
  resource: z.string(),
  because: z.string(),
  approvedBy: z.string(),
  expires: z.string(),
});

const finding = z.object({
  rule: z.string(),
  verdict,
  urn: z.string(),
  name: z.string(),
  type: z.string(),
  path: z.string(),
  value: z.string(),
  allowed: z.string().optional(),
  law: z.string(),
  remedy: z.string(),
  waiver: waiver.optional(),
  file: z.string().optional(),
  line: z.number().optional(),
});

const ofRules = { rules: z.array(z.string()), verdict: verdict.or(z.literal("unjudged")) };

/** What a judgement showed, of what, by what: everything a report says, and nothing that is secret. */
export const evidenceShape = z.object({
  format: z.literal(EVIDENCE_FORMAT),
  /** When it was judged; the only part that differs between two runs on the same things. */
  at: z.string(),
  tool: z.object({ name: z.string(), version: z.string(), engine: z.string().optional() }),
  subject: z.object({
    kind: z.enum(["program", "stack", "state", "manifests"]),
    name: z.string(),
    project: z.string().optional(),
    stack: z.string().optional(),
    file: z.string().optional(),
    resources: z.number(),
  }),
  jurisdiction: z.object({ country: z.string(), countryName: z.string(), law: z.string() }),
  /** What somebody said is in country, and where they said so. */
  declarations: z.array(
    z.object({
      what: z.enum(["country", "host", "registry", "account", "treaty"]),
      value: z.string(),
      origin: z.string(),
      because: z.string().optional(),
      /** How many rulings a treaty held. */
      uses: z.number().optional(),
    }),
  ),
  waivers: z.array(
    waiver.extend({
      uses: z.number(),
      fault: z.string().optional(),
      /** Thumbprint (RFC 7638) of the key that signed it, for the security team to compare with its own. */
      key: z.string().optional(),
    }),
  ),
  hashes: z.object({
    pack: z.string(),
    catalogue: z.string(),
    subject: z.string().optional(),
    config: z.string().optional(),
  }),
  /** Policies that somebody enforces otherwise than the pack does. */
  enforcement: z.array(z.object({ policy: z.string(), from: z.string(), to: z.string(), origin: z.string() })),
  verdict: ofRules.verdict,
  counts,
  rules: z.array(
    z.object({
      name: z.string(),
      title: z.string(),
      text: z.string(),
      severity: z.enum(["low", "medium", "high", "critical"]),
      remedy: z.string(),
      verdict: ofRules.verdict,
      counts,
    }),
  ),
  laws: z.array(
    z.object({
      law: z.string(),
      articles: z.array(z.object({ article: z.string(), says: z.string(), verified, ...ofRules })),
    }),
  ),
  frameworks: z.array(
    z.object({
      name: z.string(),
      version: z.string(),
      status: z.string(),
      /** How far infrastructure code can show it at all. */
      bound: z.string(),
      sources: z.array(z.string()),
      verified,
      criteria: z.array(
        z.object({
          id: z.string(),
          title: z.string(),
          cannotShow: z.string(),
          recalled: z.boolean().optional(),
          ...ofRules,
        }),
      ),
    }),
  ),
  findings: z.array(finding),
  coverage: z.object({
    table: z.number(),
    sweep: z.number(),
    component: z.number(),
    undecidable: z.number(),
    types: z.array(z.object({ type: z.string(), count: z.number(), by: z.string() })),
  }),
});

/** The evidence of one judgement. */
export type Evidence = z.output<typeof evidenceShape>;
/** A finding as evidence holds it, at the file and line where it is known. */
export type EvidenceFinding = Evidence["findings"][number];
/** A verdict on a rule or an article; what no rule spoke on was not judged. */
export type EvidenceVerdict = Evidence["rules"][number]["verdict"];
