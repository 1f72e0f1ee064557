import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import {
  accelerator,
  accelerators,
  addon,
  countries,
  country,
  countryCode,
  countryName,
  engine,
  isCountryCode,
  kubernetes,
  model,
  models,
  placeOf,
  profile,
  profiles,
  regions,
  regionsIn,
  theCountry,
} from "../../catalogue/index.ts";

const folder = new URL("../../catalogue/", import.meta.url);

describe("the catalogue's countries", () => {
  it("are sixty, each in a file of its own that says its own code", () => {
    expect(countries()).toHaveLength(60);
    for (const code of countries()) expect(country(code).code).toBe(code);
  });

  it("all exist in ISO 3166-1, and have names that the runtime knows too", () => {
    const names = new Intl.DisplayNames("en", { type: "region" });
    for (const code of countries()) {
      expect(isCountryCode(code), code).toBe(true);
      expect(names.of(code)).toBe(country(code).name);
    }
  });

  it("carry how sure each fact is, and never a verified one without a source", () => {
    for (const code of countries()) {
      const { data_protection, localisation } = country(code);
      for (const facts of [data_protection, localisation]) {
        if (facts.verified === false) expect(facts.evidence, code).toBe("none");
        else expect(facts.sources.length, code).toBeGreaterThan(0);
      }
    }
    expect(country("CH").localisation).toMatchObject({ level: "none", verified: false });
  });

  it("are named as they stand in a sentence, in the catalogue or not", () => {
    expect(countryName("US")).toBe("United States");
    expect([..."CH US NL GB".split(" ")].map(theCountry)).toEqual([
      "Switzerland",
      "the United States",
      "the Netherlands",
      "the United Kingdom",
    ]);
  });

  it("are found by their names and by codes they are also known by", () => {
    expect([countryCode("switzerland"), countryCode("UK"), countryCode("US"), countryCode("Atlantis")]).toEqual([
      "CH",
      "GB",
      undefined,
      undefined,
    ]);
  });

  it("that are unknown are our own mistake to ask for", () => {
    expect(() => country("US")).toThrow('the catalogue has no country "US"');
    expect(() => country("../places/aws")).toThrow("the catalogue has no country");
  });
});

describe("a place", () => {
  it.each([
    ["CH", "CH", "country", undefined],
    ["CH-ZH", "CH", "subdivision", undefined],
    ["NO", "NO", "country", undefined],
    ["us-east-1", "US", "region", "AWS"],
    ["us-gov-west-1", "US", "region", "AWS"],
    ["eusc-de-east-1", "DE", "region", "AWS"],
    ["eu-central-2", "CH", "region", "AWS"],
    ["eu-central-2a", "CH", "zone", "AWS"],
    ["cn-north-1", "CN", "region", "AWS"],
    ["switzerlandwest", "CH", "region", "Azure"],
    ["West Europe", "NL", "region", "Azure"],
    ["northeurope", "IE", "region", "Azure"],
    ["chinanorth3", "CN", "region", "Azure"],
    ["europe-west6", "CH", "region", "Google Cloud"],
    ["europe-west6-b", "CH", "zone", "Google Cloud"],
  ])("%s stands in %s", (name, code, kind, provider) => {
    expect(placeOf(name)).toEqual({ country: code, kind, ...(provider ? { provider } : {}) });
  });

  it.each([
    "",
    "global",
    "europe",
    "eu",
    "switzerland",
    "ch",
    "no",
    "in",
    "EU",
    "EU-XX",
    "UK",
    "XX-1",
    "CH-",
    "CH-ZHZH",
    "eu-isoe-west-1",
    "constructor",
    "__proto__",
  ])("%j cannot be placed", (name) => {
    expect(placeOf(name)).toBeUndefined();
  });

  it("is listed with its country, by provider", () => {
    expect(regionsIn("CH")).toEqual([
      { provider: "AWS", names: ["eu-central-2"] },
      { provider: "Azure", names: ["switzerlandnorth", "switzerlandwest"] },
      { provider: "Google Cloud", names: ["europe-west6"] },
      { provider: "Exoscale", names: ["ch-dk-2", "ch-gva-2"] },
      { provider: "Open Telekom Cloud", names: ["eu-ch2"] },
      { provider: "Oracle Cloud", names: ["eu-zurich-1"] },
    ]);
    expect(regionsIn("LI")).toEqual([]);
  });

  it("has one country only, and every region resolves to the country it is listed under", () => {
    const listed = regions();
    expect(new Set(listed.map(({ name }) => name)).size).toBe(listed.length);
    expect(listed.length).toBeGreaterThan(150);
    for (const { name, country } of listed) {
      expect(placeOf(name)?.country, name).toBe(country);
      expect(regionsIn(country).flatMap(({ names }) => names)).toContain(name);
    }
  });
});

