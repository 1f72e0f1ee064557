import type { Country } from "../../country.ts";

/** Who holds the keys of a country on Azure. */
export type AzureKeyHolder = { kind: "vault" } | { kind: "managed-hsm"; key: string };

/** A country's place on Azure, every default applied. */
export type AzureTarget = {
  kind: "azure";
  /** Region by its name in the API, such as `brazilsouth`; the place, too. */
  location: string;
  place: string;
  /** Name of the cluster's context in kubeconfigs. */
  context: string;
  /** GUID of the one subscription that is ever touched. */
  subscription: string;
  /** GUID of the Entra tenant. */
  tenant: string;
  /** Name of the cluster, and what every other name begins with. */
  cluster: string;
  /** Minor version, such as `1.35`. */
  kubernetes: string;
  network: {
    /** Private range, /16 to /20. */
    cidr: string;
    /** Availability zones, `1` to `3`; none where the region has none. */
    zones: string[];
    /** Ranges outside the network that may call the door, the API server and the registry. */
    callers: string[];
    egress: { kind: "none" } | { kind: "appliance"; nextHop: string };
  };
  /** Object ids of the Entra groups that administer the cluster. */
  admins: string[];
  /** Who holds the keys, and who held those before, oldest first. */
  keys: AzureKeyHolder & { earlier?: AzureKeyHolder[] };
  systemNodes: { vmSize: string; nodes: number };
  nodePools: Record<string, AzureNodePoolTarget>;
};

/** What a pool of the country is on Azure. */
export type AzureNodePoolTarget = {
  vmSize?: string;
  zone?: string;
  osDiskGiB: number;
  capacity: { kind: "on-demand" } | { kind: "spot" } | { kind: "reservation"; group: string };
};

/** A country that stands on Azure: what its ground is made from. */
export type AzureCountry = Pick<Country, "country" | "pools" | "drivers" | "erase"> &
  Partial<Pick<Country, "storage">> & { target: AzureTarget };
