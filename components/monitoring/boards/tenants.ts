import type { Country } from "../../country.ts";
import { type Board, window } from "../board.ts";
import { refused, tokens } from "../expressions.ts";
import { limitSeries } from "../limits.ts";

const most = 20;
const says = `The ${most} with most of it.`;

/** What the tenants do, and how near they are to their limits. */
export function tenants({ storage }: Pick<Country, "storage">): Board {
  const top = (expr: string) => `topk(${most}, ${expr})`;
  const requests = (more = "") =>
    `sum by (tenant) (rate(gen_ai_server_request_duration_seconds_count{${more}}[${window}]))`;
  const { key, permission, limit } = refused(window);
  const share = (used: string, of: string) => `${top(`${used} / on (tenant) ${of}`)}`;
  const used = (how: "increase" | "60 * rate", over: string) =>
    `sum by (tenant) (${how}(gen_ai_client_token_usage_sum{gen_ai_token_type=~"input|output"}[${over}]))`;
  return {
    id: "tenants",
    title: "Tenants",
    rows: [
      {
        title: "Requests",
        panels: [
          {
            title: "Answered by a model",
            unit: "reqps",
            as: "stack",
            says,
            queries: [{ expr: top(requests()), legend: "{{tenant}}" }],
          },
          {
            title: "Answered with an error",
            unit: "reqps",
            says: "Errors that models or the way to them gave, by tenant.",
            queries: [{ expr: top(requests('error_type!=""')), legend: "{{tenant}}" }],
          },
          {
            title: "Refused at the door",
            unit: "reqps",
            as: "stack",
            says: "Of all tenants together, and of those who are none.",
            queries: [
              { expr: key, legend: "401, key" },
              { expr: permission, legend: "403, permission" },
              { expr: limit, legend: "429, limit" },
            ],
          },
          // Recorders see each line of the proxies' logs.
          ...(storage
            ? [
                {
                  title: "Refused, by tenant",
                  unit: "reqps" as const,
                  says,
                  queries: [
                    {
                      expr: top(`sum by (tenant, status) (rate(freehold_ledger_refusals_total[${window}]))`),
                      legend: "{{tenant}} {{status}}",
                    },
                  ],
                },
              ]
            : []),
        ],
      },
      {
        title: "Tokens",
        panels: [
          {
            title: "Read",
            unit: "short",
            as: "stack",
            says,
            queries: [{ expr: top(tokens("input", "tenant", window)), legend: "{{tenant}}" }],
          },
          {
            title: "Written",
            unit: "short",
            as: "stack",
            says,
            queries: [{ expr: top(tokens("output", "tenant", window)), legend: "{{tenant}}" }],
          },
          {
            title: "Read and written, by model",
            unit: "short",
            as: "stack",
            queries: [
              {
                expr: `sum by (gen_ai_request_model) (rate(gen_ai_client_token_usage_sum{gen_ai_token_type=~"input|output"}[${window}]))`,
                legend: "{{gen_ai_request_model}}",
              },
            ],
          },
        ],
      },
      {
        title: "Share of the limits",
        panels: [
          {
            title: "Tokens a minute",
            unit: "percentunit",
            says: "The mean of three minutes; a shorter burst meets its limit unseen here.",
            warnFrom: 0.8,
            badFrom: 1,
            queries: [{ expr: share(used("60 * rate", "3m"), limitSeries.tokensPerMinute), legend: "{{tenant}}" }],
          },
          {
            title: "Requests a minute",
            unit: "percentunit",
            says: "Of requests that a model answered; refused ones count towards the limit, too.",
            warnFrom: 0.8,
            badFrom: 1,
            queries: [
              {
                expr: share(
                  "sum by (tenant) (60 * rate(gen_ai_server_request_duration_seconds_count[3m]))",
                  limitSeries.requestsPerMinute,
                ),
                legend: "{{tenant}}",
              },
            ],
          },
          {
            title: "Tokens of a day",
            unit: "percentunit",
            says: "Of the last 24 hours; the limit itself counts from midnight UTC.",
            warnFrom: 0.8,
            badFrom: 1,
            queries: [{ expr: share(used("increase", "1d"), limitSeries.tokensPerDay), legend: "{{tenant}}" }],
          },
        ],
      },
      {
        title: "Budgets of the month",
        panels: [
          {
            title: "Used",
            unit: "percentunit",
            says: "Of each tenant's month in its own time zone, as the ledger has it.",
            warnFrom: 0.8,
            badFrom: 1,
            queries: [{ expr: top("freehold_budget_used_tokens / freehold_budget_tokens"), legend: "{{tenant}}" }],
          },
          {
            title: "Of what is committed",
            unit: "percentunit",
            says: "Tokens that are owed for, used or not.",
            queries: [
              { expr: top("freehold_budget_used_tokens / freehold_budget_committed_tokens"), legend: "{{tenant}}" },
            ],
          },
          {
            title: "Closed, or beyond it",
            unit: "short",
            says: "Refused until the month is over; refused because it is not known what was used; going on by contract.",
            queries: [
              { expr: "sum(freehold_budget_spent)", legend: "spent" },
              { expr: "sum(freehold_budget_unread)", legend: "unread" },
              { expr: "sum(freehold_budget_over)", legend: "beyond" },
            ],
          },
        ],
      },
    ],
  };
}
