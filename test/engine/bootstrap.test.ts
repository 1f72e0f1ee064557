import { cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { firstStepOf } from "../../components/bootstrap.ts";
import { type Country, judgeState, loadCountry } from "../../components/country.ts";
import { enterWorld } from "../../rehearsal/clouds/enter-world.ts";
import { World } from "../../rehearsal/clouds/world.ts";
import { type Home, projectFolder } from "../../rehearsal/home.ts";
import { setup } from "../../rehearsal/toolchain.ts";
import { Workspace } from "./workspace.ts";

// The first step of a country, as `freehold bootstrap` prints it: its own program on the real engine, before there is a
// cluster, on simulated clouds. Its state stays in a folder: no engine here reaches a bucket.

const azure = {
  backend: "azblob://state?storage_account=freeholdbrstate",
  secretsProvider: "azurekeyvault://freehold-br-state.vault.azure.net/keys/state",
};
const examples = [
  { stack: "in", cloud: "aws", change: (file: string) => file },
  {
    stack: "br",
    cloud: "azure-native",
    // The example keeps its state in a folder.
    change: (file: string) =>
      file.replace(
        /^ {2}freehold:state: .*$/m,
        `  freehold:state: { backend: "${azure.backend}", secretsProvider: "${azure.secretsProvider}", callers: [203.0.113.10/32] }
  freehold:guards: { hosts: [freeholdbrstate.blob.core.windows.net, freehold-br-state.vault.azure.net] }`,
      ),
  },
];

describe.each(examples)("the first step of $stack", ({ stack, cloud, change }) => {
  let workspace: Workspace;
  let country: Country;
  let world: World;
  const first = (command: string) => workspace.must(`${command} -s ${stack} -C ../whole/bootstrap`);
  beforeAll(async () => {
    const toolchain = await setup();
    workspace = new Workspace(toolchain, "rehearsal", {
      ...(toolchain.azureModels && { FREEHOLD_AZURE_MODELS: toolchain.azureModels.path }),
    });
    const whole = join(workspace.folder, "whole");
    cpSync(join(projectFolder, "bootstrap"), join(whole, "bootstrap"), { recursive: true });
    for (const room of ["catalogue", "components", "policies", "node_modules", "package.json"])
      symlinkSync(join(projectFolder, room), join(whole, room));
    mkdirSync(join(whole, "stacks"));
    const file = join(whole, "stacks", `Pulumi.${stack}.yaml`);
    writeFileSync(file, change(readFileSync(join(projectFolder, "stacks", `Pulumi.${stack}.yaml`), "utf8")));
    country = loadCountry(file);
    enterWorld({ folder: workspace.folder } as Home, country.target);
    world = new World(join(workspace.folder, "world", cloud));
  });
  afterAll(() => workspace?.remove());

  it("makes what the country file says its state rests in, once, and protects it until somebody says otherwise", async () => {
    const { makes } = await firstStepOf(country);
    expect(makes.length).toBeGreaterThan(0);
    await first("stack init --secrets-provider passphrase");
    await first("up --yes --skip-preview");
    const names = world.standing().flatMap(({ inputs, outputs }) => [...Object.values(inputs), outputs.name]);
    // A line says `<what> <name> ...`, in the order in which it is made.
    for (const line of makes)
      expect(names).toContain(/(?:bucket|key|group|vault|account) (?!vault)([^\s,]+)/.exec(line)?.[1]);
    expect(world.standing().length).toBeGreaterThan(makes.length);

    await first("preview --expect-no-changes");
    const before = world.standing();
    await expect(first("destroy --yes --skip-preview")).rejects.toThrow("protect");
    expect(world.standing()).toEqual(before);
    await first("state unprotect --all --yes");
    await first("destroy --yes --skip-preview");
    expect(world.standing()).toEqual([]);
  });

  it("is over when the state in force is the declared one: what every start of the country looks at", () => {
    const inForce = { backend: `file://${workspace.folder}/state`, secretsProvider: "passphrase" };
    expect(judgeState(country, inForce)).not.toEqual([]);
    expect(judgeState(country, country.state)).toEqual([]);
  });
});
