import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, expect, it } from "vitest";
import { manifestFiles, manifestsSubject } from "../../../policies/subjects/manifests.ts";

const folder = fileURLToPath(new URL("../../fixtures/guard/manifests", import.meta.url));
const temporary = mkdtempSync(join(tmpdir(), "freehold-manifests-"));
afterAll(() => rmSync(temporary, { recursive: true }));

const map = "apiVersion: v1\nkind: ConfigMap\nmetadata: { name: a }\n";

/** The resources of one text. */
const read = (text: string) => manifestsSubject([{ file: "all.yaml", text }], "-");

it("reads every object of a folder, in YAML and JSON, many to a file and in lists", () => {
  const { resources, sources } = manifestsSubject(manifestFiles(folder).texts, folder);
  expect(resources.map(({ urn }) => urn)).toEqual([
    "urn:pulumi:manifests::manifests::kubernetes:core/v1:ConfigMap::shop/settings",
    "urn:pulumi:manifests::manifests::kubernetes:core/v1:Service::shop/out",
    "urn:pulumi:manifests::manifests::kubernetes:core/v1:Namespace::shop",
    "urn:pulumi:manifests::manifests::kubernetes:networking.k8s.io/v1:NetworkPolicy::shop/closed",
    "urn:pulumi:manifests::manifests::kubernetes:apps/v1:Deployment::shop/web",
  ]);
  const lines = [
    [1, "spec.externalName", "list.json", 15],
    [4, "", "shop.yaml", 11],
    [4, "spec.template.spec.containers[0].env[0].value", "shop.yaml", 26],
    [4, 'spec["a.b"].nowhere[3]', "shop.yaml", 16],
  ] as const;
  for (const [index, path, file, line] of lines) {
    const source = sources.get(resources[index]!.urn);
    expect([source?.file, source?.line(path)]).toEqual([join(folder, file), line]);
  }
});

it("hashes what it read: the same files give the same, another byte another", () => {
  const text = (data: string) => read(`${map}data: { a: ${data} }\n`).sha256;
  expect(text("b")).toBe(text("b"));
  expect(text("b")).not.toBe(text("c"));
});

it("reads YAML as Kubernetes does: yes is true, a date is a text", () => {
  const { resources } = read(`${map}data: { live: yes, at: 2026-11-21, time: 12:30 }\n`);
  expect(resources[0]?.props.data).toEqual({ live: true, at: "2026-11-21", time: "12:30" });
});

it("keeps two manifests of one object apart, so that both are judged", () => {
  const { resources } = read(`${map}---\n${map}---\n# nothing\n---\n`);
  expect(new Set(resources.map(({ urn }) => urn)).size).toBe(2);
});

it("takes values that SOPS encrypted for a hole", () => {
  expect(read(`${map}sops: { version: 3.9.0 }\n`).resources[0]?.holes).toHaveLength(1);
});

const rendered = [
  ["an alert with a template of its own", `${map}data: { rule: "{{ $labels.pod }} is down" }\n`],
  ["a file of templates in a ConfigMap", `${map}data:\n  all.tpl: |\n    {{ include "x" . }}\n    {{ .Values.a }}\n`],
  ["a variable of the shell in a command", `${map}data: { run: "echo $(HOME)" }\n`],
] as const;

it.each(rendered)("lets %s be", (_, text) => {
  expect(read(text).resources).toHaveLength(1);
});

const templates = [
  ["a value", "kind: Pod\nspec:\n  image: {{ .Values.image }}\n", 3],
  ["a quoted value", 'apiVersion: v1\nkind: Pod\nmetadata: { name: "{{ .Release.Name }}-web" }\n', 3],
  ["a block", "{{- if .Values.on }}\napiVersion: v1\n{{- end }}\n", 1],
  ["an image", "apiVersion: v1\nkind: Pod\nspec: { containers: [{ image: $(REGISTRY)/a:1 }] }\n", 3],
] as const;

