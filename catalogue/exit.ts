import { z } from "zod";
import { isConcerned } from "./framework.ts";
import { once, own } from "./once.ts";
import { concernsShape, verified } from "./shapes.ts";

const days = z.number().int().nonnegative();
const sourced = { source: z.string(), verified };
const tier = z.strictObject({ to_gib: z.number().positive().optional(), each: z.number().nonnegative() });

const price = z
  .strictObject({ regions: z.array(z.string()).min(1), tiers: z.array(tier).min(1), ...sourced })
  .refine(({ tiers }) => tiers.slice(0, -1).every(({ to_gib }) => to_gib !== undefined), "only the last tier is open")
  .refine(({ tiers }) => tiers.every(({ each }, at) => at === 0 || each <= tiers[at - 1]!.each), "prices that fall");

const shape = z.strictObject({
  /** Kind of the target in a country file. */
  target: z.string(),
  /** Pulumi package of the types. */
  package: z.string(),
  /** The provider, as places name it. */
  provider: z.string(),
  read: z.iso.date(),
  stores: z.strictObject({ weights: z.string(), backups: z.string() }),
  egress: z.strictObject({
    currency: z.string(),
    free_gib: z.number().nonnegative(),
    free: z.string(),
    prices: z.array(price),
  }),
  offer: z.strictObject({ says: z.string(), ...sourced }),
  keys: z.record(
    z.string(),
    z.strictObject({ how: z.string(), days, until: z.string(), check: z.string(), ...sourced }),
  ),
  remains: z.array(z.strictObject({ what: z.string(), days: days.optional(), remedy: z.string(), ...sourced })),
  types: z.record(z.string(), z.strictObject({ for: z.string(), instead: z.string(), section: z.string().optional() })),
});

/** What is known of leaving a cloud: prices of egress, its own offers, what stays behind, what replaces what. */
export type Leaving = z.output<typeof shape>;

/** What egress costs from a region: tiers of a month after the free part, in GiB. */
export type EgressPrice = z.output<typeof price>;

const duty = z.strictObject({
  article: z.string(),
  from: z.iso.date().optional(),
  until: z.iso.date().optional(),
  note: z.string(),
  verified,
});
const lawsShape = z.strictObject({
  read: z.iso.date(),
  laws: z.array(
    z.strictObject({
      law: z.string(),
      concerns: concernsShape,
      verified,
      sources: z.array(z.string()).min(1),
      duties: z.array(duty).min(1),
    }),
  ),
});

/** A law on leaving a cloud, with those of its duties that hold on a day. */
export type SwitchingLaw = z.output<typeof lawsShape>["laws"][number];

/** What is known of leaving the cloud that is a kind of target (`aws`, `azure`). */
export function leaving(target: "aws" | "azure"): Leaving {
  return once(`exit/${target}.yaml`, shape);
}

/** What egress to the internet costs from a region; undefined where nobody has read it. */
export function egressPrice({ egress }: Leaving, region: string): EgressPrice | undefined {
  return egress.prices.find(({ regions }) => regions.includes(region));
}

/** What a resource type is for and what takes its place; undefined for a type that the catalogue does not have. */
export function replacement({ types, package: pack }: Leaving, type: string): Leaving["types"][string] | undefined {
  const token = type.startsWith(`${pack}:`) ? type.slice(pack.length + 1) : undefined;
  return token === undefined ? undefined : own(types, token);
}

/** Laws on leaving a cloud that concern a country, with the duties that hold on a day and those still to come. */
export function switchingLaws(country: string, on: string): SwitchingLaw[] {
  return once("switching.yaml", lawsShape)
    .laws.filter(({ concerns }) => isConcerned(country, concerns))
    .map((law) => ({ ...law, duties: law.duties.filter(({ until }) => until === undefined || on < until) }));
}
