import { expect, it } from "vitest";
import { z } from "zod";
import { sarif } from "../../policies/sarif.ts";
import { evidenceLike, findingLike } from "./evidence/sample.ts";

// What SARIF 2.1.0 asks of the parts that are written; no well-kept package carries its schema.
const text = z.strictObject({ text: z.string().min(1) });
const log = z.strictObject({
  $schema: z.url(),
  version: z.literal("2.1.0"),
  runs: z
    .array(
      z.strictObject({
        tool: z.strictObject({
          driver: z.strictObject({
            name: z.string(),
            version: z.string(),
            rules: z.array(
              z.strictObject({
                id: z.string().regex(/^[a-z-]+$/),
                name: z.string().regex(/^\w+$/),
                shortDescription: text,
                fullDescription: text,
                help: text,
                defaultConfiguration: z.strictObject({ level: z.enum(["none", "note", "warning", "error"]) }),
                properties: z.strictObject({ "security-severity": z.string(), tags: z.array(z.string()) }),
              }),
            ),
          }),
        }),
        automationDetails: z.strictObject({ id: z.string() }),
        invocations: z.array(z.strictObject({ executionSuccessful: z.boolean(), endTimeUtc: z.iso.datetime() })),
        columnKind: z.literal("utf16CodeUnits"),
        properties: z.record(z.string(), z.unknown()),
        results: z.array(
          z
            .strictObject({
              ruleId: z.string(),
              ruleIndex: z.number().int().min(0).optional(),
              kind: z.enum(["pass", "open", "informational", "notApplicable", "review", "fail"]),
              level: z.enum(["none", "note", "warning", "error"]),
              message: text,
              locations: z.array(
                z.strictObject({
                  physicalLocation: z
                    .strictObject({
                      artifactLocation: z.strictObject({ uri: z.string().regex(/^[^\s\\]+$/) }),
                      region: z.strictObject({ startLine: z.number().int().min(1) }),
                    })
                    .optional(),
                  logicalLocations: z.array(
                    z.strictObject({ name: z.string(), kind: z.string(), fullyQualifiedName: z.string() }),
                  ),
                }),
              ),
              partialFingerprints: z.record(z.string(), z.string()),
              suppressions: z
                .array(
                  z.strictObject({
                    kind: z.literal("external"),
                    justification: z.string(),
                  }),
                )
                .optional(),
              properties: z.strictObject({ verdict: z.string() }),
            })
            .refine(({ kind, level }) => kind === "fail" || level === "none"),
        ),
      }),
    )
    .min(1),
});

const results = (...findings: Parameters<typeof findingLike>[0][]) =>
  log.parse(sarif(evidenceLike({ findings: findings.map(findingLike) }))).runs[0]!.results;

it("is SARIF 2.1.0, with every rule and every finding", () => {
  const evidence = evidenceLike();
  const run = log.parse(sarif(evidence)).runs[0]!;
  expect(run.results).toHaveLength(evidence.findings.length);
  expect(run.tool.driver.rules.map(({ id }) => id)).toEqual(evidence.rules.map(({ name }) => name));
  for (const { ruleId, ruleIndex } of run.results) expect(run.tool.driver.rules[ruleIndex!]?.id).toBe(ruleId);
});

it("fails what is broken or cannot be decided, and leaves open what is pending", () => {
  const kinds = results({ verdict: "broken" }, { verdict: "undecidable" }, { verdict: "pending" });
  expect(kinds.map(({ kind, level }) => [kind, level])).toEqual([
    ["fail", "error"],
    ["fail", "error"],
    ["open", "none"],
  ]);
});

it("points to file and line where they are known, else to what was judged, and always to the property", () => {
  const [known, unknown] = results({ file: "deploy/a b#1.yaml", line: 7 }, { path: "" });
  expect(known?.locations[0]?.physicalLocation).toEqual({
    artifactLocation: { uri: "deploy/a%20b%231.yaml" },
    region: { startLine: 7 },
  });
  expect(known?.locations[0]?.logicalLocations[0]?.fullyQualifiedName).toMatch(/::archive::region$/);
  expect(unknown?.locations[0]?.physicalLocation?.artifactLocation.uri).toBe("Pulumi.yaml");
});

it("knows a finding again when its line and its value have changed, and not when its path has", () => {
  const prints = results({ line: 1, file: "a" }, { line: 9, file: "a", value: "other" }, { path: "other" }).map(
    ({ partialFingerprints }) => partialFingerprints["freehold/v1"],
  );
  expect(prints[0]).toBe(prints[1]);
  expect(prints[0]).not.toBe(prints[2]);
});

it("suppresses what is waived, by whom and why", () => {
  const waiver = { rule: "r", resource: "*", because: "A law.", approvedBy: "sec@example.de", expires: "2027-01-01" };
  const [waived, broken] = results({ verdict: "waived", waiver }, {});
  expect(waived?.suppressions).toEqual([
    { kind: "external", justification: "A law. Approved by sec@example.de until 2027-01-01." },
  ]);
  expect(broken?.suppressions).toBeUndefined();
});
