import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { afterAll, expect, it } from "vitest";

const folder = mkdtempSync(join(tmpdir(), "freehold-exit-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const seed = "c2VlZCB0aGF0IG5vYm9keSBzZWVz";
const stack = (name: string, target: string, pool: string, storage: string, more = "") => {
  const file = join(folder, `Pulumi.${name}.yaml`);
  writeFileSync(
    file,
    `config:
  freehold:country: CH
  freehold:operator: { name: Alpen AI, domain: alpen-ai.example }
  freehold:target: ${target}
  freehold:state: { backend: file:///srv/freehold/state, secretsProvider: passphrase }
  freehold:keySeed: { secure: ${seed} }
  freehold:pools: { gpu: { accelerator: ${pool}, nodes: 1 } }
  freehold:storage: ${storage}
  freehold:models: { apertus-8b: { model: swiss-ai/Apertus-8B-Instruct-2509, pool: gpu, contextTokens: 8192 } }
  freehold:tenants: { kanton: {}, bank: {} }
${more}`,
  );
  return file;
};
const aws =
  "{ kind: aws, region: eu-central-2, account: '111122223333', operators: ['arn:aws:iam::111122223333:role/freehold-operator'] }";
const guid = "00000000-1111-2222-3333-444444444444";
const azure = `{ kind: azure, location: switzerlandnorth, subscription: ${guid}, tenant: ${guid}, admins: [${guid}], network: { egress: { kind: appliance, nextHop: 10.10.0.4 } } }`;
const hallStorage =
  "{ keys: { kind: vault, address: 'https://vault.alpen-ai.example:8200' }, objects: { kind: ceph, nodes: { disks: 'true' } }, records: { kind: cloudnative-pg, restoreFrom: { serverName: records } } }";
const cloudStorage = "{ keys: { kind: cloud }, objects: { kind: cloud } }";
const onprem = "{ kind: onprem, context: alpen, place: CH-ZH }";

const onAws = stack("ch-aws", aws, "l4", cloudStorage);
const onAzure = stack("ch-azure", azure, "h100-sxm-80", cloudStorage);
const hall = stack("ch-hall", onprem, "l40s", hallStorage);

const exit = (...args: string[]) =>
  spawnSync(process.execPath, [fileURLToPath(new URL("../../cli/freehold.js", import.meta.url)), "exit", ...args], {
    encoding: "utf8",
  });

it.each([
  ["AWS", onAws, "`aws:eks/cluster:Cluster`"],
  ["Azure", onAzure, "`azure-native:containerservice:ManagedCluster`"],
])("writes the plan for leaving %s as a page", (_, cloud, type) => {
  const out = join(folder, "plan.md");
  const ran = exit(cloud, "--to", hall, "--out", out);
  expect([ran.status, ran.stdout], ran.stderr).toEqual([0, ""]);
  const page = readFileSync(out, "utf8");
  expect(page).toContain("# Leaving ch-");
  expect(page).toContain(type);
  expect(page).not.toContain("look for it before you leave");
  expect(page).not.toContain(seed);
});

it("prints the plan as JSON, with what the line carries and what the records are as they were given", () => {
  const ran = exit(onAws, "--to", hall, "--gbps", "10", "--records-gib", "40", "--json");
  expect(ran.status, ran.stderr).toBe(0);
  const plan = JSON.parse(ran.stdout);
  expect(plan).toMatchObject({
    from: { stack: "ch-aws", place: "eu-central-2" },
    to: { stack: "ch-hall", place: "CH-ZH" },
    stays: { tenants: ["kanton", "bank"], keys: 2 },
    transfer: { gbps: 10, gib: 40 },
  });
  expect(plan.proprietary.length).toBeGreaterThan(20);
  expect(ran.stdout).not.toContain(seed);
});

it("refuses with every reason at once, each at its line in its file, and writes nothing", () => {
  const out = join(folder, "none.md");
  const storage = hallStorage.replace("restoreFrom: { serverName: records }", "volumeGiB: 60");
  const other = stack("ch-other", onprem, "l40s", storage, "  freehold:gateway: { host: llm.alpen-ai.example }\n");
  const ran = exit(onAws, "--to", other, "--out", out);
  expect([ran.status, ran.stdout, existsSync(out)]).toEqual([1, "", false]);
  expect(ran.stderr).toContain("has 2 faults.");
  expect(ran.stderr).toMatch(/Pulumi\.ch-other\.yaml:8:\d+ {2}freehold:storage\.records\.restoreFrom/);
  expect(ran.stderr).toMatch(/Pulumi\.ch-other\.yaml:11:\d+ {2}freehold:gateway\.host/);
  expect(ran.stderr).toContain("write  restoreFrom: { serverName: records }");
  const told = exit(onAws, "--to", other, "--json");
  expect([told.status, JSON.parse(told.stdout).faults.length]).toEqual([1, 2]);
});

it("refuses a hall that stands abroad, as every country file is", () => {
  const abroad = stack("ch-abroad", onprem.replace("CH-ZH", "DE-BY"), "l40s", hallStorage);
  const ran = exit(onAws, "--to", abroad);
  expect(ran.status).toBe(1);
  expect(ran.stderr).toContain("freehold:target.place");
});

it("refuses a file whose name is no stack's", () => {
  const file = join(folder, "hall.yaml");
  writeFileSync(file, readFileSync(hall));
  const ran = exit(onAws, "--to", file);
  expect(ran.status).toBe(1);
  expect(ran.stderr).toContain("allowed  Pulumi.<stack>.yaml");
});

it.each([
  ["without a hall", [onAws]],
  ["without a cloud", ["--to", hall]],
  ["with no number for the line", [onAws, "--to", hall, "--gbps", "fast"]],
  ["with a line that carries nothing", [onAws, "--to", hall, "--gbps", "0"]],
])("is wrong usage %s", (_, args) => {
  const ran = exit(...args);
  expect([ran.status, ran.stdout]).toEqual([2, ""]);
});

it("rehearses no move of files that are none of this project's stacks", () => {
  const ran = exit(onAws, "--to", hall, "--rehearse");
  expect([ran.status, ran.stdout]).toEqual([1, ""]);
  expect(ran.stderr).toMatch(
    /Pulumi\.ch-aws\.yaml is not one of this project's stacks\.\n {2}allowed {2}.*stacks\/Pulumi\.ch-aws\.yaml\n {2}remedy/,
  );
});
