import { rmSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { unknown } from "../plugin.ts";
import { modelFolder } from "./model-folder.ts";
import { type Case, endpoint, group, newCluster, stands } from "./refusal-world.ts";
import { clustersRefusals } from "./refusals/clusters.ts";
import { doorsRefusals } from "./refusals/doors.ts";
import { everythingRefusals } from "./refusals/everything.ts";
import { keysAndRolesRefusals } from "./refusals/keys-and-roles.ts";
import { machinesRefusals } from "./refusals/machines.ts";
import { modelsRefusals } from "./refusals/models.ts";
import { networksRefusals } from "./refusals/networks.ts";
import { storageAndRecordsRefusals } from "./refusals/storage-and-records.ts";
import { waysOutRefusals } from "./refusals/ways-out.ts";
import { type AwsPlugin, awsPlugin, standCountry } from "./standing.ts";

// One world for all: a refusal leaves nothing behind, and that is looked at too.
let plugin: AwsPlugin;
let models: string;
beforeAll(async () => {
  models = modelFolder();
  plugin = await awsPlugin({ models, account: { quotas: { "L-417A185B": 400 } } });
  stands(await standCountry(plugin));
});
afterAll(() => {
  plugin[Symbol.dispose]();
  rmSync(models, { recursive: true });
});

const cases: Record<string, Case[]> = {
  "by AWS's own models": modelsRefusals,
  "of every resource": everythingRefusals,
  "of networks": networksRefusals,
  "of ways out": waysOutRefusals,
  "of doors": doorsRefusals,
  "of keys and roles": keysAndRolesRefusals,
  "of clusters": clustersRefusals,
  "of machines": machinesRefusals,
  "of storage and records": storageAndRecordsRefusals,
};

describe.each(Object.entries(cases))("AWS refuses, %s:", (_, rows) => {
  it.each(rows)("%s", async (_, type, inputs, message) => {
    const before = plugin.world.standing().length;
    await expect(plugin.create(`aws:${type}`, inputs(), "refused")).rejects.toThrow(message);
    expect(plugin.world.standing()).toHaveLength(before);
  });
});

it("AWS refuses an external key that another key is of", async () => {
  const key = "aws:kms/key:Key";
  const external = { customKeyStoreId: "cks-1234567890abcdef0", xksKeyId: "taken" };
  const { id } = await plugin.create(key, external, "first");
  await expect(plugin.create(key, external, "second")).rejects.toThrow("XksKeyAlreadyInUseException");
  await plugin.create(key, { ...external, xksKeyId: "free" }, "third");
  await plugin.delete(key, id);
});

describe("what is refused in these cases", () => {
  it.each([
    ["eks/nodeGroup:NodeGroup", () => group()],
    ["eks/cluster:Cluster", () => newCluster()],
    ["ec2/vpcEndpoint:VpcEndpoint", () => endpoint({})],
  ])("is the one thing that is wrong: %s stands without it", async (type, inputs) => {
    const made = await plugin.create(`aws:${type}`, inputs(), "fine");
    await plugin.delete(`aws:${type}`, made.id);
    expect(plugin.world.get(`aws:${type}`, made.id)).toBeUndefined();
  });
});

describe("a refusal of AWS", () => {
  it("says what was being done, and which request it was", async () => {
    await expect(
      plugin.create("aws:ec2/subnet:Subnet", { vpcId: "vpc-0", cidrBlock: "10.0.0.0/24" }, "west"),
    ).rejects.toThrow(
      /^creating EC2 Subnet \(west\): operation error EC2: CreateSubnet, https response error StatusCode: 400, RequestID: [0-9a-f-]{36}, api error InvalidVpcID.NotFound: /,
    );
  });

  it("is none while what is asked is not known yet", async () => {
    const vague = group({ instanceTypes: [unknown], subnetIds: [unknown], nodeRoleArn: unknown, clusterName: unknown });
    expect(await plugin.faults("aws:eks/nodeGroup:NodeGroup", vague)).toEqual([]);
  });
});
