import { z } from "zod";
import { known, once } from "./once.ts";
import { verified } from "./shapes.ts";

const from = z.string();
const year = z.number().int();
const observed = <Value extends string>(value: Value) =>
  z.array(z.object({ region: z.string(), year }).extend({ [value]: z.number() } as Record<Value, z.ZodNumber>)).min(1);

const seriesShape = z.strictObject({
  of: z.string(),
  basis: z.string(),
  verified,
  licence: z.string(),
  sources: z.array(z.string()),
});

const economicsShape = z.strictObject({
  electricity: z.strictObject({
    usd_per_kwh: z.number().positive(),
    eur_per_kwh: z.number().positive().optional(),
    year: z.string(),
    from,
    basis: z.string().optional(),
    caution: z.string().optional(),
    sources: z.array(z.string()).optional(),
  }),
  carbon: z.strictObject({ g_per_kwh: z.number().positive(), year, from }),
  pue: z.strictObject({
    hyperscale: z.strictObject({ value: z.number().min(1), from, observed: observed("pue") }).optional(),
    colocation: z.strictObject({ value: z.number().min(1), from }),
  }),
  water: z
    .strictObject({ onsite_l_per_kwh: z.number().nonnegative(), from, observed: observed("l_per_kwh") })
    .optional(),
  climate: z.strictObject({ annual_c: z.number(), warmest_month_c: z.number(), from }).optional(),
});

const tableShape = z.strictObject({
  read: z.iso.date(),
  series: z.record(z.string(), seriesShape),
  countries: z.record(z.string(), economicsShape),
});

/** What a data centre in a country costs and uses; each value names the series it is from. */
export type Economics = z.output<typeof economicsShape>;
/** Where values come from: their basis, licence and sources, and how far they were seen. */
export type EconomicSeries = z.output<typeof seriesShape>;

/** Electricity in dollars a kWh, carbon in g a kWh, PUE, on-site water in litres a kWh, climate in °C. */
export function economics(code: string): Economics {
  return known("economics of", table().countries, code);
}

/** The series with this name, as values name it in `from`. */
export function economicSeries(name: string): EconomicSeries {
  return known("series", table().series, name);
}

function table() {
  return once("economics.yaml", tableShape);
}
