import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import {
  hostInCountry,
  jurisdiction,
  jurisdictionOf,
  loadCountry,
  registryInCountry,
} from "../../components/country.ts";

const country = loadCountry(fileURLToPath(new URL("../fixtures/smallest.yaml", import.meta.url)));
const at = jurisdiction({
  ...country,
  guards: { hosts: ["*.partner.example", "10.0.0.7"], registries: ["mirror.other.example:5000/ch"] },
});

describe("the jurisdiction of a country file", () => {
  it("is the country, its law, the operator's hosts and registry, and what the guards name", () => {
    expect(at).toEqual({
      country: "CH",
      countryName: "Switzerland",
      hosts: ["alpen-ai.example", "*.alpen-ai.example", "*.partner.example", "10.0.0.7", "mirror.other.example"],
      registries: ["registry.alpen-ai.example", "mirror.other.example:5000/ch"],
      accounts: [],
      treaties: [],
      law: "Federal Act on Data Protection (revFADP/nDSG)",
    });
  });

  it("can be had without a file, and then declares nothing to be at home", () => {
    const bare = jurisdictionOf("DE");
    expect(bare).toMatchObject({
      country: "DE",
      law: "GDPR (Reg. (EU) 2016/679); BDSG 2018",
      hosts: [],
      registries: [],
    });
    expect(hostInCountry("alpen-ai.example", bare)).toBe(false);
    expect(() => jurisdictionOf("US")).toThrow('no country "US"');
  });
});

describe("a host", () => {
  it.each([
    "alpen-ai.example",
    "ai.alpen-ai.example",
    "a.b.alpen-ai.example:8443",
    "AI.Alpen-AI.example.",
    "x.partner.example",
    "10.0.0.7",
    "10.0.0.7:5432",
    "mirror.other.example",
  ])("that is declared is in the country: %s", (host) => {
    expect(hostInCountry(host, at)).toBe(true);
  });

  it.each([
    "",
    "example",
    "partner.example",
    "evilalpen-ai.example",
    "alpen-ai.example.evil.example",
    "alpen-ai.example@evil.example",
    "evil.example/alpen-ai.example",
    "evil.example#.alpen-ai.example",
    "alpen-ai.example\\.evil.example",
    "alpen-ai.exam\u0440le",
    "x.mirror.other.example",
    "10.0.0.70",
    "110.0.0.7",
  ])("that only looks so is not: %j", (host) => {
    expect(hostInCountry(host, at)).toBe(false);
  });

  it("of a public service is abroad, whatever is declared", () => {
    const lenient = jurisdictionOf("CH", { hosts: ["*.pulumi.com", "ghcr.io"], registries: ["docker.io", "ghcr.io"] });
    expect(hostInCountry("api.pulumi.com", lenient)).toBe(false);
    expect(hostInCountry("ghcr.io", lenient)).toBe(false);
    expect(registryInCountry("docker.io/library/nginx", lenient)).toBe(false);
    expect(registryInCountry("nginx", lenient)).toBe(false);
  });
});

describe("an image", () => {
  const digest = `sha256:${"0".repeat(64)}`;
  it.each([
    "registry.alpen-ai.example/vllm/vllm-openai:v0.25.1",
    "oci://registry.alpen-ai.example/models/apertus:main",
    `registry.alpen-ai.example/vllm@${digest}`,
    "mirror.other.example:5000/ch/vllm:v1",
  ])("from a declared registry is from the country: %s", (image) => {
    expect(registryInCountry(image, at)).toBe(true);
  });

  it.each([
    "nginx",
    "library/nginx:1",
    "vllm/vllm-openai:v0.25.1",
    "docker.io/vllm/vllm-openai:v0.25.1",
    "registry.alpen-ai.example",
    "registry.alpen-ai.example:5000/vllm:v1",
    "registry.alpen-ai.example.evil.example/vllm:v1",
    "evil.example/registry.alpen-ai.example/vllm:v1",
    "mirror.other.example/ch/vllm:v1",
    "mirror.other.example:5000/vllm:v1",
    "mirror.other.example:5000/chx/vllm:v1",
    "mirror.other.example:5000/ch/../us/vllm:v1",
    "[::1]:5000/vllm:v1",
  ])("from anywhere else is not: %s", (image) => {
    expect(registryInCountry(image, at)).toBe(false);
  });
});
