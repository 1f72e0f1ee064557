import { awsPartition } from "../../../catalogue/aws-partition.ts";
import { accelerator, type Instance } from "../../../catalogue/index.ts";
import type { Written } from "../../country.ts";
import type { Finding } from "../fault.ts";
import { isSold, machinesOf, machineType, machineTypes } from "../machine-type.ts";
import type { Sound, SoundTarget } from "../sound.ts";
import { either, nearest, oneOf, show } from "../wording.ts";
import { type Declared, gpus, unknownName } from "./names.ts";
import { judgeTargetNames } from "./target-names.ts";
import { judgeCloudNetwork } from "./target-network.ts";
import { onlyInClouds, onlyInHalls } from "./target-sections.ts";

type Pool = Written["pools"][string];
type Pools = ReadonlyMap<string, Pool>;

/** What of the rest of a country file does not go together with the place where it stands. */
export function judgeTarget(file: Sound, pools: Pools, declared: Declared): Finding[] {
  if (file.target?.kind === undefined) return [];
  const target = file.target as SoundTarget;
  if (target.kind === "onprem") return onlyInClouds(file);
  return [
    ...(target.kind === "aws" ? judgeAws(target, pools, declared) : judgeAzure(target, pools, declared)),
    ...judgeTargetNames(target, file.country, declared),
    ...judgeCloudNetwork(target),
    ...onlyInHalls(file),
  ];
}

function judgeAws(target: SoundTarget<"aws">, pools: Pools, declared: Declared): Finding[] {
  const groups = target.nodeGroups ?? {};
  return [
    ...strangers("nodeGroups", groups, declared),
    ...[...pools].flatMap(([name, pool]) => {
      const type = groups[name]?.instanceType;
      const at = ["target", "nodeGroups", name, "instanceType"];
      const faults = judgeMachine(at, "AWS", name, pool, type);
      return faults.length > 0 ? faults : judgeOffer(at, "AWS", name, pool, type, target.region);
    }),
    ...(target.operators ?? []).flatMap((arn, index) => ofTheTargets(arn, index, target)),
  ];
}

function judgeAzure(target: SoundTarget<"azure">, pools: Pools, declared: Declared): Finding[] {
  const nodePools = target.nodePools ?? {};
  return [
    ...strangers("nodePools", nodePools, declared),
    ...[...pools].flatMap(([name, pool]) => {
      const at = ["target", "nodePools", name, "vmSize"];
      const size = nodePools[name]?.vmSize;
      const faults = judgeMachine(at, "Azure", name, pool, size);
      return faults.length > 0 ? faults : judgeOffer(at, "Azure", name, pool, size, target.location);
    }),
    ...Object.entries(nodePools).flatMap(([name, nodePool]) => {
      const group = nodePool?.capacity?.kind === "reservation" ? nodePool.capacity.group : undefined;
      return group === undefined
        ? []
        : ofSubscription(["target", "nodePools", name, "capacity", "group"], group, target);
    }),
  ];
}

/** Node groups for pools that the file does not have. */
function strangers(section: string, groups: object, { pools }: Declared): Finding[] {
  if (pools === undefined) return [];
  return Object.keys(groups)
    .filter((name) => !pools.includes(name))
    .map((name) => ({
      ...unknownName(["target", section], name, "pool", pools),
      of: "key" as const,
      at: ["target", section, name],
    }))
    .map((finding) => ({ ...finding, remedy: `name it after a pool: ${either(pools)}` }));
}

/** A declared type has to have what the pool declares; where none is declared, the catalogue has to know one. */
function judgeMachine(
  at: string[],
  provider: Instance["provider"],
  name: string,
  pool: Pool,
  declared: string | undefined,
): Finding[] {
  const { name: product } = accelerator(pool.accelerator);
  const fitting = machineTypes(provider, pool).map(({ id }) => id);
  const fabric = pool.rdma ? ` and ${interconnects[provider]}` : "";
  const wanted = `${gpus(pool.gpusPerNode)} of ${product} each${fabric}, as pool ${name} declares`;
  if (declared === undefined) return fitting.length > 0 ? [] : [noMachine(provider, name, pool)];
  const machine = machineType(provider, pool, { declared });
  if (machine === undefined) {
    const known = machinesOf(provider).map(({ id }) => id);
    const meant = fitting[0] ?? nearest(declared, known)[0];
    return [
      {
        at,
        found: `${show(declared)}, which the catalogue does not know as a machine of ${provider} with accelerators`,
        allowed: `a machine type with ${wanted}: ${oneOf(fitting.length > 0 ? fitting : known, declared, "npx freehold catalogue instances")}`,
        remedy: meant ? `write  ${at.at(-1)}: ${meant}` : "describe it in catalogue/instances.yaml",
      },
    ];
  }
  if (fitting.includes(declared)) return [];
  const has = machine.accelerator
    ? `${machine.gpus ?? machine.fraction} × ${accelerator(machine.accelerator).name}`
    : `${machine.chip}`;
  return [
    {
      at,
      found: `${declared}, which has ${has}${pool.rdma && !machine.fabric ? ` and no ${interconnects[provider]}` : ""}`,
      allowed: `a machine type with ${wanted}${fitting.length > 0 ? `: ${fitting.join(", ")}` : ""}`,
      remedy: fitting[0] ? `write  ${at.at(-1)}: ${fitting[0]}` : "declare in the pool what the machine has",
    },
  ];
}

