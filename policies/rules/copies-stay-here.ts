import { staysHere } from "../whereabouts.ts";

/** No replica, backup or failover of data leaves the country. */
export const copiesStayHere = staysHere({
  purpose: "copy",
  name: "copies-stay-here",
  title: "Copies stay here",
  text: "Replicas, backups, snapshots and failovers are made and kept in the country.",
  severity: "critical",
  remedy: "Copy to a place in the country, or remove the copy.",
});
