import { staysHere } from "../whereabouts.ts";

/** Who holds the keys holds the data: they stay in the country too. */
export const keysHeldHere = staysHere({
  purpose: "key",
  name: "keys-held-here",
  title: "Keys held here",
  text: "Keys to the data are held by the customer, kept in the country, and not replicated abroad.",
  severity: "critical",
  remedy: "Use a key that is kept in the country and held by the customer.",
});