it.each(templates)("refuses a template in %s, at its line", (_, text, line) => {
  expect(() => read(text)).toThrow(
    `all.yaml:${line} cannot be judged.\n  found    a template that nobody has rendered`,
  );
});

it.each(["Chart.yaml", "kustomization.yaml"])("refuses a folder with a %s and says how to render it", (name) => {
  const unrendered = mkdtempSync(join(temporary, "unrendered-"));
  mkdirSync(join(unrendered, "sub"));
  writeFileSync(join(unrendered, "sub", name), "a: b\n");
  expect(() => manifestFiles(unrendered)).toThrow(/a template that nobody has rendered[\s\S]*guard --manifests -/);
});

it("refuses a link to a folder, which it would otherwise leave out", () => {
  const linked = mkdtempSync(join(temporary, "linked-"));
  symlinkSync(folder, join(linked, "elsewhere"));
  expect(() => manifestFiles(linked)).toThrow("a link to a folder");
});

it("refuses a link to nothing", () => {
  const broken = mkdtempSync(join(temporary, "broken-"));
  symlinkSync(join(broken, "missing"), join(broken, "a.yaml"));
  expect(() => manifestFiles(broken)).toThrow("a link to nothing");
});

it.each([
  ["a document without apiVersion and kind", "replicas: 3\n"],
  ["aliases that lead nowhere", `${map}data: { a: *nowhere }\n`],
  ["no object", "# nothing\n---\n"],
  ["what is no YAML (bad indent)", `${map}data:\n  a: b\n c: d\n`],
  ["what is no YAML (duplicate key)", `${map}kind: Secret\n`],
])("refuses %s", (found, text) => {
  expect(() => read(text)).toThrow(`found    ${found}`);
});

it("follows aliases to the objects that they stand for", () => {
  const text = `apiVersion: v1\nkind: List\nx: &x\n  - { apiVersion: v1, kind: ConfigMap, metadata: { name: b } }\nitems: *x\n`;
  expect(read(text).resources.map(({ name }) => name)).toEqual(["b"]);
  const item = `apiVersion: v1\nkind: List\nx: &x { apiVersion: v1, kind: ConfigMap, metadata: { name: b } }\nitems:\n  - *x\n`;
  expect(read(item).resources.map(({ name }) => name)).toEqual(["b"]);
});

it("takes a kind of one's own that ends in List for an object, unless it holds objects", () => {
  const own = "apiVersion: acme.example/v1\nkind: AllowList\nmetadata: { name: a }\n";
  for (const items of ["items: []\n", "items: [{ host: a.example }]\n", "items: {}\n"])
    expect(read(`${own}${items}spec: { url: b }\n`).resources[0]?.props).toHaveProperty("spec.url", "b");
  const holding = read(`${own}items: [{ apiVersion: v1, kind: ConfigMap, metadata: { name: b } }]\n`);
  expect(holding.resources.map(({ type }) => type)).toEqual(["kubernetes:core/v1:ConfigMap"]);
});

it("refuses a list whose items are no sequence, at its line", () => {
  expect(() => read("apiVersion: v1\nkind: List\nitems: { a: b }\n")).toThrow(
    "all.yaml:3 cannot be judged.\n  found    items that are no sequence",
  );
});

it("refuses what is nested too deep to read", () => {
  expect(() => read(`${map}data: ${"[".repeat(20_000)}${"]".repeat(20_000)}\n`)).toThrow("resource exhaustion");
});

it("names the files of a folder that are no manifests", () => {
  const mixed = mkdtempSync(join(temporary, "mixed-"));
  for (const name of ["a.yaml", "b.txt", "c.yamlx"]) writeFileSync(join(mixed, name), map);
  const { texts, unread } = manifestFiles(mixed);
  expect(texts.map(({ file }) => file)).toEqual([join(mixed, "a.yaml")]);
  expect(unread).toEqual([join(mixed, "b.txt"), join(mixed, "c.yamlx")]);
});
