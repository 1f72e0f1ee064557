import { existsSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { CountryFaults, loadCountry } from "../components/country.ts";
import { projectFolder } from "../rehearsal/home.ts";

/** `freehold check`: the country with all its defaults, or every fault at once. Touches nothing but the file. */
export async function checkCommand(named: string, options: { json?: boolean }): Promise<void> {
  const inStacks = join(projectFolder, "stacks", `Pulumi.${named}.yaml`);
  try {
    const country = loadCountry(existsSync(named) || /[/.]/.test(named) ? named : inStacks);
    if (options.json) process.stdout.write(`${JSON.stringify(country, null, 2)}\n`);
    else process.stdout.write(`${named} is a valid country file.\n\nNext\n  npx freehold rehearse ${named}\n`);
  } catch (error) {
    if (!(error instanceof CountryFaults && options.json)) throw error;
    process.stdout.write(`${JSON.stringify({ faults: error.faults }, null, 2)}\n`);
    process.exitCode = 1;
  }
}
