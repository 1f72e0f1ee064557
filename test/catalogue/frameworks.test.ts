import { describe, expect, it } from "vitest";
import { articlesFor, countries, country, frameworks, frameworksFor, isCountryCode } from "../../catalogue/index.ts";
import { allRules } from "../../policies/rules/index.ts";

const ruleNames = [...allRules.map(({ name }) => name), "waivers-hold", "jurisdiction-is-declared"];

describe("frameworks", () => {
  it("are eight, each with a bound, sources and criteria that say what code cannot show", () => {
    expect(frameworks().map(({ id }) => id)).toEqual([
      "eu-csf",
      "bsi-c3a",
      "bsi-c5",
      "secnumcloud",
      "ens",
      "nca-ccc",
      "ism",
      "mas-trm",
    ]);
    for (const { id, bound, criteria } of frameworks()) {
      expect(bound.length, id).toBeGreaterThan(60);
      expect(new Set(criteria.map((criterion) => criterion.id)).size, id).toBe(criteria.length);
      for (const { cannot_show } of criteria) expect(cannot_show.length, id).toBeGreaterThan(10);
    }
  });

  it("name rules that exist, and every rule is evidence for something", () => {
    const named = new Set(frameworks().flatMap(({ criteria }) => criteria.flatMap(({ rules }) => rules)));
    for (const rule of named) expect(ruleNames).toContain(rule);
    for (const rule of ruleNames) expect([...named], rule).toContain(rule);
  });

  it("never let code claim SEAL 3, and weigh to a hundred", () => {
    const { bound, criteria } = frameworks().find(({ id }) => id === "eu-csf")!;
    expect(criteria.map(({ weight }) => weight)).toEqual([15, 10, 10, 15, 20, 15, 10, 5]);
    for (const { id, seal, rules } of criteria) {
      expect(seal, id).toBeLessThanOrEqual(2);
      expect(seal === 0, id).toBe(rules.length === 0);
    }
    expect(bound).toContain("earns no SEAL level");
  });

  it("that were recalled say so: no verified one has a recalled criterion", () => {
    for (const { id, verified, criteria } of frameworks()) {
      if (verified === true) expect(criteria.filter(({ recalled }) => recalled)).toEqual([]);
      expect(verified, id).not.toBe(false);
    }
  });

  it("concern countries by name or by bloc", () => {
    expect(frameworksFor("DE").map(({ id }) => id)).toEqual(["eu-csf", "bsi-c3a", "bsi-c5"]);
    expect(frameworksFor("FR").map(({ id }) => id)).toEqual(["eu-csf", "secnumcloud"]);
    expect(frameworksFor("SA").map(({ id }) => id)).toEqual(["nca-ccc"]);
    expect([frameworksFor("CH"), frameworksFor("NO"), frameworksFor("US")]).toEqual([[], [], []]);
    for (const { concerns } of frameworks()) expect(concerns.countries.every(isCountryCode)).toBe(true);
  });
});

describe("articles of a law", () => {
  it.each([
    ["DE", "data-stays-here", ["GDPR Art. 44", "SGB V § 393"]],
    ["DE", "keys-held-here", ["GDPR Art. 32"]],
    ["DE", "access-from-here", ["GDPR Art. 44", "GDPR Art. 28", "GDPR Art. 29"]],
    ["NO", "waivers-hold", ["GDPR Art. 5(2)", "GDPR Art. 30"]],
    [
      "CH",
      "copies-stay-here",
      [
        "Federal Act on Data Protection (revFADP/nDSG) Art. 16",
        "Federal Act on Data Protection (revFADP/nDSG) Art. 17",
      ],
    ],
    ["SA", "logs-stay-here", ["PDPL (Royal Decree M/19) Art. 29"]],
  ])("in %s are served by %s", (code, rule, expected) => {
    expect(articlesFor(code, rule).map(({ law, article }) => `${law} ${article}`)).toEqual(expected);
  });

  it("give way to the law as a whole where none is known", () => {
    const { law, verified } = country("SA").data_protection;
    expect(articlesFor("SA", "nothing-hidden")).toEqual([
      { article: "as a whole", law, note: "no article is named for it here", verified },
    ]);
    expect(articlesFor("KW", "data-stays-here")[0]?.article).toBe("as a whole");
  });

  it("are as sure as their law, or say otherwise", () => {
    expect(articlesFor("DE", "data-stays-here")[0]?.verified).toBe(true);
    expect(articlesFor("GB", "data-stays-here")[0]?.verified).toBe(false);
    expect(articlesFor("ZA", "keys-held-here")[0]?.verified).toBe(false);
    expect(articlesFor("ZA", "data-stays-here")[0]?.verified).toBe("partial");
  });

  it("answer for every rule in every country", () => {
    for (const code of countries()) {
      for (const rule of ruleNames) expect(articlesFor(code, rule).length, `${code} ${rule}`).toBeGreaterThan(0);
    }
    expect(() => articlesFor("US", "data-stays-here")).toThrow('no country "US"');
  });
});
