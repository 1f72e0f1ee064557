import { staysHere } from "../whereabouts.ts";

/** What is recorded about the data stays where the data does. */
export const logsStayHere = staysHere({
  purpose: "log",
  name: "logs-stay-here",
  title: "Logs stay here",
  text: "Logs, metrics, traces, alerts, bills and reports of usage are sent and kept in the country.",
  severity: "high",
  remedy: "Send it to a sink in the country, or switch it off.",
});
