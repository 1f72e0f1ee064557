import type { Finding } from "../fault.ts";
import type { Sound } from "../sound.ts";
import { grouped } from "../wording.ts";

/** Budgets that nobody could keep, and those that promise more than they give. */
export function judgeBudgets({ tenants = {}, storage }: Sound): Finding[] {
  return Object.entries(tenants).flatMap(([name, tenant]) => {
    const { budget } = tenant ?? {};
    if (!budget) return [];
    const at = ["tenants", name, "budget"];
    const { committed, tokensPerMonth, whenSpent } = budget;
    const unkept: Finding = {
      at,
      of: "key",
      found: "a budget, and no database in which is counted what was used",
      allowed: "budgets where the country has a section storage: its usage records are what a month is summed from",
      remedy:
        "add  freehold:storage: { keys: { kind: volumes, statement: ... }, objects: { kind: s3, endpoint: ... } }  (an example), or take  budget  out",
    };
    const beyond = committed !== undefined && tokensPerMonth !== undefined && committed > tokensPerMonth;
    return [
      ...(storage ? [] : [unkept]),
      ...(beyond && whenSpent === "stop"
        ? [
            {
              at: [...at, "committed"],
              found: `${grouped(committed)} tokens committed, of which ${grouped(tokensPerMonth)} can be used`,
              allowed: `at most tokensPerMonth, ${grouped(tokensPerMonth)}, where the budget stops`,
              remedy: `write  committed: ${tokensPerMonth}  or  whenSpent: overage`,
            },
          ]
        : []),
    ];
  });
}
