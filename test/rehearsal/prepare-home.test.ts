import { accessSync, constants, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { expect, it } from "vitest";
import { childEnv, type Home, rehearsalEnv } from "../../rehearsal/home.ts";
import { prepareHome } from "../../rehearsal/prepare-home.ts";
import type { Toolchain } from "../../rehearsal/toolchain.ts";

it("a rehearsal's home has the providers of simulated clouds, and stand-ins for clouds' programs first on PATH", () => {
  const folder = mkdtempSync(join(tmpdir(), "freehold-home-"));
  try {
    const inside = (name: string) => join(folder, name);
    const engine = inside("the-engine");
    writeFileSync(engine, "");
    const home = {
      folder,
      engine: inside("engine"),
      state: inside("state"),
      cluster: inside("cluster"),
      bin: inside("bin"),
      pulumiHome: inside("pulumi"),
      passphraseFile: inside("passphrase"),
      stackFile: inside("stacks/Pulumi.x.yaml"),
    } as Home;
    const pulumi = { part: "pulumi", version: "3.259.0", source: "installed", path: engine } as const;
    prepareHome(home, { pulumi } as Toolchain, "rehearsal");
    for (const [path, source] of [
      ["pulumi/plugins/resource-aws-v7.48.0/pulumi-resource-aws", "rehearsal/aws-provider.ts"],
      [
        "pulumi/plugins/resource-azure-native-v3.28.0/pulumi-resource-azure-native",
        "rehearsal/azure-native-provider.ts",
      ],
      ["bin/aws", "rehearsal/clouds/command-line.ts' 'aws'"],
      ["bin/kubelogin", "rehearsal/clouds/command-line.ts' 'kubelogin'"],
    ] as const) {
      accessSync(inside(path), constants.X_OK);
      expect(readFileSync(inside(path), "utf8")).toContain(source);
    }
    const env = rehearsalEnv(home, {
      crds: { ...pulumi, part: "crds" },
      awsModels: { ...pulumi, part: "aws-models", path: "/models" },
    });
    expect(env.FREEHOLD_AWS_MODELS).toBe("/models");
    expect(childEnv(env).PATH?.split(delimiter)[0]).toBe(inside("bin"));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
