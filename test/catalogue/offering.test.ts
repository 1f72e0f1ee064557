import { describe, expect, it } from "vitest";
import {
  eksVersions,
  instance,
  instances,
  isOptInOnAws,
  offeredByAws,
  partitionOfAws,
  placeOf,
  regions,
  regionsOffering,
  sizeOnAws,
  vcpuQuotaOf,
  zonesOfAws,
} from "../../catalogue/index.ts";

const types = instances().filter((id) => instance(id).provider === "AWS");
const awsRegions = regions().filter(({ provider }) => provider === "AWS");

describe("what AWS offers", () => {
  it("is known of every accelerated type but the UltraServers, and counts against a quota", () => {
    expect(types.filter((type) => regionsOffering(type).length === 0)).toEqual(["p6e-gb200.36xlarge"]);
    expect(types.filter((type) => vcpuQuotaOf(type) === undefined)).toEqual([]);
  });

  it("differs by region, and is undecided where nobody published it", () => {
    expect(offeredByAws("p5.48xlarge", "ap-south-1")).toBe(true);
    expect(offeredByAws("p5.48xlarge", "eu-central-2")).toBe(false);
    expect(offeredByAws("p5.48xlarge", "eusc-de-east-1")).toBeUndefined();
    expect(offeredByAws("zz9.large", "ap-south-1")).toBeUndefined();
  });

  it("names zones of regions that stand somewhere, in the partition of their name", () => {
    const known = awsRegions.filter(({ name }) => zonesOfAws(name).length > 0);
    expect(known.length).toBeGreaterThan(35);
    for (const { name, country } of known) {
      expect([name, zonesOfAws(name).map((zone) => placeOf(zone)?.country)]).toEqual([
        name,
        zonesOfAws(name).map(() => country),
      ]);
      expect([name, partitionOfAws(name)?.name]).toEqual([name, expect.stringMatching(/^aws/)]);
    }
    expect(partitionOfAws("eusc-de-east-1")).toEqual({
      name: "aws-eusc",
      dnsSuffix: "amazonaws.eu",
      reverseDns: "eu.amazonaws",
    });
    expect(partitionOfAws("northeurope")).toBeUndefined();
  });

  it("has regions that an account must ask for", () => {
    expect(["ap-south-1", "ap-south-2"].map(isOptInOnAws)).toEqual([false, true]);
  });

  it("has versions of Kubernetes that come to their end", () => {
    const on = (day: string) => eksVersions(day).versions.map(({ version }) => version);
    expect(on("2026-11-26")).toContain("1.31");
    expect(on("2026-11-27")).not.toContain("1.31");
    expect(on("2026-11-22")).toContain(eksVersions("2026-11-22").default);
  });

  it("has machines without accelerators, by their family and size", () => {
    expect(sizeOnAws("m7i.2xlarge")).toEqual({ vcpus: 8, memoryGiB: 32, cpu: "amd64" });
    expect(sizeOnAws("m8g.large")).toEqual({ vcpus: 2, memoryGiB: 8, cpu: "arm64" });
    expect(sizeOnAws("p5.48xlarge")?.vcpus).toBe(192);
    expect(sizeOnAws("zz9.large")).toBeUndefined();
  });
});
