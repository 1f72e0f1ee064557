import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parse } from "yaml";
import type { Package } from "../../catalogue/toolchain.ts";
import { run } from "../child.ts";
import type { Go } from "./go.ts";
import { goFault } from "./go-fault.ts";
import { type Job, ToolchainError } from "./source.ts";

type Downloaded = { Path: string; Version: string; Dir?: string; Error?: string };

/**
 * Takes the add-ons' custom resource definitions out of the Go modules that ship them, of the kinds that are asked for and
 * no others: `<addon>/<name of the definition>.yaml`, and `versions.json` with the module and version behind each add-on.
 */
export async function takeCrds(
  arrival: Package,
  module: string,
  go: Go,
  env: NodeJS.ProcessEnv,
  folder: string,
  job: Job,
) {
  const ended = await run(go.path, ["mod", "download", "-json"], { cwd: module, env });
  const downloaded = JSON.parse(`[${ended.stdout.replaceAll(/^}\n(?=\{)/gm, "},\n")}]`) as Downloaded[];
  const files: string[] = [];
  const versions: Record<string, { module: string; version: string; kinds: string[] }> = {};
  for (const [addon, { module: path, from, kinds }] of Object.entries(arrival.charts!.addons)) {
    const source = downloaded.find((one) => one.Path === path);
    if (!source?.Dir)
      throw goFault(
        `${path} could not be had.`,
        module,
        `${source?.Error ?? ""}
${ended.stderr}`,
        job,
      );
    const taken = await definitionsIn(source.Dir, from, kinds, path);
    const lacking = kinds.filter((kind) => !taken.some((one) => one.kind === kind));
    if (lacking.length > 0) throw fault(path, from, `no definition of ${lacking.join(", ")}`);
    await mkdir(join(folder, addon), { recursive: true });
    for (const { name, text } of taken) {
      await writeFile(join(folder, addon, `${name}.yaml`), text);
      files.push(join(addon, `${name}.yaml`));
    }
    versions[addon] = { module: path, version: source.Version, kinds: taken.map(({ kind }) => kind).sort() };
  }
  await writeFile(join(folder, "versions.json"), `${JSON.stringify(versions, null, 2)}\n`);
  const origin = [...new Set(Object.values(versions).map((one) => `${one.module} ${one.version}`))].join(", ");
  return { origin, gives: arrival.gives, checked: "go.sum", files: [...files, "versions.json"] };
}

type Definition = { kind: string; name: string; text: string };

/** The definitions of these kinds in one file of a module, or in all files of one folder of it. */
async function definitionsIn(root: string, from: string, kinds: string[], module: string): Promise<Definition[]> {
  const names = from.endsWith(".yaml") ? [""] : await readdir(join(root, from));
  const files = names.map((name) => join(from, name)).filter((file) => file.endsWith(".yaml"));
  const taken = await Promise.all(
    files.sort().map(async (file) => definitionsOf(await readFile(join(root, file), "utf8"), kinds, file, module)),
  );
  return taken.flat();
}

/** The definitions of these kinds in a file of plain definitions; anything else in it, templates too, is refused. */
export function definitionsOf(text: string, kinds: string[], file: string, module: string): Definition[] {
  if (text.includes("{{")) throw fault(module, file, "a Helm template where a plain file was expected");
  const definitions: Definition[] = [];
  for (const document of text.split(/^---.*$/m).map((one) => one.trimStart())) {
    const kind = /^kind: (.*)$/m.exec(document)?.[1];
    if (kind === undefined && !/^[^#\s]/m.test(document)) continue;
    if (kind !== "CustomResourceDefinition") throw fault(module, file, `kind ${kind}`);
    // Parsing is slow: a definition may be a megabyte, and most are not asked for.
    if (!kinds.some((asked) => document.includes(`kind: ${asked}\n`))) continue;
    const definition = parsed(document, file, module);
    if (!kinds.includes(definition.spec.names.kind)) continue;
    // Nothing runs in a rehearsal that would answer one.
    if (definition.spec.conversion?.strategy === "Webhook") throw fault(module, file, "a conversion webhook");
    definitions.push({ kind: definition.spec.names.kind, name: definition.metadata.name, text: document });
  }
  return definitions;
}

function parsed(document: string, file: string, module: string) {
  try {
    return parse(document) as {
      metadata: { name: string };
      spec: { names: { kind: string }; conversion?: { strategy: string } };
    };
  } catch (error) {
    throw fault(module, file, (error as Error).message);
  }
}

function fault(module: string, where: string, found: string): ToolchainError {
  return new ToolchainError({
    what: `The custom resource definitions could not be taken from ${module}.`,
    where,
    found,
    remedy: "this is a fault of Freehold: the module's release is not laid out as expected; please report it",
  });
}
