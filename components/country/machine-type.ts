import { type Instance, instance, instances } from "../../catalogue/index.ts";

/** What of a pool decides which machines its nodes can be. */
export type Wanted = { accelerator: string; gpusPerNode: number };

/** Machine types of a cloud that have exactly the accelerators of a pool's node, the smallest first. */
export function machineTypes(provider: Instance["provider"], { accelerator, gpusPerNode }: Wanted): Instance[] {
  return instances()
    .map(instance)
    .filter((each) => each.provider === provider && each.accelerator === accelerator && each.gpus === gpusPerNode)
    .sort((a, b) => a.vcpus - b.vcpus || a.memory_gib - b.memory_gib || (a.id < b.id ? -1 : 1));
}

/** The machine type of a pool's nodes: the declared one, else the smallest that fits; undefined where the catalogue knows none. */
export function machineType(provider: Instance["provider"], pool: Wanted, declared?: string): Instance | undefined {
  return declared === undefined
    ? machineTypes(provider, pool)[0]
    : instances().includes(declared)
      ? instance(declared)
      : undefined;
}
