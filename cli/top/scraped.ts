import type { Sample } from "../../rehearsal/door/exposition.ts";
import type { Figure, Matcher } from "./figures.ts";

/** What all pods told at one moment. */
export type Scrape = { at: number; samples: Sample[] };

/** A figure of two scrapes: of what changes over time from both, of what stands from the later one. */
export function fromScrapes(figure: Figure, earlier: Scrape, later: Scrape): Record<string, number> {
  const before = new Map(earlier.samples.filter(isOf(figure)).map((sample) => [identity(sample), sample.value]));
  const seconds = (later.at - earlier.at) / 1000;
  const values = new Map<string, number>();
  for (const sample of later.samples.filter(isOf(figure))) {
    const owner = figure.by ? (sample.labels[figure.by] ?? "") : "";
    const sofar = values.get(owner);
    values.set(owner, joined(figure, sofar, figure.how === "rate" ? rate(sample) : sample.value));
  }
  return Object.fromEntries(values);

  function rate(sample: Sample): number {
    // A count that fell began anew, and one that was not there yet began at nought.
    const was = before.get(identity(sample)) ?? 0;
    return (sample.value >= was ? sample.value - was : sample.value) / seconds;
  }
}

function joined({ how }: Figure, sofar: number | undefined, value: number): number {
  if (how === "count") return (sofar ?? 0) + 1;
  if (how === "max") return Math.max(sofar ?? value, value);
  return (sofar ?? 0) + value;
}

function isOf({ metric, where = [] }: Figure): (sample: Sample) => boolean {
  return ({ name, labels }) => name === metric && where.every((matcher) => matches(matcher, labels));
}

function matches([label, operator, value]: Matcher, labels: Record<string, string>): boolean {
  const own = labels[label] ?? "";
  if (operator === "=~") return new RegExp(`^(?:${value})$`).test(own);
  return operator === "=" ? own === value : own !== value;
}

function identity({ labels }: Sample): string {
  return JSON.stringify(Object.entries(labels).sort());
}
