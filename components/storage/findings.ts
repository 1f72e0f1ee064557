import type { ClusterState } from "../cloud.ts";
import type { Finding } from "../country/fault.ts";
import type { Country } from "../country.ts";
import { volumeClassOf } from "./volume-class.ts";

type Needing = Pick<Country, "storage" | "monitoring" | "addons" | "target">;
type Cluster = Pick<ClusterState, "nodes" | "storageClasses">;

/** What the cluster lacks of what the storage of a country needs, before anything is made in it. */
export function storageFindings(country: Needing, cluster: Cluster): Finding[] {
  const { storage } = country;
  const claims = storage?.objects.kind === "ceph" ? storage.objects.claims?.class : undefined;
  return [
    ...fewNodes(country, cluster),
    ...missingClass(["storage", "volumeClass"], storage?.volumeClass, country, cluster),
    ...missingClass(["storage", "objects", "claims", "class"], claims, country, cluster),
    ...noDefaultClass(country, cluster),
  ];
}

/** Every copy needs a node of its own, and so does each of the three monitors that keep the map of the copies. */
function fewNodes({ storage, target }: Needing, { nodes }: Cluster): Finding[] {
  if (storage?.objects.kind !== "ceph") return [];
  const { copies, nodes: wanted } = storage.objects;
  const labels = Object.entries(wanted);
  const labelled = nodes.filter((node) => labels.every(([key, value]) => node.labels[key] === value)).length;
  const needed = Math.max(copies, monitors);
  if (labelled >= needed) return [];
  const texts = labels.map(([key, value]) => `${key}=${value}`);
  return [
    {
      at: ["storage", "objects", "nodes"],
      found: `${labelled} ${labelled === 1 ? "node" : "nodes"} labelled ${texts.join(",")} at context ${target.context}`,
      allowed: `at least ${needed}: ${copies} copies and ${monitors} monitors, each on a node of its own`,
      remedy: `label those whose disks Ceph may take and erase:  kubectl --context ${target.context} label node <node> ${texts.join(" ")}`,
    },
  ];
}

const monitors = 3;

function missingClass(at: string[], name: string | undefined, { target }: Needing, cluster: Cluster): Finding[] {
  const { names, list } = classesOf(cluster);
  if (name === undefined || names.includes(name)) return [];
  return [
    {
      at,
      found: `no StorageClass ${name} at context ${target.context}: there is ${list}`,
      allowed: "a StorageClass of the cluster",
      remedy: names[0] ? `write  ${at.at(-1)}: ${names[0]}  or make the class first` : "make the class first",
    },
  ];
}

/** Volumes that name no class wait for ever where the cluster has no default. */
function noDefaultClass(country: Needing, cluster: Cluster): Finding[] {
  const { storage, monitoring, addons, target } = country;
  if (volumeClassOf(country) !== undefined || cluster.storageClasses.some(({ isDefault }) => isDefault)) return [];
  const users = [
    ...(storage?.records.kind === "cloudnative-pg" ? ["the usage records"] : []),
    ...(monitoring ? ["metrics"] : []),
    ...(addons.valkey?.mode === "install" ? ["the gateway's counters"] : []),
  ];
  if (users.length === 0) return [];
  const { names, list } = classesOf(cluster);
  const mark = "storageclass.kubernetes.io/is-default-class=true";
  return [
    {
      at: storage ? ["storage"] : ["target", "context"],
      found: `no default StorageClass at context ${target.context} for the volumes of ${users.join(", ")}: there is ${list}`,
      allowed: "a default class of the cluster, or one that is named under storage.volumeClass",
      remedy: `${storage ? `add  volumeClass: ${names[0] ?? "<class>"}  or mark one` : "mark one"}:  kubectl --context ${target.context} annotate storageclass ${names[0] ?? "<class>"} ${mark}`,
    },
  ];
}

function classesOf({ storageClasses }: Cluster) {
  const names = storageClasses.map(({ name }) => name);
  return { names, list: names.join(", ") || "none at all" };
}
