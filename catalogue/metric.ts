import { z } from "zod";
import { once } from "./once.ts";
import { verified } from "./shapes.ts";

const labels = z.array(z.string()).default([]);
const named = z.record(z.string(), labels).default({});

const program = z.strictObject({
  is: z.string(),
  version: z.string(),
  scraped: z.enum(["pods", "own"]),
  source: z.string(),
  read: z.iso.date(),
  verified,
  labels,
  counters: named,
  gauges: named,
  histograms: named,
});

/** Labels that Prometheus adds to whatever it scrapes: by a PodMonitor those of the pod, by a ServiceMonitor those of the Service. */
const added = {
  pods: ["job", "instance", "endpoint", "namespace", "pod", "container", "prometheus", "prometheus_replica"],
  own: ["job", "instance", "endpoint", "service", "metrics_path", "prometheus", "prometheus_replica"],
};

/** A series as Prometheus has it: which program writes it, what it is, and its labels, those that Prometheus adds among them. */
export type Metric = { program: string; type: "counter" | "gauge" | "histogram"; labels: ReadonlySet<string> };

/** The series with this name, `vllm:num_requests_waiting` or `envoy_http_downstream_rq_time_bucket`. */
export function metric(name: string): Metric | undefined {
  series ??= new Map(
    Object.entries(once("metrics.yaml", z.record(z.string(), program))).flatMap(([id, facts]) => [
      ...all(id, facts, "counter", facts.counters),
      ...all(id, facts, "gauge", facts.gauges),
      ...all(id, facts, "histogram", facts.histograms),
    ]),
  );
  return series.get(name);
}
let series: Map<string, Metric> | undefined;

function all(
  program: string,
  facts: { scraped: keyof typeof added; labels: string[] },
  type: Metric["type"],
  names: Record<string, string[]>,
): [string, Metric][] {
  const theirs = added[facts.scraped];
  return Object.entries(names).flatMap(([name, more]) => {
    // A PodMonitor's labels win, and the metric's own of the same name is kept beside them.
    const own = [...facts.labels, ...more].map((label) =>
      facts.scraped === "pods" && theirs.includes(label) ? `exported_${label}` : label,
    );
    const of = (suffix: string, extra: string[] = []): [string, Metric] => [
      `${name}${suffix}`,
      { program, type, labels: new Set([...own, ...theirs, ...extra]) },
    ];
    return type === "histogram" ? [of("_bucket", ["le"]), of("_sum"), of("_count")] : [of("")];
  });
}
