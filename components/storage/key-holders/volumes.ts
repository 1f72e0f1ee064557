import type { Country } from "../../country.ts";
import type { KeyHolder } from "../key-holder.ts";

type Volumes = Extract<NonNullable<Country["storage"]>["keys"], { kind: "volumes" }>;

/** Storage that encrypts by itself: nothing to set up, only the operator's word to pass on. */
export function volumes({ statement }: Volumes): KeyHolder {
  return { name: `by the operator's word: ${statement}` };
}
