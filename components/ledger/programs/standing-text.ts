import type { Standing } from "./recording.ts";

/** Lines of a log are about as long as this, so its bytes tell how many there are. */
const lineBytes = 450;

/** How a recorder stands, as Prometheus reads it. */
export function standingText(standing: Standing, behindBytes: number): string {
  const metric = (name: string, type: "counter" | "gauge", help: string, value: number) =>
    `# HELP freehold_ledger_${name} ${help}\n# TYPE freehold_ledger_${name} ${type}\nfreehold_ledger_${name} ${value}\n`;
  return [
    metric("lag_seconds", "gauge", "How long lines have been waiting to be written.", standing.behindMs / 1000),
    metric("lag_bytes", "gauge", "Bytes of the log that are not written yet.", behindBytes),
    metric("lag_lines", "gauge", "About as many lines.", Math.ceil(behindBytes / lineBytes)),
    metric("written_total", "counter", "Usage records that are new in the database.", standing.records),
    metric("duplicates_total", "counter", "Lines whose record was there already.", standing.duplicates),
    metric("refused_total", "counter", "Lines put aside in refused_lines.", standing.refused),
    metric("anonymous_total", "counter", "Lines without a tenant, which are no records.", standing.anonymous),
    metric("over_many_total", "counter", "Refusals beyond those kept of a tenant in a minute.", standing.overMany),
    metric("failures_total", "counter", "Attempts to write that failed and were made again.", standing.failures),
    refusals(standing),
  ].join("");
}

/** Names of tenants are DNS labels, and need no quoting. */
function refusals({ refusals }: Standing): string {
  const name = "freehold_ledger_refusals_total";
  const lines = [...refusals].map(([kind, value]) => {
    const [tenant, status] = kind.split(" ");
    return `${name}{tenant="${tenant}",status="${status}"} ${value}\n`;
  });
  const help = "Requests of a tenant that were refused, by status; without a key nobody knows whose they are.";
  return `# HELP ${name} ${help}\n# TYPE ${name} counter\n${lines.join("")}`;
}
