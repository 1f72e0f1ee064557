import { existsSync, readFileSync } from "node:fs";
import process from "node:process";
import { parse } from "yaml";
import { type Country, loadCountry } from "../components/country.ts";
import { dayIn, isDay } from "../components/ledger/programs/days.ts";
import { Failure } from "./failure.ts";
import { fromRecords } from "./records.ts";
import { chooseStack, stackFile } from "./stacks.ts";
import { focus, type Prices, pricesShape, unpriced } from "./usage/focus.ts";
import { type Asked, type Dimension, dimensions, sums, total, type Used, used } from "./usage/sums.ts";
import { csv, flat, table } from "./usage/text.ts";

type Options = {
  tenant?: string;
  model?: string;
  by?: string;
  from?: string;
  to?: string;
  zone?: string;
  csv?: boolean;
  json?: boolean;
  focus?: boolean;
  prices?: string;
  database?: string;
};

/** `freehold usage`: what tenants have used, from the records' database. */
export async function usageCommand(named: string | undefined, options: Options): Promise<void> {
  const stack = chooseStack(named);
  const country = loadCountry(stackFile(stack));
  const by = dimensionsOf(options.by ?? "tenant,model");
  const asked = askedOf(options, new Date());
  const prices = options.focus ? pricesOf(options.prices) : undefined;
  const { database } = options;
  const rows = await fromRecords({ stack, country, database, application: "freehold usage" }, (sql) =>
    used(sql, asked),
  );
  const costCentres = costCentresOf(country);
  const found = sums(rows, by, costCentres);
  if (prices) process.stdout.write(focusOf(rows, prices, country, asked.zone, costCentres));
  else if (options.csv) process.stdout.write(csv(found.map(flat), [...by, ...Object.keys(total([]))]));
  else if (options.json) {
    process.stdout.write(`${JSON.stringify({ ...asked, rows: found.map(flat), total: total(found) }, null, 2)}\n`);
  } else {
    process.stdout.write(`${stack}, ${asked.from} to ${asked.to}, days of ${asked.zone}\n\n${table(found, by)}\n`);
  }
}

function dimensionsOf(text: string): Dimension[] {
  const words = text.split(",").map((word) => word.trim());
  const strange = words.filter((word) => !dimensions.includes(word as Dimension));
  if (strange.length > 0) {
    throw new Failure(
      `--by ${text} is nothing to tell usage by.\n  found    ${strange.join(", ")}\n  allowed  ${dimensions.join(", ")}`,
    );
  }
  return [...new Set(words)] as Dimension[];
}

/** This month up to today, where nothing else is said. */
export function askedOf({ from, to, zone = "UTC", tenant, model }: Options, now: Date): Asked {
  try {
    new Intl.DateTimeFormat("en", { timeZone: zone });
  } catch {
    throw new Failure(`--zone ${zone} is no time zone.\n  allowed  names such as UTC, Europe/Zurich, Asia/Dubai`);
  }
  for (const [name, day] of Object.entries({ from, to })) {
    if (day !== undefined && !isDay(day))
      throw new Failure(`--${name} ${day} is no day.\n  allowed  days such as 2026-11-22`);
  }
  const last = to ?? dayIn(zone, now);
  const first = from ?? `${last.slice(0, 7)}-01`;
  if (first > last) throw new Failure(`--from ${first} is after the last day, ${last}.\n  remedy   give --to as well`);
  return { from: first, to: last, zone, tenant, model };
}

/** Cost centres of tenants' keys, by `tenant/key`, as the country file has them. */
function costCentresOf({ tenants }: Pick<Country, "tenants">): Record<string, string> {
  return Object.fromEntries(
    Object.entries(tenants).flatMap(([tenant, { keys }]) =>
      Object.entries(keys).flatMap(([key, { costCentre }]) => (costCentre ? [[`${tenant}/${key}`, costCentre]] : [])),
    ),
  );
}

function pricesOf(path: string | undefined): Prices {
  const shape = "currency: CHF\n             models: { apertus-8b: { in: 0.20, cached: 0.05, out: 0.60 } }";
  if (path === undefined) {
    throw new Failure(
      `--focus needs prices, and the country file has none: a charge without a cost is none.\n  remedy   --prices <file>, with what a million tokens cost:\n             ${shape}`,
    );
  }
  if (!existsSync(path)) throw new Failure(`--prices ${path} is not there.`);
  const parsed = pricesShape.safeParse(parse(readFileSync(path, "utf8")));
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new Failure(
    `--prices ${path} is not as it has to be.\n  path     ${issue!.path.join(".")}\n  found    ${issue!.message}\n  allowed  ${shape}`,
  );
}

function focusOf(
  rows: Used[],
  prices: Prices,
  country: Country,
  zone: string,
  costCentres: Record<string, string>,
): string {
  const lacking = unpriced(rows, prices);
  if (lacking.length > 0)
    throw new Failure(`--prices has none of models that were used.\n  found    ${lacking.join(", ")}`);
  return focus(rows, prices, { operator: country.operator.name, country: country.country, zone, costCentres });
}
