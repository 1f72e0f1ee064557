import * as pulumi from "@pulumi/pulumi";
import { accelerator } from "../../../catalogue/index.ts";
import type { Ground } from "../../cloud.ts";
import { isErasable } from "../../country/erasable.ts";
import type { Country } from "../../country.ts";
import { platformNames } from "../../platform/names.ts";
import { poolLabel, poolTaint, sharingLabels } from "../../pool.ts";
import { serverName } from "../../storage/databases/cloudnative-pg.ts";
import { cloudVolumeClass } from "../../storage/volume-class.ts";
import { Audit } from "./audit.ts";
import { Bucket } from "./bucket.ts";
import { Cluster } from "./cluster.ts";
import { ClusterAddons, NodeAddons } from "./cluster-addons.ts";
import { Keys } from "./keys.ts";
import { kubernetesProvider } from "./kubernetes.ts";
import { Network } from "./network.ts";
import { NodeGroup, type NodeGroupArgs } from "./node-group.ts";
import { instanceTypeOf, isArm } from "./nodes/instance-type.ts";
import { awsObjectStore } from "./object-store.ts";
import { type AwsNames, awsNames } from "./partition.ts";
import { PodIdentities } from "./pod-identities.ts";
import { awsProvider } from "./provider.ts";
import { PublicDoor } from "./public-door.ts";
import { Registry } from "./registry.ts";
import type { AwsTarget } from "./target.ts";
import { Volumes } from "./volumes.ts";

/** A country whose target is AWS. */
export type AwsCountry = Pick<Country, "country" | "pools" | "modelServers" | "erase" | "storage"> & {
  target: AwsTarget;
};

type Base = { target: AwsTarget; names: AwsNames; erasable: boolean };

/** Makes all that a country on AWS is made of, from the network to the nodes, in its one account and region. */
export function awsGround(country: AwsCountry, opts: pulumi.ComponentResourceOptions): Ground {
  const { target } = country;
  const base = { target, names: awsNames(target), erasable: isErasable("storage", country.erase) };
  const inside = { parent: opts.parent, provider: awsProvider(country, { parent: opts.parent }) };

  const keys = new Keys("keys", base, inside);
  const network = new Network("network", { ...base, logKey: keys.arns.logs }, inside);
  const endpoint = network.endpoints.s3.id;
  new Audit("audit", { ...base, key: keys.arns.logs, endpoint }, inside);
  const store = (purpose: string) =>
    new Bucket(purpose, { ...base, key: keys.arns.objects, endpoint, undoDays: 30 }, inside);
  const [weights, backups] = [store("weights"), store("backups")];
  const { upstreams = {} } = target.registry ?? {};
  if (Object.keys(upstreams).length > 0) {
    new Registry("registry", { ...base, upstreams, key: keys.arns.objects }, inside);
  }

  const cluster = new Cluster("cluster", { ...base, network, keys: keys.arns }, inside);
  const provider = kubernetesProvider("cluster", target, cluster, { parent: opts.parent });
  const before = new NodeAddons("node-addons", { ...base, clusterName: cluster.name }, inside);
  const onNodes = { ...inside, dependsOn: [before] };
  const common = {
    ...base,
    clusterName: cluster.name,
    volumeKey: keys.volumes,
    securityGroup: network.groups.nodes.id,
  };
  const system = new NodeGroup("system", { ...common, ...systemNodes(target, network) }, onNodes);
  if (target.door.kind === "public" && network.edge) {
    new PublicDoor(
      "door",
      {
        ...base,
        door: target.door,
        edge: network.edge,
        nodes: network.groups.nodes.id,
        autoscalingGroup: system.autoscalingGroup,
        logKey: keys.arns.logs,
      },
      inside,
    );
  }
  const addons = new ClusterAddons(
    "cluster-addons",
    { ...base, clusterName: cluster.name },
    { ...inside, dependsOn: [system] },
  );
  const volumes = new Volumes(
    "volumes",
    { alias: keys.volumes },
    { parent: opts.parent, providers: [inside.provider, provider], dependsOn: [addons] },
  );
  const identities = new PodIdentities(
    "identities",
    { ...base, clusterName: cluster.name, ...bucketUsers(country) },
    inside,
  );
  const pools = Object.fromEntries(
    Object.keys(country.pools).map((name): [string, pulumi.Resource] => [
      name,
      new NodeGroup(name, { ...common, ...poolNodes(name, country, network) }, onNodes),
    ]),
  );
  const ofBuckets = { weights: weights.bucket, backups: backups.bucket };
  return {
    provider,
    ready: [cluster, system, addons, volumes],
    pools,
    awaited: {},
    volumeClass: cloudVolumeClass,
    objects: awsObjectStore(target, base.names, ofBuckets, [weights, backups, identities]),
  };
}

type OfGroup = Omit<NodeGroupArgs, keyof Base | "clusterName" | "volumeKey" | "securityGroup">;

/** Nodes for everything that is no model: spread over the zones, without GPUs. */
function systemNodes({ systemNodes: { instanceType, nodes } }: AwsTarget, { subnets }: Network): OfGroup {
  return {
    instanceType,
    amiType: isArm(instanceType) ? "AL2023_ARM_64_STANDARD" : "AL2023_x86_64_STANDARD",
    nodes,
    subnets: Object.values(subnets),
    imageGiB: 100,
    adapters: 0,
    capacity: { kind: "on-demand" },
  };
}

/** Nodes with a pool's GPUs: in one zone, labelled and tainted as the pool's from their first moment. */
function poolNodes(name: string, { pools, target }: AwsCountry, { subnets }: Network): OfGroup {
  const pool = pools[name]!;
  const group = target.nodeGroups[name]!;
  const choice = instanceTypeOf(pool, group, target.region);
  // Components may stand alone in somebody's program, so refusals are here and not only in the country file's.
  if (!("instance" in choice)) {
    const { found, allowed, remedy } = choice;
    throw new pulumi.RunError(
      `target.nodeGroups.${name} has no instance type\n  found    ${found}\n  allowed  ${allowed}\n  remedy   ${remedy}`,
    );
  }
  const { id, cpu, fabric } = choice.instance;
  const nvidia = accelerator(pool.accelerator).vendor === "nvidia";
  return {
    instanceType: id,
    amiType: `AL2023_${cpu === "arm64" ? "ARM_64" : "x86_64"}_${nvidia ? "NVIDIA" : "STANDARD"}`,
    nodes: pool.nodes,
    subnets: [subnets[group.zone ?? target.network.zones[0]!]!],
    imageGiB: group.imageGiB,
    adapters: pool.rdma ? (fabric?.ports ?? 1) : 0,
    capacity: group.capacity,
    labels: { [poolLabel]: name, ...sharingLabels(name, pool.sharing) },
    taints: [poolTaint(pool)],
    // A block's machines stand together already, and in no group of anybody's.
    together: pool.rdma !== undefined && group.capacity.kind !== "capacity-block",
  };
}

/** Whose pods use the buckets: every model server reads weights, and the database writes its backups. */
function bucketUsers({ modelServers, storage }: AwsCountry) {
  const { records } = storage ?? {};
  return {
    weights: Object.keys(modelServers).map((name) => ({ name, namespace: platformNames.models })),
    backups:
      records?.kind === "cloudnative-pg" ? [{ name: serverName(records), namespace: platformNames.storage }] : [],
  };
}
