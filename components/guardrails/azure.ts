import { azureGuardrail } from "../../catalogue/guardrail.ts";
import { pairOf } from "../../catalogue/index.ts";
import type { Jurisdiction } from "../country/jurisdiction.ts";
import type { Guardrail } from "./guardrail.ts";
import { openRegions } from "./open-regions.ts";

/** A parameter of Azure Policy with the value that the jurisdiction gives it. */
export type Parameter = { type: "Array"; defaultValue: string[] };

/** A definition of Azure Policy: what is refused. */
export type Definition = {
  name: string;
  properties: {
    displayName: string;
    description: string;
    policyType: "Custom";
    mode: "All";
    metadata: { category: string; rule: string };
    parameters: Record<string, Parameter>;
    policyRule: { if: Record<string, unknown>; then: { effect: "deny" } };
  };
};

/** An initiative of Azure Policy, and the definitions that it is made of. */
export type Initiative = {
  policyDefinitions: Definition[];
  policySetDefinition: {
    name: string;
    properties: {
      displayName: string;
      description: string;
      policyType: "Custom";
      metadata: { category: string };
      parameters: Record<string, Parameter>;
      policyDefinitionGroups: { name: string; displayName: string }[];
      policyDefinitions: {
        policyDefinitionId: string;
        policyDefinitionReferenceId: string;
        groupNames: string[];
        parameters: Record<string, { value: string }>;
      }[];
    };
  };
};

const category = "Freehold residency";
const uuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/**
 * An initiative of Azure Policy that holds a jurisdiction: every policy denies, in mode All, with the jurisdiction's values
 * filled in. `{scope}` stands for the management group or subscription that holds the definitions.
 */
export function azureInitiative(jurisdiction: Jurisdiction): Guardrail {
  const { policies, globalTypes } = azureGuardrail();
  // Azure does not tell a tenant's id from a subscription's; neither is ever the other.
  const ids = jurisdiction.accounts.filter((account) => uuid.test(account));
  const allowedLocations = openRegions("Azure", jurisdiction);
  const values: Record<string, string[]> = {
    allowedLocations,
    pairedHere: allowedLocations.filter((region) => allowedLocations.includes(pairOf(region)?.pair ?? "")),
    globalTypes,
    subscriptions: ids,
    tenants: ids,
  };
  const used = (text: string) =>
    Object.fromEntries(
      Object.entries(values)
        .filter(([name]) => text.includes(`parameters('${name}')`))
        .map(([name, defaultValue]): [string, Parameter] => [name, { type: "Array", defaultValue }]),
    );
  const definitions = policies.map(
    ({ name, rule, displayName, because, if: condition }): Definition => ({
      name: `freehold-${name}`,
      properties: {
        displayName,
        description: because,
        policyType: "Custom",
        mode: "All",
        metadata: { category, rule },
        parameters: used(JSON.stringify(condition)),
        // biome-ignore lint/suspicious/noThenProperty: the name that Azure gives it
        policyRule: { if: condition, then: { effect: "deny" } },
      },
    }),
  );
  const content: Initiative = { policyDefinitions: definitions, policySetDefinition: set(definitions, jurisdiction) };
  const places = allowedLocations.join(", ") || "no region, so nothing that has a place";
  return {
    file: "azure-initiative.json",
    is: `Azure Policy initiative of ${definitions.length} policies, all deny; allowed: ${places}`,
    attach:
      "az policy definition create for each of policyDefinitions, az policy set-definition create with {scope} replaced, then az policy assignment create --enforcement-mode Default at the management group",
    content,
  };
}

function set(definitions: Definition[], { countryName, law }: Jurisdiction): Initiative["policySetDefinition"] {
  const parameters: Record<string, Parameter> = {};
  for (const { properties } of definitions) Object.assign(parameters, properties.parameters);
  const rules = [...new Set(definitions.map(({ properties }) => properties.metadata.rule))];
  return {
    name: "freehold-residency",
    properties: {
      displayName: `Freehold: data stays in ${countryName}`,
      description: law,
      policyType: "Custom",
      metadata: { category },
      parameters,
      policyDefinitionGroups: rules.map((rule) => ({ name: rule, displayName: rule })),
      policyDefinitions: definitions.map(({ name, properties }) => ({
        policyDefinitionId: `{scope}/providers/Microsoft.Authorization/policyDefinitions/${name}`,
        policyDefinitionReferenceId: name,
        groupNames: [properties.metadata.rule],
        parameters: Object.fromEntries(
          Object.keys(properties.parameters).map((each) => [each, { value: `[parameters('${each}')]` }]),
        ),
      })),
    },
  };
}
