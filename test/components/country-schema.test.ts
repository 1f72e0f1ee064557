import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { z } from "zod";
import { accelerators, countries, models } from "../../catalogue/index.ts";
import { stackFileSchema } from "../../components/country/json-schema.ts";

// biome-ignore lint/suspicious/noExplicitAny: a JSON Schema is walked by its keys.
type Json = any;

const root = fileURLToPath(new URL("../../", import.meta.url));
const schema: Json = stackFileSchema();
const sections: Record<string, Json> = schema.properties.config.properties;

describe("the JSON Schema for editors", () => {
  it("is kept in step: run  node components/country-schema.ts  after a change to the country file", () => {
    expect(JSON.parse(readFileSync(join(root, "stacks/country.schema.json"), "utf8"))).toEqual(schema);
  });

  it("takes the files that we take, and marks what is wrong by its shape", () => {
    const editor = z.fromJSONSchema(schema);
    const takes = (path: string) => editor.safeParse(parse(readFileSync(join(root, path), "utf8"))).success;
    expect(takes("stacks/Pulumi.ch.yaml")).toBe(true);
    expect(takes("test/fixtures/smallest.yaml")).toBe(true);
    for (const fault of [
      "unknown-key",
      "unknown-section",
      "unknown-accelerator",
      "unknown-country",
      "missing-section",
      "number-in-quotes",
      "number-too-large",
      "list-for-a-section",
      "name-with-capitals",
      "domain-with-scheme",
      "registry-with-a-star",
      "guard-for-the-whole-internet",
      "key-outside-config",
      "key-seed-in-plain-text",
    ]) {
      expect(takes(`test/fixtures/broken/basics/${fault}.yaml`), fault).toBe(false);
    }
  });

  it("offers what the catalogue knows", () => {
    expect(sections["freehold:country"].enum).toEqual(countries());
    expect(sections["freehold:pools"].additionalProperties.properties.accelerator.enum).toEqual(accelerators());
    expect(sections["freehold:models"].additionalProperties.properties.model.enum).toEqual(models());
  });

  it("describes every field, once", () => {
    const fields = Object.entries(sections).flatMap(([key, section]) => fieldsOf(key, section));
    expect(fields.length).toBeGreaterThan(30);
    for (const [path, { description }] of fields) expect(description, path).toMatch(/^[A-Z].+\.$/s);
    expect(new Set(fields.map(([, { description }]) => description)).size).toBe(fields.length);
  });

  it("shows defaults", () => {
    expect(sections["freehold:pools"].additionalProperties.properties.gpusPerNode.default).toBe(8);
    expect(sections["freehold:gateway"].properties.replicas.default).toBe(2);
    expect(sections["freehold:tenants"].additionalProperties.properties.tokensPerMinute.default).toBe(100_000);
  });

  it("is strict about our keys and open for those of other namespaces", () => {
    const { config } = schema.properties;
    expect(config.additionalProperties).toBe(false);
    expect(sections["freehold:operator"].additionalProperties).toBe(false);
    const [pattern] = Object.keys(config.patternProperties);
    expect("pulumi:disable-default-providers").toMatch(new RegExp(pattern!));
    expect("freehold:tennants").not.toMatch(new RegExp(pattern!));
    expect(config.required).toEqual(
      ["country", "operator", "target", "state", "pools", "models", "tenants"].map((key) => `freehold:${key}`),
    );
  });
});

function fieldsOf(path: string, field: Json): [string, Json][] {
  const option = field.oneOf?.[0] ?? field.anyOf?.[0] ?? field;
  const entries = Object.entries<Json>(option.properties ?? option.additionalProperties?.properties ?? {});
  const inner = entries.filter(([key]) => key !== "secure").flatMap(([key, each]) => fieldsOf(`${path}.${key}`, each));
  return [[path, field], ...inner];
}
