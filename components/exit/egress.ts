import {
  type EgressPrice,
  egressPrice,
  type Leaving,
  leaving,
  type SwitchingLaw,
  switchingLaws,
} from "../../catalogue/exit.ts";
import type { Move } from "./move.ts";
import type { Volume } from "./volumes.ts";

/** What a tier of a price makes of its part of a volume. */
export type Line = { gib: number; each: number; cost: number };

/** What it costs to take data out of a cloud. */
export type Egress = {
  region: string;
  gib: number;
  freeGiB: number;
  free: string;
  currency: string;
  lines: Line[];
  /** Undefined where nobody has read the region's price. */
  cost?: number;
  /** Whether it is no more than this: volumes or later tiers are not known. */
  atMost: boolean;
  price?: Pick<EgressPrice, "source" | "verified">;
  offer: Leaving["offer"];
  laws: SwitchingLaw[];
};

/** The cost of what leaves, by the tiers of the region's price to the internet; none where that is not known. */
export function egress({ cloud, on }: Pick<Move, "cloud" | "on">, volumes: readonly Volume[]): Egress {
  const known = leaving(cloud.country.target.kind);
  const { free_gib: freeGiB, free, currency } = known.egress;
  const region = cloud.country.target.place;
  const leaves = volumes.filter((volume) => volume.leaves);
  const gib = leaves.reduce((sum, volume) => sum + (volume.gib ?? 0), 0);
  const said = {
    region,
    gib,
    freeGiB,
    free,
    currency,
    offer: known.offer,
    laws: switchingLaws(cloud.country.country, on),
  };
  const price = egressPrice(known, region);
  const loose = leaves.some(({ atMost }) => atMost);
  if (!price) return { ...said, lines: [], atMost: loose };
  const { lines, beyond } = tiered(Math.max(0, gib - freeGiB), price.tiers);
  const cost = lines.reduce((sum, line) => sum + line.cost, 0);
  return { ...said, lines, cost, atMost: loose || beyond, price };
}

/** Each tier prices what falls into it; beyond the last one that is known, its own price is the most there can be. */
export function tiered(gib: number, tiers: EgressPrice["tiers"]): { lines: Line[]; beyond: boolean } {
  const lines: Line[] = [];
  let from = 0;
  for (const [at, { to_gib: end = Infinity, each }] of tiers.entries()) {
    const to = at === tiers.length - 1 ? Infinity : end;
    const part = Math.min(gib, to) - from;
    if (part > 0) lines.push({ gib: part, each, cost: part * each });
    from = to;
  }
  return { lines, beyond: gib > (tiers.at(-1)?.to_gib ?? Infinity) };
}
