import { addon, kubernetes } from "../catalogue/index.ts";
import type { ClusterState } from "../components/cloud.ts";
import { newCluster } from "../components/clouds/new-cluster.ts";
import type { Country } from "../components/country.ts";
import { hallNodes } from "./hall-nodes.ts";

/** The cluster that a country declares, as looking at its rehearsal's would report it before anything of ours stands in it. */
export function hallState(country: Country): ClusterState {
  if (country.target.kind !== "onprem") return { ...newCluster(country), rehearsal: true };
  const existing = Object.entries(country.addons).filter(([, { mode }]) => mode === "existing");
  const named = country.storage?.volumeClass;
  return {
    version: kubernetes().proven,
    rehearsal: true,
    nodes: hallNodes(country).map(({ metadata, status }) => ({
      name: metadata!.name!,
      labels: metadata!.labels ?? {},
      taints: [],
      allocatable: status?.allocatable ?? {},
    })),
    serves: existing.flatMap(([id]) => addon(id).serves),
    namespaces: {},
    storageClasses: [{ name: "standard", isDefault: true }, ...(named ? [{ name: named, isDefault: false }] : [])],
  };
}
