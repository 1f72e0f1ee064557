/** What a set of replicas serves: a model under the name that clients ask for, to all who share it or to one tenant alone. */
export type Serving<Model> = Model & {
  /** Name that clients ask for: the model's in the country file. */
  servedName: string;
  /** The one tenant that these replicas serve; shared by all others where there is none. */
  tenant?: string;
  /** Whether prompts that begin alike share computed prefixes. */
  prefixCache: boolean;
  /** The set of replicas that answers while none of these does. */
  fallback?: string;
};

type Users = Record<string, { models: string[]; ownReplicas: number }>;
type Served = {
  replicas: number;
  prefixCache?: boolean;
  fallback?: string;
  autoscale?: { most: number; waiting: number };
};

/**
 * The sets of replicas that a country runs, by the name of their objects in the cluster: one a model that is shared, under
 * the model's name, and one for each tenant with replicas of its own, as `<tenant>-<model>`. A model that nobody shares has
 * no shared replicas.
 */
export function modelServers<Model extends Served>(
  models: Record<string, Model>,
  tenants: Users,
): Record<string, Serving<Model>> {
  const servers: Record<string, Serving<Model>> = {};
  for (const [name, model] of Object.entries(models)) {
    const users = Object.entries(tenants).filter(([, tenant]) => tenant.models.includes(name));
    const sharing = users.filter(([, { ownReplicas }]) => ownReplicas === 0);
    // A cache that several tenants fill without salts tells each, by its timing, what the others asked.
    if (sharing.length > 0 || users.length === 0) {
      servers[name] = { ...model, servedName: name, prefixCache: model.prefixCache ?? sharing.length === 1 };
    }
    for (const [tenant, { ownReplicas }] of users.filter(([, { ownReplicas }]) => ownReplicas > 0)) {
      const { autoscale, ...fixed } = model;
      servers[ownServer(tenant, name)] = {
        ...(fixed as Model),
        servedName: name,
        tenant,
        replicas: ownReplicas,
        // Its own too: a tenant that shares replicas with nobody does not for the hour in which some fail.
        ...(model.fallback !== undefined && { fallback: ownServer(tenant, model.fallback) }),
        prefixCache: model.prefixCache ?? true,
      };
    }
  }
  // Of a model that no tenant uses, whose fallback none shares.
  for (const server of Object.values(servers)) {
    if (server.fallback !== undefined && !Object.hasOwn(servers, server.fallback)) delete server.fallback;
  }
  return servers;
}

/** Name of the replicas of a model that serve one tenant alone. */
export function ownServer(tenant: string, model: string): string {
  return `${tenant}-${model}`;
}
