import { describe, expect, it } from "vitest";
import type { ClusterNode } from "../../../components/cloud.ts";
import type { Country } from "../../../components/country.ts";
import { chooseNodes, poolLabel, shareNodes } from "../../../components/pool.ts";

type Pools = Country["pools"];

const addons: Country["addons"] = { "gpu-operator": { mode: "existing", version: "v26.7.0" } };
const products = { "h200-sxm": "NVIDIA-H200", l40s: "NVIDIA-L40S" };

/** Numbers from 0 to 1, the same for the same seed (mulberry32). */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A small world whose halls, chips and pools are drawn by chance. */
class World {
  readonly next: () => number;
  nodes: ClusterNode[] = [];
  pools: Pools = {};

  constructor(seed: number) {
    this.next = random(seed);
    for (let count = this.below(24); count >= 0; count--) this.addNode();
    for (let count = this.below(4); count >= 0; count--) this.addPool();
  }

  below(count: number): number {
    return Math.floor(this.next() * count);
  }

  pick<Item>(items: readonly Item[]): Item {
    return items[this.below(items.length)]!;
  }

  addNode() {
    const labels = {
      "nvidia.com/gpu.product": this.pick(Object.values(products)),
      rack: this.pick(["a", "b"]),
      hall: this.pick(["x", "y"]),
    };
    const gpus = this.next() < 0.85 ? "8" : "4";
    this.nodes.push({
      name: `n${this.nodes.length}-${this.below(1e6)}`,
      labels,
      taints: [],
      allocatable: { "nvidia.com/gpu": gpus },
    });
  }

  addPool() {
    const product = this.pick(Object.keys(products) as (keyof typeof products)[]);
    // Racks and halls cross, so that what helps one pool may be what another needs.
    const selectors: (Record<string, string> | undefined)[] = [
      undefined,
      { rack: this.pick(["a", "b"]) },
      { hall: this.pick(["x", "y"]) },
    ];
    this.pools[`p${Object.keys(this.pools).length}-${this.below(1e6)}`] = {
      accelerator: product,
      nodes: 1 + this.below(6),
      gpusPerNode: 8,
      sharing: { kind: "whole" },
      nodeSelector: this.pick(selectors),
    };
  }

  /** What happens to halls and files: pools grow, shrink, come and go, and so do nodes. */
  change() {
    const names = Object.keys(this.pools);
    const name = names.length > 0 ? this.pick(names) : undefined;
    const changes = [
      () => this.addNode(),
      () => this.addPool(),
      () => this.nodes.splice(this.below(this.nodes.length), 1),
      () => name && delete this.pools[name],
      () => name && Object.assign(this.pools[name]!, { nodes: 1 + this.below(6) }),
      () => name && Object.assign(this.pools[name]!, { nodes: 1 + this.below(6) }),
    ];
    this.pick(changes)();
  }

  /** The names of the nodes that each pool takes; all that it could have where it comes up short. */
  share(nodes = this.nodes): Record<string, string[]> {
    const shares = shareNodes(this.pools, nodes, addons);
    return Object.fromEntries(
      Object.entries(this.pools).map(([name, pool]) => {
        const choice = chooseNodes(name, pool, shares[name]!, addons);
        const fitting = shares[name]!.filter((node) => this.fits(node, name));
        return [name, ("nodes" in choice ? choice.nodes : fitting).map((node) => node.name)];
      }),
    );
  }

  /** What `up` does: every pool that has enough labels its nodes, and lets go of the others. */
  apply(taken: Record<string, string[]>) {
    for (const node of this.nodes) {
      const pool = Object.keys(taken).find((name) => taken[name]!.includes(node.name));
      delete node.labels[poolLabel];
      if (pool) node.labels[poolLabel] = pool;
    }
  }

