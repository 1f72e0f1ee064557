import { createHash, randomBytes } from "node:crypto";
import { chmodSync, copyFileSync, existsSync, linkSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
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
    stackFile: join(folder, "stacks", `Pulumi.${stack}.yaml`),
    cluster: join(folder, "cluster"),
    lock: `${folder}.lock`,
  };
}

/** Environment in which plain `pulumi` works on the rehearsal and on nothing else. */
export function rehearsalEnv(home: Home, toolchain: Pick<Toolchain, "crds">): Record<string, string> {
  return {
    FREEHOLD_REHEARSAL: home.folder,
    FREEHOLD_CRDS: toolchain.crds.path,
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

/** Environment of a child that sees the rehearsal, nothing of a production shell around it, and the Node that runs us. */
export function childEnv(env: Record<string, string>): NodeJS.ProcessEnv {
  const inherited = Object.entries(process.env).filter(([name]) => !foreignEnv.includes(name));
  const path = [dirname(process.execPath), process.env.PATH].join(delimiter);
  return { ...Object.fromEntries(inherited), ...env, PATH: path };
}

/** Which Kubernetes provider a rehearsal talks through. */
export type ProviderChoice = "official" | "rehearsal";

/** Lays out the folders and the executables in them. Safe to repeat. */
export function prepareHome(home: Home, toolchain: Toolchain, provider: ProviderChoice): void {
  for (const folder of [home.engine, home.state, home.cluster, dirname(home.stackFile)]) {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  }
  if (!existsSync(home.passphraseFile)) {
    writeFileSync(home.passphraseFile, randomBytes(32).toString("base64url"), { mode: 0o600 });
  }

  // The engine looks for its language host beside itself, and by the path of its own file: a link would lead it away.
  place(toolchain.pulumi.path, join(home.engine, "pulumi"), linkOrCopy);
  if (toolchain.languageHost) {
    place(toolchain.languageHost.path, join(home.engine, "pulumi-language-nodejs"), symlinkSync);
  } else {
    placeScript(join(home.engine, "pulumi-language-nodejs"), "rehearsal/language-host.ts");
  }

  const version = toolchain.pulumi.version;
  placeScript(join(home.pulumiHome, "versions", version, "bin", "pulumi"), "rehearsal/pulumi.ts");

  const plugins = join(home.pulumiHome, "plugins");
  const plugin = join(plugins, `resource-kubernetes-v${kubernetesProviderVersion}`, "pulumi-resource-kubernetes");
  if (provider === "official") {
    place(toolchain.kubernetesProvider!.path, plugin, symlinkSync);
  } else {
    placeScript(plugin, "rehearsal/kubernetes-provider.ts");
  }
}

/** Version of the Pulumi package `kubernetes` that the program is written against. */
export const kubernetesProviderVersion = "4.34.2";

function place(from: string, to: string, how: (from: string, to: string) => void) {
  mkdirSync(dirname(to), { recursive: true });
  rmSync(to, { force: true });
  how(from, to);
}

function linkOrCopy(from: string, to: string) {
  try {
    linkSync(from, to);
  } catch {
    copyFileSync(from, to);
    chmodSync(to, 0o755);
  }
}

/** An executable that runs a file of this checkout with the Node that runs us now. */
function placeScript(to: string, source: string) {
  const quote = (text: string) => `'${text.replaceAll("'", "'\\''")}'`;
  const script = `#!/bin/sh\nexec ${quote(process.execPath)} ${quote(join(projectFolder, source))} "$@"\n`;
  place(script, to, (text, path) => writeFileSync(path, text, { mode: 0o755 }));
}
