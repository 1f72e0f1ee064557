import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { afterAll, afterEach, beforeEach, expect, it, vi } from "vitest";
import { bootstrapCommand } from "../../cli/bootstrap.ts";
import { CountryFaults } from "../../components/country.ts";

const folder = mkdtempSync(join(tmpdir(), "freehold-bootstrap-"));
afterAll(() => rmSync(folder, { recursive: true }));
const file = join(folder, "Pulumi.in.yaml");
const declare = (state: string) =>
  writeFileSync(
    file,
    `config:
  freehold:country: IN
  freehold:operator: { name: Bharat Cloud, domain: bharat-cloud.example }
  freehold:target:
    kind: aws
    region: ap-south-1
    account: "111122223333"
    operators: [arn:aws:iam::111122223333:role/freehold-operator]
  freehold:state: ${state}
  freehold:pools: { h100: { accelerator: h100-sxm-80, nodes: 1 } }
  freehold:models: { sarvam: { model: sarvamai/sarvam-105b, pool: h100, gpus: 8 } }
  freehold:tenants: { mantralaya: {} }
`,
  );
const [bucket, key] = ["s3://state-in?region=ap-south-1", "awskms://alias/state-in?region=ap-south-1"];

let said = "";
beforeEach(() => {
  said = "";
  vi.spyOn(process.stdout, "write").mockImplementation((text) => {
    said += String(text);
    return true;
  });
});
afterEach(() => {
  vi.restoreAllMocks();
  rmSync(file, { force: true });
});

it("prints the commands in their order, for that country, each with what it does", async () => {
  declare(`{ backend: "${bucket}", secretsProvider: "${key}" }`);
  await bootstrapCommand(file, { json: true });
  const { stack, makes, commands } = JSON.parse(said);
  expect(stack).toBe("in");
  expect(makes).toHaveLength(3);
  const none = "PULUMI_CONFIG_PASSPHRASE= ";
  expect(commands.map(({ run }: { run: string }) => run)).toEqual([
    `npx pulumi login '${bucket}' && ${none}npx pulumi preview -s in -C bootstrap --expect-no-changes`,
    "npx pulumi login --local",
    `${none}npx pulumi stack select in -C bootstrap --create --secrets-provider passphrase`,
    `${none}npx pulumi up -s in -C bootstrap`,
    `npx pulumi login '${bucket}'`,
    `${none}npx pulumi stack migrate file://~ in -C bootstrap --secrets-provider '${key}' --yes`,
    `${none}npx pulumi preview -s in -C bootstrap --expect-no-changes`,
    `PULUMI_BACKEND_URL=file://~ ${none}npx pulumi stack rm in -C bootstrap --force --preserve-config --yes`,
  ]);
  said = "";
  await bootstrapCommand(file, {});
  for (const { run, does } of commands) expect(said).toContain(`  ${does}\n     ${run}\n`);
  expect(said).toContain("  bucket state-in in ap-south-1\n");
  expect(said).toContain(
    `\nThen\n  npx pulumi login '${bucket}'\n  npx pulumi stack init in --secrets-provider '${key}'`,
  );
});

it("leaves the first step's own state where it is, where the country's lies in a folder too", async () => {
  declare(`{ backend: file:///srv/state, secretsProvider: "${key}" }`);
  await bootstrapCommand(file, { json: true });
  const runs = JSON.parse(said).commands.map(({ run }: { run: string }) => run);
  expect(runs[1]).toBe("npx pulumi login 'file:///srv/state'");
  expect(runs.join()).not.toContain("migrate");
});

it("says that nothing is needed where nothing is", async () => {
  declare("{ backend: file:///srv/state, secretsProvider: passphrase }");
  await bootstrapCommand(file, {});
  expect(said).toMatch(/^in needs no first step: nothing is made for its state\.\n {2}file:\/\/\/srv\/state: a folder/);
  said = "";
  await bootstrapCommand("ch", {});
  expect(said).toMatch(/^ch needs no first step/);
  expect(said).not.toContain("-C bootstrap");
});

it("prints no command for what cannot be made, and says where in the file it stands", async () => {
  declare(`{ backend: "s3://state-in?region=ap-south-2", secretsProvider: "${key}" }`);
  const refused = await bootstrapCommand(file, {}).catch((error) => error);
  expect(refused).toBeInstanceOf(CountryFaults);
  expect(refused.faults).toMatchObject([{ path: "freehold:state.backend", line: 9, file }]);
  await expect(bootstrapCommand("nowhere", {})).rejects.toThrow(/nowhere/);
  expect(said).toBe("");
});
