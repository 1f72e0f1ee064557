import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { definitionsOf, takeCrds } from "../../rehearsal/toolchain/crds.ts";
import type { Go } from "../../rehearsal/toolchain/go.ts";
import { jobIn, program, scratch } from "./workbench.ts";

const definition = (kind: string, more = "") =>
  `apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata:\n  name: ${kind.toLowerCase()}s.example.org\nspec:\n  names:\n    kind: ${kind}\n${more}`;

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

const arrival = (kinds: string[], from = "crds") => ({
  version: "1",
  gives: ["crds" as const],
  usuallySeconds: 1,
  charts: { module: "crds", addons: { addon: { module: "example.org/addon", from, kinds } } },
});

test("the kinds that are asked for are taken as they are written, with the module and version they came from", async () => {
  using bench = scratch();
  const go = goWith(bench.folder, {
    "crds/a.yaml": `# a licence\n---\n${definition("A")}---\n${definition("B")}`,
    "crds/c.yaml": `---\n${definition("C")}`,
    "crds/note.txt": "x",
  });
  const to = join(bench.folder, "out");
  mkdirSync(to);
  const taken = await takeCrds(arrival(["A", "C"]), bench.folder, go, jobIn(bench.folder).env, to, jobIn(bench.folder));
  expect(taken).toMatchObject({
    origin: "example.org/addon v1.2.3",
    files: ["addon/as.example.org.yaml", "addon/cs.example.org.yaml", "versions.json"],
  });
  expect(readFileSync(join(to, "addon/as.example.org.yaml"), "utf8")).toBe(definition("A"));
  expect(readdirSync(join(to, "addon"))).toEqual(["as.example.org.yaml", "cs.example.org.yaml"]);
  expect(JSON.parse(readFileSync(join(to, "versions.json"), "utf8"))).toEqual({
    addon: { module: "example.org/addon", version: "v1.2.3", kinds: ["A", "C"] },
  });
});

test("definitions are taken from one file where the folder around it holds other things", async () => {
  using bench = scratch();
  const go = goWith(bench.folder, { "crds/a.yaml": definition("A"), "crds/operator.yaml": "kind: Deployment\n" });
  const take = (from: string) =>
    takeCrds(arrival(["A"], from), bench.folder, go, jobIn(bench.folder).env, bench.folder, jobIn(bench.folder));
  expect(await take("crds/a.yaml")).toMatchObject({ files: ["addon/as.example.org.yaml", "versions.json"] });
  await expect(take("crds")).rejects.toMatchObject({ found: "kind Deployment", where: "crds/operator.yaml" });
});

test("a kind that is asked for and not defined is a fault", async () => {
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
  await expect(taking).rejects.toMatchObject({ found: "no definition of Missing" });
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

test("only plain definitions are taken: templates, other objects, webhooks and broken files are refused", () => {
  const kindsIn = (text: string) => definitionsOf(text, ["A"], "a.yaml", "m").map(({ kind }) => kind);
  expect(kindsIn(`---\n${definition("A")}---\n${definition("AB")}---\n`)).toEqual(["A"]);
  expect(kindsIn("# kind: A\n---\n# nothing\n")).toEqual([]);
  expect(() => kindsIn(`{{- if .Values.x }}\n${definition("A")}`)).toThrow("Helm template");
  expect(() => kindsIn("kind: Deployment\n")).toThrow("kind Deployment");
  expect(() => kindsIn("a: 1\n")).toThrow("kind undefined");
  expect(() => kindsIn(definition("A", "  conversion:\n    strategy: Webhook\n"))).toThrow("conversion webhook");
  expect(() => kindsIn(definition("A", "  broken: [\n"))).toThrow("a.yaml");
});
