import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { guardrailsCommand } from "../../cli/guardrails.ts";
import { Undeclared } from "../../policies/declaration.ts";

const folder = mkdtempSync(join(tmpdir(), "freehold-guardrails-"));
let said = "";
beforeEach(() => {
  said = "";
  mkdirSync(folder, { recursive: true });
  vi.spyOn(process.stdout, "write").mockImplementation((text) => {
    said += String(text);
    return true;
  });
  for (const name of Object.keys(process.env)) if (name.startsWith("FREEHOLD_")) vi.stubEnv(name, undefined);
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true, force: true });
});

const expected = [
  ".checkov.yaml",
  ".trivyignore.yaml",
  "azure-initiative.json",
  "kics.config",
  "prowler-mutelist.yaml",
  "ps-rule.yaml",
  "rcp-1.json",
  "scp-1.json",
  "scp-2.json",
];

it("writes what each cloud and scanner is to be told, once, and leaves alone what is there", () => {
  guardrailsCommand(undefined, { country: "CH", out: folder });
  expect(readdirSync(folder).sort()).toEqual(expected);
  expect(JSON.parse(readFileSync(join(folder, "scp-1.json"), "utf8")).Statement[0].Condition).toEqual({
    StringNotEquals: { "aws:RequestedRegion": ["eu-central-2"] },
  });
  expect(said).toMatch(/^Guardrails of Switzerland \(CH\), in /);
  expect(said.match(/ {2}written$/gm)).toHaveLength(expected.length);
  said = "";
  writeFileSync(join(folder, "scp-1.json"), "{}");
  guardrailsCommand(undefined, { country: "CH", out: folder });
  expect(said).toMatch(/^scp-1\.json {2}written$/m);
  expect(said.match(/ {2}unchanged$/gm)).toHaveLength(expected.length - 1);
});

it("names documents of an earlier run that are none any more", () => {
  writeFileSync(join(folder, "scp-7.json"), "{}");
  guardrailsCommand(undefined, { country: "CH", out: folder });
  expect(said).toContain("of an earlier run, detach and delete: scp-7.json");
});

it("takes a stack, with what its country file declares, and says what each part is and how it comes into force", () => {
  guardrailsCommand("ch", {});
  expect(said).toMatch(/^Guardrails of Switzerland \(CH\); --out/);
  expect(said).toMatch(/attach {2}aws organizations create-policy --type SERVICE_CONTROL_POLICY/);
  expect(said).toMatch(/attach {2}az policy definition create/);
  expect(said).toContain("Limits");
});

it("takes what the environment declares, as the policy pack does", () => {
  vi.stubEnv("FREEHOLD_COUNTRY", "DE");
  vi.stubEnv("FREEHOLD_ACCOUNTS", "111122223333");
  guardrailsCommand(undefined, { json: true });
  const { country, guardrails } = JSON.parse(said);
  expect(country).toBe("DE");
  expect(JSON.stringify(guardrails)).toContain('"aws:PrincipalAccount":["111122223333"]');
});

it("refuses a country that nobody knows, and to guess one", () => {
  expect(() => guardrailsCommand(undefined, { country: "XX" })).toThrow(Undeclared);
  expect(() => guardrailsCommand(undefined, { country: "XX" })).toThrow(/allowed/);
  expect(() => guardrailsCommand(undefined, {})).toThrow(Undeclared);
  expect(() => guardrailsCommand("nowhere", {})).toThrow();
  expect(said).toBe("");
});
