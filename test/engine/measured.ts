import { expect } from "vitest";
import { metric } from "../../catalogue/index.ts";
import type { Sample } from "../../rehearsal/door/exposition.ts";

/** Programs of the catalogue's that told something, by no label that it does not know, and what told nothing. */
export function measured(samples: Sample[]): { programs: string[]; silent: Sample[] } {
  const programs = samples.flatMap(({ name, labels }) => {
    const known = metric(name);
    if (!known) return [];
    // The first are OpenTelemetry's own, the last is the monitor's.
    const own = Object.keys(labels).filter((label) => !label.startsWith("otel_scope_") && label !== "server");
    expect([...known.labels], name).toEqual(expect.arrayContaining(own));
    return [known.program];
  });
  return {
    programs: [...new Set(programs)].sort(),
    silent: samples.filter(({ name, value }) => name === "up" && value === 0),
  };
}
