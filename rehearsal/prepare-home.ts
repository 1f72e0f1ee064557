import { randomBytes } from "node:crypto";
import { chmodSync, copyFileSync, existsSync, linkSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { toolchainCatalogue } from "../catalogue/toolchain.ts";
import { type Home, type ProviderChoice, projectFolder, shellQuoted } from "./home.ts";
import type { Toolchain } from "./toolchain.ts";

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

  // The engine logs all that it does into a folder of this name, encrypted, at up to half of an update's cost. Where a file
  // lies instead, it goes on without.
  const logs = join(home.pulumiHome, "logs");
  rmSync(logs, { recursive: true, force: true });
  writeFileSync(logs, "A rehearsal keeps no debug log. --logtostderr and --verbose=9 show it.\n");

  const plugins = join(home.pulumiHome, "plugins");
  const plugin = join(
    plugins,
    toolchainCatalogue().parts["pulumi-resource-kubernetes"].plugin!,
    "pulumi-resource-kubernetes",
  );
  if (provider === "official") {
    placeScript(plugin, "rehearsal/official-provider.ts", toolchain.kubernetesProvider!.path);
  } else {
    placeScript(plugin, "rehearsal/kubernetes-provider.ts");
  }
  for (const cloud of simulatedClouds) {
    const { name, version } = sdkOf(cloud) ?? {};
    // Who has not installed a cloud's package has no program that asks for its provider.
    if (!name) continue;
    placeScript(
      join(plugins, `resource-${name}-v${version}`, `pulumi-resource-${name}`),
      `rehearsal/${name}-provider.ts`,
    );
  }
  for (const program of ["aws", "az", "kubelogin"])
    placeScript(join(home.bin, program), "rehearsal/clouds/command-line.ts", program);
}

/** Packages whose clouds no rehearsal reaches: it has worlds of its own for them. */
const simulatedClouds = ["@pulumi/aws", "@pulumi/azure-native"];

/** Name and version of a provider, which its package for programs carries; undefined where that is not installed. */
function sdkOf(packageName: string): { name: string; version: string } | undefined {
  try {
    return createRequire(import.meta.url)(`${packageName}/package.json`).pulumi;
  } catch {
    return undefined;
  }
}

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

/** An executable that runs a file of this checkout with the Node that runs us now, with these arguments before its own. */
function placeScript(to: string, source: string, ...args: string[]) {
  const words = [process.execPath, join(projectFolder, source), ...args].map(shellQuoted);
  const script = `#!/bin/sh\nexec ${words.join(" ")} "$@"\n`;
  place(script, to, (text, path) => writeFileSync(path, text, { mode: 0o755 }));
}
