import { rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { frameworks } from "../../catalogue/framework.ts";
import { countries } from "../../catalogue/index.ts";
import { type AtHome, jurisdictionOf } from "../../components/country/jurisdiction.ts";
import { ownHashes } from "../../policies/evidence/hashes.ts";
import { evidenceShape } from "../../policies/evidence/shape.ts";
import { evidenceOf, readEvidence } from "../../policies/evidence.ts";
import { type Resource, UNKNOWN } from "../../policies/fact.ts";
import { judge } from "../../policies/judge.ts";
import { allRules } from "../../policies/rules/index.ts";
import { evidenceLike } from "./evidence/sample.ts";

const map = (name: string, data: unknown, more: Partial<Resource> = {}): Resource => ({
  type: "kubernetes:core/v1:ConfigMap",
  urn: `urn:pulumi:prod::shop::kubernetes:core/v1:ConfigMap::${name}`,
  name,
  custom: true,
  props: { data },
  ...more,
});
const abroad = { url: "https://api.vendor.com" };

/** Evidence on these resources. */
function on(
  resources: Resource[],
  { country = "DE", kind = "program", ...home }: AtHome & { country?: string; kind?: "program" | "state" } = {},
) {
  const jurisdiction = jurisdictionOf(country, home);
  return evidenceOf({
    subject: { kind, name: "shop/prod" },
    judgement: judge(resources, jurisdiction),
    jurisdiction,
    origins: [{ what: "country", value: country, from: "FREEHOLD_COUNTRY" }],
    at: new Date("2026-11-21T18:00:00Z"),
  });
}

it("is what its own form says, of every country of the catalogue", () => {
  for (const country of countries()) evidenceShape.parse(on([map("a", abroad)], { country }));
});

it("has the same findings in the same order, in whatever order the resources came", () => {
  const resources = ["c", "a", "b"].map((name) => map(name, abroad));
  const [one, other] = [on(resources), on(resources.toReversed())];
  expect(one.findings.map(({ name }) => name)).toEqual(["a", "b", "c"]);
  expect(other.findings).toEqual(one.findings);
});

it.each([
  ["held", { url: "https://api.example.de" }],
  ["broken", abroad],
  ["pending", { url: UNKNOWN }],
] as const)("is %s as a whole, by rule and by article", (verdict, data) => {
  const evidence = on([map("a", data)], { hosts: ["*.example.de"] });
  expect(evidence.verdict).toBe(verdict);
  expect(evidence.rules.find(({ name }) => name === "data-stays-here")?.verdict).toBe(verdict);
  const articles = evidence.laws
    .flatMap(({ articles }) => articles)
    .filter(({ rules }) => rules.includes("data-stays-here"));
  expect(articles.length).toBeGreaterThan(0);
  for (const article of articles) expect(article.verdict).toBe(verdict);
});

it("takes no rule for held that nothing concerned", () => {
  const verdicts = new Map(on([map("a", {})]).rules.map(({ name, verdict }) => [name, verdict]));
  expect([...verdicts.keys()]).toEqual([
    ...allRules.map(({ name }) => name),
    "jurisdiction-is-declared",
    "waivers-hold",
  ]);
  expect(verdicts.get("prompts-stay-here")).toBe("unjudged");
  expect(verdicts.get("nothing-hidden")).toBe("held");
});

it("is no verdict where there was nothing to judge", () => {
  expect(on([]).verdict).toBe("unjudged");
});

it("calls nothing pending in what stands already: nobody will decide it later", () => {
  const { verdict, findings } = on([map("a", { url: UNKNOWN })], { kind: "state" });
  expect(verdict).toBe("undecidable");
  expect(findings[0]).toMatchObject({
    verdict: "undecidable",
    remedy: "Let pulumi up come to its end, and judge again.",
  });
});

it("claims no level of any framework, says the bound of each, and what code cannot show of each criterion", () => {
  const shown = countries().flatMap((country) => on([map("a", abroad)], { country }).frameworks);
  expect(new Set(shown.map(({ name }) => name))).toEqual(new Set(frameworks().map(({ name }) => name)));
  for (const { bound, criteria, name } of shown) {
    expect(bound, name).not.toBe("");
    for (const { cannotShow } of criteria) expect(cannotShow, name).not.toBe("");
    expect(JSON.stringify({ criteria, bound })).not.toMatch(/SEAL[- ]?[34]/);
  }
});

it("says of a treaty what it is for, why, and how often it was needed", () => {
  const treaties = [{ country: "FR", classes: ["*"], because: "The joint programme." }];
  const jurisdiction = jurisdictionOf("DE", { treaties });
  const bucket: Resource = {
    ...map("a", {}),
    type: "aws:sqs/queue:Queue",
    props: { region: "eu-west-3" },
    provider: { type: "pulumi:providers:aws", name: "fr", props: { region: "eu-west-3" } },
  };
  const evidence = evidenceOf({
    subject: { kind: "program", name: "x" },
    judgement: judge([bucket], jurisdiction),
    jurisdiction,
    origins: [{ what: "treaty", value: "FR for *: The joint programme.", from: "residency.yaml:4" }],
    at: new Date(0),
  });
  expect(evidence.declarations).toEqual([
    { what: "treaty", value: "FR for *", origin: "residency.yaml:4", because: "The joint programme.", uses: 1 },
  ]);
});

it("hashes what judged: code and data by themselves, the same every time", () => {
  const { pack, catalogue } = ownHashes();
  expect(pack).toMatch(/^[0-9a-f]{64}$/);
  expect(catalogue).toMatch(/^[0-9a-f]{64}$/);
  expect(pack).not.toBe(catalogue);
  expect(ownHashes()).toEqual({ pack, catalogue });
});

it("is read again as it was written, and nothing else is taken for it", () => {
  const file = join(tmpdir(), `freehold-evidence-${process.pid}.json`);
  writeFileSync(file, JSON.stringify(evidenceLike()));
  expect(readEvidence(file)).toEqual(evidenceLike());
  writeFileSync(file, JSON.stringify({ ...evidenceLike(), format: 2 }));
  expect(() => readEvidence(file)).toThrow("JSON that is no evidence, or of another format");
  rmSync(file);
});
