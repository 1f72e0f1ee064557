import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { parse } from "yaml";
import { awsPreflight } from "../../../components/clouds/aws/preflight.ts";
import { azurePreflight } from "../../../components/clouds/azure/preflight.ts";
import type { Finding } from "../../../components/country/fault.ts";
import { parseCountry } from "../../../components/country.ts";
import { awsAnswer } from "../../../rehearsal/clouds/questions/aws.ts";
import { azureAnswer } from "../../../rehearsal/clouds/questions/azure.ts";
import { parsed } from "../../../rehearsal/clouds/questions/parsed.ts";

// What the clouds say before anything is made. The stand-ins of a rehearsal answer for them, from worlds of their own.

const answers = vi.hoisted(() => ({
  instead: undefined as undefined | ((command: string) => unknown),
  silent: "",
}));
vi.mock("../../../components/clouds/command-line.ts", async (original) => ({
  ...(await original<object>()),
  async ask(program: "aws" | "az", ...args: string[]) {
    const { command, options } = parsed(args);
    const said = (why: unknown) => ({ why: "refused", said: String(why) });
    if (command === answers.silent) return said("AccessDenied");
    try {
      const world = program === "aws" ? awsAnswer : azureAnswer;
      return { answer: answers.instead?.(command) ?? (await world(command, options)) };
    } catch (error) {
      return said(error);
    }
  },
}));

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "freehold-preflight-"));
  vi.stubEnv("FREEHOLD_REHEARSAL", folder);
});
afterEach(() => {
  Object.assign(answers, { instead: undefined, silent: "" });
});
afterAll(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

/** What a file of a world says of who is asking there. */
function world(file: string, says: object): void {
  const path = join(folder, "world", file);
  mkdirSync(join(path, ".."), { recursive: true });
  writeFileSync(path, JSON.stringify(says));
}

/** An example as it is declared, with changes to its target and pools. */
function example(stack: string, target: object = {}, pools?: object) {
  const { config } = parse(readFileSync(join(import.meta.dirname, `../../../stacks/Pulumi.${stack}.yaml`), "utf8"));
  const sections = Object.entries(config).map(([name, value]) => [name.replace("freehold:", ""), value]);
  const declared = Object.fromEntries(sections);
  return parseCountry({ ...declared, target: { ...declared.target, ...target }, pools: pools ?? declared.pools });
}

const told = (findings: Finding[]) => findings.map(({ at, found, remedy }) => [at.join("."), found, remedy]);

describe("AWS", () => {
  const account = (more: object = {}) => world("aws/account.json", { account: "111122223333", ...more });
  const asked = async (target: object = {}, pools?: object) =>
    told(await awsPreflight(example("in", target, pools) as Parameters<typeof awsPreflight>[0]));
  const request = "aws service-quotas request-service-quota-increase --service-code ec2";

  it("finds nothing missing in an account that is ready for a launch", async () => {
    account();
    expect(await asked()).toEqual([]);
  });

  it("says how many vCPUs a new account lacks, of each quota, and what asks for them", async () => {
    account({ quotas: "new" });
    expect(await asked()).toEqual([
      [
        "pools.h100.nodes",
        "384 vCPUs of Running On-Demand P instances in all, and the account's quota in ap-south-1 is 0: 384 are missing",
        `${request} --quota-code L-417A185B --region ap-south-1 --desired-value 384`,
      ],
      [
        "target.systemNodes.nodes",
        expect.stringMatching(/^24 vCPUs of Running On-Demand Standard .* is 5: 19 are missing$/),
        `${request} --quota-code L-1216C47A --region ap-south-1 --desired-value 24`,
      ],
    ]);
  });

  it("counts spot instances against the quota of spot requests, and reserved ones against none", async () => {
    account({ quotas: { "L-417A185B": 0, "L-7212CCBC": 192 } });
    expect(await asked({ nodeGroups: { h100: { capacity: { kind: "spot" } } } })).toEqual([
      [
        "pools.h100.nodes",
        "384 vCPUs of All P Spot Instance Requests in all, and the account's quota in ap-south-1 is 192: 192 are missing",
        `${request} --quota-code L-7212CCBC --region ap-south-1 --desired-value 384`,
      ],
    ]);
    const reserved = { kind: "reservation", id: "cr-0123456789abcdef0" };
    expect(await asked({ nodeGroups: { h100: { capacity: reserved } } })).toEqual([]);
  });

  it("refuses a zone without the machines, naming those that have them, and machines that no zone has", async () => {
    account();
    const offers = (...rows: [string, string][]) => {
      const InstanceTypeOfferings = rows.map(([InstanceType, Location]) => ({ InstanceType, Location }));
      answers.instead = (command) => (command.endsWith("type-offerings") ? { InstanceTypeOfferings } : undefined);
    };
    offers(["p5.48xlarge", "ap-south-1b"], ["m7i.2xlarge", "ap-south-1c"]);
    expect(await asked()).toEqual([
      [
        "target.nodeGroups.h100.zone",
        "p5.48xlarge, which AWS does not offer in ap-south-1a",
        "write  target.nodeGroups.h100: { zone: ap-south-1b }",
      ],
    ]);
    offers(["p5.48xlarge", "ap-south-1a"]);
    expect(await asked()).toEqual([
      [
        "target.systemNodes.instanceType",
        "m7i.2xlarge, which AWS does not offer in ap-south-1",
        "choose another instance type or accelerator",
      ],
    ]);
  });

  it("lets nothing pass of which AWS says nothing", async () => {
    account();
    answers.silent = "service-quotas get-service-quota";
    expect((await asked()).map(([at, found]) => [at, found])).toEqual([
      ["pools.h100.nodes", expect.stringContaining("AWS does not say")],
      ["target.systemNodes.nodes", expect.stringContaining("AWS does not say")],
    ]);
  });

  it("touches no other account", async () => {
    world("aws/account.json", { account: "444455556666" });
    expect(await asked()).toEqual([
      ["target.account", "credentials of account 444455556666", "set AWS_PROFILE to a profile of that account"],
    ]);
  });
});

describe("Azure", () => {
  const ids = { subscription: "5b0c1f5e-8a5a-4f0e-9d3c-2f6f3f9a7b11", tenant: "c3a9e1d2-5f47-4b6a-8d2e-7c1b0a9f8e66" };
  const subscription = (more: object = {}) => world("azure-native/subscription.json", { ...ids, ...more });
  const asked = async (target: object = {}) => {
    const country = { ...example("br", target), vault: "freehold-br" };
    return told(await azurePreflight(country as Parameters<typeof azurePreflight>[0]));
  };
  const scope = "/subscriptions/<subscription>/providers/Microsoft.Compute/locations/brazilsouth";

  it("finds nothing missing in a subscription without limits", async () => {
    subscription();
    expect(await asked()).toEqual([]);
  });

  it("says how many vCPUs are missing, of the family and of the region, and what asks for them", async () => {
    subscription({ quotas: { StandardNCADSA100v4Family: 24, cores: 50, lowPriorityCores: 0 } });
    expect(await asked()).toEqual([
      [
        "pools.a100.nodes",
        "48 vCPUs of StandardNCADSA100v4Family in all, and the subscription's quota in brazilsouth is 24: 24 are missing",
        `az quota update --resource-name "StandardNCADSA100v4Family" --scope ${scope} --limit-object value=48`,
      ],
      [
        "pools.a100.nodes",
        "72 vCPUs of Total Regional vCPUs in all, and the subscription's quota in brazilsouth is 50: 22 are missing",
        `az quota update --resource-name "cores" --scope ${scope} --limit-object value=72`,
      ],
    ]);
  });

  it("counts spot machines against the region's quota for them alone", async () => {
    const spot = { nodePools: { a100: { capacity: { kind: "spot" } } } };
    subscription({ quotas: { StandardNCADSA100v4Family: 0, cores: 24, lowPriorityCores: 48 } });
    expect(await asked(spot)).toEqual([]);
    subscription({ quotas: { lowPriorityCores: 24 } });
    expect(await asked(spot)).toEqual([
      [
        "pools.a100.nodes",
        "48 vCPUs of Total Regional Spot vCPUs in all, and the subscription's quota in brazilsouth is 24: 24 are missing",
        `az quota update --resource-name "lowPriorityCores" --scope ${scope} --limit-object value=48`,
      ],
    ]);
  });

  it("refuses a size that the subscription does not get, everywhere or in the zone", async () => {
    const size = "Standard_NC24ads_A100_v4";
    const withheld = (zones: string[]) => subscription({ withheld: [{ size, location: "brazilsouth", zones }] });
    withheld([]);
    expect((await asked()).map(([at, found]) => [at, found])).toEqual([
      [
        "target.nodePools.a100.vmSize",
        `${size}, which is closed to this subscription in brazilsouth (NotAvailableForSubscription)`,
      ],
    ]);
    withheld(["2"]);
    expect(await asked({ nodePools: { a100: { zone: "2" } } })).toEqual([
      [
        "target.nodePools.a100.zone",
        `${size}, which Azure does not offer in zone 2 of brazilsouth`,
        'write  target.nodePools.a100: { zone: "1" }',
      ],
    ]);
  });

  it("touches no other subscription", async () => {
    subscription({ subscription: "11111111-2222-4333-8444-555555555555" });
    expect((await asked()).map(([at]) => at)).toEqual(["target.subscription"]);
  });
});
