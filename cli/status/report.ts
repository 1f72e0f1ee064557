import type { Country } from "../../components/country.ts";
import { alerts } from "../../components/monitoring/alerts.ts";
import { enginesOf, ofModels, quantile } from "../../components/monitoring/expressions.ts";
import type { Sample } from "../../rehearsal/door/exposition.ts";
import { asking, type Get } from "../top/prometheus.ts";

/** What tenants may know of how their country does. Tenants' own replicas are their own affair and not in it. */
export type Report = {
  at: Date;
  models: {
    name: string;
    replicas: number;
    /** Seconds until the first word that one answer in two, and one in twenty, took longer than. */
    firstToken?: { p50: number; p95: number };
    /** Share of each day in which it answered, the oldest first; null where nothing was measured. */
    days?: (number | null)[];
  }[];
  /** What went wrong in these days, the newest first; undefined where nobody keeps it. */
  incidents?: Incident[];
};
export type Incident = { what: string; from: Date; until: Date | undefined };

export const historyDays = 90;
const daySeconds = 24 * 3600;
const stepSeconds = 3600;
/** Alerts that tenants feel, and may read of. */
const felt = ["ModelWithoutReplicas", "GatewayErrors", "RateLimitStoreDown", "ModelReaderFailing"];

type Watched = Pick<Country, "modelServers" | "pools" | "storage" | "tenants">;

function shared({ modelServers }: Watched): string[] {
  return Object.keys(modelServers).filter((name) => modelServers[name]!.tenant === undefined);
}

/** A report of what the pods of a rehearsal's door tell: as they stand, without a history. */
export function reportOfSamples(country: Watched, samples: Sample[], at: Date): Report {
  const metrics = enginesOf(country);
  return {
    at,
    models: shared(country).map((name) => {
      const own = samples.filter(({ labels }) => labels.server === name);
      const firstTokens = metrics.map(({ firstTokenSeconds }) => `${firstTokenSeconds}_bucket`);
      const buckets = new Map<number, number>();
      for (const { labels, value } of own.filter((sample) => firstTokens.includes(sample.name))) {
        const bound = Number(labels.le!.replace("+Inf", "Infinity"));
        buckets.set(bound, (buckets.get(bound) ?? 0) + value);
      }
      const [p50, p95] = [0.5, 0.95].map((share) => quantileOf(share, buckets));
      return {
        name,
        replicas: own.filter((sample) => metrics.some(({ running }) => running === sample.name)).length,
        ...(p50 !== undefined && p95 !== undefined && { firstToken: { p50, p95 } }),
      };
    }),
  };
}

/** A value below which a share of what buckets counted lies, as Prometheus reckons it: evenly spread within a bucket. */
export function quantileOf(share: number, buckets: Map<number, number>): number | undefined {
  const bounds = [...buckets].sort(([one], [other]) => one - other);
  const rank = share * (bounds.at(-1)?.[1] ?? 0);
  if (rank === 0) return undefined;
  const at = bounds.findIndex(([, count]) => count >= rank);
  const [upper, count] = bounds[at]!;
  const [lower, below] = bounds[at - 1] ?? [0, 0];
  return upper === Number.POSITIVE_INFINITY ? lower : lower + ((upper - lower) * (rank - below)) / (count - below);
}

/** A report of what Prometheus knows, with as much of the history as it keeps. */
export async function reportOfPrometheus(country: Watched, get: Get, at: Date): Promise<Report> {
  const ask = asking(get);
  const byServer = async (query: string) =>
    new Map((await ask(query)).map(({ labels, value }) => [labels.server ?? labels.deployment ?? "", value]));
  const metrics = enginesOf(country);
  const firstToken = (share: number) =>
    byServer(
      metrics.map(({ firstTokenSeconds }) => quantile(share, firstTokenSeconds, "server", "1h", ofModels)).join(" or "),
    );
  const [replicas, p50, p95, days, incidents] = await Promise.all([
    byServer(metrics.map(({ running }) => `count by (server) (${running}{${ofModels}})`).join(" or ")),
    firstToken(0.5),
    firstToken(0.95),
    daysOf(metrics, get, at),
    incidentsOf(country, get, at),
  ]);
  return {
    at,
    models: shared(country).map((name) => {
      const [half, most] = [p50.get(name), p95.get(name)];
      const isMeasured = half !== undefined && most !== undefined && !Number.isNaN(half) && !Number.isNaN(most);
      return {
        name,
        replicas: replicas.get(name) ?? 0,
        ...(isMeasured && { firstToken: { p50: half, p95: most } }),
        days: days.get(name) ?? Array.from({ length: historyDays }, () => null),
      };
    }),
    incidents,
  };
}

