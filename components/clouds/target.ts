import type { Country } from "../country.ts";

/** A target of one kind, every default applied. */
export type TargetOf<Kind extends Country["target"]["kind"]> = Extract<Country["target"], { kind: Kind }>;

/** The target of a country that has to be of this kind. */
export function targetOf<Kind extends Country["target"]["kind"]>({ target }: Country, kind: Kind): TargetOf<Kind> {
  if (target.kind !== kind) throw new Error(`the target is ${target.kind}, not ${kind}`);
  return target as TargetOf<Kind>;
}
