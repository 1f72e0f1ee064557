import type { Provider } from "@pulumi/kubernetes/provider.js";
import * as pulumi from "@pulumi/pulumi";
import type { ClusterState } from "./cloud.ts";
import { clouds } from "./cloud.ts";
import type { Country } from "./country.ts";
import { Gateway, gatewayNames, tenantHost } from "./gateway.ts";
import { Model } from "./model.ts";
import { Platform } from "./platform.ts";
import { Pool } from "./pool.ts";
import { Tenant } from "./tenant.ts";

export type FreeholdArgs = {
  country: Country;
  /** The cluster as `clouds[target].inspect` saw it. */
  cluster: ClusterState;
  /** The country's key seed, a secret of at least 32 characters. */
  keySeed: pulumi.Input<string>;
};

/** A country's AI cloud, whole: pools, platform, models, gateway and tenants, in the order they depend on each other. */
export class Freehold extends pulumi.ComponentResource {
  /** Base URL of each tenant, by tenant name. */
  readonly addresses: Record<string, string>;

  constructor(name: string, { country, cluster, keySeed }: FreeholdArgs, opts?: pulumi.ComponentResourceOptions) {
    super("freehold:index:Freehold", name, {}, opts);
    const provider: Provider = clouds[country.target.kind].provider("cluster", country);
    const inside = { parent: this, provider };

    const pools = mapValues(
      country.pools,
      (pool, poolName) => new Pool(poolName, { ...pool, nodesInCluster: cluster.nodes }, inside),
    );
    const platform = new Platform("platform", country, inside);
    const models = mapValues(
      country.models,
      (model, modelName) =>
        new Model(
          modelName,
          { ...model, namespace: platform.models, accelerator: country.pools[model.pool]!.accelerator },
          { ...inside, dependsOn: [platform, pools[model.pool]!] },
        ),
    );
    const gateway = new Gateway(
      "gateway",
      { ...country.gateway, ...country, namespace: platform.gateway, models },
      { ...inside, dependsOn: platform },
    );
    for (const [tenant, settings] of Object.entries(country.tenants)) {
      new Tenant(
        tenant,
        {
          ...settings,
          gatewayNamespace: platform.gateway,
          gateway: gatewayNames,
          host: tenantHost(tenant, country.gateway.host),
          keySeed,
          operator: country.operator.name,
        },
        { ...inside, dependsOn: gateway },
      );
    }
    this.addresses = gateway.addresses;
    this.registerOutputs({ addresses: this.addresses });
  }
}

function mapValues<V, R>(record: Record<string, V>, make: (value: V, key: string) => R): Record<string, R> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, make(value, key)]));
}