describe("what a country is built of", () => {
  it("has accelerators with memory, a resource and a label, and says which labels nobody has seen", () => {
    expect(accelerators()).toHaveLength(21);
    expect(accelerator("h200-sxm")).toMatchObject({
      id: "h200-sxm",
      memory_gib: 140.4,
      resource: "nvidia.com/gpu",
      label: { key: "nvidia.com/gpu.product", value: "NVIDIA-H200", verified: true },
    });
    expect(accelerator("gaudi3").label.verified).toBe(false);
    expect(() => accelerator("constructor")).toThrow('no accelerator "constructor"');
  });

  it("has models with their size, context and licence, the open Swiss ones among them", () => {
    expect(models()).toHaveLength(150);
    expect(model("swiss-ai/Apertus-70B-Instruct-2509")).toMatchObject({
      hf_id: "swiss-ai/Apertus-70B-Instruct-2509",
      params_total_b: 70.6,
      context_length: 65536,
      license: "Apache-2.0",
      publisher_country: "CH",
    });
    for (const id of ["constructor", "../countries/ch", "swiss-ai/apertus-70b-instruct-2509"]) {
      expect(() => model(id), id).toThrow("the catalogue has no model");
    }
  });

  it("has tenant profiles, stricter for sectors than the standard, each with its reason", () => {
    expect(profiles()).toEqual(["standard", "finance", "health", "government"]);
    const standard = profile("standard");
    expect(standard).toMatchObject({ own_replicas: false, prefix_cache: false, dedicated_key: false });
    for (const id of profiles().slice(1)) {
      expect(profile(id), id).toMatchObject({ own_replicas: true, dedicated_key: true });
      expect(profile(id).audit_days, id).toBeGreaterThan(standard.audit_days);
    }
    for (const id of profiles())
      expect([profile(id).sources.length > 0, profile(id).why.length > 20]).toEqual([true, true]);
    expect(() => profile("army")).toThrow('no profile "army"');
  });

  it("has an engine image for NVIDIA only, and add-ons at their proven versions", () => {
    expect(engine("vllm").images).toEqual({ nvidia: expect.stringMatching(/^vllm\/vllm-openai:v\d/) });
    expect(addon("envoy-gateway").proven).toMatch(/^v\d/);
    expect(() => addon("kubernetes")).toThrow("no add-on");
    expect(kubernetes().proven).toMatch(/^v1\.\d+/);
  });

  it("says in its README where each file comes from", () => {
    const readme = readFileSync(new URL("README.md", folder), "utf8");
    const files = readdirSync(folder).filter((name) => name.endsWith(".yaml"));
    const places = readdirSync(new URL("places/", folder)).map((name) => `places/${name}`);
    const folders = ["accelerators/", "countries/", "models/"];
    for (const name of [...files, ...places, ...folders]) expect(readme).toContain(`| \`${name}`);
  });
});

it("knows the time zone of each country by a name that Node takes", () => {
  for (const code of countries()) {
    const { time_zone: timeZone } = country(code);
    expect(() => new Intl.DateTimeFormat("en", { timeZone }), `${code}: ${timeZone}`).not.toThrow();
  }
});
