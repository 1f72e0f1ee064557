// npm run bench:clouds [-- <turns>]: what a cloud's package costs the program before the first resource is registered, beside a
// country in a hall, which loads none. Ratios are medians of the ratios of runs made side by side.
import { execFile } from "node:child_process";
import { join } from "node:path";
import process from "node:process";
import { promisify } from "node:util";
import { sideBySide } from "./measured.ts";

const run = promisify(execFile);
const turns = Number(process.argv[2] ?? 5);
const program = (stack: string) => ({ words: [process.execPath, join(import.meta.dirname, "country.ts"), stack] });
const countries = { onprem: program("ee"), aws: program("in"), azure: program("br") };

process.stdout.write("The program's start, from the country file to the guards\n");
const times = await sideBySide(countries, turns);
const needs: Record<string, { resources: number; peak: number }> = {};
for (const [name, { words }] of Object.entries(countries)) {
  needs[name] = JSON.parse((await run(words[0]!, words.slice(1))).stdout);
}
for (const [name, { seconds, processor, ratio }] of Object.entries(times)) {
  const { resources, peak } = needs[name]!;
  const columns = [
    `${resources} resources`,
    `${seconds.toFixed(2)} s`,
    `${processor.toFixed(2)} s of processors (× ${ratio.processor.toFixed(2)})`,
    `${peak.toFixed(0)} MiB at most (× ${(peak / needs.onprem!.peak).toFixed(2)})`,
  ];
  process.stdout.write(`  ${name.padEnd(8)}  ${columns.join("  ")}\n`);
}
