import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { definedKinds, takeCrds } from "../../rehearsal/toolchain/crds.ts";
import type { Go } from "../../rehearsal/toolchain/go.ts";
import { jobIn, program, scratch } from "./workbench.ts";

const definition = (kind: string) =>
  `apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: { name: x }\nspec: { names: { kind: ${kind} } }\n`;

/** A Go that knows one module, whose folder holds these files. */
function goWith(folder: string, files: Record<string, string>, says?: string): Go {
  const module = join(folder, "module");
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(join(module, name, ".."), { recursive: true });
    writeFileSync(join(module, name), text);
  }
  const known = says ?? JSON.stringify({ Path: "example.org/addon", Version: "v1.2.3", Dir: module }, null, "\t");
  return { path: program(join(folder, "go"), known), version: "1.26.6", from: "PATH" };
}

const arrival = (kinds: string[]) => ({
  version: "1",
  gives: ["crds" as const],
  usuallySeconds: 1,
  charts: { module: "crds", addons: { addon: { module: "example.org/addon", folder: "crds", kinds } } },
});

test("definitions are copied as they are, with the module and version they came from", async () => {
  using bench = scratch();
  const go = goWith(bench.folder, {
    "crds/a.yaml": `# note\n---\n${definition("A")}---\n${definition("B")}`,
    "crds/note.txt": "x",
  });
  const to = join(bench.folder, "out");
  mkdirSync(to);
  const taken = await takeCrds(arrival(["A", "B"]), bench.folder, go, jobIn(bench.folder).env, to, jobIn(bench.folder));
  expect(taken).toMatchObject({ origin: "example.org/addon v1.2.3", files: ["addon/a.yaml", "versions.json"] });
  expect(readFileSync(join(to, "addon/a.yaml"), "utf8")).toContain("# note");
  expect(JSON.parse(readFileSync(join(to, "versions.json"), "utf8"))).toEqual({
    addon: { module: "example.org/addon", version: "v1.2.3", kinds: ["A", "B"] },
  });
});

test("a kind that is expected and not defined is a fault", async () => {
  using bench = scratch();
  const go = goWith(bench.folder, { "crds/a.yaml": definition("A") });
  const taking = takeCrds(
    arrival(["A", "Missing"]),
    bench.folder,
    go,
    jobIn(bench.folder).env,
    bench.folder,
    jobIn(bench.folder),
  );
  await expect(taking).rejects.toMatchObject({ found: "no definition of Missing among A" });
});

test("a module that could not be had is a fault that says what Go said", async () => {
  using bench = scratch();
  const go = goWith(
    bench.folder,
    {},
    JSON.stringify(
      { Path: "example.org/addon", Version: "v1.2.3", Error: "dial tcp: lookup proxy: no such host" },
      null,
      "\t",
    ),
  );
  const taking = takeCrds(arrival(["A"]), bench.folder, go, jobIn(bench.folder).env, bench.folder, jobIn(bench.folder));
  await expect(taking).rejects.toMatchObject({
    found: "dial tcp: lookup proxy: no such host",
    remedy: expect.stringContaining("GOPROXY"),
  });
});

test("only plain definitions are taken: templates, other objects and broken files are refused", () => {
  expect(definedKinds(`---\n${definition("A")}---\n`, "a.yaml", "m")).toEqual(["A"]);
  expect(() => definedKinds(`{{- if .Values.x }}\n${definition("A")}`, "a.yaml", "m")).toThrow("Helm template");
  expect(() => definedKinds("kind: Deployment\n", "a.yaml", "m")).toThrow("kind Deployment");
  expect(() => definedKinds("a: [\n", "a.yaml", "m")).toThrow("a.yaml");
});
