import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { azureSize } from "../../../catalogue/azure-offering.ts";
import { sharingLabels } from "../../../components/pool.ts";
import { nodeOf } from "../../../rehearsal/clouds/aws/nodes.ts";
import { agentNodes } from "../../../rehearsal/clouds/azure/agent-nodes.ts";

const labels = sharingLabels("bench", { kind: "time-slicing", replicas: 3, tenant: "kanton" });

/** A node of each cloud with these labels: of eight GPUs on AWS, of one on Azure. */
const nodes = {
  aws: (given: Record<string, string>) =>
    nodeOf(
      {
        cluster: "c",
        group: "bench",
        region: "ap-south-1",
        subnets: [{ zone: "ap-south-1a", zoneId: "aps1-az1", first: 10 * 2 ** 24 }],
        instanceType: "p5.48xlarge",
        capacityType: "ON_DEMAND",
        amiType: "AL2023_x86_64_NVIDIA",
        labels: given,
        taints: [],
        diskGiB: 500,
        adapters: 0,
      },
      0,
    ),
  azure: (given: Record<string, string>) =>
    agentNodes({
      nodeResourceGroup: "rg-nodes",
      pool: "bench",
      subscriptionId: "s",
      location: "brazilsouth",
      size: azureSize("standard_nc24ads_a100_v4")!,
      count: 1,
      zones: [],
      mode: "User",
      labels: given,
      taints: [],
      spot: false,
      version: "1.35.6",
    })[0]!,
};

let home: string;
const before = process.env.FREEHOLD_REHEARSAL;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "freehold-shared-"));
  process.env.FREEHOLD_REHEARSAL = home;
});
afterEach(() => {
  if (before === undefined) delete process.env.FREEHOLD_REHEARSAL;
  else process.env.FREEHOLD_REHEARSAL = before;
  rmSync(home, { recursive: true });
});

const declare = (sharing: string) => {
  mkdirSync(join(home, "stacks"));
  const pool = `{ accelerator: h100-sxm-80, nodes: 1, sharing: ${sharing} }`;
  writeFileSync(join(home, "stacks", "Pulumi.in.yaml"), `config:\n  freehold:pools: { bench: ${pool} }\n`);
};

describe.each([
  ["aws", 8],
  ["azure", 1],
] as const)("a node on %s whose GPUs are shared by turns", (cloud, gpus) => {
  it("shows as many shares as the country of the rehearsal declares", () => {
    declare("{ kind: time-slicing, replicas: 3, tenant: kanton }");
    const { status, metadata } = nodes[cloud](labels);
    expect(status?.allocatable).toMatchObject({ "nvidia.com/gpu.shared": String(gpus * 3) });
    expect(status?.allocatable).not.toHaveProperty("nvidia.com/gpu");
    expect(metadata?.labels).toMatchObject({ "nvidia.com/gpu.replicas": "3", "nvidia.com/gpu.count": String(gpus) });
  });

  it("shows four of each GPU where the file leaves that open", () => {
    declare("{ kind: time-slicing, tenant: kanton }");
    expect(nodes[cloud](labels).status?.allocatable).toMatchObject({ "nvidia.com/gpu.shared": String(gpus * 4) });
  });

  it.each([
    ["asks for no share", {}, "{ kind: time-slicing, tenant: kanton }"],
    ["asks for a pool that shares nothing", labels, "{ kind: whole }"],
    ["asks, and no country is there to say how", labels, undefined],
  ])("shows whole GPUs where it %s", (_, given, sharing) => {
    if (sharing) declare(sharing);
    expect(nodes[cloud](given).status?.allocatable).toMatchObject({ "nvidia.com/gpu": String(gpus) });
  });
});
