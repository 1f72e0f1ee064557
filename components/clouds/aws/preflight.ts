import { vcpuQuotaOf } from "../../../catalogue/index.ts";
import type { Finding } from "../../country/fault.ts";
import { machineType } from "../../country/machine-type.ts";
import type { Country } from "../../country.ts";
import { ask, unsaid } from "../command-line.ts";
import type { TargetOf } from "../target.ts";

type Target = TargetOf<"aws">;
type Asking = Pick<Country, "pools"> & { target: Target };
type Taken = { at: string[]; type: string; nodes: number; vcpus: number; zone?: string; spot: boolean };

/**
 * What AWS itself says is missing of what the pools need: the right account, machines in their zones, quota, a Kubernetes version
 * that it still makes. Asked by the `aws` command line, with whose credentials the update runs too.
 */
export async function awsPreflight(country: Asking): Promise<Finding[]> {
  const { target } = country;
  const who = await ask<{ Account: string }>("aws", "sts", "get-caller-identity", "--output", "json");
  if ("why" in who) return [unanswered(target, who.why, who.said)];
  if (who.answer.Account !== target.account) return [otherAccount(target, who.answer.Account)];
  const taken = takenBy(country);
  const asked = await Promise.all([missingOffers(target, taken), missingQuota(target, taken), oldVersion(target)]);
  return asked.flat();
}

function unanswered({ account }: Target, why: "absent" | "refused", said: string): Finding {
  const absent = why === "absent";
  return {
    at: ["target", "account"],
    found: absent ? "no aws command line on this machine" : `AWS answers nobody here: ${said}`,
    allowed: `the aws command line, logged in to account ${account}: it is also how the cluster is reached`,
    remedy: absent
      ? "install AWS CLI 2, then: aws configure sso"
      : "aws sso login, or set AWS_PROFILE; then: aws sts get-caller-identity",
  };
}

function otherAccount({ account }: Target, found: string): Finding {
  return {
    at: ["target", "account"],
    found: `credentials of account ${found}`,
    allowed: `credentials of account ${account}, the only one that is touched`,
    remedy: "set AWS_PROFILE to a profile of that account",
  };
}

/** Machines that the pools and the system take, each with the place in the file that says so. */
function takenBy({ pools, target }: Asking): Taken[] {
  const gpuNodes = Object.entries(pools).flatMap(([name, pool]): Taken[] => {
    const { instanceType, zone, capacity } = target.nodeGroups[name]!;
    const machine = machineType("AWS", pool, { declared: instanceType, region: target.region });
    // Reserved machines count against no quota, and stand where they were reserved.
    if (!machine || capacity.kind === "reservation" || capacity.kind === "capacity-block") return [];
    return [
      {
        at: ["pools", name, "nodes"],
        type: machine.id,
        nodes: pool.nodes,
        vcpus: machine.vcpus * pool.nodes,
        zone: zone ?? target.network.zones[0],
        spot: capacity.kind === "spot",
      },
    ];
  });
  return gpuNodes;
}

async function missingOffers({ region }: Target, taken: Taken[]): Promise<Finding[]> {
  if (taken.length === 0) return [];
  const types = [...new Set(taken.map(({ type }) => type))];
  const offers = await ask<{ InstanceTypeOfferings: { InstanceType: string; Location: string }[] }>(
    "aws",
    "ec2",
    "describe-instance-type-offerings",
    "--location-type",
    "availability-zone",
    "--filters",
    `Name=instance-type,Values=${types.join(",")}`,
    "--region",
    region,
    "--output",
    "json",
  );
  if ("why" in offers) return [unsaid("AWS", ["target", "region"], "ec2:DescribeInstanceTypeOfferings", offers.said)];
  return taken.flatMap(({ at, type, zone }) => {
    const zones = offers.answer.InstanceTypeOfferings.filter((each) => each.InstanceType === type).map(
      ({ Location }) => Location,
    );
    if (zone === undefined || zones.includes(zone)) return [];
    const [, pool = ""] = at;
    return [
      {
        at: ["target", "nodeGroups", pool, "zone"],
        found: `${type}, which AWS does not offer in ${zone}`,
        allowed:
          zones.length > 0
            ? `a zone that has it: ${zones.sort().join(", ")}`
            : `machines that ${region} has: this one is in none of its zones`,
        remedy: zones[0]
          ? `write  target.nodeGroups.${pool}: { zone: ${zones[0]} }`
          : "choose another instance type or accelerator",
      },
    ];
  });
}

async function missingQuota({ region }: Target, taken: Taken[]): Promise<Finding[]> {
  const sums = new Map<string, { name: string; vcpus: number; at: string[] }>();
  for (const { type, vcpus, spot, at } of taken) {
    const quota = vcpuQuotaOf(type);
    if (!quota) continue;
    const code = spot ? quota.spotCode : quota.code;
    const sum = sums.get(code);
    sums.set(code, { name: quota.name, at: sum?.at ?? at, vcpus: vcpus + (sum?.vcpus ?? 0) });
  }
  const found = await Promise.all(
    [...sums].map(async ([code, { name, vcpus, at }]) => {
      const place = ["--service-code", "ec2", "--quota-code", code, "--region", region];
      const quota = await ask<{ Quota: { Value: number } }>(
        "aws",
        "service-quotas",
        "get-service-quota",
        ...place,
        "--output",
        "json",
      );
      if ("why" in quota) return [unsaid("AWS", at, "servicequotas:GetServiceQuota", quota.said)];
      const { Value: allowed } = quota.answer.Quota;
      if (vcpus <= allowed) return [];
      return [
        {
          at,
          found: `${vcpus} vCPUs of ${name} in all pools, and the account's quota in ${region} is ${allowed}: ${vcpus - allowed} are missing`,
          allowed: `at most ${allowed} vCPUs, or a larger quota`,
          remedy: `aws service-quotas request-service-quota-increase ${place.join(" ")} --desired-value ${vcpus}`,
        },
      ];
    }),
  );
  return found.flat();
}

async function oldVersion({ region, kubernetes }: Target): Promise<Finding[]> {
  const versions = await ask<{ clusterVersions: { clusterVersion: string }[] }>(
    "aws",
    "eks",
    "describe-cluster-versions",
    "--region",
    region,
    "--output",
    "json",
  );
  if ("why" in versions) return [unsaid("AWS", ["target", "kubernetes"], "eks:DescribeClusterVersions", versions.said)];
  const made = versions.answer.clusterVersions.map(({ clusterVersion }) => clusterVersion);
  if (made.includes(kubernetes)) return [];
  return [
    {
      at: ["target", "kubernetes"],
      found: `Kubernetes ${kubernetes}, which EKS does not make in ${region}`,
      allowed: `one of ${made.join(", ")}`,
      remedy: `write  kubernetes: "${made[0]}"`,
    },
  ];
}
