import { regionsIn } from "../../catalogue/index.ts";
import type { Jurisdiction } from "../country/jurisdiction.ts";

/**
 * Regions of a cloud where all data may be: those of the country, and of countries that a treaty opens to data of every
 * class. A treaty for some classes opens none here, because no cloud knows of what class data is.
 */
export function openRegions(provider: "AWS" | "Azure", { country, treaties }: Jurisdiction): string[] {
  const open = treaties.filter(({ classes }) => classes.includes("*")).map((treaty) => treaty.country);
  return [country, ...open].flatMap((code) => regionsIn(code).find((each) => each.provider === provider)?.names ?? []);
}
