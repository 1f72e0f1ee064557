import { z } from "zod";
import { filesIn, once, textOf } from "./once.ts";

/** When a file was read from its sources, and for how many days that holds. */
export type Reading = { file: string; read: string; days: number };

const reviewShape = z.strictObject({ read: z.iso.date(), days: z.record(z.string(), z.number().int().positive()) });

/** The reading of every file under review, the oldest where a file has several. Looks into every file, and parses none. */
export function readings(): Reading[] {
  return Object.entries(once("review.yaml", reviewShape).days).flatMap(([table, days]) =>
    filesOf(table).map((file) => ({ file: `catalogue/${file}`, read: oldestIn(file), days })),
  );
}

/** Those whose days were over on a given day. */
export function overdue(readings: Reading[], on: string): Reading[] {
  return readings.filter(({ read, days }) => Date.parse(on) - Date.parse(read) > days * 24 * 60 * 60 * 1000);
}

/** A table is one file, or a folder with a file for each entry. */
function filesOf(table: string): string[] {
  const single = filesIn(".").includes(table);
  return single ? [`${table}.yaml`] : filesIn(table).map((id) => `${table}/${id}.yaml`);
}

function oldestIn(file: string): string {
  const [oldest] = [...textOf(file).matchAll(/^ *read: (\d{4}-\d\d-\d\d)$/gm)].map(([, day]) => day!).sort();
  if (oldest === undefined) throw new Error(`catalogue/${file} does not say when it was read`);
  return oldest;
}
