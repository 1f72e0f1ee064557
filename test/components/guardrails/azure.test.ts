import { describe, expect, it } from "vitest";
import { z } from "zod";
import { azureGuardrail } from "../../../catalogue/guardrail.ts";
import { countries } from "../../../catalogue/index.ts";
import { jurisdictionOf } from "../../../components/country/jurisdiction.ts";
import { azureInitiative, type Initiative } from "../../../components/guardrails/azure.ts";
import { closedStorage, friend, leaks, ordinary, storage } from "./azure-resources.ts";
import { type AzureResource, applies } from "./evaluate-policy.ts";

const initiative = (country: string, accounts = [friend]) =>
  azureInitiative(jurisdictionOf(country, { accounts })).content as Initiative;

/** Names of the policies that would deny a resource in a country. */
function denied(resource: AzureResource, country: string): string[] {
  const { policyDefinitions, policySetDefinition } = initiative(country);
  const set = policySetDefinition.properties.parameters;
  const values = Object.fromEntries(Object.entries(set).map(([name, { defaultValue }]) => [name, defaultValue]));
  return policyDefinitions
    .filter(({ properties }) => applies(properties.policyRule.if, resource, values))
    .map(({ name }) => name.replace("freehold-", ""));
}

describe("what Azure refuses", () => {
  it.each(leaks)("%s: refuses %s", (policy, _, resource) => {
    expect(denied(resource, "NL")).toContain(policy);
  });

  it.each(ordinary)("lets pass %s", (_, resource) => {
    expect(denied(resource, "NL")).toEqual([]);
  });

  it("lets geo-redundancy be where the pair is in the country too", () => {
    const inGermany = { ...closedStorage, location: "germanywestcentral", [`${storage}/sku.name`]: "Standard_GRS" };
    expect(denied(inGermany, "DE")).toEqual([]);
    expect(denied({ ...inGermany, location: "westeurope" }, "NL")).toEqual(["storage-copies"]);
  });

  it("tries every policy", () => {
    const tried = new Set(leaks.map(([policy]) => policy));
    expect(
      azureGuardrail()
        .policies.map(({ name }) => name)
        .filter((name) => !tried.has(name)),
    ).toEqual([]);
  });
});

// Cut by us from Microsoft's published grammar of Azure Policy: what our documents use of it, and nothing else.
const condition: z.ZodType = z.lazy(() =>
  z.union([
    z.strictObject({ allOf: z.array(condition).min(1) }),
    z.strictObject({ anyOf: z.array(condition).min(1) }),
    z.strictObject({ not: condition }),
    z.strictObject({
      count: z.strictObject({ field: z.string().endsWith("[*]"), where: condition }),
      greater: z.int(),
    }),
    z.strictObject({ field: z.string(), equals: z.string() }),
    z.strictObject({ field: z.string(), notEquals: z.string() }),
    z.strictObject({ field: z.string(), contains: z.string() }),
    z.strictObject({ field: z.string(), like: z.string() }),
    z.strictObject({ field: z.string(), exists: z.enum(["true", "false"]) }),
    z.strictObject({ field: z.string(), in: listed() }),
    z.strictObject({ field: z.string(), notIn: listed() }),
    z.strictObject({ value: z.string().regex(/^\[.*\]$/), notIn: listed() }),
  ]),
);
function listed() {
  return z.union([z.array(z.string()).min(1), z.string().regex(/^\[.*\]$/)]);
}
const parameters = z.record(
  z.string(),
  z.strictObject({ type: z.literal("Array"), defaultValue: z.array(z.string()) }),
);
const definition = z.strictObject({
  // 64 characters, as Azure allows.
  name: z.string().regex(/^[a-z-]{1,64}$/),
  properties: z.strictObject({
    displayName: z.string().max(128),
    description: z.string().max(512),
    policyType: z.literal("Custom"),
    mode: z.literal("All"),
    metadata: z.strictObject({ category: z.string(), rule: z.string() }),
    parameters,
    // biome-ignore lint/suspicious/noThenProperty: the name that Azure gives it
    policyRule: z.strictObject({ if: condition, then: z.strictObject({ effect: z.literal("deny") }) }),
  }),
});

describe("the initiative", () => {
  it("keeps the grammar of Azure Policy in every country", () => {
    for (const country of countries()) {
      const { policyDefinitions, policySetDefinition } = initiative(country);
      for (const each of policyDefinitions) expect(definition.parse(each).name).toBe(each.name);
      expect(parameters.parse(policySetDefinition.properties.parameters)).toBeDefined();
    }
  });

  it("gives every policy the parameters that it uses, and refers to each policy once", () => {
    const { policyDefinitions, policySetDefinition } = initiative("CH");
    const { parameters: given, policyDefinitions: references } = policySetDefinition.properties;
    expect(references.map((each) => each.policyDefinitionReferenceId)).toEqual(
      policyDefinitions.map(({ name }) => name),
    );
    policyDefinitions.forEach(({ properties }, index) => {
      const text = JSON.stringify(properties.policyRule);
      const used = [...text.matchAll(/parameters\('(\w+)'\)/g)].map(([, name]) => name!);
      expect(Object.keys(properties.parameters).sort()).toEqual([...new Set(used)].sort());
      expect(Object.keys(references[index]!.parameters)).toEqual(Object.keys(properties.parameters));
      for (const name of used) expect(given).toHaveProperty(name);
    });
  });

  it("allows no place where Azure has no region in the country", () => {
    expect(denied({ type: "Microsoft.Compute/virtualMachines", location: "westeurope" }, "LU")).toContain("places");
  });
});
