import { createHash } from "node:crypto";
import { readdirSync, readFileSync, realpathSync, statSync } from "node:fs";
import { basename, dirname, join, relative } from "node:path";
import {
  type Document,
  type DocumentOptions,
  isMap,
  isScalar,
  LineCounter,
  type Node,
  type ParseOptions,
  parseAllDocuments,
  type SchemaOptions,
  visit,
} from "yaml";
import type { Resource } from "../fact.ts";
import { type Source, type Subject, Unjudgeable } from "../subject.ts";

/** A text with Kubernetes objects, and the name of the file it came from. */
export type ManifestText = { file: string; text: string };

type Found = { resource: Resource; source: Source };

const ALLOWED = "rendered Kubernetes manifests: YAML or JSON objects with apiVersion and kind";

// `hostNetwork: yes` is true there, but a date is a text and 12:30 no number.
const AS_KUBERNETES: ParseOptions & DocumentOptions & SchemaOptions = {
  version: "1.1",
  customTags: (tags) =>
    tags.filter((tag) => typeof tag === "string" || !(tag.tag.endsWith(":timestamp") || tag.format === "TIME")),
};

/** The manifests of a folder and all below it, or of one file, and the files beside them. Throws `Unjudgeable`. */
export function manifestFiles(path: string): { texts: ManifestText[]; unread: string[] } {
  if (!statSync(path).isDirectory()) return { texts: [{ file: path, text: readFileSync(path, "utf8") }], unread: [] };
  const files = readdirSync(path, { recursive: true, withFileTypes: true })
    .map((entry) => ({ entry, file: join(entry.parentPath, entry.name) }))
    .filter(({ entry }) => !entry.isDirectory())
    .sort((a, b) => (a.file < b.file ? -1 : 1));
  for (const { entry, file } of files) {
    if (/^(?:Chart|kustomization|Kustomization)\.ya?ml$|^Kustomization$/.test(entry.name)) throw unrendered(file);
    const target = statSync(file, { throwIfNoEntry: false });
    if (target === undefined) {
      const remedy = "Put what it should lead to in its place, or take it out.";
      throw new Unjudgeable(file, { found: "a link to nothing", allowed: ALLOWED, remedy });
    }
    if (entry.isSymbolicLink() && target.isDirectory()) {
      const remedy = `Judge ${realpathSync(file)} by itself, or put a copy in its place.`;
      throw new Unjudgeable(file, { found: "a link to a folder", allowed: ALLOWED, remedy });
    }
  }
  const isManifest = ({ file }: { file: string }) => /\.(?:ya?ml|json)$/i.test(file);
  return {
    texts: files.filter(isManifest).map(({ file }) => ({ file, text: readFileSync(file, "utf8") })),
    unread: files.filter((each) => !isManifest(each)).map(({ file }) => file),
  };
}

/** Kubernetes objects as they would be applied, each at its file and line. Throws `Unjudgeable`. */
export function manifestsSubject(texts: readonly ManifestText[], name: string): Subject {
  const digest = createHash("sha256");
  const found = texts.flatMap(({ file, text }) => {
    digest.update(`${relative(name, file)}\0${createHash("sha256").update(text).digest("hex")}\n`);
    return objectsIn(file, text, basename(name));
  });
  if (found.length === 0) {
    const remedy = "Name the folder that helm template, kustomize build or your generator writes to.";
    throw new Unjudgeable(name, { found: "no object", allowed: ALLOWED, remedy });
  }
  const named = distinct(found);
  return {
    kind: "manifests",
    name,
    file: name,
    sha256: digest.digest("hex"),
    resources: named.map(({ resource }) => resource),
    sources: new Map(named.map(({ resource, source }) => [resource.urn, source])),
  };
}

function objectsIn(file: string, text: string, folder: string): Found[] {
  const lines = new LineCounter();
  const parsed = parseAllDocuments(text, { ...AS_KUBERNETES, lineCounter: lines, logLevel: "silent" });
  const documents: Document[] = Array.isArray(parsed) ? parsed : [];
  return documents.flatMap((document): Found[] => {
    const line = lines.linePos(document.errors[0]?.pos[0] ?? document.contents?.range?.[0] ?? 0).line;
    const at = `${file}:${line}`;
    const template = templateIn(document, text);
    if (template !== undefined) throw unrendered(`${file}:${lines.linePos(template).line}`);
    if (document.errors[0]) {
      const found = `what is no YAML (${document.errors[0].code.toLowerCase().replaceAll("_", " ")})`;
      throw new Unjudgeable(at, { found, allowed: ALLOWED, remedy: "Mend the file, or keep it elsewhere." });
    }
    const whole = plainly(document, at);
    if (whole === null || whole === undefined) return [];
    const lineOf = (path: Path) => lines.linePos(startOf(document, path)).line;
    return each(whole, [], (path) => `${file}:${lineOf(path)}`).map(({ body, path }) => {
      const source: Source = { file, line: (property) => lineOf([...path, ...stepsOf(property)]) };
      return { resource: objectOf(body, `${file}:${lineOf(path)}`, folder), source };
    });
  });
}

type Path = (string | number)[];

function plainly(document: Document, at: string): unknown {
  try {
    return document.toJS({ maxAliasCount: 1000 });
  } catch {
    const found = "aliases that lead nowhere, or to a thousand others";
    throw new Unjudgeable(at, { found, allowed: ALLOWED, remedy: "Write out what they stand for." });
  }
}

