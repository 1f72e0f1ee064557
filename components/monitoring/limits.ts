import type { Country } from "../country.ts";

type Limited = Pick<Country["tenants"][string], "requestsPerMinute" | "tokensPerMinute"> & { tokensPerDay?: number };

/** Series that hold what the country file allows each tenant, by its label `tenant`. */
export const limitSeries = {
  requestsPerMinute: "freehold:requests_per_minute:limit",
  tokensPerMinute: "freehold:tokens_per_minute:limit",
  tokensPerDay: "freehold:tokens_per_day:limit",
} as const;

/** A series that Prometheus makes by itself. */
export type Recording = { record: string; expr: string; labels: Record<string, string> };

/** Tenants' limits as series, so that boards and alerts can compare with them what was used. */
export function limits(tenants: Record<string, Limited>): Recording[] {
  return Object.entries(tenants).flatMap(([tenant, allowed]) =>
    (Object.keys(limitSeries) as (keyof typeof limitSeries)[]).flatMap((limit) => {
      const value = allowed[limit];
      return value === undefined ? [] : [{ record: limitSeries[limit], expr: `vector(${value})`, labels: { tenant } }];
    }),
  );
}
