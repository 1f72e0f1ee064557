import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { toolchainCatalogue } from "../../catalogue/toolchain.ts";
import { rehearsalEnv } from "../../rehearsal/home.ts";
import type { Found } from "../../rehearsal/toolchain/source.ts";
import { registries } from "../../rehearsal/toolchain/sources/registries.ts";
import { archive, jobIn, program, scratch } from "./workbench.ts";

const commonJs = {
  "package/dist/commonjs/models/mappers.js": `"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.Base = { type: { name: "Composite", className: "Base", modelProperties: { id: { serializedName: "id", readOnly: true, type: { name: "String" } } } } };
exports.Pool = { type: { name: "Composite", className: "Pool", modelProperties: { ...exports.Base.type.modelProperties,
  name: { constraints: { Pattern: new RegExp("^[a-z]{1,12}$"), MaxLength: 12 }, serializedName: "name", required: true, type: { name: "String" } } } } };`,
  "package/dist/commonjs/models/parameters.js": `"use strict";
const mappers_js_1 = require("../models/mappers.js");
exports.body = { parameterPath: "body", mapper: mappers_js_1.Pool };
exports.poolName = { parameterPath: "poolName", mapper: { constraints: { MinLength: 3 }, serializedName: "poolName", required: true, type: { name: "String" } } };`,
};
const modules = {
  "package/dist-esm/src/models/mappers.js": `export const Zone = { type: { name: "Composite", className: "Zone", modelProperties: {
  kind: { serializedName: "properties.kind", type: { name: "Enum", allowedValues: ["A", "B"] } } } } };
export let discriminators = {};`,
  "package/dist-esm/src/models/parameters.js": `import { Zone as ZoneMapper } from "../models/mappers";
export const body = { parameterPath: "body", mapper: ZoneMapper };
export const zoneName = { parameterPath: "zoneName", mapper: { serializedName: "zoneName", type: { name: "String" } } };`,
};

/** A machine whose npm knows one package under every name, and a catalogue that wants one. */
function machine(folder: string, files: Record<string, string>, known?: string) {
  const served = archive(join(folder, "served.tgz"), files);
  const npm = program(join(folder, "bin", "npm"), "");
  writeFileSync(npm, `#!/bin/sh\nwhile [ "$1" != --pack-destination ]; do shift; done\ncp '${served}' "$2/some.tgz"\n`);
  const job = jobIn(folder, { PATH: `${join(folder, "bin")}:/bin:/usr/bin` });
  const sum = `sha512-${createHash("sha512").update(readFileSync(served)).digest("base64")}`;
  job.catalogue.packages["azure-models-npm"]!.models = {
    scope: "@azure",
    packages: { "arm-one": { version: "1.2.3", integrity: known ?? sum } },
  };
  return job;
}

test("models are taken out of a package of either age as data, and nothing else of it stays", async () => {
  for (const [files, expected] of [
    [
      commonJs,
      {
        classes: {
          Pool: {
            id: { readOnly: true },
            name: { required: true, constraints: { Pattern: "^[a-z]{1,12}$", MaxLength: 12 } },
          },
        },
        parameters: { poolName: { constraints: { MinLength: 3 } } },
      },
    ],
    [modules, { classes: { Zone: { kind: { type: { allowedValues: ["A", "B"] } } } }, parameters: { zoneName: {} } }],
  ] as const) {
    using bench = scratch();
    const found = (await registries.obtain("azure-models", machine(bench.folder, files))) as Found;
    expect(found.path).toMatch(/azure-models$/);
    const models = JSON.parse(readFileSync(join(found.path, "arm-one.json"), "utf8"));
    expect(models).toMatchObject({ package: "@azure/arm-one", version: "1.2.3", ...expected });
    expect(existsSync(join(dirname(found.path), "arm-one"))).toBe(false);
  }
});

test("code in a package that wants more than to be data gets nothing of this process", async () => {
  using bench = scratch();
  const files = { ...commonJs, "package/dist/commonjs/models/parameters.js": "process.exit(1)" };
  await expect(registries.obtain("azure-models", machine(bench.folder, files))).rejects.toThrow(
    /process is not defined/,
  );
});

test("a package that is not the one whose sum is known, and one without models, are refused", async () => {
  using bench = scratch();
  await expect(registries.obtain("azure-models", machine(bench.folder, commonJs, "sha512-x"))).rejects.toThrow(
    "The package @azure/arm-one@1.2.3 is not the one that Freehold knows.",
  );
  using other = scratch();
  await expect(
    registries.obtain("azure-models", machine(other.folder, { "package/package.json": "{}" })),
  ).rejects.toThrow("The package @azure/arm-one@1.2.3 carries no models.");
});

test("a rehearsal does without the models, and tells its providers where they are when it has them", () => {
  expect(toolchainCatalogue().parts["azure-models"].needed).toBe(false);
  const part = (path: string) => ({ part: "crds" as const, version: "1", source: "registries" as const, path });
  const home = { folder: "/f", kubeconfig: "/k", pulumiHome: "/p", state: "/s", passphraseFile: "/w" } as never;
  expect(rehearsalEnv(home, { crds: part("/c") })).not.toHaveProperty("FREEHOLD_AZURE_MODELS");
  expect(rehearsalEnv(home, { crds: part("/c"), azureModels: part("/m") })).toMatchObject({
    FREEHOLD_AZURE_MODELS: "/m",
  });
});
