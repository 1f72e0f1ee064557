import type { Cloud } from "../cloud.ts";
import { doorAnnotations } from "./azure/door-annotations.ts";
import { azureGround } from "./azure/ground.ts";
import { azurePreflight } from "./azure/preflight.ts";
import { spotTaints } from "./azure/spot-taints.ts";
import { vaultName } from "./azure/vault-name.ts";
import { newCluster } from "./new-cluster.ts";
import { targetOf } from "./target.ts";

/** An AKS cluster that Freehold makes in a region of Azure, with everything that it stands on. */
export const azure: Cloud = {
  async inspect(country) {
    const found = await vaultName(targetOf(country, "azure"));
    // Who is not answered is told by the preflight, in whose order it is not the first question.
    return { ...newCluster(country), vault: "why" in found ? undefined : found.name };
  },
  preflight: (country, { vault }) => azurePreflight({ ...country, vault, target: targetOf(country, "azure") }),
  doorAnnotations: (country) => doorAnnotations(targetOf(country, "azure")),
  taints: (country) => spotTaints(targetOf(country, "azure")),
  ground: (country, { vault }, opts) => azureGround({ ...country, vault, target: targetOf(country, "azure") }, opts),
};
