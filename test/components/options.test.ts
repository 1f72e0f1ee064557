import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { stackFileSchema } from "../../components/country/json-schema.ts";

// biome-ignore lint/suspicious/noExplicitAny: a JSON Schema, as deep as it comes.
type Schema = any;

/** The page on which the options of a section of the country file stand. */
const pageOf: Record<string, string> = {
  pools: "pool",
  drivers: "pool",
  models: "model",
  tenants: "tenant",
  gateway: "gateway",
  storage: "storage",
  monitoring: "monitoring",
  addons: "addon",
  digests: "addon",
  network: "platform",
  erase: "storage",
};

const sections: Record<string, Schema> = (stackFileSchema() as Schema).properties.config.properties;

/** Every option below a section, by its dotted path: its schema and whether it must be written. */
function options(schema: Schema, required: boolean, path = ""): { path: string; schema: Schema; required: boolean }[] {
  const own = path ? [{ path, schema, required }] : [];
  const entries = typeof schema.additionalProperties === "object" && schema.additionalProperties;
  if (entries && entries.type === "object" && !path) return options(entries, false);
  const parts: Schema[] = schema.oneOf ?? schema.anyOf ?? [schema];
  const nested = parts.flatMap((part) =>
    Object.entries<Schema>(part.properties ?? {}).flatMap(([key, inner]) =>
      options(inner, (part.required ?? []).includes(key), path ? `${path}.${key}` : key),
    ),
  );
  return [...own, ...nested];
}

/** Rows of the tables of options, by option: the text of the default's cell. A page may have several tables. */
function rows(page: string): Map<string, string> {
  const text = readFileSync(fileURLToPath(new URL(`../../components/${page}.md`, import.meta.url)), "utf8");
  const found = [...text.matchAll(/^\| `([^`]+)` \| ([^|]+) \|/gm)];
  return new Map(found.map(([, option, cell]) => [option!, cell!.trim()]));
}

const wanted = Object.entries(pageOf)
  .filter(([section]) => section !== "addons")
  .flatMap(([section, page]) =>
    options(sections[`freehold:${section}`], true).map((option) => ({ section, page, ...option })),
  );

it("finds the options", () => {
  expect(wanted.length).toBeGreaterThan(60);
});

it.each([...new Set(Object.values(pageOf))])("the page of %s has every option with its default", (page) => {
  const shown = rows(page);
  for (const { path, section, schema, required } of wanted.filter((option) => option.page === page)) {
    // The discriminator of a union is told by the row of the union itself.
    const cell = shown.get(path) ?? shown.get(`${section}.${path}`);
    expect(cell, `${page}.md has a row for ${section}.${path}`).toBeDefined();
    const value = schema.default;
    if (["string", "number", "boolean"].includes(typeof value)) expect(cell, path).toContain(String(value));
    else if (required && value === undefined) expect(cell, path).toContain("—");
    else expect(cell, path).not.toBe("—");
  }
});
