import type { Provider } from "@pulumi/kubernetes/provider.js";
import type * as pulumi from "@pulumi/pulumi";
import type { Finding } from "./country/fault.ts";
import type { Country } from "./country.ts";
import type { ObjectStore } from "./storage/object-store.ts";

/** A node as the cluster reports it: what a pool needs to know to take it. */
export type ClusterNode = {
  name: string;
  labels: Record<string, string>;
  taints: { key: string; value?: string; effect: string }[];
  /** Kubernetes quantities by resource name, such as `nvidia.com/gpu: "8"`. */
  allocatable: Record<string, string>;
};

/** What a country's cluster is before anything of ours stands in it. */
export type ClusterState = {
  /** Kubernetes version, such as `v1.36.1`. */
  version: string;
  nodes: ClusterNode[];
  /** Whether it is a rehearsal's control plane on this machine, and no country's. */
  rehearsal: boolean;
  /** Group versions the API server serves, such as `gateway.networking.k8s.io/v1`. */
  serves: string[];
  /** Labels of every namespace, by its name: those that Freehold made say so. */
  namespaces: Record<string, Record<string, string>>;
  /** Name that the vault of its keys has or will have, where a cloud keeps names of vaults that are gone. */
  vault?: string;
  /** Classes of volumes, and which of them volumes get that name none. */
  storageClasses: { name: string; isDefault: boolean }[];
};

/** A taint that keeps whoever does not tolerate it off a node. */
export type NodeTaint = { key: string; value: string; effect: string };

/** Taints that a cloud itself puts on the nodes of pools, beside Freehold's, by pool; a pool without any is left out. */
export type CloudTaints = Record<string, NodeTaint[]>;

/** What everything of a country stands on. */
export type Ground = {
  /** The one provider through which everything in the cluster is made. */
  provider: Provider;
  /** What has to stand before anything is put into the cluster. */
  ready: pulumi.Resource[];
  /** The nodes of each pool, as what needs them waits for them. */
  pools: Record<string, pulumi.Resource>;
  /** Nodes that pools took before the cluster shows their GPUs, by pool. */
  awaited: Record<string, string[]>;
  /** StorageClass of encrypted volumes that came with the cluster. */
  volumeClass?: pulumi.Input<string>;
  /** The cloud's own object store, where the country declares to use it. */
  objects?: ObjectStore;
};

/** What every target answers, each in a file of its own. */
export type Cloud = {
  /** Looks at the cluster without changing it. Throws a `RunError` that says what cannot be reached and what to do. */
  inspect(country: Country): Promise<ClusterState>;
  /** What is missing there of what the pools declare, before anything is made. */
  preflight(country: Country, cluster: ClusterState): Finding[] | Promise<Finding[]>;
  /** Annotations of the Service in front of the gateway, so that the cloud opens no door to the world. */
  doorAnnotations(country: Country): Record<string, string>;
  /** What whoever runs on the nodes of a pool has to tolerate of the cloud's own. */
  taints(country: Country): CloudTaints;
  /** Port of the nodes at which a load balancer of the cloud's own calls the gateway; undefined where none does. */
  doorPort?(country: Country): number | undefined;
  /** Takes, or makes, the cluster and the nodes of its pools. */
  ground(country: Country, cluster: ClusterState, opts: pulumi.ComponentResourceOptions): Ground;
};

/** The answers of a kind of target. Only its own file is loaded: a cloud's package costs a program time and memory. */
export async function cloudOf(kind: Country["target"]["kind"]): Promise<Cloud> {
  if (kind === "aws") return (await import("./clouds/aws.ts")).aws;
  if (kind === "azure") return (await import("./clouds/azure.ts")).azure;
  return (await import("./clouds/onprem.ts")).onprem;
}

/**
 * Settings of every cluster's provider. Otherwise a changed Secret or ConfigMap is deleted before it is made anew, and every
 * key is invalid meanwhile.
 */
export const inPlace = { enableSecretMutable: true, enableConfigMapMutable: true };
