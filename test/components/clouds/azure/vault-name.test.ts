import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { vaultNames } from "../../../../components/clouds/azure/names.ts";
import { vaultName } from "../../../../components/clouds/azure/vault-name.ts";
import { azure as cloud } from "../../../../components/clouds/azure.ts";
import { parseCountry } from "../../../../components/country.ts";
import { azureCountry, planned } from "./planned.ts";

const country = parseCountry({
  country: "BR",
  operator: { name: "Nuvem BR", domain: "nuvem-br.example" },
  target: {
    kind: "azure",
    location: "brazilsouth",
    subscription: "5b0c1f5e-8a5a-4f0e-9d3c-2f6f3f9a7b11",
    tenant: "c3a9e1d2-5f47-4b6a-8d2e-7c1b0a9f8e66",
    admins: ["8d1f2c3b-4a5e-4f60-9b7c-1d2e3f4a5b6c"],
  },
  state: { backend: "file:///srv/state", secretsProvider: "passphrase" },
  pools: { a100: { accelerator: "a100-pcie-80", nodes: 2, gpusPerNode: 1 } },
  models: { sabia: { model: "BSC-LT/salamandra-7b-instruct", pool: "a100" } },
  tenants: { receita: {} },
});
const target = country.target as Extract<typeof country.target, { kind: "azure" }>;
const [first, second, third] = vaultNames(target) as [string, string, string];

let folder: string;
const { PATH } = process.env;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "freehold-az-"));
  process.env.PATH = folder;
});
afterEach(() => {
  process.env.PATH = PATH;
  rmSync(folder, { recursive: true });
});

/** An `az` that knows these vaults, and answers nothing else; what is not given it may not say. */
function az(known: { list?: string[]; "list-deleted"?: string[] }) {
  const cases = Object.entries(known).map(
    ([command, names]) => `"keyvault ${command}") echo '${JSON.stringify(names.map((name) => ({ name })))}'; exit;;`,
  );
  const file = join(folder, "az");
  writeFileSync(
    file,
    `#!/bin/sh\ncase "$1 $2" in ${cases.join(" ")} esac\necho "ERROR: AuthorizationFailed" >&2\nexit 1\n`,
  );
  chmodSync(file, 0o755);
}

describe("the vault of a country's keys", () => {
  it.each([
    ["has its first name where none was ever made", [], [], first],
    ["keeps the name of the one that stands", [first], [], first],
    ["has another name while the deleted one keeps its own", ["other"], [first], second],
    ["keeps that other name, whatever becomes of the deleted one", [second], [], second],
    ["goes on where somebody recovered the first one beside it", [first, second], [], second],
    ["takes the first free name after several deletions", [], [second, first.toUpperCase()], third],
    ["has none where every name is a deleted one's", [], vaultNames(target), undefined],
  ])("%s", async (_, list, deleted, name) => {
    az({ list, "list-deleted": deleted });
    expect(await vaultName(target)).toEqual({ name });
    expect((await cloud.inspect(country)).vault).toBe(name);
  });

  it("is named alike by all that use its keys", async () => {
    const text = JSON.stringify(await planned({ ...azureCountry(), vault: second }));
    expect(text).toContain(`https://${second}.vault.azure.net/keys/disks`);
    expect(text).toContain(`Microsoft.KeyVault/vaults/${second}`);
    expect(text).not.toContain(first);
  });

  it.each([
    ["may not list vaults", {}],
    ["may not list deleted ones", { list: [] }],
  ])("is nameless where the caller %s, which the preflight tells before anything is made", async (_, known) => {
    az(known);
    expect(await vaultName(target)).toEqual({ why: "refused", said: "ERROR: AuthorizationFailed" });
    expect((await cloud.inspect(country)).vault).toBeUndefined();
  });
});
