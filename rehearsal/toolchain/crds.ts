import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parseAllDocuments } from "yaml";
import type { Package } from "../../catalogue/toolchain.ts";
import { run } from "../child.ts";
import type { Go } from "./go.ts";
import { goFault } from "./go-fault.ts";
import { type Job, ToolchainError } from "./source.ts";

type Downloaded = { Path: string; Version: string; Dir?: string; Error?: string };

/**
 * Takes the add-ons' custom resource definitions out of the Go modules that ship them: `<addon>/*.yaml`, each file plain
 * CustomResourceDefinition documents, and `versions.json` with the module and version behind each add-on.
 */
export async function takeCrds(
  arrival: Package,
  module: string,
  go: Go,
  env: NodeJS.ProcessEnv,
  folder: string,
  job: Job,
) {
  const charts = arrival.charts!;
  const ended = await run(go.path, ["mod", "download", "-json"], { cwd: module, env });
  const downloaded = JSON.parse(`[${ended.stdout.replaceAll(/^}\n(?=\{)/gm, "},\n")}]`) as Downloaded[];
  const files: string[] = [];
  const versions: Record<string, { module: string; version: string; kinds: string[] }> = {};
  for (const [addon, { module: path, folder: inside, kinds }] of Object.entries(charts.addons)) {
    const source = downloaded.find((one) => one.Path === path);
    if (!source?.Dir)
      throw goFault(
        `${path} could not be had.`,
        module,
        `${source?.Error ?? ""}
${ended.stderr}`,
        job,
      );
    await mkdir(join(folder, addon), { recursive: true });
    const got: string[] = [];
    for (const file of (await readdir(join(source.Dir, inside))).filter((name) => name.endsWith(".yaml")).sort()) {
      const text = await readFile(join(source.Dir, inside, file), "utf8");
      got.push(...definedKinds(text, join(inside, file), path));
      await writeFile(join(folder, addon, file), text);
      files.push(join(addon, file));
    }
    const lacking = kinds.filter((kind) => !got.includes(kind));
    if (lacking.length > 0)
      throw fault(path, inside, `no definition of ${lacking.join(", ")} among ${got.join(", ") || "none"}`);
    versions[addon] = { module: path, version: source.Version, kinds: got.sort() };
  }
  await writeFile(join(folder, "versions.json"), `${JSON.stringify(versions, null, 2)}\n`);
  const origin = [...new Set(Object.values(versions).map((one) => `${one.module} ${one.version}`))].join(", ");
  return { origin, gives: arrival.gives, checked: "go.sum", files: [...files, "versions.json"] };
}

/** The kinds that a file of plain custom resource definitions defines; anything else in it, templates too, is refused. */
export function definedKinds(text: string, file: string, module: string): string[] {
  if (text.includes("{{")) throw fault(module, file, "a Helm template where a plain file was expected");
  const kinds: string[] = [];
  for (const document of parseAllDocuments(text)) {
    if (document.errors.length > 0) throw fault(module, file, document.errors[0]!.message);
    const content = document.toJS() as { kind?: string; spec?: { names?: { kind?: string } } } | null;
    if (content === null) continue;
    if (content.kind !== "CustomResourceDefinition") throw fault(module, file, `kind ${content.kind}`);
    kinds.push(content.spec?.names?.kind ?? "?");
  }
  return kinds;
}

function fault(module: string, where: string, found: string): ToolchainError {
  return new ToolchainError({
    what: `The custom resource definitions could not be taken from ${module}.`,
    where,
    found,
    remedy: "this is a fault of Freehold: the module's release is not laid out as expected; please report it",
  });
}
