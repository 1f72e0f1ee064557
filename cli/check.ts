import process from "node:process";
import { CountryFaults, loadCountry } from "../components/country.ts";
import { countryFile } from "./stacks.ts";

/** `freehold check`: the country with all its defaults, or every fault at once. Touches nothing but the file. */
export async function checkCommand(named: string, options: { json?: boolean }): Promise<void> {
  try {
    const country = loadCountry(countryFile(named));
    if (options.json) process.stdout.write(`${JSON.stringify(country, null, 2)}\n`);
    else process.stdout.write(`${named} is a valid country file.\n\nNext\n  npx freehold rehearse ${named}\n`);
  } catch (error) {
    if (!(error instanceof CountryFaults && options.json)) throw error;
    process.stdout.write(`${JSON.stringify({ faults: error.faults }, null, 2)}\n`);
    process.exitCode = 1;
  }
}
