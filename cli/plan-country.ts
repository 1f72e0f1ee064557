import { cloudOf } from "../components/cloud.ts";
import type { Country } from "../components/country.ts";
import { Freehold } from "../components/freehold.ts";
import type { Resource } from "../policies/fact.ts";
import { plan } from "../policies/plan.ts";
import { hallState } from "../rehearsal/hall-state.ts";

/** The resources that a country would make in the cluster that it declares; nothing is made. */
export async function planCountry(country: Country, cluster = hallState(country)): Promise<Resource[]> {
  const cloud = await cloudOf(country.target.kind);
  return plan(() => new Freehold(country.country, { country, cloud, cluster, keySeed: "0".repeat(64) }));
}
