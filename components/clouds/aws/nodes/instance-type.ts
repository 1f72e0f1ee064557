import { accelerator, type Instance, instance, instances } from "../../../../catalogue/index.ts";
import { gpus } from "../../../country/fit/names.ts";
import type { Country } from "../../../country.ts";
import type { AwsNodeGroupTarget } from "../target.ts";

type Pool = Pick<Country["pools"][string], "accelerator" | "gpusPerNode" | "rdma">;

/** The instance type of a pool's nodes, or what stands in the way of one: what was found, what is allowed, and the remedy. */
export type InstanceChoice = { instance: Instance } | { found: string; allowed: string; remedy: string };

/** The declared instance type, if it is what the pool says; else the smallest with the pool's accelerator and just as many GPUs. */
export function instanceTypeOf(pool: Pool, { instanceType }: Pick<AwsNodeGroupTarget, "instanceType">): InstanceChoice {
  const { name } = accelerator(pool.accelerator);
  const fitting = ofAws().filter((each) => fits(each, pool));
  const asked = `${gpus(pool.gpusPerNode)} of ${name} in each node${pool.rdma ? ", with Elastic Fabric Adapters" : ""}`;
  if (instanceType !== undefined) {
    const declared = fitting.find(({ id }) => id === instanceType);
    if (declared) return { instance: declared };
    const known = ofAws().find(({ id }) => id === instanceType);
    return {
      found: known
        ? `${instanceType}, which has ${hasOf(known)}`
        : `${instanceType}, which the catalogue does not know`,
      allowed: fitting.length > 0 ? fitting.map(({ id }) => id).join(", ") : `a type with ${asked}; AWS has none`,
      remedy: fitting.length > 0 ? "Leave instanceType out: the smallest that fits is taken." : others(pool),
    };
  }
  const [smallest] = fitting.sort((a, b) => a.vcpus - b.vcpus || a.memory_gib - b.memory_gib);
  if (smallest) return { instance: smallest };
  return { found: asked, allowed: "an instance type of AWS that has just that", remedy: others(pool) };
}

/** Whether an instance type is an Arm one, as its name says: `m7g.large`, `c8gn.xlarge`. */
export function isArm(instanceType: string): boolean {
  return /^[a-z]+\d+[a-z]*g[a-z]*[.-]/.test(instanceType);
}

function ofAws(): Instance[] {
  return instances()
    .map(instance)
    .filter(({ provider }) => provider === "AWS");
}

function fits(each: Instance, { accelerator: wanted, gpusPerNode, rdma }: Pool): boolean {
  return each.accelerator === wanted && each.gpus === gpusPerNode && (!rdma || each.fabric?.kind === "efa");
}

function others({ accelerator: wanted }: Pool): string {
  const counts = ofAws().flatMap((each) => (each.accelerator === wanted && each.gpus ? [each.gpus] : []));
  const offered = [...new Set(counts)].sort((a, b) => a - b);
  return offered.length > 0
    ? `Set gpusPerNode to ${offered.join(" or ")}, or leave out rdma.`
    : "Choose another accelerator: AWS has no instance type with this one.";
}

function hasOf({ accelerator: id, chip, gpus: count, fraction, fabric }: Instance): string {
  const what = id ? accelerator(id).name : chip;
  return `${fraction ?? count} of ${what}${fabric ? "" : ", and no Elastic Fabric Adapter"}`;
}
