import { describe, expect, it } from "vitest";
import { instanceTypeOf, isArm } from "../../../../components/clouds/aws/nodes/instance-type.ts";
import type { AwsNodeGroupTarget } from "../../../../components/clouds/aws/target.ts";
import { countryOn, namesOf, one, planned } from "./planned.ts";

const group = (more: Partial<AwsNodeGroupTarget> = {}) => ({
  nodeGroups: { h100: { imageGiB: 500, capacity: { kind: "on-demand" as const }, ...more } },
});
const template = "ec2/launchTemplate:LaunchTemplate";
const nodeGroup = "eks/nodeGroup:NodeGroup";
const rdma = {
  pools: { h100: { accelerator: "h100-sxm-80", nodes: 2, rdma: { resource: "vpc.amazonaws.com/efa", perNode: 32 } } },
};

describe("a pool's nodes", () => {
  it("are as many as declared, of the pool's GPUs, labelled and tainted from their first moment", async () => {
    expect(one(await planned(), nodeGroup, "h100")).toMatchObject({
      nodeGroupName: "freehold-in-h100",
      instanceTypes: ["p5.48xlarge"],
      amiType: "AL2023_x86_64_NVIDIA",
      capacityType: "ON_DEMAND",
      scalingConfig: { desiredSize: 2, minSize: 2, maxSize: 2 },
      labels: { "freehold.dev/pool": "h100" },
      taints: [{ key: "nvidia.com/gpu", value: "present", effect: "NO_SCHEDULE" }],
    });
  });

  it("stand in one zone, and system nodes in all", async () => {
    const resources = await planned();
    expect(one(resources, nodeGroup, "h100").subnetIds).toHaveLength(1);
    expect(one(resources, nodeGroup, "system").subnetIds).toHaveLength(3);
  });

  it("are cut as the pool says", async () => {
    const sharing = { kind: "mig", profile: "1g.10gb" };
    const pools = { h100: { accelerator: "h100-sxm-80", nodes: 1, sharing } };
    const models = { small: { model: "Qwen/Qwen3-0.6B", pool: "h100", contextTokens: 8192 } };
    const { labels } = one(await planned({}, { pools, models }), nodeGroup, "h100");
    expect(labels).toMatchObject({ "nvidia.com/mig.config": "all-1g.10gb" });
  });

  it("start on an encrypted volume of the declared size", async () => {
    const [{ ebs }] = one(await planned(), template, "h100").blockDeviceMappings;
    expect(ebs).toMatchObject({ volumeSize: 500, encrypted: "true", volumeType: "gp3" });
  });

  it("have one interface and stand anywhere where no fast interconnect is declared", async () => {
    const resources = await planned();
    expect(one(resources, template, "h100").networkInterfaces).toHaveLength(1);
    expect(one(resources, template, "h100").networkInterfaces[0]).not.toHaveProperty("interfaceType");
    expect(namesOf(resources, "ec2/placementGroup:PlacementGroup")).toEqual([]);
  });

  it("have an adapter on each card and stand together where one is", async () => {
    const resources = await planned({}, rdma);
    const { networkInterfaces, placement } = one(resources, template, "h100");
    expect(networkInterfaces).toHaveLength(32);
    expect(networkInterfaces.map((each: { interfaceType: string }) => each.interfaceType)).toEqual([
      "efa",
      ...Array.from({ length: 31 }, () => "efa-only"),
    ]);
    expect(one(resources, "ec2/placementGroup:PlacementGroup").strategy).toBe("cluster");
    expect(placement).toEqual({ groupName: "freehold-in-h100" });
  });
});

describe("capacity", () => {
  it("is spot only where it is declared", async () => {
    expect(one(await planned(group({ capacity: { kind: "spot" } })), nodeGroup, "h100").capacityType).toBe("SPOT");
    expect(one(await planned(group({ capacity: { kind: "spot" } })), nodeGroup, "system").capacityType).toBe(
      "ON_DEMAND",
    );
  });

  it("of a reservation is had from that one alone", async () => {
    const resources = await planned(group({ capacity: { kind: "reservation", id: "cr-0a11b22c33d44e55f" } }));
    expect(one(resources, nodeGroup, "h100").capacityType).toBe("ON_DEMAND");
    expect(one(resources, template, "h100")).toMatchObject({
      capacityReservationSpecification: {
        capacityReservationTarget: { capacityReservationId: "cr-0a11b22c33d44e55f" },
      },
    });
    expect(one(resources, template, "h100")).not.toHaveProperty("instanceMarketOptions");
  });

  it("of a block names block and type in the template, and stands in no group", async () => {
    const resources = await planned(group({ capacity: { kind: "capacity-block", id: "cr-0a11b22c33d44e55f" } }), rdma);
    expect(one(resources, nodeGroup, "h100").capacityType).toBe("CAPACITY_BLOCK");
    expect(one(resources, nodeGroup, "h100")).not.toHaveProperty("instanceTypes");
    expect(one(resources, template, "h100")).toMatchObject({
      instanceType: "p5.48xlarge",
      instanceMarketOptions: { marketType: "capacity-block" },
      capacityReservationSpecification: {
        capacityReservationTarget: { capacityReservationId: "cr-0a11b22c33d44e55f" },
      },
    });
    expect(one(resources, template, "h100")).not.toHaveProperty("placement");
  });
});

