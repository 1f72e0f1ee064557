import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { type Declared, membersIn, type TypeText } from "./declaration-text.ts";

/** What the SDK lets a program pass for one input. */
export type Shape =
  | { kind: "string" | "number" | "boolean" | "any" }
  | { kind: "enum"; values: (string | number)[]; open: boolean }
  | { kind: "list" | "map"; of: Shape }
  | { kind: "object"; name: string; properties(): Map<string, PropertyShape> };
export type PropertyShape = { required: boolean; shape: Shape };

/** What the SDK says of a resource: its inputs, and of its outputs whether each always has a value. */
export type ResourceShape = { inputs: Map<string, PropertyShape>; outputs: Map<string, { always: boolean }> };

/**
 * The shapes of a provider package, read from its own declarations when they are asked for: `aws:ec2/vpc:Vpc` lies in
 * `ec2/vpc.d.ts`, what nests in it in `types/input.d.ts`. A scan of their text, as they are generated in one form alone.
 */
export class SdkShapes {
  readonly #folder: string;
  readonly #texts = new Map<string, string>();
  readonly #objects = new Map<string, Map<string, PropertyShape>>();
  readonly #namespaces = new Map<string, string>();
  readonly version: string;

  constructor(packageName: string, require = createRequire(import.meta.url)) {
    const manifest = require.resolve(`${packageName}/package.json`);
    this.#folder = dirname(manifest);
    this.version = (JSON.parse(readFileSync(manifest, "utf8")) as { version: string }).version;
  }

  /** The shape of a resource type. Throws a plain Error for a type that the package does not have. */
  resource(token: string): ResourceShape {
    const { file, name } = this.#place(token);
    const text = this.#text(file);
    const inputs = this.#properties(membersIn(text, `export interface ${name}Args {`, ""));
    const declared = membersIn(text, `export declare class ${name} extends pulumi.CustomResource {`, "");
    const outputs = [...declared]
      .filter(([, { readonly }]) => readonly)
      .map(([key, { type }]) => [key, { always: !type.undefined }] as const);
    return { inputs, outputs: new Map(outputs) };
  }

  /** The arguments of a function, `aws:eks/getClusterVersions:getClusterVersions` or `azure-native:authorization:getClientConfig`. */
  arguments(token: string): Map<string, PropertyShape> {
    const { file, name } = this.#place(token);
    const text = this.#text(file);
    const args = `${name[0]!.toUpperCase()}${name.slice(1)}Args`;
    // A function without arguments has no such interface.
    return text.includes(`export interface ${args} {`)
      ? this.#properties(membersIn(text, `export interface ${args} {`, ""))
      : new Map();
  }

  /** The inputs of the provider itself. */
  provider(): Map<string, PropertyShape> {
    return this.#properties(membersIn(this.#text("provider.d.ts"), "export interface ProviderArgs {", ""));
  }

  /** Module and name: `aws:ec2/vpc:Vpc` in ec2/vpc, `azure-native:network:Subnet` in network/subnet, `aws:index/x:x` in x. */
  #place(token: string): { file: string; name: string } {
    const [, module = "", name = ""] = token.split(":");
    const folder = module.split("/")[0]!;
    const leaf = module.includes("/") ? module.slice(folder.length + 1) : `${name[0]?.toLowerCase()}${name.slice(1)}`;
    const file = folder === "index" ? `${leaf}.d.ts` : `${folder}/${leaf}.d.ts`;
    if (!existsSync(join(this.#folder, file))) throw new Error(`${token}: the package has no ${file}`);
    return { file, name };
  }

  #properties(members: Map<string, Declared>): Map<string, PropertyShape> {
    return new Map(
      [...members].map(([key, { optional, type }]) => [key, { required: !optional, shape: this.#shape(type) }]),
    );
  }

  #shape(type: TypeText): Shape {
    switch (type.kind) {
      case "list":
      case "map":
        return { kind: type.kind, of: this.#shape(type.of) };
      case "literals":
        return { kind: "enum", values: type.values, open: false };
      case "union": {
        // An enum beside a plain string is what the service knew when the SDK was made.
        const parts = type.of.map((part) => this.#shape(part));
        const known = parts.find((part) => part.kind === "enum");
        const plain = parts.find((part) => part.kind === "string" || part.kind === "number");
        if (known && plain) return { ...known, open: true };
        return plain ?? (parts.length === 1 ? parts[0]! : { kind: "any" });
      }
      case "named":
        return this.#named(type.name);
      default:
        return { kind: type.kind };
    }
  }

  #named(name: string): Shape {
    const [root, ...path] = name.split(".");
    if (root === "enums") return { kind: "enum", values: this.#enumValues(path), open: false };
    if (root === "inputs") return { kind: "object", name, properties: () => this.#nested(path) };
    // ARNs, roles and buckets may be given as the resource; by now they are text. Assets are nothing that we cover.
    return name === "ARN" || path.length === 0 ? { kind: "string" } : { kind: "any" };
  }

  #nested(path: string[]): Map<string, PropertyShape> {
    const key = path.join(".");
    const known = this.#objects.get(key);
    if (known) return known;
    const name = path.at(-1)!;
    const indent = "    ".repeat(path.length - 1);
    const text = this.#namespace(path.slice(0, -1));
    const properties = this.#properties(membersIn(text, `${indent ? "" : "export "}interface ${name} {`, indent));
    this.#objects.set(key, properties);
    return properties;
  }

  /** Modules of modules (`eks.v1`) are namespaces in namespaces, each indented further. */
  #namespace(path: string[]): string {
    const name = path.at(-1);
    if (name === undefined) return this.#text("types/input.d.ts");
    const key = path.join(".");
    let text = this.#namespaces.get(key);
    if (text === undefined) {
      const around = this.#namespace(path.slice(0, -1));
      const indent = "    ".repeat(path.length - 1);
      const opening = `\n${indent}${indent ? "" : "export declare "}namespace ${name} {`;
      const from = around.indexOf(opening);
      if (from < 0) throw new Error(`types/input.d.ts has no namespace ${key}`);
      text = around.slice(from + 1, around.indexOf(`\n${indent}}`, from));
      this.#namespaces.set(key, text);
    }
    return text;
  }

  #enumValues(path: string[]): (string | number)[] {
    const name = path.at(-1)!;
    const file = join("types/enums", ...path.slice(0, -1), "index.d.ts");
    const text = this.#text(file);
    const from = text.indexOf(`export declare const ${name}: {`);
    if (from < 0) throw new Error(`${file} has no enum ${name}`);
    const body = text.slice(from, text.indexOf("\n};", from));
    return [...body.matchAll(/^ {4}readonly [^:]+: (?:"([^"]*)"|(-?[\d.]+));$/gm)].map(
      ([, word, number]) => word ?? Number(number),
    );
  }

  #text(file: string): string {
    let text = this.#texts.get(file);
    if (text === undefined) {
      text = readFileSync(join(this.#folder, file), "utf8");
      this.#texts.set(file, text);
    }
    return text;
  }
}
