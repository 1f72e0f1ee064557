import { accelerator } from "../../catalogue/index.ts";
import type { ClusterNode } from "../cloud.ts";
import { gpus } from "../country/fit/names.ts";
import type { Country } from "../country.ts";
import { lackOf, selectorOf, shownGpus } from "./node-fit.ts";

type Pool = Country["pools"][string];
type Addons = Country["addons"];

/** Node label that says which pool a node belongs to; models select on it. */
export const poolLabel = "freehold.dev/pool";

/** The nodes a pool takes, and the names of those whose GPUs are not shown yet; or what is missing, said in nodes and GPUs. */
export type Choice = { nodes: ClusterNode[]; awaited: string[] } | { shortage: string; found: string; allowed: string };

/** The nodes a pool takes of those that are offered: its own first, then free ones by name, never another pool's. */
export function chooseNodes(name: string, pool: Pool, offered: ClusterNode[], addons: Addons): Choice {
  const open = offered.filter((node) => isSelected(node, pool) && (node.labels[poolLabel] ?? name) === name);
  const fitting = open
    .filter((node) => lackOf(node, pool, addons) === undefined)
    .sort((a, b) => Number(b.labels[poolLabel] === name) - Number(a.labels[poolLabel] === name) || byName(a, b));
  if (fitting.length < pool.nodes) {
    const lacking = open.flatMap((node) => {
      const lack = lackOf(node, pool, addons);
      return lack === undefined ? [] : [`${node.name} ${lack}`];
    });
    return shortage(name, pool, fitting.length, lacking);
  }
  const nodes = fitting.slice(0, pool.nodes).sort(byName);
  const awaited = nodes.filter((node) => shownGpus(node, pool, addons) === undefined);
  return { nodes, awaited: awaited.map((node) => node.name) };
}

/**
 * Which nodes each of several pools may take, so that no two take the same: each keeps its own, and free ones go round until
 * no pool lacks a node that another could do without. A pool that comes up short sees what else is free, to say why.
 */
export function shareNodes(
  pools: Record<string, Pool>,
  inCluster: ClusterNode[],
  addons: Addons,
): Record<string, ClusterNode[]> {
  const nodes = inCluster.toSorted(byName);
  const names = Object.keys(pools);
  const fitting = new Map(
    names.map((name) => {
      const pool = pools[name]!;
      return [name, nodes.filter((node) => isSelected(node, pool) && lackOf(node, pool, addons) === undefined)];
    }),
  );
  const holders = new Map<ClusterNode, string>();
  const lacking = (name: string) => pools[name]!.nodes - held(name, fitting, holders).length;
  for (const name of names) {
    for (const node of fitting
      .get(name)!
      .filter((node) => isOwn(node, name))
      .slice(0, pools[name]!.nodes)) {
      holders.set(node, name);
    }
  }
  // The most particular first: it is the one that other nodes would not help.
  for (const name of names.toSorted((a, b) => fitting.get(a)!.length - fitting.get(b)!.length)) {
    for (const node of free(name, fitting, holders).slice(0, lacking(name))) holders.set(node, name);
  }
  for (const name of names) {
    while (lacking(name) > 0 && passOn(name, fitting, holders));
  }
  return Object.fromEntries(
    names.map((name) => {
      const left = lacking(name) > 0 ? nodes.filter((node) => !holders.has(node)) : [];
      return [name, [...held(name, fitting, holders).map((node) => released(node, name)), ...left]];
    }),
  );
}

type Fitting = ReadonlyMap<string, ClusterNode[]>;
type Holders = Map<ClusterNode, string>;

/**
 * Gets a pool one more node by way of pools that can take another one instead. What a pool already runs on it gives up only
 * where it has to let go of as many of its own anyway. Whether that worked.
 */
function passOn(wanting: string, fitting: Fitting, holders: Holders): boolean {
  const reached = new Map<string, { by: string; node: ClusterNode }>();
  const queue = [wanting];
  for (const pool of queue) {
    for (const holder of fitting.keys()) {
      const wanted = fitting.get(pool)!.filter((node) => holders.get(node) === holder);
      if (holder === wanting || reached.has(holder) || wanted.length === 0) continue;
      const loose = wanted.find((node) => !isOwn(node, holder));
      const spare = free(holder, fitting, holders);
      const [node, instead] = loose ? [loose, spare[0]] : [wanted[0]!, spare.find((other) => isOwn(other, holder))];
      if (instead) {
        holders.set(instead, holder);
        holders.set(node, pool);
        for (let step = reached.get(pool); step; step = reached.get(step.by)) holders.set(step.node, step.by);
        return true;
      }
      if (loose) {
        reached.set(holder, { by: pool, node: loose });
        queue.push(holder);
      }
    }
  }
  return false;
}

function held(name: string, fitting: Fitting, holders: Holders): ClusterNode[] {
  return fitting.get(name)!.filter((node) => holders.get(node) === name);
}

function free(name: string, fitting: Fitting, holders: Holders): ClusterNode[] {
  return fitting.get(name)!.filter((node) => !holders.has(node));
}

/** A node as its new pool sees it: what another pool let go of, or one that is no more, is free. */
function released(node: ClusterNode, name: string): ClusterNode {
  if (isOwn(node, name)) return node;
  const { [poolLabel]: _former, ...labels } = node.labels;
  return { ...node, labels };
}

function isOwn(node: ClusterNode, name: string): boolean {
  return node.labels[poolLabel] === name;
}

function isSelected(node: ClusterNode, pool: Pool): boolean {
  return Object.entries(selectorOf(pool)).every(([key, value]) => node.labels[key] === value);
}

function shortage(name: string, pool: Pool, fitting: number, lacking: string[]): Choice {
  const { resource, name: product } = accelerator(pool.accelerator);
  const each = pool.gpusPerNode;
  const labels = Object.entries(selectorOf(pool)).map(([key, value]) => `${key}=${value}`);
  const advertised = [resource, ...(pool.rdma ? [pool.rdma.resource] : [])].join(" and ");
  const allowed = `${counted(pool.nodes, "node")} with ${each} each (${gpus(pool.nodes * each)}), labelled ${labels.join(", ")} and advertising ${advertised}`;
  const others = lacking.length > 3 ? [...lacking.slice(0, 3), `${lacking.length - 3} more like these`] : lacking;
  const found = [
    `${counted(fitting, "free node")} with ${each} × ${product} each (${gpus(fitting * each)})`,
    ...(others.length > 0 ? [others.join(", ")] : []),
  ].join("; ");
  return { shortage: `Pool ${name} declares ${allowed}; the cluster has ${found}.`, found, allowed };
}

function counted(count: number, of: string): string {
  return `${count} ${of}${count === 1 ? "" : "s"}`;
}

const byName = (a: ClusterNode, b: ClusterNode) => a.name.localeCompare(b.name, "en", { numeric: true });
