import type { Country } from "../../country.ts";
import { platformNames } from "../../platform.ts";
import { type Alert, critical, warning } from "../alert.ts";
import { budgeted } from "../targets.ts";

const logs = `kubectl -n ${platformNames.gateway} logs deployment/budgets`;

/** Alerts of the tenants' budgets of a month, and of who keeps them. */
export function ofBudgets({ tenants }: Pick<Country, "tenants">): Alert[] {
  if (!budgeted(tenants)) return [];
  return [
    warning(
      "BudgetNearlySpent",
      "freehold_budget_warned_percent > 0 unless on (tenant) (freehold_budget_spent == 1 or freehold_budget_over == 1)",
      "0m",
      "{{ $labels.tenant }} has used {{ $value }} % of its month's budget",
      "npx freehold budgets shows what it uses and when it renews. Tell the tenant, or raise tenants.{{ $labels.tenant }}.budget.tokensPerMonth.",
    ),
    critical(
      "BudgetSpent",
      "freehold_budget_spent == 1",
      "0m",
      "{{ $labels.tenant }} has spent its month's budget and is refused",
      "It is refused until its month is over. A larger tenants.{{ $labels.tenant }}.budget.tokensPerMonth opens it within seconds of the update.",
    ),
    warning(
      "BudgetExceeded",
      "freehold_budget_over == 1",
      "0m",
      "{{ $labels.tenant }} goes on beyond its month's budget",
      "Its contract says overage: what is more is in npx freehold usage, to be charged.",
    ),
    critical(
      "BudgetsNotKept",
      "absent(freehold_budget_applied_age_seconds) or max(freehold_budget_applied_age_seconds) > 60",
      "2m",
      "Nobody closes the door to tenants who spend their budgets",
      `Who is refused stays refused, and others are let in. ${logs} says what keeps it; with the pod gone, get pods and describe do.`,
    ),
    critical(
      "BudgetsUnread",
      "max(freehold_budget_answer_age_seconds) > 60",
      "1m",
      "The ledger does not say what tenants have used of their budgets",
      `Tenants are refused from when they could have spent theirs. ${logs} says what it was answered; kubectl -n ${platformNames.storage} get pods shows the database.`,
    ),
    critical(
      "BudgetsBehind",
      "max by (pod) (freehold_ledger_lag_seconds) > 60",
      "1m",
      "{{ $labels.pod }} has had records waiting for more than a minute",
      "What tenants use meanwhile is counted when it is written: budgets can be overrun by as much. The log of its container recorder says what the database answered.",
    ),
    critical(
      "BudgetRefusedUnread",
      "freehold_budget_unread == 1",
      "0m",
      "{{ $labels.tenant }} is refused because what it has used cannot be read",
      "By its limit a minute it could have spent its budget since the ledger answered last. It is let in when the ledger answers.",
    ),
  ];
}
