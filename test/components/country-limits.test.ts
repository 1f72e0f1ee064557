import { describe, expect, it } from "vitest";
import { CountryFaults, parseCountry } from "../../components/country.ts";

const country = (tenants: number, models: number) => ({
  country: "CH",
  operator: { name: "Alpen AI", domain: "alpen-ai.example" },
  target: { kind: "onprem", context: "alpen", place: "CH" },
  state: { backend: "file:///srv/freehold/state", secretsProvider: "passphrase" },
  pools: { h200: { accelerator: "h200-sxm", nodes: 10 } },
  models: Object.fromEntries(
    Array.from({ length: models }, (_, index) => [
      `model-${index}`,
      { model: "swiss-ai/Apertus-8B-Instruct-2509", pool: "h200" },
    ]),
  ),
  tenants: Object.fromEntries(Array.from({ length: tenants }, (_, index) => [`tenant-${index}`, {}])),
});

const faults = (tenants: number, models: number) => {
  try {
    parseCountry(country(tenants, models));
    return [];
  } catch (error) {
    if (error instanceof CountryFaults) return error.faults.map(({ path, found }) => `${path}: ${found}`);
    throw error;
  }
};

describe("what one gateway can hold", () => {
  it("is 128 tenants and 15 models a tenant", () => {
    expect(faults(128, 15)).toEqual([]);
  });

  it("is not one tenant more: its rate limits would not fit", () => {
    expect(faults(129, 1)).toEqual(["freehold:tenants: 129 tenants"]);
  });

  it("is not one model more for a tenant: its route would not fit", () => {
    expect(faults(1, 16)).toEqual(["freehold:tenants.tenant-0: 16 models for one tenant"]);
  });
});
