import { accelerator, type Instance } from "../../../../catalogue/index.ts";
import { gpus } from "../../../country/fit/names.ts";
import { machinesOf, machineType, machineTypes } from "../../../country/machine-type.ts";
import type { Country } from "../../../country.ts";
import type { AwsNodeGroupTarget } from "../target.ts";

type Pool = Pick<Country["pools"][string], "accelerator" | "gpusPerNode" | "rdma">;

/** The instance type of a pool's nodes, or what stands in the way of one: what was found, what is allowed, and the remedy. */
export type InstanceChoice = { instance: Instance } | { found: string; allowed: string; remedy: string };

/** The declared instance type, if it is what the pool says; else the smallest of the region with just its GPUs and adapters. */
export function instanceTypeOf(
  pool: Pool,
  { instanceType }: Pick<AwsNodeGroupTarget, "instanceType">,
  region?: string,
): InstanceChoice {
  const fitting = machineTypes("AWS", pool).map(({ id }) => id);
  const machine = machineType("AWS", pool, { declared: instanceType, region });
  if (machine && fitting.includes(machine.id)) return { instance: machine };
  const { name } = accelerator(pool.accelerator);
  const asked = `${gpus(pool.gpusPerNode)} of ${name} in each node${pool.rdma ? ", with Elastic Fabric Adapters" : ""}`;
  if (instanceType !== undefined) {
    return {
      found: machine
        ? `${instanceType}, which has ${hasOf(machine)}`
        : `${instanceType}, which the catalogue does not know`,
      allowed: fitting.length > 0 ? fitting.join(", ") : `a type with ${asked}; AWS has none`,
      remedy: fitting.length > 0 ? "Leave instanceType out: the smallest that fits is taken." : others(pool),
    };
  }
  if (fitting.length > 0) {
    return {
      found: `${asked}, which AWS does not sell in ${region}`,
      allowed: `a region that sells one of ${fitting.join(", ")}`,
      remedy: "Choose another region or accelerator: npx freehold catalogue instances",
    };
  }
  return { found: asked, allowed: "an instance type of AWS that has just that", remedy: others(pool) };
}

/** Whether an instance type is an Arm one, as its name says: `m7g.large`, `c8gn.xlarge`. */
export function isArm(instanceType: string): boolean {
  return /^[a-z]+\d+[a-z]*g[a-z]*[.-]/.test(instanceType);
}

function others({ accelerator: wanted }: Pool): string {
  const counts = machinesOf("AWS").flatMap((each) => (each.accelerator === wanted && each.gpus ? [each.gpus] : []));
  const offered = [...new Set(counts)].sort((a, b) => a - b);
  return offered.length > 0
    ? `Set gpusPerNode to ${offered.join(" or ")}, or leave out rdma.`
    : "Choose another accelerator: AWS has no instance type with this one.";
}

function hasOf({ accelerator: id, chip, gpus: count, fraction, fabric }: Instance): string {
  const what = id ? accelerator(id).name : chip;
  return `${fraction ?? count} of ${what}${fabric ? "" : ", and no Elastic Fabric Adapter"}`;
}