  fits({ labels, allocatable }: ClusterNode, name: string): boolean {
    const { accelerator, nodeSelector = {} } = this.pools[name]!;
    const product = labels["nvidia.com/gpu.product"] === products[accelerator as keyof typeof products];
    const selected = Object.entries(nodeSelector).every(([key, value]) => labels[key] === value);
    return product && selected && allocatable["nvidia.com/gpu"] === "8";
  }

  own(name: string): string[] {
    return this.nodes
      .filter((node) => node.labels[poolLabel] === name && this.fits(node, name))
      .map((node) => node.name);
  }

  /** How many nodes all pools together could have, found the slow way, one place after the other. */
  most(): number {
    const places = Object.entries(this.pools).flatMap(([name, { nodes }]) => Array.from({ length: nodes }, () => name));
    const holder = new Map<ClusterNode, number>();
    const seat = (place: number, seen: Set<ClusterNode>): boolean =>
      this.nodes.some((node) => {
        if (seen.has(node) || !this.fits(node, places[place]!)) return false;
        seen.add(node);
        const other = holder.get(node);
        if (other !== undefined && !seat(other, seen)) return false;
        holder.set(node, place);
        return true;
      });
    return places.filter((_, place) => seat(place, new Set())).length;
  }
}

const seeds = Array.from({ length: 60 }, (_, seed) => seed + 1);

describe("nodes shared out among pools, in halls drawn by chance", () => {
  it("are never in two pools, and always what their pool asks for", () => {
    for (const seed of seeds) {
      const world = new World(seed);
      for (let step = 0; step < 12; step++) {
        const taken = world.share();
        const all = Object.values(taken).flat();
        expect(new Set(all).size, `seed ${seed}`).toBe(all.length);
        for (const [name, nodes] of Object.entries(taken)) {
          expect(nodes.length, `seed ${seed}`).toBeLessThanOrEqual(world.pools[name]!.nodes);
          for (const node of world.nodes.filter((node) => nodes.includes(node.name))) {
            expect(world.fits(node, name), `seed ${seed}`).toBe(true);
          }
        }
        world.apply(taken);
        world.change();
      }
    }
  });

  it("stay where they are while pools come, go, grow and shrink", () => {
    for (const seed of seeds) {
      const world = new World(seed);
      for (let step = 0; step < 12; step++) {
        const taken = world.share();
        for (const [name, pool] of Object.entries(world.pools)) {
          const own = world.own(name);
          const kept = taken[name]!.filter((node) => own.includes(node));
          expect(kept.length, `seed ${seed}, step ${step}, ${name}`).toBe(Math.min(pool.nodes, own.length));
        }
        world.apply(taken);
        expect(world.share(), `seed ${seed}`).toEqual(taken);
        world.change();
      }
    }
  });

  it("do not depend on the order in which the cluster lists them", () => {
    for (const seed of seeds) {
      const world = new World(seed);
      world.apply(world.share());
      world.change();
      expect(world.share(world.nodes.toReversed()), `seed ${seed}`).toEqual(world.share());
    }
  });

  it("leave no pool short while one that fits is free", () => {
    for (const seed of seeds) {
      const world = new World(seed);
      for (let step = 0; step < 12; step++) {
        const taken = world.share();
        const all = Object.values(taken).flat();
        const free = world.nodes.filter((node) => !all.includes(node.name));
        for (const [name, pool] of Object.entries(world.pools)) {
          if (taken[name]!.length === pool.nodes) continue;
          expect(free.filter((node) => world.fits(node, name)).length, `seed ${seed}`).toBe(0);
        }
        world.apply(taken);
        world.change();
      }
    }
  });

  it("fill as many places of a new cluster as there is any way to fill", () => {
    // Only a few of them are so tight that one pool has to take other nodes for another's sake.
    for (let seed = 1; seed <= 1000; seed++) {
      const world = new World(seed);
      expect(Object.values(world.share()).flat().length, `seed ${seed}`).toBe(world.most());
    }
  });
});
