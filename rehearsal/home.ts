import { createHash } from "node:crypto";
import { delimiter, dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { cacheFolder } from "./cache.ts";
import type { Toolchain } from "./toolchain.ts";

/** The checkout (or installed package) that holds Pulumi.yaml, the stacks and these sources. */
export const projectFolder = resolve(dirname(fileURLToPath(import.meta.url)), "..");

/** A rehearsal's own folder: nothing in it is found by a production command, and `--down` removes it whole. */
export type Home = {
  stack: string;
  /** The country's stack file, which a rehearsal only ever reads. */
  countryFile: string;
  folder: string;
  /** PULUMI_HOME: plugins, and `pulumi` as `npx pulumi` finds it. */
  pulumiHome: string;
  /** The real CLI with its language host beside it. */
  engine: string;
  state: string;
  passphraseFile: string;
  kubeconfig: string;
  /** What stands in for the programs of clouds, first on PATH: `aws`, `kubelogin`. */
  bin: string;
  /** The copy of the stack file that the engine reads and writes. */
  stackFile: string;
  cluster: string;
  lock: string;
};

/** Where the rehearsal of a stack of this checkout lives, whether it exists or not. */
export function homeOf(stack: string): Home {
  const checkout = createHash("sha256").update(projectFolder).digest("hex").slice(0, 8);
  const folder = join(cacheFolder(), "rehearsals", `${stack}-${checkout}`);
  const pulumiHome = join(folder, "pulumi");
  return {
    stack,
    countryFile: join(projectFolder, "stacks", `Pulumi.${stack}.yaml`),
    folder,
    pulumiHome,
    engine: join(folder, "engine"),
    state: join(folder, "state"),
    passphraseFile: join(folder, "passphrase"),
    kubeconfig: join(folder, "kubeconfig"),
    bin: join(folder, "bin"),
    stackFile: join(folder, "stacks", `Pulumi.${stack}.yaml`),
    cluster: join(folder, "cluster"),
    lock: `${folder}.lock`,
  };
}

/** Environment in which plain `pulumi` works on the rehearsal and on nothing else. */
export function rehearsalEnv(
  home: Home,
  toolchain: Pick<Toolchain, "crds" | "awsModels" | "azureModels">,
): Record<string, string> {
  return {
    FREEHOLD_REHEARSAL: home.folder,
    FREEHOLD_CRDS: toolchain.crds.path,
    ...(toolchain.awsModels && { FREEHOLD_AWS_MODELS: toolchain.awsModels.path }),
    ...(toolchain.azureModels && { FREEHOLD_AZURE_MODELS: toolchain.azureModels.path }),
    KUBECONFIG: home.kubeconfig,
    PULUMI_HOME: home.pulumiHome,
    PULUMI_BACKEND_URL: `file://${home.state}`,
    PULUMI_CONFIG_PASSPHRASE_FILE: home.passphraseFile,
    // Program, pack and provider are each a start of Node: what was compiled once need not be again.
    NODE_COMPILE_CACHE: join(cacheFolder(), "node"),
    PULUMI_SKIP_UPDATE_CHECK: "true",
    PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
  };
}

/** Variables of a production shell that would override the rehearsal's own. */
export const foreignEnv = ["PULUMI_ACCESS_TOKEN", "PULUMI_CONFIG_PASSPHRASE", "PULUMI_CONFIG", "PULUMI_STACK"];

/**
 * Environment of a child that sees the rehearsal, nothing of a production shell around it, the Node that runs us, and before
 * everything else the stand-ins for clouds' programs.
 */
export function childEnv(env: Record<string, string>): NodeJS.ProcessEnv {
  const inherited = Object.entries(process.env).filter(([name]) => !foreignEnv.includes(name));
  const rehearsal = env.FREEHOLD_REHEARSAL ?? process.env.FREEHOLD_REHEARSAL;
  const path = [rehearsal && join(rehearsal, "bin"), dirname(process.execPath), process.env.PATH];
  return { ...Object.fromEntries(inherited), ...env, PATH: path.filter(Boolean).join(delimiter) };
}

/** Which Kubernetes provider a rehearsal talks through. */
export type ProviderChoice = "official" | "rehearsal";

/** A text as one word of a shell. */
export function shellQuoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
