import type { Finding } from "../country/fault.ts";

/** Whoever held a country's keys, oldest first: the last holds those that are in use. */
export function keyHolders<Holder extends object>({ earlier = [], ...now }: Holder & { earlier?: Holder[] }): Holder[] {
  return [...earlier, now as unknown as Holder];
}

/** Name of what belongs to the keys of one holder: those of the first have the plain name. */
export function nthName(name: string, nth: number): string {
  return nth === 1 ? name : `${name}-${nth}`;
}

/** Refuses a country file that has lost the keys that stand, the nth of the country's: what is under them could not be read again. */
export function lostKeys(standing: object, nth: number, declared: object[]): Finding {
  const others = declared.with(Math.min(nth, declared.length) - 1, standing).slice(0, -1);
  const right =
    nth > declared.length
      ? { ...standing, earlier: declared }
      : nth === declared.length
        ? { ...declared.at(-1), earlier: [...others, standing] }
        : { ...declared.at(-1), earlier: others };
  return {
    at: ["target", "keys"],
    found: `${declared.map(flow).join(", then ")}, and what stands is under ${flow(standing)}`,
    allowed:
      "the keys that stand, in the order in which they came: new ones are written beside them, none is taken away",
    remedy: `write  keys: ${flow(right)}`,
  };
}

function flow(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(flow).join(", ")}]`;
  if (typeof value !== "object" || value === null) return String(value);
  return `{ ${Object.entries(value)
    .map(([key, each]) => `${key}: ${flow(each)}`)
    .join(", ")} }`;
}
