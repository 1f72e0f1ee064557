import { CustomResource } from "@pulumi/kubernetes/apiextensions/customResource.js";
import { RoleBinding } from "@pulumi/kubernetes/rbac/v1/roleBinding.js";
import * as pulumi from "@pulumi/pulumi";
import { addon } from "../catalogue/index.ts";
import { ClosedNamespace } from "./closed-namespace.ts";
import { isErasable } from "./country/erasable.ts";
import type { Country } from "./country.ts";
import { tenantGroups, tenantLabel } from "./platform/admit-tenants.ts";
import { poolCapacity, poolResource } from "./pool.ts";
import { queueApi, queuedNamespace, queueNames } from "./queues.ts";

export type WorkspaceArgs = NonNullable<Country["tenants"][string]["workspace"]> & {
  /** Every pool of the country: a tenant may ask for those that it was given, and for nothing of the others. */
  pools: Country["pools"];
  /** What may be deleted with its data. */
  erase: Country["erase"];
};

/** A tenant's own place in the cluster: a closed namespace, and a queue for the GPUs that it was given. */
export class Workspace extends pulumi.ComponentResource {
  /** Name of the namespace, known only once it exists. */
  readonly namespace: pulumi.Output<string>;

  constructor(name: string, args: WorkspaceArgs, opts?: pulumi.ComponentResourceOptions) {
    super("freehold:index:Workspace", name, {}, opts);
    const inside = { parent: this };
    const lost = Object.keys(args.gpus).filter((pool) => !Object.hasOwn(args.pools, pool));
    if (lost.length > 0)
      throw new pulumi.RunError(`Workspace ${name} has GPUs of ${lost.join(", ")}, which is no pool.`);
    const queued = Object.keys(args.gpus).length > 0;
    const labels = { [tenantLabel]: name };

    this.namespace = new ClosedNamespace(
      `tenant-${name}`,
      {
        namespace: `tenant-${name}`,
        labels: { ...labels, ...(queued && queuedNamespace) },
        quota: quota(args),
        opens: { ingress: [{ from: [ownPods] }], egress: [{ to: [ownPods] }, gateway] },
      },
      // Deletion of a tenant's data needs a second word in the country file.
      { ...inside, protect: !isErasable(`tenants/${name}`, args.erase) },
    ).namespace;
    new RoleBinding(
      name,
      {
        metadata: { name: "members", namespace: this.namespace, labels },
        roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "edit" },
        // Who is in it, says whoever signs people in to the cluster.
        subjects: [{ apiGroup: "rbac.authorization.k8s.io", kind: "Group", name: `${tenantGroups}${name}` }],
      },
      inside,
    );
    if (queued) makeQueue(name, this.namespace, args, inside);
    this.registerOutputs({ namespace: this.namespace });
  }
}

const ownPods = { podSelector: {} };

/** The door to the models, and not the metrics beside it: the proxies listen 10,000 above the listener's port. */
const gateway = {
  to: [
    {
      namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": addon("envoy-gateway").namespace } },
      podSelector: { matchLabels: { "app.kubernetes.io/component": "proxy" } },
    },
  ],
  ports: [{ protocol: "TCP", port: 10443 }],
};

/** The most that the namespace's pods may ask for, whoever starts them. */
function quota({ cpu, memoryGiB, storageGiB, gpus, borrow, pools }: WorkspaceArgs): Record<string, string> {
  const given: Record<string, number> = {};
  for (const [name, pool] of Object.entries(pools)) {
    const resource = `requests.${poolResource(pool)}`;
    const own = gpus[name] ?? 0;
    // What a borrower may have at a time the queue knows; the quota knows only what there is.
    given[resource] = (given[resource] ?? 0) + (borrow && own > 0 ? poolCapacity(pool) : own);
  }
  return {
    "requests.cpu": String(cpu),
    "requests.memory": `${memoryGiB}Gi`,
    "limits.memory": `${memoryGiB}Gi`,
    "requests.storage": `${storageGiB}Gi`,
    pods: String(10 * cpu),
    // A way in from outside that the gateway does not guard.
    "services.loadbalancers": "0",
    "services.nodeports": "0",
    ...Object.fromEntries(Object.entries(given).map(([resource, count]) => [resource, String(count)])),
  };
}

/** What the tenant has of each pool is its own: whoever borrowed it gives it back as soon as one of its jobs wants it. */
function makeQueue(name: string, namespace: pulumi.Output<string>, args: WorkspaceArgs, opts: pulumi.ResourceOptions) {
  const clusterQueue = new CustomResource(
    name,
    {
      apiVersion: queueApi,
      kind: "ClusterQueue",
      metadata: { name: `tenant-${name}` },
      spec: {
        cohortName: queueNames.cohort,
        namespaceSelector: { matchLabels: { [tenantLabel]: name } },
        // A large job that waits for room does not hold up small ones that have it.
        queueingStrategy: "BestEffortFIFO",
        resourceGroups: resourceGroups(args),
        preemption: { reclaimWithinCohort: "Any" },
      },
    },
    opts,
  );
  new CustomResource(
    name,
    {
      apiVersion: queueApi,
      kind: "LocalQueue",
      metadata: { name: queueNames.local, namespace },
      spec: { clusterQueue: clusterQueue.metadata.name },
    },
    opts,
  );
}

function resourceGroups({ cpu, memoryGiB, gpus, borrow, pools }: WorkspaceArgs) {
  const alone = { borrowingLimit: "0", lendingLimit: "0" };
  const ground = {
    coveredResources: ["cpu", "memory"],
    flavors: [
      {
        name: queueNames.anywhere,
        resources: [
          { name: "cpu", nominalQuota: String(cpu), ...alone },
          { name: "memory", nominalQuota: `${memoryGiB}Gi`, ...alone },
        ],
      },
    ],
  };
  // A resource stands in one group alone, with every pool that gives it; jobs go to the first that has room.
  const groups = new Map<string, object[]>();
  for (const [pool, count] of Object.entries(gpus)) {
    const resource = poolResource(pools[pool]!);
    const quota = { name: resource, nominalQuota: String(count), ...(borrow ? {} : { borrowingLimit: "0" }) };
    const flavors = groups.get(resource) ?? [];
    groups.set(resource, [...flavors, { name: queueNames.ofPool(pool), resources: [quota] }]);
  }
  return [ground, ...[...groups].map(([resource, flavors]) => ({ coveredResources: [resource], flavors }))];
}
