import { readdirSync } from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { CountryFaults, loadCountry } from "../../../components/country.ts";

/** Line (0 where the file as a whole is at fault), path, and parts of what was found and of the remedy. */
export type Expected = [line: number, path: string, found: string, remedy: string];

// What no operator should have to read: stack frames, and the validator's and the parser's own words.
const jargon = [
  /Error:/,
  /\n\s+at /,
  /expected .+ received|invalid_|Unrecognized|Invalid (input|key|option)|Too (small|big)/i,
  /Implicit keys|compact mappings|flow (map|sequence)|plain value/i,
  /\bundefined\b|\bNaN\b|\[object /,
];

/** The report about a file that must be refused. */
export function faultsIn(path: string): CountryFaults {
  try {
    loadCountry(path);
  } catch (error) {
    if (error instanceof CountryFaults) return error;
    throw error;
  }
  throw new Error(`${basename(path)} was accepted`);
}

/** One line for each thing said, none of it jargon, and no stack. */
export function expectReadable({ message, stack, faults }: CountryFaults): void {
  for (const words of jargon) expect(message).not.toMatch(words);
  expect(stack).toBe(message);
  for (const { path, found, allowed, remedy } of faults) {
    for (const said of [found, allowed, remedy]) expect(said, path).toMatch(/^\S.{0,400}$/);
  }
}

/** Tests that every file in test/fixtures/broken/<area> is refused as expected, in one report. */
export function refuses(area: string, broken: Record<string, Expected[]>): void {
  const folder = fileURLToPath(new URL(`../../fixtures/broken/${area}/`, import.meta.url));

  it("has an expectation for every fixture", () => {
    const there = readdirSync(folder).map((file) => basename(file, ".yaml"));
    expect(there.sort()).toEqual(Object.keys(broken).sort());
  });

  it.each(Object.entries(broken))("%s: is refused in one report, with every fault and its remedy", (name, expected) => {
    const path = join(folder, `${name}.yaml`);
    const error = faultsIn(path);
    expectReadable(error);
    expect(error.faults.map(({ line, path }) => [line ?? 0, path])).toEqual(
      expected.map(([line, path]) => [line, path]),
    );
    for (const [index, [, , found, remedy]] of expected.entries()) {
      expect(error.faults[index]!.found).toContain(found);
      expect(error.faults[index]!.remedy.replaceAll(folder, "")).toContain(remedy);
      expect(error.faults[index]!.file).toBe(path);
    }
    const count = expected.length === 1 ? "1 fault" : `${expected.length} faults`;
    expect(error.message.startsWith(`${path} has ${count}.`)).toBe(true);
  });
}