type Points = { labels: Record<string, string>; points: [seconds: number, value: number][] };

async function range(get: Get, query: string, at: Date, step: number): Promise<Points[]> {
  const end = Math.floor(at.getTime() / 1000);
  const start = end - (historyDays - (step === daySeconds ? 1 : 0)) * daySeconds;
  const body = await get("query_range", { query, start: String(start), end: String(end), step: String(step) });
  const { data } = JSON.parse(body) as {
    data: { result: { metric: Record<string, string>; values: [number, string][] }[] };
  };
  return data.result.map(({ metric, values }) => ({
    labels: metric,
    points: values.map(([seconds, value]) => [seconds, Number(value)]),
  }));
}

/** By model server: for each day before this moment, the share of it in which a replica told how it was. */
async function daysOf(metrics: { running: string }[], get: Get, at: Date): Promise<Map<string, (number | null)[]>> {
  const there = metrics.map(({ running }) => `count by (server) (${running}{${ofModels}}) > bool 0`).join(" or ");
  const everybody = `count(up{${ofModels}})`;
  const [answered, measured] = await Promise.all([
    range(get, `sum_over_time((${there})[1d:5m])`, at, daySeconds),
    range(get, `count_over_time(${everybody}[1d:5m])`, at, daySeconds),
  ]);
  const looks = new Map(measured[0]?.points);
  const first = Math.floor(at.getTime() / 1000) - (historyDays - 1) * daySeconds;
  return new Map(
    answered.map(({ labels, points }) => {
      const found = new Map(points);
      const days = Array.from({ length: historyDays }, (_, day) => {
        const when = first + day * daySeconds;
        const of = looks.get(when);
        return of ? Math.min(1, (found.get(when) ?? 0) / of) : null;
      });
      return [labels.server ?? "", days];
    }),
  );
}

/** Alerts that tenants felt, from when to when, in the words that the operator read. */
async function incidentsOf(country: Watched, get: Get, at: Date): Promise<Incident[]> {
  const summaries = new Map(alerts(country).map(({ alert, annotations }) => [alert, annotations.summary]));
  const query = `ALERTS{alertstate="firing",alertname=~"${felt.join("|")}"}`;
  const found = (await range(get, query, at, stepSeconds)).flatMap(({ labels, points }) => {
    const server = labels.deployment ?? labels.statefulset;
    if (server !== undefined && !shared(country).includes(server)) return [];
    const words = summaries.get(labels.alertname ?? "") ?? labels.alertname ?? "";
    const what = words.replace(/\{\{ \$labels\.(\w+) \}\}/g, (_, label: string) => labels[label] ?? "");
    return runsOf(points.map(([seconds]) => seconds)).map(([from, until]) => ({
      what,
      from: new Date(from * 1000),
      until: at.getTime() / 1000 - until < 1.5 * stepSeconds ? undefined : new Date((until + stepSeconds) * 1000),
    }));
  });
  return found.sort((one, other) => other.from.getTime() - one.from.getTime());
}

/** Moments that follow each other without a gap, as the first and last of each run. */
function runsOf(moments: number[]): [number, number][] {
  const runs: [number, number][] = [];
  for (const moment of moments) {
    const last = runs.at(-1);
    if (last && moment - last[1] <= 1.5 * stepSeconds) last[1] = moment;
    else runs.push([moment, moment]);
  }
  return runs;
}
