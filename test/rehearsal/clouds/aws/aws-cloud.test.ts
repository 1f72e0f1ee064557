import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { awsCloud } from "../../../../rehearsal/clouds/aws/aws-cloud.ts";
import { ServiceModels } from "../../../../rehearsal/clouds/aws/service-models.ts";
import type { AwsSettings } from "../../../../rehearsal/clouds/aws/settings.ts";
import { isUnknown, type Properties } from "../../../../rehearsal/kubernetes-provider/properties.ts";
import { keptByEngine } from "../plugin.ts";
import { type AwsPlugin, account, awsPlugin, region, standCountry } from "./standing.ts";

const open: AwsPlugin[] = [];
afterEach(() => {
  for (const plugin of open.splice(0)) plugin[Symbol.dispose]();
});
async function world(...options: Parameters<typeof awsPlugin>): Promise<AwsPlugin> {
  const plugin = await awsPlugin(...options);
  open.push(plugin);
  return plugin;
}
const typeOf = (plugin: AwsPlugin, id: string, name: string) =>
  plugin.world.standing().find((one) => one.id === id && one.name === name)!.type;

describe("a country on the simulated AWS", () => {
  it("stands, changes nothing when it is declared again, and goes without a trace", async () => {
    const plugin = await world();
    const made = await standCountry(plugin);
    for (const [name, { id }] of Object.entries(made)) {
      const type = typeOf(plugin, id, name);
      const { inputs } = plugin.world.get(type, id)!;
      const { inputs: again, failures } = await plugin.check(type, inputs, { name, olds: inputs });
      expect([name, failures, (await plugin.diff(type, inputs, again)).paths]).toEqual([name, [], []]);
      const { outputs } = await plugin.read(type, id, inputs);
      expect(outputs).toEqual(plugin.world.get(type, id)!.outputs);
    }
    for (const [name, { id }] of Object.entries(made).reverse()) await plugin.delete(typeOf(plugin, id, name), id);
    expect(plugin.world.isEmpty()).toBe(true);
    expect(plugin.nodes.groups.size).toBe(0);
    // Keys wait for their end, as AWS has it.
    expect(plugin.world.leaving()).toMatchObject([{ type: "aws:kms/key:Key", left: { keyState: "PendingDeletion" } }]);
  });

  it("has ARNs, ids and addresses of its region and account", async () => {
    const plugin = await world();
    const { cluster, vpc, bucket, key, ecr, h100 } = await standCountry(plugin);
    expect(cluster!.outputs.arn).toBe(`arn:aws:eks:${region}:${account}:cluster/freehold-in`);
    expect(cluster!.outputs).toMatchObject({
      endpoint: "https://127.0.0.1:6443",
      certificateAuthority: { data: "Q0E=" },
    });
    expect(JSON.stringify(cluster!.outputs.identities)).toContain(`https://oidc.eks.${region}.amazonaws.com/id/`);
    expect(vpc!.id).toMatch(/^vpc-0[0-9a-f]{16}$/);
    expect(bucket!.outputs).toMatchObject({ arn: "arn:aws:s3:::freehold-in-records", region });
    expect(key!.outputs.arn).toBe(`arn:aws:kms:${region}:${account}:key/${key!.id}`);
    expect(JSON.stringify(ecr!.outputs.dnsEntries)).toContain(`.ecr.api.${region}.vpce.amazonaws.com`);
    expect(JSON.stringify(h100!.outputs.resources)).toMatch(/eks-h100-/);
  });

  it("holds on to what is in use", async () => {
    const plugin = await world();
    const made = await standCountry(plugin);
    const refuses = async (name: string, message: string) =>
      expect(plugin.delete(typeOf(plugin, made[name]!.id, name), made[name]!.id)).rejects.toThrow(message);
    await refuses("vpc", `DependencyViolation: The vpc '${made.vpc!.id}' has dependencies`);
    await refuses("subnet-a", "DependencyViolation");
    await refuses("group", "has a dependent object");
    await refuses("cluster", "ResourceInUseException: Cluster has nodegroups attached");
    await refuses("eksRole", "DeleteConflict: Cannot delete entity, must detach all policies first.");
    await refuses("podRole", "DeleteConflict: Cannot delete entity, must delete policies first.");
    await refuses("near", "InvalidPlacementGroup.InUse");
    await refuses("internet", "has some mapped public address(es)");
    await refuses("outer", "The CIDR block 100.64.0.0/23 has subnets");
    await refuses("address", "is in use and cannot be released");
    await refuses("firewall", "VPC endpoint(s) still have routes");
    await refuses("filter", "still in use by a firewall");
    await refuses("hosts", "still in use by a firewall policy");
    await refuses("balancer", "currently in use by another resource");
    await refuses("targets", "currently in use by a listener or a rule");
    await refuses("acl", "WAFAssociatedItemException");
    writeFileSync(join(plugin.world.folder, "objects.json"), '{"freehold-in-records":{"objects":3}}');
    await refuses("bucket", "BucketNotEmpty");
    writeFileSync(join(plugin.world.folder, "objects.json"), '{"freehold-in-records":{"objects":3,"locked":true}}');
    await refuses("bucket", "object lock");
  });

  it("can be told to have no machines left, which is kept for the next run", async () => {
    const plugin = await world();
    plugin.order({ on: "create aws:eks/nodeGroup:NodeGroup", fault: "no-capacity" });
    await expect(standCountry(plugin)).rejects.toThrow(
      "InsufficientInstanceCapacity: We currently do not have sufficient p5.48xlarge capacity",
    );
    expect(plugin.nodes.groups.size).toBe(0);
  });

  it("can be told to fail after it has made a cluster, which the engine then knows", async () => {
    const plugin = await world();
    plugin.order({ on: "create aws:eks/cluster:Cluster", fault: "server-error-after-create" });
    const error = await standCountry(plugin).catch((error) => error);
    expect(keptByEngine(error)).toMatchObject({ id: "freehold-in" });
    expect(plugin.world.get("aws:eks/cluster:Cluster", "freehold-in")).toBeDefined();
  });
});

