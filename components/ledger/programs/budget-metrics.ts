import { warnedAt } from "./budget.ts";
import type { Keeping } from "./budget-keeping.ts";

/** How budgets stand, as Prometheus reads it. */
export function budgetMetrics({ told, standings, answeredAt, appliedAt }: Keeping, now: number): string {
  const tenants = Object.entries(standings).flatMap(([tenant, standing]) => {
    const budget = told?.budgets[tenant];
    return budget ? [{ tenant, budget, ...standing }] : [];
  });
  type Tenant = (typeof tenants)[number];
  const gauge = (name: string, help: string, lines: string[]) =>
    `# HELP freehold_budget_${name} ${help}\n# TYPE freehold_budget_${name} gauge\n${lines.map((line) => `freehold_budget_${name}${line}\n`).join("")}`;
  const each = (name: string, help: string, value: (tenant: Tenant) => number | undefined) =>
    gauge(
      name,
      help,
      tenants.flatMap((of) => {
        const found = value(of);
        return found === undefined ? [] : [`{tenant="${of.tenant}"} ${found}`];
      }),
    );
  return [
    each("tokens", "Tokens that the tenant may use in a month.", ({ budget }) => budget.tokensPerMonth),
    each("committed_tokens", "Tokens of a month that are owed for, used or not.", ({ budget }) => budget.committed),
    each("used_tokens", "Tokens of this month that were used, as the ledger said last.", ({ used }) => used),
    each("warned_percent", "The highest warning level that was reached.", ({ budget, used = 0 }) =>
      warnedAt(budget.warnAt, used / budget.tokensPerMonth),
    ),
    each("spent", "Whether the tenant is closed because its budget is spent.", ({ state }) =>
      Number(state === "spent"),
    ),
    each("over", "Whether the tenant goes on beyond its budget.", ({ state }) => Number(state === "over")),
    each("unread", "Whether the tenant is closed because what it used cannot be read.", ({ state }) =>
      Number(state === "unread"),
    ),
    gauge("answer_age_seconds", "How long ago the ledger answered.", [` ${(now - answeredAt) / 1000}`]),
    gauge("applied_age_seconds", "How long ago all tenants were open or closed as they should be.", [
      ` ${(now - appliedAt) / 1000}`,
    ]),
  ].join("");
}
