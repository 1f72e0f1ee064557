import * as pulumi from "@pulumi/pulumi";
import { type Instance, instance, instances } from "../../../catalogue/index.ts";
import type { AzureCountry, AzureNodePoolTarget } from "./target.ts";

type Pool = Pick<AzureCountry["pools"][string], "accelerator" | "gpusPerNode" | "rdma">;

/**
 * The VM size of a pool: the declared one, or the smallest with exactly its GPUs, in the region where the catalogue knows one
 * there. Throws a `RunError` where Azure has none such.
 */
export function vmSizeOf(
  name: string,
  pool: Pool,
  { vmSize }: Pick<AzureNodePoolTarget, "vmSize">,
  location: string,
): string {
  const fitting = azureSizes().filter(
    ({ accelerator, gpus, fabric }) =>
      accelerator === pool.accelerator && gpus === pool.gpusPerNode && (!pool.rdma || fabric?.kind === "infiniband"),
  );
  if (vmSize !== undefined) {
    const known = azureSizes().find(({ id }) => id === vmSize);
    // A size that the catalogue does not know may be newer than the catalogue.
    if (!known || fitting.some(({ id }) => id === vmSize)) return vmSize;
    throw refused(name, pool, `vmSize ${vmSize}, with ${gpusOf(known)}`, fitting);
  }
  const here = fitting.filter(({ listed_in }) => listed_in.includes(location));
  const [smallest] = here.sort(bySize);
  if (smallest) return smallest.id;
  throw refused(name, pool, `no size of these listed in ${location}`, fitting);
}

function azureSizes(): Instance[] {
  return instances()
    .map(instance)
    .filter(({ provider, gpus }) => provider === "Azure" && gpus !== undefined);
}

function bySize(one: Instance, other: Instance): number {
  return one.vcpus - other.vcpus || one.memory_gib - other.memory_gib || (one.id < other.id ? -1 : 1);
}

function refused(name: string, pool: Pool, found: string, fitting: Instance[]) {
  const asked = `${pool.gpusPerNode} x ${pool.accelerator}${pool.rdma ? " and InfiniBand" : ""} in a node`;
  const sizes = fitting.map(({ id, listed_in }) => `${id} (${listed_in.slice(0, 6).join(", ") || "nowhere listed"})`);
  return new pulumi.RunError(
    [
      `pool ${name} asks for ${asked}`,
      `  found    ${found}`,
      `  allowed  ${sizes.join("; ") || "no size of Azure that the catalogue knows has that"}`,
      `  remedy   change gpusPerNode or the accelerator, or name target.nodePools.${name}.vmSize`,
    ].join("\n"),
  );
}

function gpusOf({ gpus, accelerator, chip }: Instance): string {
  return `${gpus ?? 0} x ${accelerator ?? chip}`;
}
