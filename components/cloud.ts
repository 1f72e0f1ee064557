import type { Provider } from "@pulumi/kubernetes/provider.js";
import { onprem } from "./clouds/onprem.ts";
import type { Country } from "./country.ts";

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
  /** Classes of volumes, and which of them volumes get that name none. */
  storageClasses: { name: string; isDefault: boolean }[];
};

/** What every target answers, each in a file of its own. */
export type Cloud = {
  /** Looks at the cluster without changing it. Throws a `RunError` that says what cannot be reached and what to do. */
  inspect(country: Country): Promise<ClusterState>;
  /** The one provider through which everything of the country is made. */
  provider(name: string, country: Country): Provider;
};

export const clouds: Record<Country["target"]["kind"], Cloud> = { onprem };
