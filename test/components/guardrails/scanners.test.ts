import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { scanners } from "../../../catalogue/guardrail.ts";
import { suppressions } from "../../../components/guardrails/scanners.ts";

const file = (name: string) => String(suppressions().find((each) => each.file === name)?.content);
const ids = (name: string) => scanners()[name]!.checks.map(({ id }) => id);

describe("what scanners are told", () => {
  it("is in each scanner's own form, with exactly the checks of the catalogue", () => {
    expect(parse(file(".checkov.yaml"))).toEqual({ "skip-check": ids("checkov") });
    expect(parse(file("kics.config"))).toEqual({ "exclude-queries": ids("kics") });
    expect(parse(file("ps-rule.yaml"))).toEqual({ rule: { exclude: ids("psrule") } });
    const trivy = parse(file(".trivyignore.yaml")).misconfigurations as { id: string; statement: string }[];
    expect(trivy.map(({ id }) => id)).toEqual(ids("trivy"));
    const prowler = parse(file("prowler-mutelist.yaml")).Mutelist.Accounts["*"].Checks;
    expect(Object.keys(prowler)).toEqual(ids("prowler"));
  });

  it("gives the reason of each check, and our rule that says the opposite", () => {
    for (const [name, { file: written, checks }] of Object.entries(scanners())) {
      const text = file(written).replace(/\s+/g, " ");
      for (const { id, because, rule } of checks) {
        expect(text, `${name} ${id}`).toContain(because);
        expect(text).toContain(`Our rule ${rule} refuses that.`);
      }
    }
  });

  it("names no check twice, and rules that the pack has names for", () => {
    for (const { checks } of Object.values(scanners())) {
      expect(new Set(checks.map(({ id }) => id)).size).toBe(checks.length);
      for (const { rule } of checks) expect(rule).toMatch(/^(?:data|copies|logs|prompts|doors)-stay-here$/);
    }
  });
});
