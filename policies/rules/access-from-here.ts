import { staysHere } from "../whereabouts.ts";

/** Nobody from elsewhere may act on what stands here. */
export const accessFromHere = staysHere({
  purpose: "access",
  name: "access-from-here",
  title: "Access from here",
  text: "Who signs in, administers or is handed a share is declared to be at home.",
  severity: "critical",
  remedy: "Grant it to an account or an identity provider at home.",
});
