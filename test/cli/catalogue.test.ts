import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, it, vi } from "vitest";
import { parse } from "yaml";
import { tables } from "../../cli/catalogue/tables.ts";
import { catalogueCommand } from "../../cli/catalogue.ts";
import { Failure } from "../../cli/failure.ts";

const root = resolve(import.meta.dirname, "../..");

type Options = Parameters<typeof catalogueCommand>[2];

/** What the command prints; a process of its own is started only where its exit code matters. */
function said(table?: string, id?: string, options: Options = {}): string {
  const written = vi.spyOn(process.stdout, "write").mockReturnValue(true);
  try {
    catalogueCommand(table, id, options);
    return written.mock.calls.map(([text]) => text).join("");
  } finally {
    written.mockRestore();
  }
}

function asJson(table?: string, id?: string, options: Options = {}) {
  return JSON.parse(said(table, id, { ...options, json: true }));
}

function freehold(...args: string[]) {
  return spawnSync(process.execPath, [join(root, "cli/freehold.js"), ...args], { encoding: "utf8" });
}

describe("freehold catalogue", () => {
  it("says what is there, how much of it, and how sure", () => {
    const { status, stdout, stderr } = freehold("catalogue");
    expect([status, stderr]).toEqual([0, ""]);
    expect(stdout).toBe(said());
    for (const name of Object.keys(tables)) expect(stdout).toMatch(new RegExp(`^ {2}${name} +[1-9]\\d* +\\S`, "m"));
    expect(stdout).toMatch(/countries +60 +\d+ law verified, .*\d+ localisation from memory/);
    expect(stdout).toMatch(/models +150 +\d+ verified, \d+ partly, \d+ from memory, \d+ id not confirmed/);
    expect(stdout).toContain("npx freehold catalogue countries CH");
  });

  it("counts in JSON what it says in words", () => {
    const { tables: counted, overdue } = asJson();
    expect(counted.instances).toEqual({ entries: 85, sure: { verified: 84, "from memory": 1 } });
    expect(Object.keys(counted)).toEqual(Object.keys(tables));
    expect(Array.isArray(overdue)).toBe(true);
  });

  it.each(Object.keys(tables))("lists %s, one row an entry, and each says how sure it is", (name) => {
    const [headings, ...rows] = said(name).trimEnd().split("\n");
    expect(headings).toMatch(/ sure$/);
    expect(rows).toHaveLength(tables[name]!.ids().length);
    for (const row of rows) expect(row).toMatch(/(verified|partly|from memory|not confirmed)$/);
  });

  it("says which models have tools, and on which engine", () => {
    const row = (id: string) =>
      said("models")
        .split("\n")
        .find((line) => line.includes(` ${id} `));
    expect(row("swiss-ai/Apertus-8B-Instruct-2509")).toMatch(/ 65,536 +vllm +Apache-2\.0 /);
    expect(row("utter-project/EuroLLM-9B-Instruct-2512")).not.toContain("vllm");
  });

  it.each([
    ["models", "swiss-ai/Apertus-70B-Instruct-2509", "models/swiss-ai/Apertus-70B-Instruct-2509.yaml", "status"],
    ["accelerators", "h200-sxm", "accelerators/h200-sxm.yaml", "mig"],
    ["instances", "p5.48xlarge", "instances.yaml", "sources"],
    ["places", "eu-central-2", "places/aws.yaml", "verified"],
    ["places", "europe-west6", "places/google.yaml", "country"],
    ["countries", "CH", "countries/ch.yaml", "economics"],
    ["profiles", "health", "profiles.yaml", "why"],
    ["engines", "vllm", "engines.yaml", "images"],
    ["addons", "envoy-gateway", "addons.yaml", "proven"],
  ])("shows one of its %s whole: %s is in %s and has its %s", (name, id, file, field) => {
    const stdout = said(name, id);
    expect(stdout.split("\n")[0]).toBe(`# catalogue/${file}`);
    expect(parse(stdout)[id]).toHaveProperty(field);
  });

  it("joins a country with its regions and economics, whose series say where they are from", () => {
    const ch = asJson("countries", "switzerland");
    expect(ch.regions.map(({ provider }: { provider: string }) => provider)).toEqual([
      "AWS",
      "Azure",
      "Google Cloud",
      "Exoscale",
      "Open Telekom Cloud",
      "Oracle Cloud",
    ]);
    expect(ch.economics.electricity).toMatchObject({ usd_per_kwh: 0.16, from: "compiled" });
    expect(ch.series.compiled.sources[0]).toMatch(/^https:/);
  });

  it("narrows by country, accelerator and language", () => {
    const rows = (table: string, options: Options) =>
      asJson(table, undefined, options).map(({ id }: { id: string }) => id);
    expect(rows("models", { language: "rm" })).toEqual([
      "swiss-ai/Apertus-70B-Instruct-2509",
      "swiss-ai/Apertus-8B-Instruct-2509",
    ]);
    expect(rows("models", { country: "ch" })).toEqual(rows("models", { language: "rm" }));
    expect(rows("places", { country: "Switzerland" })).toEqual([
      "eu-central-2",
      "switzerlandnorth",
      "switzerlandwest",
      "europe-west6",
      "ch-dk-2",
      "ch-gva-2",
      "eu-ch2",
      "eu-zurich-1",
    ]);
    expect(rows("places", { country: "us" })).toContain("us-east-1");
    expect(rows("instances", { country: "CH", accelerator: "h100-nvl-94" })).toEqual([
      "Standard_NC40ads_H100_v5",
      "Standard_NC80adis_H100_v5",
    ]);
    const none = said("instances", undefined, { country: "LI" });
    expect(none).toMatch(/^Nothing in the catalogue is like that\.\nA price is no promise/);
  });

  it.each<[string, string | undefined, Options, string, string]>([
    ["modles", undefined, {}, 'no table "modles"', "npx freehold catalogue models"],
    ["constructor", undefined, {}, 'no table "constructor"', "npx freehold catalogue"],
    ["models", "swiss-ai/Apertus-70B", {}, "among its models", "models swiss-ai/Apertus-70B-Instruct-2509"],
    ["countries", "Switzerlnd", {}, "among its countries", "npx freehold catalogue countries CH"],
    ["places", "eu-central-22", {}, "among its places", "npx freehold catalogue places eu-central-2"],
    ["instances", undefined, { accelerator: "h20" }, "among its accelerators", "instances --accelerator h200-sxm"],
    ["places", undefined, { country: "Swizerland" }, "among its countries", "catalogue places --country CH"],
    [
      "accelerators",
      undefined,
      { country: "CH" },
      "--country says nothing about accelerators",
      "catalogue accelerators",
    ],
  ])("%s %s %j is refused, with what is allowed and what is meant", (table, id, options, what, remedy) => {
    let report = "";
    try {
      said(table, id, options);
    } catch (error) {
      expect(error).toBeInstanceOf(Failure);
      report = (error as Failure).message;
    }
    const [first, allowed, last, ...more] = report.split("\n");
    expect(first).toContain(what);
    expect(allowed).toMatch(/^ {2}allowed {2}\S/);
    expect(last).toMatch(/^ {2}remedy {3}npx /);
    expect(last?.endsWith(remedy), last).toBe(true);
    expect(more).toEqual([]);
  });

  it("ends with exit code 1 and no stack where it refuses", () => {
    const { status, stdout, stderr } = freehold("catalogue", "models", "Apertus-9B");
    expect([status, stdout]).toEqual([1, ""]);
    expect(stderr).toMatch(/^The catalogue has nothing called "Apertus-9B" among its models\./);
    expect(stderr).not.toMatch(/^\s+at /m);
  });

  it("has help that names its tables", () => {
    const { status, stdout } = freehold("catalogue", "--help");
    expect(status).toBe(0);
    for (const name of Object.keys(tables)) expect(stdout).toContain(name);
  });

  it("is loaded by nothing but itself: the other commands and their help start without it", () => {
    const main = readFileSync(join(root, "cli/main.ts"), "utf8");
    const first = [...main.matchAll(/^import .* from "(\.[^"]+)";$/gm)].map(([, path]) => path);
    expect(first).toEqual(["./failure.ts"]);
  });
});
