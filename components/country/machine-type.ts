import { type Instance, instance, instances, offeredByAws } from "../../catalogue/index.ts";

type Provider = Instance["provider"];

/** What of a pool decides which machines its nodes can be. */
export type Wanted = { accelerator: string; gpusPerNode: number; rdma?: object | undefined };

/** Machine types of a cloud that have exactly what a pool's node has, its fast interconnect too; the smallest first. */
export function machineTypes(provider: Provider, { accelerator, gpusPerNode, rdma }: Wanted): Instance[] {
  return machinesOf(provider)
    .filter((each) => each.accelerator === accelerator && each.gpus === gpusPerNode && (!rdma || each.fabric))
    .sort((a, b) => a.vcpus - b.vcpus || a.memory_gib - b.memory_gib || (a.id < b.id ? -1 : 1));
}

/**
 * The machine type of a pool's nodes: the declared one, whatever it has, else the smallest that fits and is sold in the region;
 * undefined where the catalogue knows none.
 */
export function machineType(
  provider: Provider,
  pool: Wanted,
  { declared, region }: { declared?: string | undefined; region?: string | undefined },
): Instance | undefined {
  if (declared !== undefined) return machinesOf(provider).find(({ id }) => id === declared);
  const fitting = machineTypes(provider, pool).filter((each) => isSold(each, region) !== false);
  // One that is known to be sold there goes before those of which nobody has published anything.
  return fitting.find((each) => isSold(each, region)) ?? fitting[0];
}

/** Whether a cloud sells a machine type in a region, as its list of prices says; undefined where it has published none. */
export function isSold({ provider, id, listed_in }: Instance, region: string | undefined): boolean | undefined {
  if (region === undefined) return undefined;
  if (provider === "AWS") return offeredByAws(id, region);
  return listed_in.length === 0 ? undefined : listed_in.includes(region);
}

/** Every machine type of a cloud that the catalogue knows. */
export function machinesOf(provider: Provider): Instance[] {
  return instances()
    .map(instance)
    .filter((each) => each.provider === provider);
}
