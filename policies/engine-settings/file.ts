import { readFileSync } from "node:fs";
import { dirname, relative } from "node:path";
import { type Document, isNode, LineCounter, parseDocument } from "yaml";
import type { Resource } from "../fact.ts";

/** A project or stack file of any Pulumi project: what stands in it, and on which line. */
export class EngineFile {
  readonly path: string;
  readonly folder: string;
  /** As a report names it: from the folder of the project. */
  readonly name: string;
  /** Why nothing can be read from it. */
  readonly fault?: NonNullable<Resource["holes"]>[number];
  readonly #document?: Document;
  readonly #lines = new LineCounter();

  constructor(path: string, from: string) {
    this.path = path;
    this.folder = dirname(path);
    this.name = relative(from, path);
    try {
      const document = parseDocument(readFileSync(path, "utf8"), { lineCounter: this.#lines, prettyErrors: false });
      if (document.errors.length === 0) this.#document = document;
    } catch {
      // As with a document that is no YAML.
    }
    if (!this.#document) {
      this.fault = {
        path: this.name,
        why: `${this.name} cannot be read`,
        remedy: "Write it as YAML that Pulumi can read.",
      };
    }
  }

  /** What stands at a path, if anything does. */
  value(...path: string[]): { value: unknown; origin: string } | undefined {
    if (!this.#document?.hasIn(path)) return undefined;
    const node: unknown = this.#document.getIn(path, true);
    const offset = isNode(node) ? node.range?.[0] : undefined;
    const line = offset === undefined ? "" : `:${this.#lines.linePos(offset).line}`;
    return { value: isNode(node) ? node.toJS(this.#document) : node, origin: `${this.name}${line}` };
  }

  /** A text at a path, unless it is empty. */
  text(...path: string[]): { value: string; origin: string } | undefined {
    const { value, origin = "" } = this.value(...path) ?? {};
    return typeof value === "string" && value !== "" ? { value, origin } : undefined;
  }
}