describe("the instance type", () => {
  const pool = (accelerator: string, gpusPerNode: number, more = {}) => ({ accelerator, gpusPerNode, ...more });

  it.each([
    ["l4", 1, "g6.xlarge"],
    ["l40s", 4, "g6e.12xlarge"],
    ["h100-sxm-80", 1, "p5.4xlarge"],
    ["h100-sxm-80", 8, "p5.48xlarge"],
    ["gb200", 4, "p6e-gb200.36xlarge"],
  ])("of %s, %d in a node, is the smallest that has just that: %s", (accelerator, gpusPerNode, id) => {
    expect(instanceTypeOf(pool(accelerator, gpusPerNode), {})).toMatchObject({ instance: { id } });
  });

  it("has adapters where the pool has a fast interconnect", () => {
    const fast = pool("l4", 1, { rdma: { resource: "vpc.amazonaws.com/efa", perNode: 1 } });
    expect(instanceTypeOf(fast, {})).toMatchObject({ instance: { id: "g6.8xlarge" } });
  });

  it("is the declared one, where that is what the pool says", () => {
    expect(instanceTypeOf(pool("l4", 1), { instanceType: "g6.4xlarge" })).toMatchObject({
      instance: { id: "g6.4xlarge" },
    });
  });

  it.each([
    ["another accelerator", pool("l4", 1), "g5.xlarge", /^g5\.xlarge, which has 1 of NVIDIA A10G/],
    ["another number of GPUs", pool("l4", 1), "g6.12xlarge", /^g6\.12xlarge, which has 4 of NVIDIA L4/],
    ["a part of a GPU", pool("l4", 1), "g6f.large", /1\/8 of NVIDIA L4/],
    ["nothing that anybody knows", pool("l4", 1), "z9.huge", /does not know/],
    ["a name of JavaScript's own", pool("l4", 1), "constructor", /does not know/],
    ["a type of another cloud", pool("h100-sxm-80", 8), "Standard_ND96isr_H100_v5", /does not know/],
  ])("is refused where it has %s", (_, wanted, instanceType, found) => {
    const choice = instanceTypeOf(wanted, { instanceType });
    expect(choice).toMatchObject({ found: expect.stringMatching(found), remedy: expect.stringMatching(/./) });
  });

  it("is refused where AWS has none, with what it has", () => {
    expect(instanceTypeOf(pool("h100-sxm-80", 4), {})).toEqual({
      found: "4 GPUs of NVIDIA H100 SXM5 80GB in each node",
      allowed: "an instance type of AWS that has just that",
      remedy: "Set gpusPerNode to 1 or 8, or leave out rdma.",
    });
    expect(instanceTypeOf(pool("mi300x", 8), {})).toMatchObject({
      remedy: expect.stringMatching(/another accelerator/),
    });
  });

  it("is one that the region sells, and refused where it sells none", () => {
    const eight = pool("h100-sxm-80", 8);
    expect(instanceTypeOf(eight, {}, "ap-south-1")).toMatchObject({ instance: { id: "p5.48xlarge" } });
    expect(instanceTypeOf(eight, {}, "eu-west-1")).toMatchObject({
      found: "8 GPUs of NVIDIA H100 SXM5 80GB in each node, which AWS does not sell in eu-west-1",
    });
  });

  it("that does not fit stops the whole, before anything is made", async () => {
    await expect(planned(group({ instanceType: "g6.xlarge" }))).rejects.toThrow(
      /target\.nodeGroups\.h100 has no instance type\n +found +g6\.xlarge/,
    );
    expect(countryOn(group({ instanceType: "g6.xlarge" })).pools.h100).toBeDefined();
  });

  it.each([
    ["m7g.xlarge", true],
    ["c8gn.large", true],
    ["g5g.xlarge", true],
    ["m7i.2xlarge", false],
    ["g6.xlarge", false],
    ["r7iz.large", false],
  ])("%s is an Arm one: %s", (type, expected) => {
    expect(isArm(type)).toBe(expected);
  });
});
