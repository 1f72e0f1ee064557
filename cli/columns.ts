/** Rows as lines of a table, their headings first; each row has the same cells. */
export function columns(rows: Record<string, string>[]): string[] {
  const headings = Object.keys(rows[0]!);
  const lines = [headings, ...rows.map((row) => headings.map((heading) => row[heading]!))];
  const widths = headings.map((_, index) => Math.max(...lines.map((line) => line[index]!.length)));
  return lines.map((line) => `  ${line.map((cell, index) => cell.padEnd(widths[index]!)).join("  ")}`.trimEnd());
}
