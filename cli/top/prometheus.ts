import { request } from "node:https";
import { addon } from "../../catalogue/index.ts";
import { prometheusPort } from "../../components/addons/prometheus.ts";
import { connectionOf, readKubeconfig } from "../../components/kubeconfig.ts";
import type { Figure } from "./figures.ts";

/** One call of Prometheus's API, `query` or `query_range`; resolves to its answer's text. */
export type Get = (path: string, parameters: Record<string, string>) => Promise<string>;
/** Asks Prometheus a query; resolves to its series with their values. */
export type Ask = (query: string) => Promise<{ labels: Record<string, string>; value: number }[]>;

// Two scrapes lie in it, whenever it begins: tenants' numbers are asked for every minute.
const window = "150s";
const patienceMs = 10_000;

/** The query that tells a figure. */
export function queryOf({ metric, by, how, where = [] }: Figure): string {
  const matchers = where.map(([label, operator, value]) => `${label}${operator}"${value}"`).join(",");
  const series = `${metric}{${matchers}}`;
  const grouped = by ? ` by (${by})` : "";
  return how === "rate" ? `sum${grouped} (rate(${series}[${window}]))` : `${how}${grouped} (${series})`;
}

/** A figure as Prometheus tells it. */
export async function fromPrometheus(figure: Figure, ask: Ask): Promise<Record<string, number>> {
  const series = await ask(queryOf(figure));
  return Object.fromEntries(series.map(({ labels, value }) => [figure.by ? (labels[figure.by] ?? "") : "", value]));
}

/** Asks by way of the API server, to which the operator has the way and the right; Prometheus itself is open to nobody. */
export async function throughApiServer(context: string): Promise<Get> {
  const { server, options } = await connectionOf(readKubeconfig(), context);
  const service = `services/prometheus-prometheus:${prometheusPort}`;
  const base = `/api/v1/namespaces/${addon("prometheus").namespace}/${service}/proxy/api/v1`;
  return (path, parameters) =>
    new Promise((resolve, reject) => {
      const url = new URL(`${base}/${path}?${new URLSearchParams(parameters)}`, server);
      const sent = request(url, { ...options, timeout: patienceMs }, async (response) => {
        let body = "";
        for await (const chunk of response.setEncoding("utf8")) body += chunk;
        if (response.statusCode === 200) resolve(body);
        else reject(new Error(`${url.host} answered ${response.statusCode}: ${body.slice(0, 200)}`));
      });
      sent.on("timeout", () => sent.destroy(new Error(`${url.host} did not answer within ${patienceMs / 1000} s`)));
      sent.on("error", reject);
      sent.end();
    });
}

/** Queries of one moment. */
export function asking(get: Get): Ask {
  return async (query) => seriesIn(await get("query", { query }));
}

/** The series in an answer of Prometheus's. */
export function seriesIn(body: string): Awaited<ReturnType<Ask>> {
  const { data } = JSON.parse(body) as {
    data: { result: { metric: Record<string, string>; value: [number, string] }[] };
  };
  return data.result.map(({ metric, value }) => ({ labels: metric, value: Number(value[1]) }));
}
