import type { Written } from "../../country.ts";
import type { Finding } from "../fault.ts";
import { isCountable, poolCapacity, unitsPerNode } from "../pool-resource.ts";
import type { Sound } from "../sound.ts";
import { either, grouped, nearest, show } from "../wording.ts";
import { type Declared, gpus, nodes } from "./names.ts";
import { judgeRoom } from "./room.ts";
import { type Server, serversOf } from "./servers.ts";

type Pool = Written["pools"][string];
type Pools = ReadonlyMap<string, Pool>;
/** How many units of a pool a tenant wants for jobs of its own. */
type Wish = { tenant: string; pool: string; count: number };

/** GPUs of tenants' own that no pool of the file has, that are another's alone, or that models have taken already. */
export function judgeWorkspaces(file: Sound, pools: Pools, declared: Declared): Finding[] {
  const wishes = wishesOf(file);
  const servers = serversOf(file);
  return [
    ...wishes.flatMap((wish) => judgeWish(wish, pools, declared)),
    ...[...pools].flatMap(([name, pool]) => [
      ...judgeSum(name, pool, wishes, servers),
      ...judgeUse(name, pool, wishes, declared),
    ]),
    ...judgeBorrowing(file, declared),
  ];
}

function wishesOf({ tenants = {} }: Sound): Wish[] {
  return Object.entries(tenants).flatMap(([tenant, entry]) =>
    Object.entries(entry?.workspace?.gpus ?? {}).flatMap(([pool, count]) =>
      count === undefined ? [] : [{ tenant, pool, count }],
    ),
  );
}

function judgeWish({ tenant, pool: name, count }: Wish, pools: Pools, declared: Declared): Finding[] {
  const at = ["tenants", tenant, "workspace", "gpus", name];
  if (declared.pools && !declared.pools.includes(name)) {
    const meant = nearest(name, declared.pools)[0] ?? declared.pools[0];
    const allowed = `pools of this file: ${either(declared.pools)}`;
    return [
      {
        at,
        of: "key",
        found: `${show(name)}, which is no pool of this file`,
        allowed,
        remedy: `write  ${meant}: ${count}`,
      },
    ];
  }
  const sharing = pools.get(name)?.sharing;
  if (sharing?.kind !== "time-slicing" || sharing.tenant === undefined || sharing.tenant === tenant) return [];
  return [
    {
      at,
      of: "key",
      found: `${name}, whose GPUs are shared by turns for ${sharing.tenant} alone`,
      allowed: "pools of whole GPUs or MIG instances: by turns, one's memory and faults are the other's",
      remedy: `take  ${name}: ${count}  out, or give ${tenant} a pool of its own`,
    },
  ];
}

/** What models leave is the tenants'; where the models alone are too many, that is said of them. */
function judgeSum(name: string, pool: Pool, wishes: Wish[], servers: Server[]): Finding[] {
  const wanted = wishes.filter((wish) => wish.pool === name).sort((a, b) => b.count - a.count);
  if (wanted.length === 0 || !isCountable(pool) || judgeRoom(name, pool, servers).length > 0) return [];
  const here = servers.filter((server) => server.pool === name);
  const models = here.reduce((sum, { replicas, gpus, nodes }) => sum + replicas * gpus * nodes, 0);
  const own = wanted.reduce((sum, { count }) => sum + count, 0);
  const room = poolCapacity(pool);
  if (models + own <= room) return [];
  const beside = models > 0 ? `models that take ${models} and ` : "";
  const unit = { whole: "", mig: " instances", "time-slicing": " shares" }[pool.sharing.kind];
  const said = (count: number) => (unit ? `${grouped(count)}${unit}` : gpus(count));
  const shown = wanted.slice(0, 4).map(({ tenant, count }) => `${tenant} ${count}`);
  const others = wanted.length > shown.length ? [`and ${wanted.length - shown.length} more tenants`] : [];
  return [
    {
      at: ["pools", name, "nodes"],
      found: `${nodes(pool.nodes)} with ${said(room)} for ${beside}workspaces that take ${own}: ${[...shown, ...others].join(", ")}`,
      allowed: `workspaces that take ${said(room - models)} in all`,
      remedy: `write  nodes: ${Math.ceil((models + own) / unitsPerNode(pool))}  or smaller numbers under workspace.gpus`,
    },
  ];
}

/** Nobody else may use what is shared by turns. */
function judgeUse(name: string, pool: Pool, wishes: Wish[], declared: Declared): Finding[] {
  if (pool.sharing.kind !== "time-slicing") return [];
  const { tenant } = pool.sharing;
  const known = tenant !== undefined && declared.tenants?.includes(tenant);
  if (!known || wishes.some((wish) => wish.pool === name && wish.tenant === tenant)) return [];
  return [
    {
      at: ["pools", name, "sharing", "tenant"],
      found: `${tenant}, whose workspace takes none of the pool`,
      allowed: "a tenant that uses the pool, since nobody else may",
      remedy: `add  workspace: { gpus: { ${name}: ${isCountable(pool) ? poolCapacity(pool) : 1} } }  to tenant ${tenant}`,
    },
  ];
}

function judgeBorrowing({ tenants = {} }: Sound, { pools }: Declared): Finding[] {
  return Object.entries(tenants).flatMap(([name, tenant]) => {
    const { borrow, gpus = {} } = tenant?.workspace ?? {};
    if (borrow !== true || Object.keys(gpus).length > 0) return [];
    return [
      {
        at: ["tenants", name, "workspace", "borrow"],
        found: "true, and the workspace has no GPUs",
        allowed: "borrow where a pool is named under gpus: more of it is what can be borrowed",
        remedy: `add  gpus: { ${pools?.[0] ?? "<pool>"}: 1 }  or take borrow out`,
      },
    ];
  });
}
