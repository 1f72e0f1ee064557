import { addon } from "../../catalogue/index.ts";
import type { ClusterState } from "../cloud.ts";
import type { Country } from "../country.ts";
import { isRehearsing } from "../rehearsal-mark.ts";
import { cloudVolumeClass } from "../storage/volume-class.ts";

/**
 * The cluster that a cloud is about to make, as looking at it would report it: nobody has put anything into it. What the file
 * says is there already is taken at its word, for its API server answers in the country's own network alone.
 */
export function newCluster({ target, addons }: Country): ClusterState {
  if (target.kind === "onprem") throw new Error("a hall's cluster is looked at");
  const existing = Object.entries(addons).filter(([, { mode }]) => mode === "existing");
  return {
    version: `v${target.kubernetes}.0`,
    rehearsal: isRehearsing(),
    nodes: [],
    serves: existing.flatMap(([id]) => addon(id).serves),
    namespaces: {},
    storageClasses: [{ name: cloudVolumeClass, isDefault: true }],
  };
}