describe("a simulated AWS without AWS's models", () => {
  it("says what it cannot check, and checks the rest", async () => {
    const cloud = awsCloud();
    const settings = (folder?: string) => ({ models: new ServiceModels(folder) }) as AwsSettings;
    expect(cloud.notes?.(settings())[0]).toContain(
      "cannot check names, lengths, ranges and allowed values of autoscaling, cloudtrail, ec2",
    );
    expect(cloud.notes?.(settings("/no/such/folder"))).toHaveLength(1);
    expect(cloud.notes?.(settings(import.meta.dirname))).toEqual([]);
    const plugin = await world();
    expect(await plugin.faults("aws:ec2/vpc:Vpc", { cidrBlock: "10.0.0.0/8" })).toHaveLength(1);
  });
});

describe("the provider's own inputs", () => {
  it.each([
    [
      "an account that is not allowed",
      { account: { account: "999988887777" } },
      "AWS account ID not allowed: 999988887777",
    ],
    ["a region that there is not", { region: "in-mumbai-1" }, "invalid AWS Region: in-mumbai-1"],
  ])("are refused: %s", async (_, options, message) => {
    await expect(awsPlugin(options)).rejects.toThrow(message);
  });

  it("are judged before they are used", async () => {
    const plugin = await world();
    expect(await plugin.checkConfig({ region: "in-mumbai-1" })).toEqual([
      { property: "region", reason: "invalid AWS Region: in-mumbai-1" },
    ]);
    expect(await plugin.checkConfig({ region, allowedAccountIds: JSON.stringify([account]) })).toEqual([]);
  });

  it.each([
    ["eusc-de-east-1", "arn:aws-eusc:kms:eusc-de-east-1:"],
    ["us-gov-west-1", "arn:aws-us-gov:kms:us-gov-west-1:"],
    ["cn-north-1", "arn:aws-cn:kms:cn-north-1:"],
  ])("decide the partition: %s", async (place, prefix) => {
    const plugin = await world({ region: place });
    const { outputs } = await plugin.create("aws:kms/key:Key", {});
    expect(outputs.arn).toContain(prefix);
  });

  it("let a region be used that the account has enabled", async () => {
    const plugin = await world({ region: "me-central-1", account: { optedIn: ["me-central-1"] } });
    expect((await plugin.create("aws:kms/key:Key", {})).outputs.region).toBe("me-central-1");
  });
});

describe("a preview on AWS", () => {
  it("leaves open what lies within an input and only EKS knows", async () => {
    const plugin = await world();
    const inputs: Properties = { name: "c", roleArn: "r", vpcConfig: { subnetIds: ["a", "b"] } };
    const { outputs } = await plugin.createChecked("aws:eks/cluster:Cluster", inputs, { preview: true });
    const { vpcConfig } = outputs as { vpcConfig: Properties };
    expect(vpcConfig.subnetIds).toEqual(["a", "b"]);
    expect(isUnknown(vpcConfig.clusterSecurityGroupId!)).toBe(true);
    expect(isUnknown(outputs.endpoint!)).toBe(true);
  });

  it("says that a launch template's version will be another", async () => {
    const plugin = await world();
    const { id, outputs } = await plugin.create("aws:ec2/launchTemplate:LaunchTemplate", { name: "lt-x" });
    const planned = await plugin.update(
      "aws:ec2/launchTemplate:LaunchTemplate",
      id,
      outputs,
      { name: "lt-x", ebsOptimized: "true" },
      true,
    );
    expect(isUnknown(planned.latestVersion!)).toBe(true);
    const done = await plugin.update("aws:ec2/launchTemplate:LaunchTemplate", id, outputs, {
      name: "lt-x",
      ebsOptimized: "true",
    });
    expect(done.latestVersion).toBe(2);
  });
});

