import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { jurisdictionOf } from "../../components/country/jurisdiction.ts";
import { type Finding, judgeOne, UNKNOWN } from "../../policies/judge.ts";

type Case = { case: string; object: { apiVersion: string; kind: string }; findings?: string[] };

const here = jurisdictionOf("CH", {
  hosts: ["alpen.example", "*.alpen.example"],
  registries: ["registry.alpen.example"],
  accounts: ["111122223333"],
});

describe("a Kubernetes object that leaks is named with its path, its value and its rule", () => {
  it.each(cases("leaks"))("$case", ({ object, findings }) => {
    expect(findings?.length, "a leak has findings").toBeGreaterThan(0);
    expect(judgeOne(resource(object), here).map(line)).toEqual(findings);
  });
});

describe("a Kubernetes object that only looks like a leak passes", () => {
  it.each(cases("benign"))("$case", ({ object }) => {
    expect(judgeOne(resource(object), here).map(line)).toEqual([]);
  });
});

describe("a leak that is not known yet is never taken for held", () => {
  it.each(cases("leaks"))("$case", ({ object }) => {
    for (const { path } of judgeOne(resource(object), here)) {
      for (const above of pathsTo(object, path)) {
        const open = judgeOne(resource(withUnknown(object, above)), here);
        expect(open.length, `${above.join(".")} is unknown`).toBeGreaterThan(0);
      }
    }
  });
});

it("reads objects of any shape without giving up", () => {
  const odd = [null, 0, true, "", "x", "{", "- a", [], {}, [null], [[1]], { a: null }];
  let judged = 0;
  for (const { object } of cases("leaks")) {
    for (const path of allPaths(object)) {
      for (const value of odd) {
        const findings = judgeOne(resource(replaced(object, path, value)), here);
        expect(findings.filter((finding) => /could not be read|the rule failed/.test(finding.value))).toEqual([]);
        judged++;
      }
    }
  }
  expect(judged).toBeGreaterThan(10_000);
});

type Path = string[];

/** The path of a finding, as far as it exists in the object, and every path above it. */
function pathsTo(object: object, path: string): Path[] {
  const spelt = path.replace(/\["([^"]+)"\]/g, "\u0000$1").replace(/\[(\d+)\]/g, ".$1");
  return allPaths(object).filter((each) => `${spelt}.`.replaceAll("\u0000", ".").startsWith(`${each.join(".")}.`));
}

function allPaths(value: unknown, above: Path = []): Path[] {
  if (typeof value !== "object" || value === null) return [above].filter(({ length }) => length > 0);
  const below = Object.entries(value).flatMap(([key, inner]) => allPaths(inner, [...above, key]));
  return above.length > 0 ? [above, ...below] : below;
}

function withUnknown(object: Case["object"], path: Path): Case["object"] {
  return replaced(object, path, UNKNOWN);
}

function replaced(object: Case["object"], path: Path, value: unknown): Case["object"] {
  const copy = structuredClone(object);
  // biome-ignore lint/suspicious/noExplicitAny: objects of every shape.
  const parent = path.slice(0, -1).reduce<any>((inner, key) => inner[key], copy);
  parent[path.at(-1) as string] = value;
  return copy;
}

function cases(kind: "leaks" | "benign"): Case[] {
  return [kind, `${kind}-more`].flatMap(
    (file) => parse(readFileSync(new URL(`cases/${file}.yaml`, import.meta.url), "utf8")) as Case[],
  );
}

function resource(object: Case["object"]) {
  const version = object.apiVersion === "v1" ? "core/v1" : String(object.apiVersion);
  const type = `kubernetes:${version}:${String(object.kind)}`;
  return { type, urn: `urn:pulumi:t::t::${type}::x`, name: "x", props: object };
}

function line({ rule, verdict, path, value }: Finding): string {
  return `${rule} ${verdict} ${path}: ${value}`;
}
