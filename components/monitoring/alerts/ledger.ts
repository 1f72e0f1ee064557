import { addon } from "../../../catalogue/index.ts";
import type { Country } from "../../country.ts";
import { readyBytes } from "../../ledger/sidecar.ts";
import { platformNames, reconciliationName } from "../../platform/names.ts";
import { type Alert, critical, warning } from "../alert.ts";

const lateSeconds = 300;
const lastingHours = 30;

/** Alerts of the usage records on their way to the database. */
export function ofLedger({ storage }: Pick<Country, "storage">): Alert[] {
  if (!storage) return [];
  const proxies = addon("envoy-gateway").namespace;
  const job = `{namespace="${platformNames.storage}",cronjob="${reconciliationName}"}`;
  const agreed = `kube_cronjob_status_last_successful_time${job}`;
  return [
    warning(
      "RecordsLate",
      `max by (pod) (freehold_ledger_lag_seconds) > ${lateSeconds}`,
      "5m",
      "Usage records of {{ $labels.pod }} do not reach their database",
      `They wait on its node's disk, and are lost with it. kubectl -n ${proxies} logs {{ $labels.pod }} -c recorder says why; the database itself stands in ${platformNames.storage}.`,
    ),
    critical(
      "RecordsWithoutRoom",
      `max by (pod) (freehold_ledger_lag_bytes) > ${readyBytes / 2}`,
      "1m",
      "Half the room for records that wait is taken in {{ $labels.pod }}",
      "When it is full, requests are refused rather than left unrecorded. Bring the database back.",
    ),
    warning(
      "RecordsPutAside",
      "increase(freehold_ledger_refused_total[1h]) > 0",
      "0m",
      "{{ $labels.pod }} wrote lines that are no usage records",
      "SELECT arrived, reason, line FROM refused_lines ORDER BY arrived DESC shows them: what a proxy wrote, or what the table refused.",
    ),
    warning(
      "RecordsNotReconciled",
      `time() - (${agreed} or kube_cronjob_created${job}) > ${lastingHours * 3600}`,
      "1h",
      "It is more than a day since ledger, gateway and engines were seen to agree",
      `kubectl -n ${platformNames.storage} logs -l app.kubernetes.io/name=${reconciliationName} names who differs by how much and why that can be; freehold reconcile <country> --day <day> looks again.`,
    ),
  ];
}
