import { awsPartition } from "../../../catalogue/aws-partition.ts";
import { longNames } from "../../../catalogue/name-length.ts";
import type { Finding } from "../fault.ts";
import type { SoundTarget } from "../sound.ts";
import { show } from "../wording.ts";
import type { Declared } from "./names.ts";

type Cloud = SoundTarget<"aws" | "azure">;

/** Names that a cloud has no room for, or that two things would have; and secrets that are not the target's own. */
export function judgeTargetNames(target: Cloud, country: string | undefined, { pools = [] }: Declared): Finding[] {
  const cluster = target.cluster ?? (country === undefined ? undefined : `freehold-${country.toLowerCase()}`);
  return [
    ...(cluster === undefined ? [] : pools.flatMap((pool) => tooLong(target, cluster, pool))),
    ...(target.kind === "aws" ? [...likeTheSystem(pools), ...sameRoles(target), ...strangeSecrets(target)] : []),
    ...(target.kind === "azure" ? twice(["target", "admins"], target.admins ?? [], "groups") : []),
    ...twice(["target", "network", "callers"], target.network?.callers ?? [], "networks"),
  ];
}

function tooLong(target: Cloud, cluster: string, pool: string): Finding[] {
  const provider = target.kind === "aws" ? "AWS" : "Azure";
  const [first] = longNames(provider, cluster, pool).sort((a, b) => b.name.length - b.most - (a.name.length - a.most));
  if (!first) return [];
  const { of, name, most } = first;
  const over = name.length - most;
  return [
    {
      at: ["pools", pool],
      of: "key",
      found: `${pool}, with which ${of} would be called ${name}: ${name.length} characters`,
      allowed: `at most ${most} of them on ${provider}`,
      remedy: `shorten the name of the pool, or  target.cluster: ${cluster}, by ${over}`,
    },
  ];
}

/** The nodes for everything that is no model are a group like those of the pools. */
function likeTheSystem(pools: string[]): Finding[] {
  if (!pools.includes("system")) return [];
  return [
    {
      at: ["pools", "system"],
      of: "key",
      found: "system, as the group of the nodes without GPUs is called",
      allowed: "another name",
      remedy: "name it after its accelerator, such as  h100",
    },
  ];
}

/** In one account IAM has one role of a name, whatever the path before it and the case of its letters. */
function sameRoles({ operators = [] }: SoundTarget<"aws">): Finding[] {
  const named = operators.map((arn) => arn?.split("/").at(-1)?.toLowerCase());
  return operators.flatMap((arn, index) => {
    const before = named.indexOf(named[index]);
    if (arn === undefined || before === index) return [];
    return [
      {
        at: ["target", "operators", index],
        found:
          arn === operators[before] ? `${show(arn)}, a second time` : `${show(arn)}, named like ${operators[before]}`,
        allowed: "roles each once: an account has one of a name, whatever its path",
        remedy: "take out the one that there is not: aws iam list-roles",
      },
    ];
  });
}

/** ECR takes credentials from the account and region in which it pulls through. */
function strangeSecrets({ account, region, registry }: SoundTarget<"aws">): Finding[] {
  const partition = region === undefined ? undefined : awsPartition(region)?.id;
  return Object.entries(registry?.upstreams ?? {}).flatMap(([prefix, upstream]) => {
    const { secretArn } = upstream ?? {};
    const [, inPartition, , inRegion, owner, , name] = secretArn?.split(":") ?? [];
    const faults = [
      ...(partition !== undefined && inPartition !== partition ? [`in partition ${inPartition}`] : []),
      ...(region !== undefined && inRegion !== region ? [`in ${inRegion}`] : []),
      ...(account !== undefined && owner !== account ? [`of account ${owner}`] : []),
    ];
    if (secretArn === undefined || faults.length === 0) return [];
    const own = [
      "arn",
      partition ?? inPartition,
      "secretsmanager",
      region ?? inRegion,
      account ?? owner,
      "secret",
      name,
    ];
    return [
      {
        at: ["target", "registry", "upstreams", prefix, "secretArn"],
        found: `a secret ${faults.join(", ")}`,
        allowed: `a secret of account ${account ?? owner} in ${region ?? inRegion}: ECR reads no other`,
        remedy: `put it there, and write  secretArn: ${own.join(":")}`,
      },
    ];
  });
}

function twice(at: string[], list: (string | undefined)[], of: string): Finding[] {
  return list.flatMap((one, index) => {
    if (one === undefined || list.indexOf(one) === index) return [];
    return [{ at: [...at, index], found: `${one}, a second time`, allowed: `${of} each once`, remedy: "take it out" }];
  });
}
