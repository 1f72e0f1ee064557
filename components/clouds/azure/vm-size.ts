import * as pulumi from "@pulumi/pulumi";
import type { Instance } from "../../../catalogue/index.ts";
import { machineType, machineTypes } from "../../country/machine-type.ts";
import type { AzureCountry, AzureNodePoolTarget } from "./target.ts";

type Pool = Pick<AzureCountry["pools"][string], "accelerator" | "gpusPerNode" | "rdma">;

/**
 * The VM size of a pool: the declared one, or the smallest with exactly its GPUs that is sold in the region. Throws a
 * `RunError` where Azure has none such.
 */
export function vmSizeOf(
  name: string,
  pool: Pool,
  { vmSize }: Pick<AzureNodePoolTarget, "vmSize">,
  location: string,
): string {
  const fitting = machineTypes("Azure", pool);
  const machine = machineType("Azure", pool, { declared: vmSize, region: location });
  if (machine && fitting.some(({ id }) => id === machine.id)) return machine.id;
  if (vmSize === undefined) throw refused(name, pool, `no size of these listed in ${location}`, fitting);
  // A size that the catalogue does not know may be newer than the catalogue.
  if (!machine) return vmSize;
  throw refused(name, pool, `vmSize ${vmSize}, with ${gpusOf(machine)}`, fitting);
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

function gpusOf({ gpus, fraction, accelerator, chip }: Instance): string {
  return `${gpus ?? fraction} x ${accelerator ?? chip}`;
}
