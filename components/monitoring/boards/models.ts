import type { Country } from "../../country.ts";
import { type Board, type Query, window } from "../board.ts";
import { enginesOf, ofModels, quantile } from "../expressions.ts";

const shares = { p50: 0.5, p95: 0.95, p99: 0.99 };

/** How the model servers do: tokens, queues, caches, and how long somebody waits for words. */
export function models(country: Pick<Country, "modelServers">): Board {
  const each = (query: (metrics: ReturnType<typeof enginesOf>[number]) => Query[]) => enginesOf(country).flatMap(query);
  const rate = (metric: string) => `sum by (server) (rate(${metric}{${ofModels}}[${window}]))`;
  const now = (metric: string) => `sum by (server) (${metric}{${ofModels}})`;
  const quantiles = (histogram: string): Query[] =>
    Object.entries(shares).map(([name, share]) => ({
      expr: quantile(share, histogram, "server", window, ofModels),
      legend: `{{server}} ${name}`,
    }));
  return {
    id: "models",
    title: "Models",
    rows: [
      {
        title: "Tokens",
        panels: [
          {
            title: "Read",
            unit: "short",
            as: "stack",
            says: "Tokens of prompts a second, by model server.",
            queries: each(({ tokensIn }) => [{ expr: rate(tokensIn), legend: "{{server}}" }]),
          },
          {
            title: "Written",
            unit: "short",
            as: "stack",
            says: "Tokens of answers a second, by model server.",
            queries: each(({ tokensOut }) => [{ expr: rate(tokensOut), legend: "{{server}}" }]),
          },
        ],
      },
      {
        title: "Waiting for words",
        panels: [
          {
            title: "Time to the first token",
            unit: "s",
            queries: each(({ firstTokenSeconds }) => quantiles(firstTokenSeconds)),
          },
          {
            title: "Time between tokens",
            unit: "s",
            says: "Of requests that ask for more than one token.",
            queries: each(({ betweenTokensSeconds }) => quantiles(betweenTokensSeconds)),
          },
          {
            title: "Time in the queue",
            unit: "s",
            queries: each(({ queuedSeconds }) => quantiles(queuedSeconds)),
          },
        ],
      },
      {
        title: "Room",
        panels: [
          {
            title: "Running and waiting",
            unit: "short",
            queries: each(({ running, waiting }) => [
              { expr: now(running), legend: "{{server}} running" },
              { expr: now(waiting), legend: "{{server}} waiting" },
            ]),
          },
          {
            title: "KV cache taken",
            unit: "percentunit",
            says: "Of the fullest replica. Full caches make requests wait, or put them back.",
            warnFrom: 0.8,
            badFrom: 0.95,
            queries: each(({ cache }) => [{ expr: `max by (server) (${cache}{${ofModels}})`, legend: "{{server}}" }]),
          },
          {
            title: "Put back for want of cache",
            unit: "reqps",
            queries: each(({ preempted }) => [{ expr: rate(preempted), legend: "{{server}}" }]),
          },
        ],
      },
      {
        title: "Replicas",
        panels: [
          {
            title: "Declared and there",
            unit: "short",
            queries: [
              { expr: `kube_deployment_spec_replicas{${ofModels}}`, legend: "{{deployment}} declared" },
              { expr: `kube_deployment_status_replicas_available{${ofModels}}`, legend: "{{deployment}} there" },
              { expr: `kube_statefulset_status_replicas_ready{${ofModels}}`, legend: "{{statefulset}} there" },
            ],
          },
          {
            title: "Ended, by how",
            unit: "reqps",
            as: "stack",
            queries: each(({ finished }) => [
              {
                expr: `sum by (finished_reason) (rate(${finished}{${ofModels}}[${window}]))`,
                legend: "{{finished_reason}}",
              },
            ]),
          },
          {
            title: "Containers started again",
            unit: "short",
            queries: [
              {
                expr: `sum by (pod) (increase(kube_pod_container_status_restarts_total{${ofModels}}[1h])) > 0`,
                legend: "{{pod}}",
              },
            ],
          },
        ],
      },
    ],
  };
}
