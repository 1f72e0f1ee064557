import { describe, expect, it } from "vitest";
import { countries, groupOf, isCountryCode, pairOf, placeOf, regions } from "../../catalogue/index.ts";
import { regionsByShortName } from "../../catalogue/place.ts";

describe("a zone", () => {
  it.each([
    ["eu-central-1-ham-1a", "DE"],
    ["eu-central-1-ham-1", "DE"],
    ["eu-central-1-waw-1a", "PL"],
    ["eu-central-1-ist-1a", "TR"],
    ["us-west-2-lax-1b", "US"],
    ["us-east-1-lim-1a", "PE"],
    ["ap-southeast-2-akl-1a", "NZ"],
    ["me-south-1-mct-1a", "OM"],
    ["euc1-ham1-az1", "DE"],
    ["us-east-1-wl1-bos-wlz-1", "US"],
    ["eu-central-1-wl1-ber-wlz-1", "DE"],
    ["use1-wl1-bos-wlz1", "US"],
    ["eu-west-3-cmn-wlz-1a", "MA"],
    ["euw3-cmn1-wlz1", "MA"],
  ])("%s stands where its city does, in %s", (name, country) => {
    expect(placeOf(name)).toEqual({ country, kind: "zone", provider: "AWS" });
  });

  it.each([
    ["euc1-az1", "DE"],
    ["euc2-az3", "CH"],
    ["apse2-az1", "AU"],
    ["aps1-az2", "IN"],
    ["usgw1-az1", "US"],
    ["us-east-1-zg-1", "US"],
  ])("%s stands where its region does, in %s", (name, country) => {
    expect(placeOf(name)).toEqual({ country, kind: "zone", provider: "AWS" });
  });

  it.each([
    "eu-central-1-xyz-1a",
    "europe-west3-ham-1a",
    "xx1-az1",
    "euc1",
    "ham",
    "ham-1a",
    "us-central1-ai1a",
    "eu-central-1-ham-1a.evil.example",
  ])("%j of an unknown city or region cannot be placed", (name) => {
    expect(placeOf(name)).toBeUndefined();
  });

  it("has ids that begin with the short name of one region only", () => {
    const shortNames = [...regionsByShortName()];
    expect(shortNames.length).toBeGreaterThan(35);
    const regular = regions().filter(({ name, provider }) => provider === "AWS" && !/iso|eusc/.test(name));
    expect(shortNames.map(([, region]) => region).sort()).toEqual(regular.map(({ name }) => name).sort());
  });
});

describe("the pair of an Azure region", () => {
  it.each([
    ["germanywestcentral", "germanynorth"],
    ["West Europe", "northeurope"],
    ["Switzerland North", "switzerlandwest"],
    ["brazilsouth", "southcentralus"],
    ["southcentralus", "northcentralus"],
    ["westus3", "eastus"],
    ["eastasia", "southeastasia"],
    ["swedencentral", "swedensouth"],
    ["italynorth", null],
    ["Israel Central", null],
  ])("of %s is %s", (region, pair) => {
    expect(pairOf(region)).toEqual({ pair });
  });

  it.each(["swedensouth", "usdodeast", "eu-central-1", "europe", "", "constructor"])("of %j is not known", (region) => {
    expect(pairOf(region)).toBeUndefined();
  });

  it("is a region of Azure that stands somewhere, and is known for all but a few regions", () => {
    const azure = regions().filter(({ provider }) => provider === "Azure");
    for (const { name } of azure) {
      const pair = pairOf(name)?.pair;
      if (pair) expect(placeOf(pair), name).toMatchObject({ kind: "region", provider: "Azure" });
    }
    const unknown = azure.filter(({ name }) => pairOf(name) === undefined).map(({ name }) => name);
    expect(unknown.sort()).toEqual(["swedensouth", "usdodcentral", "usdodeast"]);
  });
});

describe("a group of places", () => {
  it.each([
    ["germany", ["DE"]],
    ["Switzerland", ["CH"]],
    ["asia1", ["JP", "KR"]],
    ["EUR4", ["FI", "NL"]],
    ["jp", ["JP"]],
    ["au", ["AU"]],
    ["us", ["CA", "US"]],
    ["dual-region-germany1", ["DE"]],
  ])("%s may lead to %j", (name, countries) => {
    expect(groupOf(name)).toEqual({ name: name.toLowerCase(), countries });
  });

  it("means all that any cloud means by its name", () => {
    expect(groupOf("eu")?.countries).toEqual(expect.arrayContaining(["CH", "DE", "FI", "GB", "IE", "NL", "PL"]));
    expect(groupOf("europe")?.countries).toEqual(expect.arrayContaining(["DE", "IE", "NL"]));
  });

  it("of everywhere lies in no single country", () => {
    for (const name of ["global", "Global", "aws-global"]) {
      expect(groupOf(name)?.countries.length, name).toBeGreaterThan(20);
    }
  });

  it.each(["eu-central-1", "westeurope", "DE", "", "constructor", "everywhere"])("%j is none", (name) => {
    expect(groupOf(name)).toBeUndefined();
  });

  it("is no place, and its countries exist", () => {
    for (const name of ["eu", "europe", "global", "germany", "us", "apac", "asia", "eur3", "eur5", "uk"]) {
      expect(placeOf(name), name).toBeUndefined();
      const { countries } = groupOf(name)!;
      expect(countries.length, name).toBeGreaterThan(0);
      for (const code of countries) expect(isCountryCode(code), `${name} ${code}`).toBe(true);
    }
    expect(countries().every((code) => groupOf(code.toLowerCase())?.countries.length !== 0)).toBe(true);
  });
});
