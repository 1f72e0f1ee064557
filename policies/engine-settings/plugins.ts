import { readFileSync } from "node:fs";
import { join } from "node:path";
import { engineCatalogue } from "../../catalogue/engine-settings.ts";
import type { Setting } from "../engine-settings.ts";
import type { EngineFile } from "./file.ts";

type Environment = Record<string, string | undefined>;
type Override = { from: RegExp; to: string };

/** Where plugins are fetched from: what the project names, and what the engine falls back on, after all overrides. */
export function pluginSources(project: EngineFile | undefined, defaultsToo: boolean, env: Environment): Setting[] {
  const { plugins } = engineCatalogue();
  const overrides = overridesIn(env[plugins.overriddenBy]);
  const open = defaultsToo && !isOn(env[plugins.disabledBy]);
  const usual = plugins.from.map((value) => ({ value, origin: `${plugins.disabledBy} is not set` }));
  const fetched = [...packagesOf(project, env), ...(open ? [...usual, ...serversOf(project)] : [])];
  const found = fetched.map((source) => overridden(source, overrides));
  // Without files, an override is all that is known.
  const alone = defaultsToo ? [] : overrides.map(({ to }) => ({ value: to, origin: plugins.overriddenBy }));
  return [...new Map([...found, ...alone].map((source) => [`${source.value} ${source.origin}`, source])).values()];
}

/** The packages that Pulumi.yaml declares, unless they lie in a folder. */
function packagesOf(project: EngineFile | undefined, env: Environment): Setting[] {
  const { plugins, cloud } = engineCatalogue();
  const names = project?.value("packages")?.value;
  if (typeof names !== "object" || names === null) return [];
  return Object.keys(names).flatMap((name): Setting[] => {
    const url = project?.text("packages", name, "pluginDownloadURL");
    const short = project?.text("packages", name);
    const source = short
      ? { ...short, value: short.value.replace(/@.*$/, "") }
      : project?.text("packages", name, "source");
    const from = url ?? source;
    if (!from || /^(?:\.{0,2}\/|~|[A-Za-z]:[\\/])/.test(from.value)) return [];
    if (/^\w+:\/\//.test(from.value)) return [from];
    const [first = ""] = from.value.split("/");
    if (first.includes(".")) return [{ ...from, value: `git://${from.value}` }];
    // A mere name is looked up.
    if (isOn(env[plugins.registryDisabledBy])) return [];
    return [{ ...from, value: `${env.PULUMI_API || cloud}/registry/${from.value}` }];
  });
}

/** Where the SDKs that a Node program depends on say that their plugins are. */
function serversOf(project: EngineFile | undefined): Setting[] {
  if (!project) return [];
  const { dependencies = {}, devDependencies = {} } = manifest(project.folder);
  return Object.keys({ ...dependencies, ...devDependencies }).flatMap((name) => {
    const server = manifest(join(project.folder, "node_modules", name)).pulumi?.server;
    return typeof server === "string" && server !== "" ? [{ value: server, origin: `the SDK ${name}` }] : [];
  });
}

type Manifest = { dependencies?: object; devDependencies?: object; pulumi?: { server?: unknown } };

function manifest(folder: string): Manifest {
  try {
    return (JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as Manifest | null) ?? {};
  } catch {
    return {};
  }
}

function overridden(source: Setting, overrides: Override[]): Setting {
  for (const { from, to } of overrides) {
    const match = from.exec(source.value);
    if (!match) continue;
    const value = to
      .replace(/\$\{(\w+)\}/g, (whole, name: string) => match.groups?.[name] ?? whole)
      .replace(/\$(\d+)/g, (whole, index: string) => match[Number(index)] ?? whole);
    return { value, origin: engineCatalogue().plugins.overriddenBy };
  }
  return source;
}

/** `expression=URL`, separated by commas; expressions as Go writes them. What is no expression overrides nothing. */
function overridesIn(text: string | undefined): Override[] {
  return (text ?? "").split(",").flatMap((pair) => {
    const [from, to, ...more] = pair.split("=");
    if (!from || !to || more.length > 0) return [];
    try {
      return [{ from: new RegExp(from.replaceAll("(?P<", "(?<")), to }];
    } catch {
      return [];
    }
  });
}

/** As the engine reads a switch. */
export function isOn(value: string | undefined): boolean {
  return value === "1" || value?.toLowerCase() === "true";
}
