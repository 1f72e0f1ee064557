import { textOf } from "../known.ts";
import type { Standing } from "../world.ts";
import { type AzureCall, everything } from "./arm-type.ts";
import { liesBelow, sameId } from "./resource-id.ts";

const agentPool = "azure-native:containerservice:AgentPool";

/** Takes away the machines of every agent pool at or below a resource: of a pool, a cluster, a resource group. */
export async function releaseNodes({ world, settings }: AzureCall, { id }: Standing): Promise<void> {
  const pools = everything(world).filter((one) => one.type === agentPool);
  for (const pool of pools) {
    if (!sameId(pool.id, id) && !liesBelow(pool.id, id)) continue;
    const nodeResourceGroup = textOf(pool.outputs, "nodeResourceGroupOfCluster") ?? "";
    await settings.nodes.bring({ nodeResourceGroup, pool: String(pool.outputs.name) }, []);
  }
}
