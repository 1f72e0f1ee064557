import { styleText } from "node:util";
import type { Country } from "../../components/country.ts";
import type { Reading } from "./figures.ts";

/** What is shown besides the numbers: whose they are, and where they come from. */
export type Heading = { country: string; from: string; at: Date };

type Column = { title: string; text: (numbers: Record<string, number>, owner: string) => string };

/** A reading as lines for a terminal: the gateway, tenants by their tokens, model servers. `most` bounds the lines. */
export function textOf(
  { country, from, at }: Heading,
  reading: Reading,
  tenants: Country["tenants"],
  most = Number.POSITIVE_INFINITY,
): string[] {
  const bold = (words: string) => styleText("bold", words, { stream: process.stdout });
  const gateway = reading.gateway[""]!;
  const models = table("model server", reading.models, modelColumns);
  const busiest = Object.entries(reading.tenants).sort(([, one], [, other]) => used(other) - used(one));
  const room = Math.max(1, most - models.length - 8);
  const shown = Object.fromEntries(busiest.slice(0, room));
  const left = busiest.length - Object.keys(shown).length;
  return [
    `${bold(country)}  ${from}  ${at.toISOString().slice(11, 19)} UTC`,
    "",
    `gateway  ${per(gateway.answers)} answers/s, ${per(gateway.errors)} errors/s, ${whole(gateway.open)} open`,
    `refused  ${per(gateway.refusedKey)}/s for the key (401), ${per(gateway.refusedPermission)}/s for permission (403), ${per(gateway.refusedLimit)}/s for a limit (429)${gateway.limiterErrors! > 0 ? `, ${per(gateway.limiterErrors)}/s because the limiter does not answer (500)` : ""}`,
    "",
    ...table("tenant", shown, tenantColumns(tenants, Object.values(shown))),
    ...(left > 0 ? [`and ${left} more, who use less`] : []),
    "",
    ...models,
  ];
}

function tenantColumns(tenants: Country["tenants"], shown: Record<string, number>[]): Column[] {
  const ofMonth: Column = {
    title: "of its month",
    text: ({ month = 0 }, tenant) => {
      const { budget } = tenants[tenant]!;
      return budget ? percent(month / budget.tokensPerMonth) : "-";
    },
  };
  const isRefusalTold = shown.some((numbers) => "refused" in numbers);
  return [
    { title: "requests/s", text: ({ requests }) => per(requests) },
    { title: "errors/s", text: ({ errors }) => per(errors) },
    ...(isRefusalTold ? [{ title: "refused/s", text: ({ refused }: Record<string, number>) => per(refused) }] : []),
    { title: "tokens in/s", text: ({ tokensIn }) => per(tokensIn) },
    { title: "tokens out/s", text: ({ tokensOut }) => per(tokensOut) },
    {
      title: "of its limit",
      text: (numbers, tenant) => percent((used(numbers) * 60) / tenants[tenant]!.tokensPerMinute),
    },
    ...(Object.values(tenants).some(({ budget }) => budget) ? [ofMonth] : []),
  ];
}

const modelColumns: Column[] = [
  { title: "replicas", text: ({ replicas }) => whole(replicas) },
  { title: "running", text: ({ running }) => whole(running) },
  { title: "waiting", text: ({ waiting }) => whole(waiting) },
  { title: "KV cache", text: ({ cache }) => percent(cache ?? 0) },
  { title: "tokens in/s", text: ({ tokensIn }) => per(tokensIn) },
  { title: "tokens out/s", text: ({ tokensOut }) => per(tokensOut) },
];

function table(title: string, rows: Record<string, Record<string, number>>, columns: Column[]): string[] {
  const names = Object.keys(rows);
  const first = Math.max(title.length, ...names.map(({ length }) => length)) + 2;
  const widths = columns.map(({ title: head }) => Math.max(head.length, 8) + 2);
  const head = title.padEnd(first) + columns.map(({ title: own }, index) => own.padStart(widths[index]!)).join("");
  const lines = names.map((name) => {
    const cells = columns.map(({ text }, index) => text(rows[name]!, name).padStart(widths[index]!));
    return name.padEnd(first) + cells.join("");
  });
  return [styleText("dim", head, { stream: process.stdout }), ...lines];
}

function used({ tokensIn = 0, tokensOut = 0 }: Record<string, number>): number {
  return tokensIn + tokensOut;
}

function per(value = 0): string {
  return value === 0 || value >= 10 ? whole(value) : value.toFixed(1);
}

function whole(value = 0): string {
  return Math.round(value).toLocaleString("en");
}

function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}
