import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { countries, countryName, serviceAt } from "../catalogue/index.ts";
import { hostPattern, registry as registryShape } from "../components/country/field.ts";
import { type Jurisdiction, jurisdictionOf, jurisdictionOfCountry } from "../components/country/jurisdiction.ts";
import { nearest } from "../components/country/wording.ts";
import { loadCountry } from "../components/country.ts";

/** Nobody has said, or nobody can tell, which jurisdiction a program is to be judged by. Its message is the report. */
export class Undeclared extends Error {
  constructor(found: string, remedy: string) {
    const allowed = "an ISO 3166-1 code of a country in catalogue/countries, or the path of a country file";
    super([`  found    ${found}`, `  allowed  ${allowed}`, `  remedy   ${remedy}`].join("\n"));
    this.name = "Undeclared";
  }
}

/**
 * The jurisdiction that is declared for a program that is not ours: by FREEHOLD_COUNTRY (a code, or the path of a country
 * file) or by the stack's own configuration, with FREEHOLD_HOSTS and FREEHOLD_REGISTRIES beside it. Throws `Undeclared`.
 */
export function declaredJurisdiction(env: NodeJS.ProcessEnv, config: Record<string, string>): Jurisdiction {
  const byEnvironment = env.FREEHOLD_COUNTRY ? named(env.FREEHOLD_COUNTRY, env) : undefined;
  const byStack = config["freehold:country"] ? configured(config) : undefined;
  if (byEnvironment && byStack && byEnvironment.country !== byStack.country) {
    const found = `FREEHOLD_COUNTRY says ${byEnvironment.country}, the stack's freehold:country says ${byStack.country}`;
    throw new Undeclared(found, "Unset FREEHOLD_COUNTRY, or let both name the same country.");
  }
  const declared = byStack ?? byEnvironment;
  if (!declared) {
    throw new Undeclared(
      "no jurisdiction is declared",
      "Set FREEHOLD_COUNTRY, such as FREEHOLD_COUNTRY=CH, and run again.",
    );
  }
  const hosts = list(env.FREEHOLD_HOSTS, "FREEHOLD_HOSTS", hostPattern());
  const registries = list(env.FREEHOLD_REGISTRIES, "FREEHOLD_REGISTRIES", registryShape());
  return {
    ...declared,
    hosts: [...new Set([...declared.hosts, ...(byEnvironment?.hosts ?? []), ...hosts])],
    registries: [...new Set([...declared.registries, ...(byEnvironment?.registries ?? []), ...registries])],
  };
}

function named(value: string, env: NodeJS.ProcessEnv): Jurisdiction {
  if (!/[/\\]|\.ya?ml$/i.test(value)) return coded(value, "FREEHOLD_COUNTRY");
  // A pack runs in its own folder; a relative path is meant from where the command was typed.
  const path = [env.INIT_CWD, env.PWD, process.cwd()]
    .map((base) => resolve(base ?? "", value))
    .find((each) => existsSync(each));
  if (!path)
    throw new Undeclared(
      `FREEHOLD_COUNTRY=${value}, where no file is`,
      "Name a file that exists, by its absolute path.",
    );
  return jurisdictionOfCountry(loadCountry(path));
}

function coded(code: string, source: string): Jurisdiction {
  const known = countries();
  if (known.includes(code)) return jurisdictionOf(code);
  const named = known.filter((each) => countryName(each).toLowerCase().startsWith(code.toLowerCase().slice(0, 3)));
  const meant = [...(code.length > 3 ? named : []), ...nearest(code.toUpperCase(), known)][0];
  const remedy = meant ? `Write ${source}=${meant} (${countryName(meant)}).` : `Choose one of ${known.join(", ")}.`;
  throw new Undeclared(`${source}=${code}, which is no country of the catalogue`, remedy);
}

/** What a stack's configuration declares: our own country file, or just a country in somebody else's. */
function configured(config: Record<string, string>): Jurisdiction {
  const { country } = coded(config["freehold:country"] ?? "", "freehold:country");
  const operator = section(config, "operator");
  const guards = { hosts: [], registries: [], ...section(config, "guards") } as {
    hosts: string[];
    registries: string[];
  };
  if (typeof operator?.domain !== "string") return jurisdictionOf(country, guards);
  const { domain, name } = operator as { domain: string; name: string };
  const registry = config["freehold:registry"] ?? `registry.${domain}`;
  return jurisdictionOfCountry({ country, operator: { domain, name }, registry, guards });
}

function section(config: Record<string, string>, name: string): Record<string, unknown> | undefined {
  const text = config[`freehold:${name}`];
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    throw new Undeclared(
      `freehold:${name}, which is no section of values`,
      `Write freehold:${name} as the country file has it.`,
    );
  }
}

type Shape = { safeParse(text: string): { success: boolean; error?: { issues: { message: string }[] } | undefined } };

function list(text: string | undefined, source: string, shape: Shape): string[] {
  const entries = (text ?? "").split(",").map((entry) => entry.trim());
  return entries.filter(Boolean).map((entry) => {
    const service = serviceAt(entry.replace(/^\*\./, "").replace(/[:/].*$/, ""));
    if (service)
      throw new Undeclared(`${entry} in ${source}, which is ${service.name}`, "Name hosts that stand in the country.");
    const { success, error } = shape.safeParse(entry);
    if (success) return entry;
    throw new Undeclared(`${entry} in ${source}`, `Write ${error?.issues[0]?.message}.`);
  });
}
