import process from "node:process";
import { styleText } from "node:util";
import { type Country, loadCountry } from "../components/country.ts";
import { type Budget, type Standing, standing, warnedAt } from "../components/ledger/programs/budget.ts";
import { budgetSums } from "../components/ledger/programs/budget-sums.ts";
import { clockIn } from "../components/ledger/programs/days.ts";
import { columns } from "./columns.ts";
import { fromRecords } from "./records.ts";
import { chooseStack, stackFile } from "./stacks.ts";

type Options = { json?: boolean; database?: string };

/** A tenant's budget with how it stands. */
export type Row = { tenant: string; budget: Budget } & Standing;

/** `freehold budgets`: what each tenant has used of its month, from the records' database. */
export async function budgetsCommand(named: string | undefined, options: Options): Promise<void> {
  const stack = chooseStack(named);
  const country = loadCountry(stackFile(stack));
  const budgets = budgetsOf(country);
  const now = Date.now();
  const sums =
    Object.keys(budgets).length === 0
      ? {}
      : await fromRecords({ stack, country, database: options.database, application: "freehold budgets" }, (sql) =>
          budgetSums((text, parameters) => sql.unsafe(text, parameters), budgets, now),
        );
  const rows = Object.entries(budgets).map(([tenant, budget]) => ({
    tenant,
    budget,
    ...standing(budget, { ...sums[tenant]!, at: now }, now, now),
  }));
  if (options.json) process.stdout.write(`${JSON.stringify({ stack, budgets: rows.map(plain) }, null, 2)}\n`);
  else process.stdout.write(`${budgetsText(stack, rows).join("\n")}\n`);
}

/** The budgets of a country's tenants, with what each may use in a minute. */
function budgetsOf({ tenants }: Pick<Country, "tenants">): Record<string, Budget> {
  return Object.fromEntries(
    Object.entries(tenants).flatMap(([tenant, { budget, tokensPerMinute }]) =>
      budget ? [[tenant, { ...budget, tokensPerMinute }]] : [],
    ),
  );
}

/** Budgets for people, with what to do next. */
export function budgetsText(stack: string, rows: readonly Row[]): string[] {
  const file = `stacks/Pulumi.${stack}.yaml`;
  if (rows.length === 0) {
    return [
      `No tenant of ${stack} has a budget of a month.`,
      "",
      "Next",
      `  write  budget: { tokensPerMonth: 500000000 }  under a tenant in ${file}`,
    ];
  }
  const [head, ...lines] = columns(
    rows.map(({ tenant, budget, used = 0, month, ...row }) => ({
      tenant,
      used: number(used),
      of: number(budget.tokensPerMonth),
      percent: `${Math.floor((100 * used) / budget.tokensPerMonth)} %`,
      committed: budget.committed === undefined ? "-" : number(budget.committed),
      renews: `${clockIn(budget.timeZone, month.to)} ${budget.timeZone}`,
      state: stateText(budget, used, row.state),
    })),
  );
  const colours: Partial<Record<Standing["state"], "yellow" | "red">> = {
    warned: "yellow",
    over: "yellow",
    spent: "red",
  };
  const style = (format: Parameters<typeof styleText>[0], text: string) =>
    styleText(format, text, { stream: process.stdout });
  return [
    `${stack}, tokens of this month`,
    "",
    style("dim", head!),
    ...lines.map((line, index) => {
      const colour = colours[rows[index]!.state];
      return colour ? style(colour, line) : line;
    }),
    "",
    "Next",
    `  a larger budget: tokensPerMonth in ${file}, then  npx pulumi up -s ${stack}  (here  npx freehold rehearse ${stack})`,
    `  what it was used for: npx freehold usage ${stack} --by tenant,model,day --zone ${rows[0]!.budget.timeZone}`,
  ];
}

function stateText({ warnAt, tokensPerMonth }: Budget, used: number, state: Standing["state"]): string {
  if (state === "warned") return `warned at ${warnedAt(warnAt, used / tokensPerMonth)} %`;
  if (state === "over") return `goes on, ${number(used - tokensPerMonth)} beyond it`;
  return state === "spent" ? "spent, refused until then" : state;
}

function plain({ tenant, budget, used = 0, month, state }: Row): object {
  const { tokensPerMinute: _, ...declared } = budget;
  return {
    tenant,
    ...declared,
    used,
    share: used / budget.tokensPerMonth,
    overage: budget.whenSpent === "overage" ? Math.max(0, used - budget.tokensPerMonth) : 0,
    monthBegan: clockIn(budget.timeZone, month.from),
    renews: clockIn(budget.timeZone, month.to),
    state,
  };
}

function number(value: number): string {
  return value.toLocaleString("en-GB");
}
