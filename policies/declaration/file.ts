import { z } from "zod";
import { country, guards } from "../../components/country/sections.ts";
import { readStrictFile, type StrictFile } from "./strict-file.ts";

const declaration = z.strictObject({ country: country.optional(), ...guards.shape });

/** What is declared for programs that have no country file: a country, and what stands in it. */
export type Declaration = z.output<typeof declaration>;

/** Reads the file that FREEHOLD_DECLARATION names. Throws one `CountryFaults` with everything that is wrong in it. */
export function readDeclarationFile(path: string): StrictFile<Declaration> {
  return readStrictFile(path, declaration, {
    allowed: "a section with country, hosts, registries, accounts, treaties and waivers, each where needed",
    remedy: "begin with  country:  and a country's code",
  });
}
