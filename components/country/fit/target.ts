import { awsPartition } from "../../../catalogue/aws-partition.ts";
import { accelerator, type Instance, instance, instances, offeredByAws } from "../../../catalogue/index.ts";
import type { Written } from "../../country.ts";
import type { Finding } from "../fault.ts";
import { machineType, machineTypes } from "../machine-type.ts";
import type { Sound, SoundTarget } from "../sound.ts";
import { either, nearest, oneOf, show } from "../wording.ts";
import { type Declared, gpus, unknownName } from "./names.ts";
import { judgeCertificate } from "./target-door.ts";
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
      return faults.length > 0 ? faults : offeredOnAws(at, name, pool, type, target.region);
    }),
    ...(target.operators ?? []).flatMap((arn, index) => ofTheTargets(arn, index, target)),
    ...judgeCertificate(target),
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
      return faults.length > 0 ? faults : offered(at, name, pool, size, target.location);
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

/** A declared type has to be one with the pool's accelerators, and where none is declared the catalogue has to know one. */
function judgeMachine(
  at: string[],
  provider: Instance["provider"],
  name: string,
  pool: Pool,
  declared: string | undefined,
): Finding[] {
  const { name: product } = accelerator(pool.accelerator);
  const fitting = machineTypes(provider, pool).map(({ id }) => id);
  const wanted = `${gpus(pool.gpusPerNode)} of ${product} each, as pool ${name} declares`;
  if (declared === undefined) {
    if (fitting.length > 0) return [];
    const counts = new Set(
      instances()
        .map(instance)
        .filter((each) => each.provider === provider && each.accelerator === pool.accelerator)
        .flatMap((each) => each.gpus ?? []),
    );
    const has = [...counts].sort((a, b) => a - b).join(", ");
    return [
      {
        at: counts.size > 0 ? ["pools", name, "gpusPerNode"] : ["pools", name, "accelerator"],
        found:
          counts.size > 0
            ? `${pool.gpusPerNode}, and ${provider} has no machine with that many ${product}`
            : `${pool.accelerator}, of which ${provider} has no machine`,
        allowed:
          counts.size > 0
            ? `${has}, as machines of ${provider} have them`
            : `an accelerator that ${provider} has: npx freehold catalogue instances`,
        remedy:
          counts.size > 0 ? `write  gpusPerNode: ${[...counts][0]}` : "choose another accelerator, or another target",
      },
    ];
  }
  const machine = machineType(provider, pool, declared);
  if (machine === undefined || machine.provider !== provider) {
    const known = instances().filter((id) => instance(id).provider === provider);
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
  if (machine.accelerator === pool.accelerator && machine.gpus === pool.gpusPerNode) return [];
  const has = machine.accelerator
    ? `${machine.gpus ?? machine.fraction} × ${accelerator(machine.accelerator).name}`
    : `${machine.chip}`;
  return [
    {
      at,
      found: `${declared}, which has ${has}`,
      allowed: `a machine type with ${wanted}${fitting.length > 0 ? `: ${fitting.join(", ")}` : ""}`,
      remedy: fitting[0] ? `write  ${at.at(-1)}: ${fitting[0]}` : "declare in the pool what the machine has",
    },
  ];
}

/** AWS publishes prices by region: a type without one is not sold there. */
function offeredOnAws(
  at: string[],
  name: string,
  pool: Pool,
  declared: string | undefined,
  region?: string,
): Finding[] {
  const machine = machineType("AWS", pool, declared);
  if (!machine || region === undefined || offeredByAws(machine.id, region) !== false) return [];
  const here = machineTypes("AWS", pool).filter(({ id }) => offeredByAws(id, region));
  const others =
    here.length > 0
      ? `: ${here.map(({ id }) => id).join(", ")}`
      : `; of those with ${accelerator(pool.accelerator).name} none`;
  return [
    {
      at: declared === undefined ? ["pools", name, "accelerator"] : at,
      found: `${machine.id}, for which AWS has no price in ${region}`,
      allowed: `instance types that AWS sells there${others}`,
      remedy: here[0]
        ? `write  target.nodeGroups.${name}: { instanceType: ${here[0].id} }`
        : "choose another accelerator or region: npx freehold catalogue instances",
    },
  ];
}

/** Azure publishes prices by region: a size without one is not sold there. */
function offered(at: string[], name: string, pool: Pool, declared: string | undefined, location?: string): Finding[] {
  const machine = machineType("Azure", pool, declared);
  if (!machine || location === undefined || machine.listed_in.length === 0) return [];
  if (machine.listed_in.includes(location)) return [];
  const others = machineTypes("Azure", pool).filter(({ listed_in }) => listed_in.includes(location));
  return [
    {
      at: declared === undefined ? ["pools", name, "accelerator"] : at,
      found: `${machine.id}, for which Azure had no price in ${location}`,
      allowed: `sizes that Azure sells there${others.length > 0 ? `: ${others.map(({ id }) => id).join(", ")}` : ", of which the catalogue knows none with these accelerators"}`,
      remedy: others[0]
        ? `write  vmSize: ${others[0].id}`
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
