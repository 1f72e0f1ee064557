import { describe, expect, it } from "vitest";
import { type ClosedDefault, closedDefaults } from "../../../../catalogue/closed-default.ts";
import { valuesAt } from "../../../../policies/facts/closed.ts";
import { opened } from "../../../../policies/facts/select.ts";
import { type Finding, judge, type Resource } from "../../../../policies/judge.ts";
import { providerPackage, strayStep } from "../../../policies/provider-package.ts";
import { india, planned, publicDoor, target } from "./planned.ts";

const rows = closedDefaults("aws");
const named = rows.map((row) => [`${row.type} ${row.path}`, row] as const);

/** India, with all that a country file may open, so that there is something of every kind. */
const whole = () =>
  planned({
    registry: { upstreams: { mirror: { host: "registry.bharat-compute.example" } } },
    network: { ...target.network, egress: { kind: "filtered", hosts: ["*.bharat-compute.example"] } },
    door: publicDoor,
  });

it("there are enough of them to be worth a table, each once", () => {
  expect(rows.length).toBeGreaterThanOrEqual(40);
  expect(new Set(named.map(([name]) => name)).size).toBe(rows.length);
});

it("what the components make has nothing open", async () => {
  expect(opens(judge(await whole(), india).findings)).toEqual([]);
});

describe.each(named)("%s", (_, row) => {
  it("is set by the components, wherever they make one", async () => {
    const found = (await whole()).filter((resource) => isOf(row, resource));
    expect(found.length).toBeGreaterThan(0);
    const values = found.flatMap(({ props }) => valuesAt(row.path, props)).map(({ value }) => opened(value));
    expect(new Set(values.map((value) => typeof value))).not.toContain("undefined");
    if (row.set !== undefined) expect(values).toEqual(values.map(() => row.set));
  });

  it.runIf(row.rule === undefined)("is noticed by the guards when it is open again", async () => {
    const resources = await whole();
    const index = resources.findIndex((resource) => isOf(row, resource));
    const { urn } = resources[index]!;
    const mutated = resources.with(index, { ...resources[index]!, props: reopened(resources[index]!.props, row) });
    const found = opens(judge(mutated, india).findings);
    expect(found.filter((finding) => finding.urn === urn)).not.toEqual([]);
    // A way out is no longer guarded where the firewall beside it is open.
    const elsewhere = found.filter((finding) => finding.urn !== urn && finding.rule !== "egress-closed");
    expect(elsewhere).toEqual([]);
  });
});

describe("a reopened default", () => {
  const row = rows.find(({ path }) => path === "accessConfig.authenticationMode")!;

  it("is said with what is set otherwise, why, and what the cloud does", async () => {
    const resources = await whole();
    const index = resources.findIndex((resource) => isOf(row, resource));
    const [finding] = opens(
      judge(resources.with(index, { ...resources[index]!, props: reopened(resources[index]!.props, row) }), india)
        .findings,
    );
    expect(finding).toMatchObject({
      rule: "guards-stay-on",
      path: "accessConfig.authenticationMode",
      value: expect.stringMatching(/^not set, A ConfigMap in the cluster says/),
      allowed: "API: Who administers the cluster shows in the plan.",
    });
  });

  it("in somebody else's program is judged by what leaves the country alone", async () => {
    const resources = (await whole()).filter((resource) => isOf(row, resource));
    const elsewhere = resources.map((resource) => ({
      ...resource,
      urn: resource.urn.replaceAll("freehold:index:", "their:index:"),
      props: reopened(resource.props, row),
    }));
    expect(elsewhere[0]!.urn).not.toContain("freehold:index");
    expect(opens(judge(elsewhere, india).findings)).toEqual([]);
  });
});

describe("the table", () => {
  it("names what the provider's types have", () => {
    const types = providerPackage("aws")!;
    const strays = rows.filter(({ type, path }) => strayStep(types, types.resource(type)!, path) !== undefined);
    expect(strays).toEqual([]);
  });
});

function isOf(row: ClosedDefault, { type, name }: Resource): boolean {
  const token = type.startsWith("pulumi:") ? type.slice("pulumi:".length) : type.slice("aws:".length);
  return token === row.type && (row.name === undefined || new RegExp(row.name).test(name));
}

function opens(findings: readonly Finding[]): Finding[] {
  return findings.filter(({ verdict }) => verdict === "broken" || verdict === "undecidable");
}

/** The properties with the row's mutant at its path. */
function reopened(props: Resource["props"], { path, mutant }: ClosedDefault): Resource["props"] {
  const change = (value: unknown, [step, ...rest]: string[]): unknown => {
    if (step === undefined) return mutant;
    if (Array.isArray(value)) return value.map((each) => change(each, [step, ...rest]));
    const key = step.replace(/\[\]$/, "");
    const { [key]: inner, ...others } = value as Record<string, unknown>;
    if (rest.length === 0 && mutant === "absent") return others;
    return { ...others, [key]: change(inner, rest) };
  };
  return change(props, path.split(".")) as Resource["props"];
}
