import type { Written } from "../../country.ts";
import type { Finding } from "../fault.ts";
import { unitsPerNode } from "../pool-resource.ts";
import { gpus, nodes } from "./names.ts";
import type { Server } from "./servers.ts";

type Pool = Written["pools"][string];

/** More replicas than a pool has room for, those of tenants' own and those that a load may add included. */
export function judgeRoom(name: string, pool: Pool, servers: Server[]): Finding[] {
  const units = unitsPerNode(pool);
  const users = usersOf(servers.filter((server) => server.pool === name && server.gpus <= units));
  const needed = nodesNeeded(users, units);
  if (needed <= pool.nodes) return [];
  const [all, total] = [
    users.reduce((sum, user) => sum + user.replicas * user.gpus * user.nodes, 0),
    pool.nodes * units,
  ];
  const instances = (count: number) => (pool.sharing.kind === "mig" ? `${count} instances` : gpus(count));
  return [
    {
      at: ["pools", name, "nodes"],
      found: `${nodes(pool.nodes)} of ${instances(units)} for models that take ${instances(all)} on ${nodes(needed)}: ${parts(users)}`,
      allowed: `models that fit ${instances(total)}, ${users.some((user) => user.nodes > 1) ? "the pods of a replica on different nodes" : "each replica on one node"}`,
      remedy: `write  nodes: ${needed}  or  ${fewer(users, pool, units)}`,
    },
  ];
}

/** Whether the pool has room for these sets of replicas. */
export function hasRoom(pool: Pool, servers: Server[]): boolean {
  return nodesNeeded(usersOf(servers), unitsPerNode(pool)) <= pool.nodes;
}

type User = Pick<Server, "model" | "gpus" | "nodes" | "replicas" | "scales"> & { own: number };

/** One entry a model: a report about three hundred tenants' replicas should still be read. */
function usersOf(servers: Server[]): User[] {
  const users = new Map<string, User>();
  for (const { model, gpus, nodes, replicas, scales, tenant } of servers) {
    const user = users.get(model) ?? { model, gpus, nodes, replicas: 0, scales, own: 0 };
    user.replicas += replicas;
    user.own += tenant === undefined ? 0 : replicas;
    users.set(model, user);
  }
  return [...users.values()].sort((a, b) => b.gpus - a.gpus || b.nodes - a.nodes);
}

function parts(users: User[]): string {
  const shown = users.slice(0, 4).map(({ model, replicas, gpus, nodes, own }) => {
    const size = nodes > 1 ? `(${nodes} nodes of ${gpus})` : `${gpus}`;
    return `${model} ${replicas} × ${size}${own > 0 ? ` (${own} of them tenants' own)` : ""}`;
  });
  const rest = users.length - shown.length;
  return [...shown, ...(rest > 0 ? [`and ${rest} more models`] : [])].join(", ");
}

function fewer(users: User[], pool: Pool, units: number): string {
  const [only, another] = users;
  const most = only && !another && only.own === 0 ? Math.floor(nodeSlots(only, pool, units) / only.nodes) : 0;
  if (most > 0) return `${only!.scales ? "autoscale.most" : "replicas"}: ${most} for ${only!.model}`;
  return users.every(({ replicas }) => replicas === 1) ? "smaller replicas" : "fewer replicas";
}

function nodeSlots({ gpus }: User, pool: Pool, units: number): number {
  return Math.floor(units / gpus) * pool.nodes;
}

/**
 * Nodes that all replicas take together. Largest first into the fullest node that has room, a replica that spans nodes into
 * as many different ones: exact where sizes divide each other, as GPUs per replica do, and never too few.
 */
function nodesNeeded(users: User[], units: number): number {
  // How many opened nodes have how many GPUs free.
  const free: number[] = Array.from({ length: units + 1 }, () => 0);
  let opened = 0;
  for (const { replicas, gpus, nodes } of users) {
    for (let replica = 0; replica < replicas; replica++) {
      const taken: number[] = [];
      for (let node = 0; node < nodes; node++) {
        let room = free.findIndex((count, size) => count > 0 && size >= gpus);
        if (room < 0) {
          opened++;
          room = units;
        } else {
          free[room]!--;
        }
        taken.push(room - gpus);
      }
      // Only now, so that no node is taken twice by one replica.
      for (const left of taken) free[left]!++;
    }
  }
  return opened;
}
