import { PersistentVolumeClaim } from "@pulumi/kubernetes/core/v1/persistentVolumeClaim.js";
import { PriorityClass } from "@pulumi/kubernetes/scheduling/v1/priorityClass.js";
import * as pulumi from "@pulumi/pulumi";
import { ClosedNamespace } from "./closed-namespace.ts";
import { type Country, jurisdiction } from "./country.ts";
import { admission } from "./platform/admission.ts";
import { admitTenants } from "./platform/admit-tenants.ts";
import { ciliumPolicies } from "./platform/cilium.ts";
import { platformNames, priorities } from "./platform/names.ts";
import { poolCapacity, poolResource } from "./pool.ts";

export { platformNames } from "./platform/names.ts";

export type PlatformArgs = Pick<
  Country,
  | "country"
  | "operator"
  | "registry"
  | "guards"
  | "network"
  | "pools"
  | "modelServers"
  | "storage"
  | "monitoring"
  | "target"
  | "tenants"
> & {
  /** Hosts and addresses of the cloud that the country stands in, which its own parts call. */
  cloudHosts?: string[];
};

/** The ground that everything stands on: closed namespaces, priorities, and admission that guards what bypasses Pulumi. */
export class Platform extends pulumi.ComponentResource {
  /** Namespace of the model servers. */
  readonly models: pulumi.Output<string>;
  /** Namespace of the gateway's objects and of the tenants' keys. */
  readonly gateway: pulumi.Output<string>;
  /** Namespace of the records' database, where the country declares storage. */
  readonly storage?: pulumi.Output<string>;
  /** Namespace of what is watched and alerted on, where the country declares monitoring. */
  readonly monitoring?: pulumi.Output<string>;

  constructor(name: string, args: PlatformArgs, opts?: pulumi.ComponentResourceOptions) {
    super("freehold:index:Platform", name, {}, opts);
    const inside = { parent: this };
    const closed = (short: keyof typeof platformNames, quota: Record<string, string>) =>
      new ClosedNamespace(short, { namespace: platformNames[short], quota }, inside).namespace;

    this.models = closed("models", { pods: String(podsOf(args.modelServers)), ...gpuQuota(args.pools) });
    this.gateway = closed("gateway", { pods: "50", secrets: "1000" });
    if (args.storage) this.storage = closed("storage", { pods: "100", persistentvolumeclaims: "50" });
    if (args.monitoring) this.monitoring = closed("monitoring", { pods: "10" });
    claimWeights(args.modelServers, this.models, inside);
    makePriorities(inside);
    const { hosts, ...rest } = jurisdiction(args);
    admission({ ...rest, hosts: [...hosts, ...(args.cloudHosts ?? [])] }, inside);
    admitTenants(inside);
    if (args.network.policies === "cilium") ciliumPolicies(args, inside);
    this.registerOutputs({
      models: this.models,
      gateway: this.gateway,
      storage: this.storage,
      monitoring: this.monitoring,
    });
  }
}

/** Claims the volumes that hold weights: each is there already, and every model server reads it. */
function claimWeights(
  servers: PlatformArgs["modelServers"],
  namespace: pulumi.Output<string>,
  opts: pulumi.ResourceOptions,
) {
  const volumes = Object.values(servers).flatMap(({ weights }) => (weights.from === "volume" ? [weights.volume] : []));
  for (const volumeName of new Set(volumes)) {
    new PersistentVolumeClaim(
      `weights-${volumeName}`,
      {
        metadata: { name: volumeName, namespace },
        spec: {
          volumeName,
          // Any other class would have a volume made anew.
          storageClassName: "",
          accessModes: ["ReadOnlyMany"],
          resources: { requests: { storage: "1Gi" } },
        },
      },
      opts,
    );
  }
}

/** Pods of all model servers at their most, and as many again: what is ending counts until it is gone. */
function podsOf(servers: PlatformArgs["modelServers"]): number {
  const pods = Object.values(servers).map(({ replicas, autoscale, nodes }) => (autoscale?.most ?? replicas) * nodes);
  return 2 * pods.reduce((sum, each) => sum + each, 0);
}

/** What the pools give in all, as a ResourceQuota counts it: no more can be asked for than was declared. */
function gpuQuota(pools: PlatformArgs["pools"]): Record<string, string> {
  const counts: Record<string, number> = {};
  for (const pool of Object.values(pools)) {
    // Shares by turns are for one tenant's development, in its own namespace.
    if (pool.sharing.kind === "time-slicing") continue;
    const resource = `requests.${poolResource(pool)}`;
    counts[resource] = (counts[resource] ?? 0) + poolCapacity(pool);
  }
  return Object.fromEntries(Object.entries(counts).map(([resource, count]) => [resource, String(count)]));
}

/** Who goes first where room is short: the gateway and the records, then models, then tenants' own work. */
function makePriorities(opts: pulumi.ResourceOptions) {
  const priority = (name: keyof typeof priorities, description: string, preemptionPolicy?: string) =>
    new PriorityClass(
      name,
      {
        metadata: { name: platformNames[`${name}Priority`] },
        value: priorities[name],
        description,
        preemptionPolicy,
      },
      opts,
    );
  priority("platform", "Gateway and records: without them no model can be reached.");
  priority("serving", "Model servers: never preempted for batch work.");
  priority("tenant", "A tenant's own work.", "Never");
}