describe("an update on AWS", () => {
  it.each<[string, string, Properties, Properties, boolean]>([
    ["a VPC's addresses", "ec2/vpc:Vpc", { cidrBlock: "10.0.0.0/16" }, { cidrBlock: "10.1.0.0/16" }, true],
    ["a VPC's DNS", "ec2/vpc:Vpc", { enableDnsHostnames: false }, { enableDnsHostnames: true }, false],
    [
      "a cluster's key",
      "eks/cluster:Cluster",
      { encryptionConfig: { provider: { keyArn: "a" } } },
      { encryptionConfig: { provider: { keyArn: "b" } } },
      true,
    ],
    ["a cluster's version", "eks/cluster:Cluster", { version: "1.34" }, { version: "1.35" }, false],
    ["a node group's machines", "eks/nodeGroup:NodeGroup", { instanceTypes: ["a"] }, { instanceTypes: ["b"] }, true],
    [
      "a node group's size",
      "eks/nodeGroup:NodeGroup",
      { scalingConfig: { desiredSize: 1 } },
      { scalingConfig: { desiredSize: 2 } },
      false,
    ],
    ["a bucket's name", "s3/bucket:Bucket", { bucket: "a" }, { bucket: "b" }, true],
    ["a key's policy", "kms/key:Key", { policy: "{}" }, { policy: '{"a":1}' }, false],
    ["the region of anything", "kms/key:Key", {}, { region: "eu-west-1" }, true],
  ])("%s", async (_, type, olds, news, replaces) => {
    const plugin = await world();
    const diff = await plugin.diff(`aws:${type}`, olds, news);
    expect([diff.changed, diff.replaces.length > 0]).toEqual([true, replaces]);
  });

  it("brings a node group to its size", async () => {
    const plugin = await world();
    const { h100 } = await standCountry(plugin);
    const { inputs } = plugin.world.get("aws:eks/nodeGroup:NodeGroup", h100!.id)!;
    const more = { ...inputs, scalingConfig: { minSize: 3, maxSize: 3, desiredSize: 3 } };
    await plugin.update("aws:eks/nodeGroup:NodeGroup", h100!.id, h100!.outputs, more);
    expect(plugin.nodes.groups.get("h100")?.count).toBe(3);
  });

  it("takes a cluster's version one step at a time", async () => {
    const plugin = await world();
    const { cluster } = await standCountry(plugin);
    const { inputs } = plugin.world.get("aws:eks/cluster:Cluster", cluster!.id)!;
    const to = (version: string) =>
      plugin.update("aws:eks/cluster:Cluster", cluster!.id, cluster!.outputs, { ...inputs, version });
    await expect(to("1.34")).rejects.toThrow("Unsupported Kubernetes minor version update from 1.35 to 1.34");
    expect((await to("1.36")).version).toBe("1.36");
  });
});

describe("functions of AWS", () => {
  it("say who asks, what is offered, how much, and which versions there are", async () => {
    const plugin = await world({ account: { quotas: "new" } });
    const ask = (token: string, args: Properties = {}) => plugin.invoke(`aws:${token}`, args);
    expect(await ask("index/getCallerIdentity:getCallerIdentity")).toMatchObject({ accountId: account });
    const offerings = await ask("ec2/getInstanceTypeOfferings:getInstanceTypeOfferings", {
      locationType: "availability-zone",
      filters: [{ name: "instance-type", values: ["p5.48xlarge", "p4de.24xlarge"] }],
    });
    expect(offerings.instanceTypes).toEqual(["p5.48xlarge", "p5.48xlarge", "p5.48xlarge"]);
    expect(offerings.locations).toEqual([`${region}a`, `${region}b`, `${region}c`]);
    const quota = { serviceCode: "ec2", quotaCode: "L-417A185B" };
    expect(await ask("servicequotas/getServiceQuota:getServiceQuota", quota)).toMatchObject({
      value: 0,
      adjustable: true,
    });
    await expect(
      ask("servicequotas/getServiceQuota:getServiceQuota", { ...quota, quotaCode: "L-00000000" }),
    ).rejects.toThrow("NoSuchResourceException");
    const { clusterVersions } = await ask("eks/getClusterVersions:getClusterVersions");
    expect(clusterVersions).toContainEqual(expect.objectContaining({ clusterVersion: "1.35", defaultVersion: true }));
  });
});
