import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { jurisdictionOf } from "../../components/country/jurisdiction.ts";
import { type Finding, judgeOne } from "../../policies/judge.ts";

type Case = { case: string; object: { apiVersion: string; kind: string }; findings?: string[] };

const here = jurisdictionOf("CH", {
  hosts: ["alpen.example", "*.alpen.example"],
  registries: ["registry.alpen.example"],
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

function cases(file: string): Case[] {
  return parse(readFileSync(new URL(`cases/${file}.yaml`, import.meta.url), "utf8")) as Case[];
}

function resource(object: Case["object"]) {
  const type = `kubernetes:${object.apiVersion === "v1" ? "core/v1" : object.apiVersion}:${object.kind}`;
  return { type, urn: `urn:pulumi:t::t::${type}::x`, name: "x", props: object };
}

function line({ rule, verdict, path, value }: Finding): string {
  return `${rule} ${verdict} ${path}: ${value}`;
}
