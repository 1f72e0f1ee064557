import { sizeOnAws, vcpuQuotaOf } from "../../../catalogue/index.ts";
import type { Finding } from "../../country/fault.ts";
import { machineType } from "../../country/machine-type.ts";
import type { Country } from "../../country.ts";
import { ask, unsaid } from "../command-line.ts";
import type { TargetOf } from "../target.ts";
import { judgeStandingKeys } from "./standing-keys.ts";

type Target = TargetOf<"aws">;
type Asking = Pick<Country, "pools"> & { target: Target };
/** Machines of one kind: of a pool, or the system's own. */
type Taken = { pool?: string; type: string; vcpus: number; zone?: string; spot: boolean };

/**
 * What AWS itself says is missing of what the country file needs: the right account, machines in their zones, quota, a Kubernetes
 * version that it still makes, the keys that stand. Asked by the `aws` command line, with whose credentials the update runs too.
 */
export async function awsPreflight(country: Asking): Promise<Finding[]> {
  const { target } = country;
  const who = await ask<{ Account: string }>("aws", "sts", "get-caller-identity", "--output", "json");
  if ("why" in who) return [unanswered(target, who.why, who.said)];
  if (who.answer.Account !== target.account) return [otherAccount(target, who.answer.Account)];
  const taken = takenBy(country);
  const asked = await Promise.all([
    missingOffers(target, taken),
    missingQuota(target, taken),
    oldVersion(target),
    judgeStandingKeys(target),
  ]);
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

function takenBy({ pools, target }: Asking): Taken[] {
  const { instanceType: type, nodes } = target.systemNodes;
  const system = { type, vcpus: (sizeOnAws(type)?.vcpus ?? 0) * nodes, spot: false };
  const ofPools = Object.entries(pools).flatMap(([pool, declared]): Taken[] => {
    const { instanceType, zone, capacity } = target.nodeGroups[pool]!;
    const machine = machineType("AWS", declared, { declared: instanceType, region: target.region });
    // Reserved machines count against no quota, and stand where they were reserved.
    if (!machine || capacity.kind === "reservation" || capacity.kind === "capacity-block") return [];
    return [
      {
        pool,
        type: machine.id,
        vcpus: machine.vcpus * declared.nodes,
        zone: zone ?? target.network.zones[0],
        spot: capacity.kind === "spot",
      },
    ];
  });
  return [...ofPools, system];
}

async function missingOffers({ region }: Target, taken: Taken[]): Promise<Finding[]> {
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
  return taken.flatMap(({ pool, type, zone }) => {
    const zones = offers.answer.InstanceTypeOfferings.filter((each) => each.InstanceType === type).map(
      ({ Location }) => Location,
    );
    // Nodes of the system stand in whichever zones have them.
    if (zone === undefined ? zones.length > 0 : zones.includes(zone)) return [];
    return [
      {
        at: pool === undefined ? ["target", "systemNodes", "instanceType"] : ["target", "nodeGroups", pool, "zone"],
        found: `${type}, which AWS does not offer in ${zone ?? region}`,
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
  for (const { pool, type, vcpus, spot } of taken) {
    const quota = vcpuQuotaOf(type);
    if (!quota) continue;
    const at = pool === undefined ? ["target", "systemNodes", "nodes"] : ["pools", pool, "nodes"];
    const [code, name] = spot ? [quota.spotCode, quota.spotName] : [quota.code, quota.name];
    const sum = sums.get(code);
    sums.set(code, { name, at: sum?.at ?? at, vcpus: vcpus + (sum?.vcpus ?? 0) });
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
          found: `${vcpus} vCPUs of ${name} in all, and the account's quota in ${region} is ${allowed}: ${vcpus - allowed} are missing`,
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
