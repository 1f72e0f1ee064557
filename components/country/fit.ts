import type { Written } from "../country.ts";
import type { Finding } from "./fault.ts";
import { judgeAddons } from "./fit/addons.ts";
import { judgeFallbacks } from "./fit/fallbacks.ts";
import { judgeModels } from "./fit/models.ts";
import type { Declared } from "./fit/names.ts";
import { judgePools } from "./fit/pools.ts";
import { judgeStorage } from "./fit/storage.ts";
import { judgeTarget } from "./fit/target.ts";
import { judgeTenants } from "./fit/tenants.ts";
import { isCountable } from "./pool-resource.ts";
import type { Sound } from "./sound.ts";

type Pool = Written["pools"][string];

/** What does not go together in a country file: names that lead nowhere, and plans that do not fit what they name. */
export function judgeFit(file: Sound, declared: Declared): Finding[] {
  const pools = new Map(
    Object.entries(file.pools ?? {}).flatMap(([name, pool]) => (isWhole(pool) ? [[name, pool as Pool] as const] : [])),
  );
  return [
    ...judgeModels(file, new Map([...pools].filter(([, pool]) => isCountable(pool))), declared),
    ...judgeFallbacks(file, declared),
    ...judgePools(file, pools, declared),
    ...judgeTenants(file, declared),
    ...judgeStorage(file),
    ...judgeAddons(file),
    ...judgeTarget(file, pools, declared),
  ];
}

/** A pool of which every part that sums need was sound. */
function isWhole(pool: NonNullable<Sound["pools"]>[string]): boolean {
  return [pool?.accelerator, pool?.nodes, pool?.gpusPerNode, pool?.sharing?.kind].every((part) => part !== undefined);
}
