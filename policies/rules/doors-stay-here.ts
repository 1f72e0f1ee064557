import { staysHere } from "../whereabouts.ts";

/** Users' connections end in the country, not at an edge abroad. */
export const doorsStayHere = staysHere({
  purpose: "door",
  name: "doors-stay-here",
  title: "Doors stay here",
  text: "Names are resolved, connections end and caches stand in the country.",
  severity: "high",
  remedy: "Use a regional or private endpoint.",
});