/** What a pool's RDMA goes over. */
const interconnects = { AWS: "Elastic Fabric Adapters", Azure: "InfiniBand" };

/** No machine of the cloud is what a pool says: it has not the accelerator, not so many, or no fast interconnect beside them. */
function noMachine(provider: Instance["provider"], name: string, pool: Pool): Finding {
  const { name: product } = accelerator(pool.accelerator);
  const withIt = machinesOf(provider).filter((each) => each.accelerator === pool.accelerator && each.gpus);
  const counts = (machines: Instance[]) => [...new Set(machines.map((each) => each.gpus!))].sort((a, b) => a - b);
  if (machineTypes(provider, { ...pool, rdma: undefined }).length > 0) {
    const connected = counts(withIt.filter(({ fabric }) => fabric)).join(", ");
    return {
      at: ["pools", name, "rdma"],
      found: `declared, and ${provider} has no machine with ${gpus(pool.gpusPerNode)} of ${product} and ${interconnects[provider]}`,
      allowed: connected ? `with ${connected} of them in each node` : "an accelerator whose machines have it",
      remedy: "take it out: nodes reach each other over their ordinary network",
    };
  }
  const [fewest] = counts(withIt);
  if (fewest === undefined) {
    return {
      at: ["pools", name, "accelerator"],
      found: `${pool.accelerator}, of which ${provider} has no machine`,
      allowed: `an accelerator that ${provider} has: npx freehold catalogue instances`,
      remedy: "choose another accelerator, or another target",
    };
  }
  return {
    at: ["pools", name, "gpusPerNode"],
    found: `${pool.gpusPerNode}, and ${provider} has no machine with that many ${product}`,
    allowed: `${counts(withIt).join(", ")}, as machines of ${provider} have them`,
    remedy: `write  gpusPerNode: ${fewest}`,
  };
}

/** Clouds publish prices by region: a type without one is not sold there. */
function judgeOffer(
  at: string[],
  provider: Instance["provider"],
  name: string,
  pool: Pool,
  declared: string | undefined,
  region: string | undefined,
): Finding[] {
  const fitting = machineTypes(provider, pool);
  // Where none that fits is sold, the smallest of them stands for all.
  const machine = machineType(provider, pool, { declared, region }) ?? fitting[0];
  if (!machine || isSold(machine, region) !== false) return [];
  const here = fitting.filter((each) => isSold(each, region)).map(({ id }) => id);
  return [
    {
      at: declared === undefined ? ["pools", name, "accelerator"] : at,
      found: `${machine.id}, for which ${provider} has no price in ${region}`,
      allowed: `machine types that ${provider} sells there${here.length > 0 ? `: ${here.join(", ")}` : `; of those with ${accelerator(pool.accelerator).name} none`}`,
      remedy: here[0]
        ? `write  ${at.at(-1)}: ${here[0]}`
        : "choose another accelerator or region: npx freehold catalogue instances",
    },
  ];
}

function ofTheTargets(arn: string | undefined, index: number, { account, region }: SoundTarget<"aws">): Finding[] {
  const [, partition, , , owner] = arn?.split(":") ?? [];
  const wanted = region === undefined ? undefined : awsPartition(region)?.id;
  if (arn === undefined) return [];
  const strangers = account !== undefined && owner !== account;
  const foreign = wanted !== undefined && partition !== wanted;
  if (!strangers && !foreign) return [];
  const meant = arn
    .replace(`:${owner}:`, `:${account ?? owner}:`)
    .replace(`arn:${partition}:`, `arn:${wanted ?? partition}:`);
  // Accounts, and what signs in to them, are of one partition; the others have never heard of them.
  const found = [
    ...(foreign ? [`a role in partition ${partition}`] : []),
    ...(strangers ? [`${foreign ? "" : "a role "}of account ${owner}`] : []),
  ];
  const allowed = [
    ...(foreign ? [`roles in partition ${wanted}, which ${region} is in`] : []),
    ...(strangers ? [`roles of the target's own account, ${account}`] : []),
  ];
  return [
    {
      at: ["target", "operators", index],
      found: `${show(arn)}, ${found.join(" ")}`,
      allowed: allowed.join("; "),
      remedy: `make the role there, and write  - ${meant}`,
    },
  ];
}

function ofSubscription(at: string[], id: string, { subscription }: SoundTarget<"azure">): Finding[] {
  const [, , owner] = id.split("/");
  if (subscription === undefined || owner?.toLowerCase() === subscription) return [];
  return [
    {
      at,
      found: `${show(id)}, in subscription ${owner}`,
      allowed: `what lies in the target's own subscription, ${subscription}`,
      remedy: "reserve capacity there, or name the subscription that has it",
    },
  ];
}
