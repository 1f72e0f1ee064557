import { profile } from "../../../catalogue/index.ts";
import { modelServers } from "../model-servers.ts";
import type { Sound } from "../sound.ts";

/** A set of replicas that a file asks for: how many at most, and what each takes of its pool. */
export type Server = {
  /** Name of its objects in the cluster. */
  name: string;
  /** Name of the model in the file, and of the one tenant it serves where it is a tenant's own. */
  model: string;
  tenant?: string;
  pool: string;
  gpus: number;
  nodes: number;
  replicas: number;
  /** Whether their number follows the load. */
  scales: boolean;
};

type Counted = Pick<Server, "model" | "pool" | "gpus" | "nodes" | "replicas"> & {
  autoscale?: { most: number; waiting: number };
};

/** Every set of replicas of a file, as far as what sums need is sound. */
export function serversOf(file: Sound): Server[] {
  const counted = Object.entries(file.models ?? {}).flatMap(([name, written]): [string, Counted][] => {
    const { pool, gpus, nodes, replicas, autoscale } = written ?? {};
    if (pool === undefined || gpus === undefined || nodes === undefined || replicas === undefined) return [];
    const most = autoscale?.most === undefined ? undefined : { most: autoscale.most, waiting: 0 };
    return [[name, { model: name, pool, gpus, nodes, replicas, autoscale: most }]];
  });
  return Object.entries(modelServers(Object.fromEntries(counted), usersOf(file))).map(
    ([name, { model, tenant, pool, gpus, nodes, replicas, autoscale }]) => ({
      name,
      model,
      tenant,
      pool,
      gpus,
      nodes,
      replicas: Math.max(replicas, autoscale?.most ?? 0),
      scales: autoscale !== undefined,
    }),
  );
}

/** The models that each tenant of a file uses, and how many replicas of each it has for itself. */
export function usersOf({
  models = {},
  tenants = {},
}: Sound): Record<string, { models: string[]; ownReplicas: number }> {
  return Object.fromEntries(
    Object.entries(tenants).map(([name, tenant]) => [
      name,
      {
        models: tenant?.models?.flatMap((model) => model ?? []) ?? Object.keys(models),
        ownReplicas: tenant?.ownReplicas ?? (profile(tenant?.profile ?? "standard").own_replicas ? 1 : 0),
      },
    ]),
  );
}
