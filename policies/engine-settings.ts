import { existsSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { type EngineSwitch, engineCatalogue, engineVariable } from "../catalogue/engine-settings.ts";
import { backendSeats, type Seat, secretsSeats } from "../components/country/seats.ts";
import { withoutCredentials } from "../components/country/wording.ts";
import { EngineFile } from "./engine-settings/file.ts";
import { isOn, pluginSources } from "./engine-settings/plugins.ts";
import type { Resource } from "./fact.ts";

/** The type under which the engine's own settings are judged. */
export const engineSettingsType = "pulumi:engine:Settings";

/** What the engine will use, and which file and line or which variable says so. Credentials are left out. */
export type Setting = { value: string; origin: string };

/** A setting that is a URL of something kept: none but this machine where it has no seats. */
export type Kept = Setting & { seats: Seat[] };

/** The engine's settings, as far as they lead anywhere. */
export type EngineProps = {
  backend?: Kept;
  secretsProvider?: Kept;
  /** Environments of Pulumi ESC that the stack takes its settings from. */
  environments?: Setting;
  /** Where plugins are fetched from. */
  plugins: Setting[];
  /** Calls that the engine makes unless told otherwise, or because it was told to, by the variable that decides. */
  calls: Record<string, Setting>;
  /** Variables that name an address or a region. */
  variables: Record<string, Setting>;
};

type Environment = Record<string, string | undefined>;
type Hole = NonNullable<Resource["holes"]>[number];

/**
 * What the Pulumi engine itself will use for a stack of the project in `folder`: where it keeps state and keys, where it
 * fetches plugins, whom it tells. Without a folder only what the environment itself says is collected; what files say, and
 * what holds where nobody says anything, is then left out.
 */
export function engineSettings({
  folder,
  stack,
  env,
}: {
  folder?: string;
  stack?: string;
  env: Environment;
}): Resource {
  const holes: Hole[] = [];
  const project = folder === undefined ? undefined : projectIn(resolve(folder));
  const named = stack ?? (env.PULUMI_STACK || undefined);
  const stackFile = project && stackFileOf(project, named, env);
  const isNamed = project !== undefined && (named !== undefined || stackFile !== undefined) && !stackFile?.fault;
  for (const file of [project, stackFile]) if (file?.fault) holes.push(file.fault);

  const backend = backendOf(project, folder !== undefined, env);
  const isCloud = backend !== undefined && /^https?:|^pulumi$/.test(backend.value);
  const secretsProvider = secretsOf(stackFile, env) ?? (isNamed ? secretsByDefault(backend, isCloud, env) : undefined);
  if (folder !== undefined && backend === undefined) holes.push(noBackend);
  if (folder !== undefined && secretsProvider === undefined) holes.push(noSecretsProvider(stackFile));

  const props: EngineProps = {
    ...(backend && { backend: kept(backend, backendSeats(backend.value, env)) }),
    ...(secretsProvider && {
      secretsProvider: kept(
        secretsProvider,
        secretsSeats(secretsProvider.value, env.VAULT_SERVER_URL || env.VAULT_ADDR, env),
      ),
    }),
    ...environments(stackFile),
    plugins: pluginSources(project, folder !== undefined, env).map(cleaned),
    calls: calls(folder !== undefined, isCloud ? backend : undefined, env),
    variables: variables(env),
  };
  const name = project?.text("name")?.value ?? "project";
  return {
    type: engineSettingsType,
    urn: `urn:pulumi:${shortName(named ?? "stack")}::${name}::${engineSettingsType}::engine`,
    name: "engine",
    custom: true,
    props,
    ...(holes.length > 0 && { holes }),
  };
}

const extensions = [".json", ".yaml", ".yml"];

/** The closest project, upwards from a folder, as the engine looks for it. */
function projectIn(folder: string): EngineFile | undefined {
  const path = extensions.map((extension) => join(folder, `Pulumi${extension}`)).find((each) => existsSync(each));
  if (path) return new EngineFile(path, folder);
  return dirname(folder) === folder ? undefined : projectIn(dirname(folder));
}

function stackFileOf(project: EngineFile, stack: string | undefined, env: Environment): EngineFile | undefined {
  if (env.PULUMI_OPTION_CONFIG_FILE) return optional(resolve(project.folder, env.PULUMI_OPTION_CONFIG_FILE), project);
  if (!stack) return undefined;
  const folder = join(project.folder, project.text("stackConfigDir")?.value ?? "");
  const extension = extensions.find((each) => project.path.endsWith(each));
  return optional(join(folder, `Pulumi.${shortName(stack)}${extension}`), project);
}

function optional(path: string, { folder }: EngineFile): EngineFile | undefined {
  return existsSync(path) ? new EngineFile(path, folder) : undefined;
}

/** `stack` of `organisation/project/stack`. */
function shortName(stack: string): string {
  return stack.split("/").at(-1) ?? stack;
}

/** The environment wins over the project, and the project over whoever logged in last. */
function backendOf(project: EngineFile | undefined, filesToo: boolean, env: Environment): Setting | undefined {
  if (env.PULUMI_BACKEND_URL) return { value: env.PULUMI_BACKEND_URL, origin: "PULUMI_BACKEND_URL" };
  const written = project?.text("backend", "url") ?? (filesToo ? loggedIn(env) : undefined);
  if (written) return written;
  // The engine logs in where it has a token for.
  if (!env.PULUMI_ACCESS_TOKEN) return undefined;
  if (env.PULUMI_API) return { value: env.PULUMI_API, origin: "PULUMI_API" };
  return filesToo
    ? { value: engineCatalogue().cloud, origin: "PULUMI_ACCESS_TOKEN, and nothing that names another" }
    : undefined;
}

/** Only the address of who is logged in is taken; the tokens beside it are not. */
function loggedIn(env: Environment): Setting | undefined {
  const home = env.PULUMI_CREDENTIALS_PATH || env.PULUMI_HOME || join(env.HOME || homedir(), ".pulumi");
  try {
    const { current } = JSON.parse(readFileSync(join(home, "credentials.json"), "utf8")) as { current?: unknown };
    return typeof current === "string" && current ? { value: current, origin: "pulumi login" } : undefined;
  } catch {
    return undefined;
  }
}

/** The key that seals the stack file. */
function secretsOf(stackFile: EngineFile | undefined, env: Environment): Setting | undefined {
  const override = env.PULUMI_CLOUD_SECRET_OVERRIDE;
  const written = stackFile?.text("secretsprovider");
  if (written && !["default", "passphrase"].includes(written.value)) {
    return override ? { value: override, origin: "PULUMI_CLOUD_SECRET_OVERRIDE" } : written;
  }
  const salt = stackFile?.text("encryptionsalt");
  if (salt) return { ...salt, value: "passphrase" };
  const option = env.PULUMI_OPTION_SECRETS_PROVIDER;
  return option && option !== "default" ? { value: option, origin: "PULUMI_OPTION_SECRETS_PROVIDER" } : undefined;
}

/** Where no key is named, Pulumi Cloud keeps one itself; every other backend asks for a passphrase. */
function secretsByDefault(backend: Setting | undefined, isCloud: boolean, env: Environment): Setting | undefined {
  // Then the state names the key, and nobody reads it here.
  if (!backend || isOn(env.PULUMI_FALLBACK_TO_STATE_SECRETS_MANAGER)) return undefined;
  return { value: isCloud ? backend.value : "passphrase", origin: `the backend, ${backend.origin}` };
}

function kept(setting: Setting, seats: Seat[]): Kept {
  return { ...cleaned(setting), seats };
}

function cleaned({ value, origin }: Setting): Setting {
  return { value: withoutCredentials(value), origin };
}

/** A list of names, or a definition that imports some. */
function environments(stackFile: EngineFile | undefined): Pick<EngineProps, "environments"> {
  const written = stackFile?.value("environment");
  if (written === undefined || written.value === null) return {};
  const list = Array.isArray(written.value) ? written.value : (written.value as { imports?: unknown }).imports;
  const names = (Array.isArray(list) ? list : []).map((each) =>
    typeof each === "string" ? each : Object.keys(each as object).join(),
  );
  if (Array.isArray(written.value) && names.length === 0) return {};
  return { environments: { value: names.join(", ") || "a definition of its own", origin: written.origin } };
}

function calls(defaultsToo: boolean, cloud: Setting | undefined, env: Environment): EngineProps["calls"] {
  const made = ({ variable, leadsWhen, cloudOnly }: EngineSwitch) => {
    if (cloudOnly && !cloud) return false;
    return isOn(env[variable]) ? leadsWhen === "on" : leadsWhen === "off" && defaultsToo;
  };
  return Object.fromEntries(
    engineCatalogue()
      .switches.filter(made)
      .map(({ variable, cloudOnly }) => {
        const value = cloudOnly && cloud ? cloud.value : engineCatalogue().cloud;
        const origin = isOn(env[variable]) ? variable : `${variable} is not set`;
        return [variable, cleaned({ value, origin })];
      }),
  );
}

function variables(env: Environment): EngineProps["variables"] {
  return Object.fromEntries(
    Object.entries(env).flatMap(([name, value]) =>
      value && engineVariable(name) ? [[name, cleaned({ value, origin: name })]] : [],
    ),
  );
}

const noBackend: Hole = {
  path: "backend",
  why: "nothing says where the state is kept: no PULUMI_BACKEND_URL, no backend in Pulumi.yaml, no login that can be read",
  remedy: "Name a backend in the country in Pulumi.yaml (backend.url), or log in to one.",
};

function noSecretsProvider(stackFile: EngineFile | undefined): Hole {
  const where = stackFile ? `${stackFile.name} names no key` : "no stack file was found";
  return {
    path: "secretsProvider",
    why: `nothing says who keeps the key to the secrets: ${where}`,
    remedy:
      "Run pulumi stack change-secrets-provider with passphrase or a key in the country, and judge the stack by name.",
  };
}
