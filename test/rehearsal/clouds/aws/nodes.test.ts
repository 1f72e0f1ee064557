import { describe, expect, it } from "vitest";
import { nodeOf } from "../../../../rehearsal/clouds/aws/nodes.ts";
import { region } from "./standing.ts";

describe("a node of a group", () => {
  const form = {
    cluster: "c",
    group: "h100",
    region,
    subnets: [{ zone: `${region}a`, zoneId: "aps1-az1", first: 10 * 2 ** 24 }],
    instanceType: "p5.48xlarge",
    capacityType: "ON_DEMAND",
    amiType: "AL2023_x86_64_NVIDIA",
    labels: { "freehold.dev/pool": "h100" },
    taints: [{ key: "nvidia.com/gpu", value: "present", effect: "NO_SCHEDULE" }],
    diskGiB: 500,
    adapters: 32,
  };

  it("has the labels and taints of its group, of EKS, and of GPU feature discovery", () => {
    const { metadata, spec, status } = nodeOf(form, 0);
    expect(metadata?.labels).toMatchObject({
      "freehold.dev/pool": "h100",
      "eks.amazonaws.com/nodegroup": "h100",
      "eks.amazonaws.com/capacityType": "ON_DEMAND",
      "topology.kubernetes.io/zone": `${region}a`,
      "node.kubernetes.io/instance-type": "p5.48xlarge",
      "nvidia.com/gpu.product": "NVIDIA-H100-80GB-HBM3",
    });
    expect(spec?.taints).toEqual([{ key: "nvidia.com/gpu", value: "present", effect: "NoSchedule" }]);
    expect(status?.allocatable).toMatchObject({ "nvidia.com/gpu": "8", "vpc.amazonaws.com/efa": "32", cpu: "192" });
    expect(nodeOf(form, 1).metadata?.name).not.toBe(metadata?.name);
  });

  it("says that it is spot in a label, and in no taint", () => {
    const { metadata, spec } = nodeOf({ ...form, capacityType: "SPOT" }, 0);
    expect(metadata?.labels).toMatchObject({ "eks.amazonaws.com/capacityType": "SPOT" });
    expect(spec?.taints?.map(({ key }) => key)).toEqual(["nvidia.com/gpu"]);
  });

  it("is cut into MIG instances where its labels ask for it", () => {
    const { status } = nodeOf({ ...form, labels: { "nvidia.com/mig.config": "all-1g.10gb" } }, 0);
    expect(status?.allocatable).toMatchObject({ "nvidia.com/mig-1g.10gb": "56" });
    expect(status?.allocatable).not.toHaveProperty("nvidia.com/gpu");
  });

  it("has no adapters where its interfaces are none, whatever the machine could have", () => {
    const { status } = nodeOf({ ...form, adapters: 0 }, 0);
    expect(status?.allocatable).not.toHaveProperty("vpc.amazonaws.com/efa");
  });

  it("has no GPUs where its machine has none", () => {
    const { status } = nodeOf({ ...form, instanceType: "m7i.2xlarge" }, 0);
    expect(status?.allocatable).toMatchObject({ cpu: "8", memory: "29Gi" });
    expect(Object.keys(status!.allocatable!).filter((name) => name.includes("/"))).toEqual([]);
  });
});
