import { type Counts, type Dimension, type Sum, total } from "./sums.ts";

const headings: Record<keyof Counts, string> = {
  requests: "requests",
  refused: "refused",
  delivered: "cut short",
  tokensIn: "tokens in",
  tokensCached: "of them cached",
  tokensOut: "tokens out",
};
const counts = Object.keys(headings) as (keyof Counts)[];

/** A table for people, with totals. */
export function table(sums: readonly Sum[], by: readonly Dimension[]): string {
  const number = (value: number) => value.toLocaleString("en-GB");
  const rows = [
    [...by, ...counts.map((name) => headings[name])],
    ...sums.map((sum) => [
      ...by.map((dimension) => sum.by[dimension] || "-"),
      ...counts.map((name) => number(sum[name])),
    ]),
    [...by.map((_, index) => (index === 0 ? "total" : "")), ...counts.map((name) => number(total(sums)[name]))],
  ];
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  return rows
    .map((row) =>
      row
        .map((cell, column) => (column < by.length ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!)))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

/** Comma-separated values with a heading, as RFC 4180 has them. */
export function csv(rows: readonly Record<string, string | number | null>[], columns: readonly string[]): string {
  const lines = [columns, ...rows.map((row) => columns.map((column) => row[column] ?? ""))];
  return lines.map((line) => `${line.map(cell).join(",")}\r\n`).join("");
}

/** A row of sums, flat. */
export function flat({ by, ...numbers }: Sum): Record<string, string | number> {
  return { ...by, ...numbers };
}

/** A cell that a spreadsheet takes for what it is: quoted where it has to be, and never a formula. */
function cell(value: string | number): string {
  const text = typeof value === "string" && /^[=+\-@\t\r]/.test(value) ? `'${value}` : String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
