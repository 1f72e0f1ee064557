import type { Cloud } from "../cloud.ts";
import { doorAnnotations } from "./azure/door-annotations.ts";
import { azureGround } from "./azure/ground.ts";
import { azurePreflight } from "./azure/preflight.ts";
import { spotTaints } from "./azure/spot-taints.ts";
import { newCluster } from "./new-cluster.ts";
import { targetOf } from "./target.ts";

/** An AKS cluster that Freehold makes in a region of Azure, with everything that it stands on. */
export const azure: Cloud = {
  inspect: async (country) => newCluster(country),
  preflight: (country) => azurePreflight({ ...country, target: targetOf(country, "azure") }),
  doorAnnotations: (country) => doorAnnotations(targetOf(country, "azure")),
  taints: (country) => spotTaints(targetOf(country, "azure")),
  ground: (country, _, opts) => azureGround({ ...country, target: targetOf(country, "azure") }, opts),
};
