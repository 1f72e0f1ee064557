import type { Country } from "../../components/country.ts";
import { type KeyGeneration, keyGenerations } from "../../components/gateway/key-life.ts";
import { providersOf } from "../../components/gateway/tokens.ts";
import { columns } from "../columns.ts";

/** The generations of the keys of some tenants, or of all. */
export function generationsOf({ tenants }: Country, at: number, only?: string): KeyGeneration[] {
  return Object.entries(tenants)
    .filter(([name]) => only === undefined || name === only)
    .flatMap(([name, { keys }]) => keyGenerations(name, keys, at));
}

/** Generations of keys as machines read them. */
export function keyRecords(generations: KeyGeneration[]): object[] {
  return generations.map(({ until, ...rest }) => ({ ...rest, ...(until !== undefined && { until: moment(until) }) }));
}

/** Generations of keys as a table. */
export function keyTable(generations: KeyGeneration[], at: number): string[] {
  const hasCentres = generations.some(({ costCentre }) => costCentre !== undefined);
  return columns(
    generations.map((each) => ({
      tenant: each.tenant,
      key: each.key,
      generation: String(each.generation),
      state: stateText(each, at),
      until: each.until === undefined ? "" : moment(each.until),
      ...(hasCentres && { "cost centre": each.costCentre ?? "" }),
    })),
  );
}

/** The identity providers whose tokens are taken beside keys. */
export function providerRows({ tenants }: Country): { tenant: string; issuer: string; audience: string }[] {
  return providersOf(tenants).map(([tenant, { issuer, audience }]) => ({ tenant, issuer, audience }));
}

/** What holds for a generation, with how long it still does. */
export function stateText({ state, until }: KeyGeneration, at: number): string {
  if (state === "expired") return `expired ${span(at - until!)} ago`;
  if (state === "overlap") return `overlap, ends in ${span(until! - at)}`;
  return state === "valid" && until !== undefined ? `valid, expires in ${span(until - at)}` : state;
}

/** Seconds since 1970 as a time in UTC. */
export function moment(seconds: number): string {
  return new Date(seconds * 1000).toISOString().replace(".000Z", "Z");
}

function span(seconds: number): string {
  const units = [
    ["day", 86_400],
    ["hour", 3600],
    ["minute", 60],
  ] as const;
  const [unit, size] = units.find(([, size]) => seconds >= 2 * size) ?? units[2];
  const count = Math.round(seconds / size);
  return `${count} ${unit}${count === 1 ? "" : "s"}`;
}
