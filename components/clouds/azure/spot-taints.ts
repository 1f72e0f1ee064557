import type { CloudTaints, NodeTaint } from "../../cloud.ts";
import type { AzureTarget } from "./target.ts";

/** What AKS puts on every spot node, asked or not. */
export const spotTaint: NodeTaint = {
  key: "kubernetes.azure.com/scalesetpriority",
  value: "spot",
  effect: "NoSchedule",
};

/** Taints of AKS's own on the nodes of a country's pools: of those that are declared as spot. */
export function spotTaints({ nodePools }: Pick<AzureTarget, "nodePools">): CloudTaints {
  const spot = Object.entries(nodePools).filter(([, { capacity }]) => capacity.kind === "spot");
  return Object.fromEntries(spot.map(([pool]) => [pool, [spotTaint]]));
}
