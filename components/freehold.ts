import * as pulumi from "@pulumi/pulumi";
import { Addon, type AddonCountry, addonOrder, addonsBefore } from "./addon.ts";
import { Budgets } from "./budgets.ts";
import type { Cloud, ClusterState } from "./cloud.ts";
import type { Country } from "./country.ts";
import { Gateway } from "./gateway.ts";
import { databasePasswords, Ledger } from "./ledger.ts";
import { Model } from "./model.ts";
import { Monitoring } from "./monitoring.ts";
import { Platform } from "./platform.ts";
import { outside } from "./storage/object-store.ts";
import { Storage } from "./storage.ts";
import { Workspace } from "./workspace.ts";

export type FreeholdArgs = {
  country: Country;
  /** The answers of the country's target. */
  cloud: Cloud;
  /** The cluster as `cloud.inspect` saw it. */
  cluster: ClusterState;
  /** The country's key seed, a secret of at least 32 characters. */
  keySeed: pulumi.Input<string>;
};

/** A country's AI cloud, whole: pools, platform, add-ons, storage, models, gateway and tenants, as they depend on each other. */
export class Freehold extends pulumi.ComponentResource {
  /** Base URL of each tenant, by tenant name. */
  readonly addresses: Record<string, string>;
  /** API keys that are good now, by tenant and by their name; a secret. */
  readonly keys: pulumi.Output<Record<string, Record<string, string>>>;
  /** Nodes that pools took before the cluster shows their GPUs, by pool. */
  readonly awaited: Record<string, string[]>;

  constructor(
    name: string,
    { country: declared, cloud, cluster, keySeed }: FreeholdArgs,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("freehold:index:Freehold", name, {}, opts);
    const country = { ...declared, cloudTaints: cloud.taints(declared) };
    const ground = cloud.ground(country, cluster, { parent: this });
    const { provider, pools, awaited } = ground;
    const inside = { parent: this, provider };

    const cloudHosts = ground.objects && outside(ground.objects);
    const platform = new Platform("platform", { ...country, cloudHosts }, { ...inside, dependsOn: ground.ready });
    const ready = installAddons(country, { ...inside, dependsOn: [platform, ...Object.values(pools)] });
    const addon = (...ids: string[]) => ids.flatMap((id) => ready[id] ?? []);

    const storage =
      country.storage &&
      new Storage(
        "storage",
        {
          ...country,
          ...country.storage,
          volumeClass: country.storage.volumeClass ?? ground.volumeClass,
          cloudObjects: ground.objects,
          namespace: platform.storage!,
          modelsNamespace: platform.models,
          gatewayNamespace: platform.gateway,
          passwords: databasePasswords(keySeed),
          monitoring: country.monitoring !== undefined,
        },
        { ...inside, dependsOn: addon("cert-manager", "cloudnative-pg", "barman-cloud", "rook-ceph", "prometheus") },
      );
    if (country.monitoring) {
      new Monitoring(
        "monitoring",
        { ...country, namespace: platform.monitoring! },
        { ...inside, dependsOn: addon("prometheus") },
      );
    }
    const models = mapValues(
      country.modelServers,
      (server, serverName) =>
        new Model(
          serverName,
          {
            ...server,
            namespace: platform.models,
            nodePool: country.pools[server.pool]!,
            cloudTaints: country.cloudTaints[server.pool],
            network: country.network,
            monitoring: country.monitoring !== undefined,
            objects: storage?.objects,
          },
          {
            ...inside,
            dependsOn: [platform, pools[server.pool]!, ...addon("lws", "keda"), ...(storage ? [storage] : [])],
          },
        ),
    );
    const ledger =
      storage &&
      new Ledger(
        "ledger",
        {
          ...country,
          records: storage.records,
          storageNamespace: platform.storage!,
          password: databasePasswords(keySeed).recorder,
          monitoring: country.monitoring !== undefined,
        },
        { ...inside, dependsOn: [storage, ...addon("cert-manager", "envoy-gateway")] },
      );
    const gateway = new Gateway(
      "gateway",
      {
        ...country.gateway,
        ...country,
        namespace: platform.gateway,
        models,
        keySeed,
        volumeClass: storage?.volumeClass ?? ground.volumeClass,
        serviceAnnotations: cloud.doorAnnotations(country),
        nodePort: cloud.doorPort?.(country),
        ledger: ledger?.sidecar,
      },
      {
        ...inside,
        dependsOn: [platform, ...addon("cert-manager", "envoy-gateway", "ai-gateway"), ...(ledger ? [ledger] : [])],
      },
    );
    if (storage && Object.values(country.tenants).some(({ budget }) => budget)) {
      new Budgets(
        "budgets",
        {
          ...country,
          records: storage.records,
          storageNamespace: platform.storage!,
          password: databasePasswords(keySeed).budgets,
          namespace: platform.gateway,
          host: country.gateway.host,
          monitoring: country.monitoring !== undefined,
        },
        { ...inside, dependsOn: [storage, gateway, ...addon("cert-manager")] },
      );
    }
    for (const [tenant, { workspace }] of Object.entries(country.tenants)) {
      if (!workspace) continue;
      new Workspace(
        tenant,
        { ...workspace, pools: country.pools, erase: country.erase },
        { ...inside, dependsOn: [platform, ...addon("kueue")] },
      );
    }
    this.addresses = gateway.addresses;
    this.keys = gateway.keys;
    this.awaited = awaited;
    this.registerOutputs({ addresses: this.addresses });
  }
}

/** Installs the country's add-ons, each after those that it needs; answers with what their users wait for. */
function installAddons(
  country: AddonCountry,
  opts: pulumi.ComponentResourceOptions,
): Record<string, pulumi.Resource[]> {
  const ready: Record<string, pulumi.Resource[]> = {};
  const waited = [opts.dependsOn ?? []].flat() as pulumi.Resource[];
  for (const id of addonOrder(Object.keys(country.addons))) {
    const before = addonsBefore(id).flatMap((earlier) => ready[earlier] ?? []);
    ready[id] = new Addon(
      id,
      { id, ...country.addons[id]!, country },
      { ...opts, dependsOn: [...waited, ...before] },
    ).ready;
  }
  return ready;
}

function mapValues<V, R>(record: Record<string, V>, make: (value: V, key: string) => R): Record<string, R> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, make(value, key)]));
}