/** The objects of a document: itself, or the items of a list. A kind of one's own may end in List and be none. */
function each(body: unknown, path: Path, where: (path: Path) => string): { body: unknown; path: Path }[] {
  const { apiVersion, kind, items } = (body ?? {}) as Record<string, unknown>;
  const isList = apiVersion === "v1" && kind === "List";
  if (isList && !Array.isArray(items ?? [])) {
    const remedy = "Write them as a sequence, each behind a dash.";
    throw new Unjudgeable(where([...path, "items"]), { found: "items that are no sequence", allowed: ALLOWED, remedy });
  }
  const inner: unknown[] = Array.isArray(items) ? items : [];
  const holdsObjects = String(kind).endsWith("List") && inner.length > 0 && inner.every(isObject);
  if (!isList && !holdsObjects) return [{ body, path }];
  return inner.flatMap((item, index) => each(item, [...path, "items", index], where));
}

function isObject(item: unknown): boolean {
  const { apiVersion, kind } = (item ?? {}) as Record<string, unknown>;
  return typeof apiVersion === "string" && typeof kind === "string";
}

function objectOf(body: unknown, at: string, folder: string): Resource {
  const { apiVersion, kind, metadata } = (body ?? {}) as Record<string, unknown>;
  if (typeof apiVersion !== "string" || typeof kind !== "string") {
    const found = "a document without apiVersion and kind";
    throw new Unjudgeable(at, { found, allowed: ALLOWED, remedy: "Keep values and other files elsewhere." });
  }
  if (/^kustomize\.config\.k8s\.io\//.test(apiVersion)) throw unrendered(at);
  const { name, generateName, namespace } = (metadata ?? {}) as Record<string, unknown>;
  const own = String(name ?? generateName ?? "unnamed");
  const type = `kubernetes:${apiVersion === "v1" ? "core/v1" : apiVersion}:${kind}`;
  const qualified = typeof namespace === "string" ? `${namespace}/${own}` : own;
  // `sops` beside the values says that some of them are encrypted.
  const sealed = typeof (body as Record<string, unknown>).sops === "object";
  return {
    urn: `urn:pulumi:manifests::${folder}::${type}::${qualified}`,
    type,
    name: qualified,
    custom: true,
    props: body as Record<string, unknown>,
    ...(sealed && {
      holes: [{ path: "", why: "values that SOPS encrypted", remedy: "Judge what sops decrypt prints." }],
    }),
  };
}

/** Two manifests of the same object: both are judged. */
function distinct(found: Found[]): Found[] {
  const count = new Map<string, number>();
  return found.map(({ resource, source }) => {
    const before = count.get(resource.urn) ?? 0;
    count.set(resource.urn, before + 1);
    return { resource: before === 0 ? resource : { ...resource, urn: `${resource.urn}#${before + 1}` }, source };
  });
}

/** Where a template shows that nobody rendered it; texts of many lines and of ConfigMaps may hold templates of their own. */
function templateIn(document: Document, text: string): number | undefined {
  let found: number | undefined;
  const start = document.contents?.range?.[0] ?? 0;
  if (document.errors.length > 0) {
    const end = document.range?.[2] ?? text.length;
    const action = /\{\{/.exec(text.slice(start, end));
    return action ? start + action.index : undefined;
  }
  visit(document, {
    Pair(_, pair) {
      // `{{ .Values.image }}` without quotes is, to YAML, a map whose key is a map.
      if (!isScalar(pair.key) && pair.key !== null) found ??= (pair.key as Node).range?.[0] ?? start;
      if (isScalar(pair.key) && pair.key.value === "image" && isScalar(pair.value)) {
        if (/\{\{|\$[{(]/.test(String(pair.value.value))) found ??= pair.value.range?.[0] ?? start;
      }
    },
    Scalar(_, scalar) {
      if (typeof scalar.value !== "string" || scalar.value.includes("\n")) return;
      if (/\{\{[^}]*(?:\.(?:Values|Release|Chart|Capabilities)\b|\b(?:include|template)\s+")/.test(scalar.value)) {
        found ??= scalar.range?.[0] ?? start;
      }
    },
  });
  return found;
}

function unrendered(where: string): Unjudgeable {
  const chart = /Chart\.ya?ml$/.test(where) ? dirname(where) : "<chart>";
  const base = /kustomization/i.test(basename(where)) ? dirname(where) : "<folder>";
  return new Unjudgeable(where, {
    found: "a template that nobody has rendered",
    allowed: ALLOWED,
    remedy: `helm template ${chart} (or kustomize build ${base}) | npx freehold guard --manifests -`,
  });
}

/** Where the property of a path begins, or the nearest above it that is written. */
function startOf(document: Document, steps: Path): number {
  for (let length = steps.length; length > 0; length--) {
    const node = document.getIn(steps.slice(0, length), true) as Node | undefined;
    const parent = document.getIn(steps.slice(0, length - 1), true);
    const pair = isMap(parent)
      ? parent.items.find(({ key }) => isScalar(key) && key.value === steps[length - 1])
      : null;
    const start = (pair?.key as Node | undefined)?.range?.[0] ?? node?.range?.[0];
    if (start !== undefined) return start;
  }
  return document.contents?.range?.[0] ?? 0;
}

/** The steps of a property path: `spec.containers[0]["a.b"]`. */
function stepsOf(path: string): Path {
  return [...path.matchAll(/\[(\d+)\]|\["((?:[^"\\]|\\.)*)"\]|([^.[\]]+)/g)].map(([, index, quoted, key]) =>
    index !== undefined ? Number(index) : (quoted?.replace(/\\(.)/g, "$1") ?? key ?? ""),
  );
}
