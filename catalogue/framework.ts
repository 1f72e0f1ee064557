import { z } from "zod";
import { countries, country } from "./index.ts";
import { once } from "./once.ts";
import { concernsShape, verified } from "./shapes.ts";

const criterionShape = z.strictObject({
  id: z.string(),
  title: z.string(),
  /** In the framework's own score, where it has one. */
  weight: z.number().positive().optional(),
  /** The highest SEAL that a rule can support here. Ownership and law decide what is above 2, which no code shows. */
  seal: z.number().int().min(0).max(2).optional(),
  rules: z.array(z.string()),
  cannot_show: z.string(),
  recalled: z.boolean().default(false),
});

const frameworkShape = z.strictObject({
  name: z.string(),
  version: z.string(),
  status: z.string(),
  concerns: concernsShape,
  verified,
  sources: z.array(z.string()).min(1),
  note: z.string().optional(),
  bound: z.string(),
  criteria: z.array(criterionShape).min(1),
});

const fileShape = z.strictObject({ read: z.iso.date(), frameworks: z.record(z.string(), frameworkShape) });

/** A framework that auditors ask for: what code can show of it at most, and which rules are evidence for which criterion. */
export type Framework = z.output<typeof frameworkShape> & { id: string };

/** All frameworks. */
export function frameworks(): Framework[] {
  return Object.entries(once("frameworks.yaml", fileShape).frameworks).map(([id, framework]) => ({ id, ...framework }));
}

/** The frameworks that concern a country in the catalogue. */
export function frameworksFor(countryCode: string): Framework[] {
  return frameworks().filter(({ concerns }) => isConcerned(countryCode, concerns));
}

/** Whether a country in the catalogue is named, or belongs to a bloc that is. */
export function isConcerned(code: string, concerns: z.output<typeof concernsShape>): boolean {
  if (concerns.countries.includes(code)) return true;
  return concerns.blocs.length > 0 && countries().includes(code) && inBloc(code, concerns.blocs);
}

function inBloc(code: string, blocs: readonly string[]): boolean {
  return country(code).bloc.memberships.some((bloc) => blocs.includes(bloc));
}
