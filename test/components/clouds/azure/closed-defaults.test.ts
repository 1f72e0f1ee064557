import { beforeAll, describe, expect, it } from "vitest";
import { type ClosedDefault, closedDefaults } from "../../../../catalogue/closed-default.ts";
import type { AzureTarget } from "../../../../components/clouds/azure/target.ts";
import type { Resource } from "../../../../policies/fact.ts";
import { judge } from "../../../../policies/judge.ts";
import { answered } from "./answered.ts";
import { azureCountry, brazil } from "./planned.ts";

const rows = closedDefaults("azure-native");
const appliance: AzureTarget["network"] = {
  cidr: "10.64.0.0/16",
  zones: [],
  callers: [],
  egress: { kind: "appliance", nextHop: "10.20.0.4" },
};

// Two countries, since what one of them has no need of, the other has: routes, and rules that close what has no route.
let countries: Resource[][];
beforeAll(async () => {
  countries = [await answered(azureCountry()), await answered(azureCountry({ network: appliance }))];
});

it("closes at least forty defaults, of which the guards know at least twenty-five", () => {
  expect(rows.length).toBeGreaterThanOrEqual(40);
  expect(rows.filter(({ rule }) => rule === undefined).length).toBeGreaterThanOrEqual(25);
});

it("leaves the guards nothing to find", () => {
  for (const resources of countries) expect(judge(resources, brazil).findings).toEqual([]);
});

describe.each(rows.map((row) => [`${row.type} ${row.path}`, row] as const))("%s", (_, row) => {
  it("is what the components set", () => {
    const found = countries.flatMap((resources) => placesOf(row, resources)).map(({ value }) => value);
    expect(found.length).toBeGreaterThan(0);
    if (row.set !== undefined) {
      const values = new Set(found.map((value) => (row.type.startsWith("providers:") ? String(value) : value)));
      expect([...values]).toEqual([row.type.startsWith("providers:") ? String(row.set) : row.set]);
    }
    expect(found).not.toContain(row.mutant);
  });

  it(row.rule === "none" ? "takes nothing out of the country where it is open" : "is seen where it is open", () => {
    const closed = countries.flatMap((resources) => placesOf(row, resources).map((place) => ({ resources, place })));
    for (const { resources, place } of closed) {
      const found = judge(mutated(resources, row, place), brazil).findings.map(({ rule }) => rule);
      if (row.rule === "none") expect(found).toEqual([]);
      else expect(found, `${place.urn} ${place.steps.join(".")}`).not.toEqual([]);
    }
  });
});

type Place = { urn: string; steps: (string | number)[]; value: unknown };

/** Every place in the resources that a row speaks of, and what stands there. */
function placesOf(row: ClosedDefault, resources: readonly Resource[]): Place[] {
  const type = row.type.startsWith("providers:") ? `pulumi:${row.type}` : `azure-native:${row.type}`;
  const named = row.name === undefined ? undefined : new RegExp(row.name);
  return resources
    .filter((each) => each.type === type && (named?.test(each.name) ?? true))
    .flatMap(({ urn, props }) => stepsOf(row.path, props).map((steps) => ({ urn, steps, value: at(props, steps) })));
}

function stepsOf(path: string, value: unknown, before: (string | number)[] = []): (string | number)[][] {
  if (path === "") return [before];
  const [, key = "", list, rest = ""] = /^([^.[]+)(\[\])?\.?(.*)$/.exec(path) ?? [];
  const inner = (value as Record<string, unknown> | undefined)?.[key];
  if (inner === undefined) return [];
  if (!list) return stepsOf(rest, inner, [...before, key]);
  return (inner as unknown[]).flatMap((item, index) => stepsOf(rest, item, [...before, key, index]));
}

function at(value: unknown, steps: (string | number)[]): unknown {
  return steps.reduce((inner, step) => (inner as Record<string | number, unknown> | undefined)?.[step], value);
}

/** The same resources, with the one place opened again. */
function mutated(resources: readonly Resource[], { mutant }: ClosedDefault, { urn, steps }: Place): Resource[] {
  return resources.map((each) => {
    if (each.urn !== urn) return each;
    const props = structuredClone(each.props);
    const holder = at(props, steps.slice(0, -1)) as Record<string | number, unknown>;
    const last = steps.at(-1)!;
    if (mutant === "absent") delete holder[last];
    else holder[last] = mutant;
    return { ...each, props };
  });
}
