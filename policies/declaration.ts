import { z } from "zod";
import { countries, countryName } from "../catalogue/index.ts";
import { type CompleteTarget, completeTarget, ownRegistry } from "../components/country/complete-target.ts";
import { judgeDeclared, undeclarable } from "../components/country/declarable.ts";
import { explain } from "../components/country/explain.ts";
import { CountryFaults, type Path, placed, spell } from "../components/country/fault.ts";
import { hostPattern, registry, registryPattern } from "../components/country/field.ts";
import {
  accountsOf,
  type Jurisdiction,
  jurisdictionOf,
  registryOf,
  type Treaty,
} from "../components/country/jurisdiction.ts";
import { account, guards, operator, target } from "../components/country/sections.ts";
import { nearest } from "../components/country/wording.ts";
import { loadCountry, readStackFile } from "../components/country.ts";
import { readDeclarationFile } from "./declaration/file.ts";
import { fileNamed, Undeclared } from "./declaration/undeclared.ts";
import { discreet } from "./declaration/userinfo.ts";
import type { Waiver } from "./waiver.ts";

export { Undeclared } from "./declaration/undeclared.ts";

/** The jurisdiction that a program is judged by, what may differ, and who said all that where. */
export type Declared = { jurisdiction: Jurisdiction; waivers: Waiver[]; origins: Origin[] };

/** Something that is declared, and where: a variable, the stack's configuration, or `file:line`. */
export type Origin = {
  what: "country" | "host" | "registry" | "account" | "treaty" | "waiver";
  value: string;
  from: string;
};

/**
 * What is declared for a program: by FREEHOLD_COUNTRY (a code, or the path of a country file), the stack's own configuration,
 * the file that FREEHOLD_DECLARATION names, and FREEHOLD_HOSTS, FREEHOLD_REGISTRIES and FREEHOLD_ACCOUNTS. It adds up; only
 * the country has to be one. Throws `Undeclared`, or `CountryFaults` about a file.
 */
export function declared(env: NodeJS.ProcessEnv, config: Record<string, string>): Declared {
  const sources = [
    byCountry(env),
    byStack(config),
    byFile(env),
    byList(env, "FREEHOLD_HOSTS", "host", hostPattern()),
    byList(env, "FREEHOLD_REGISTRIES", "registry", registryPattern()),
    byList(env, "FREEHOLD_ACCOUNTS", "account", account),
  ];
  const entries = sources.flatMap((source) => source.entries);
  const country = agreed(entries);
  for (const { judge } of sources) judge?.(country);
  const values = (what: Origin["what"]) => [
    ...new Set(entries.flatMap((entry) => (entry.what === what ? [entry.value] : []))),
  ];
  return {
    jurisdiction: jurisdictionOf(country, {
      hosts: values("host"),
      registries: values("registry"),
      accounts: values("account"),
      treaties: different(entries.flatMap(({ treaty }) => treaty ?? [])),
    }),
    waivers: different(entries.flatMap(({ waiver }) => waiver ?? [])),
    origins: entries.map(({ what, value, from }) => ({ what, value, from })),
  };
}

/** What one source declares, and its word on what cannot be declared. */
type Source = { entries: Entry[]; judge?(country: string): void };
/** A treaty and a waiver are more than the text that names them. */
type Entry = Origin & { treaty?: Treaty; waiver?: Waiver };

function agreed(entries: Entry[]): string {
  const said = entries.filter(({ what }) => what === "country");
  const [country, ...others] = new Set(said.map(({ value }) => value));
  if (country === undefined) {
    const remedy = "Set FREEHOLD_COUNTRY, such as FREEHOLD_COUNTRY=CH, and run again.";
    throw new Undeclared("no jurisdiction is declared", remedy);
  }
  if (others.length === 0) return country;
  const each = said.map(({ from, value }) => `${from} says ${value}`).join(", ");
  throw new Undeclared(each, "Let all of them name the same country, or unset what is not meant.");
}

function byCountry(env: NodeJS.ProcessEnv): Source {
  const value = env.FREEHOLD_COUNTRY;
  if (value && !/[/\\]|\.ya?ml$/i.test(value)) return { entries: [country(value, "FREEHOLD_COUNTRY")] };
  const path = fileNamed("FREEHOLD_COUNTRY", env, "a country's code, or the path of a country file");
  if (path === undefined) return { entries: [] };
  // Whatever cannot be declared has been refused with the file.
  const file = loadCountry(path);
  const { locate } = readStackFile(path);
  const from = (at: Path) => [path, locate(at)?.line].filter(Boolean).join(":");
  return { entries: [{ what: "country", value: file.country, from: from(["country"]) }, ...ofCountry(file, from)] };
}

/** What a stack's configuration declares: our own country file, or just a country and guards in somebody else's. */
function byStack(config: Record<string, string>): Source {
  const code = config["freehold:country"];
  const from = (at: Path) => `${spell(at.slice(0, 1))} of the stack's configuration`;
  const file = "the stack's configuration";
  const shape = z.object({
    operator: operator.optional(),
    registry: registry().optional(),
    guards: guards.prefault({}),
    target: target.optional(),
  });
  const values = {
    operator: section(config, "operator"),
    registry: config["freehold:registry"],
    guards: section(config, "guards"),
    target: section(config, "target"),
  };
  const { data, error } = shape.safeParse(values);
  if (!data) throw new CountryFaults(explain(shape, values, error.issues).map((each) => discreet(placed(each, file))));
  return {
    entries: [...(code ? [country(code, "freehold:country")] : []), ...ofCountry(withTarget(data, code), from)],
    judge(home) {
      const findings = judgeDeclared(data.guards, home, ["guards"]);
      if (findings.length > 0) throw new CountryFaults(findings.map((each) => discreet(placed(each, file))));
    },
  };
}

function section(config: Record<string, string>, name: string): unknown {
  const text = config[`freehold:${name}`];
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    const remedy = `Write freehold:${name} as the country file has it.`;
    throw new Undeclared(`freehold:${name}, which is no section of values`, remedy, "a section");
  }
}

function byFile(env: NodeJS.ProcessEnv): Source {
  const path = fileNamed("FREEHOLD_DECLARATION", env);
  if (path === undefined) return { entries: [] };
  const { values, where, fault } = readDeclarationFile(path);
  const own: Entry[] = values.country ? [{ what: "country", value: values.country, from: where(["country"]) }] : [];
  return {
    entries: [...own, ...ofGuards(values, where, [])],
    judge(home) {
      const findings = judgeDeclared(values, home, []);
      if (findings.length > 0) throw new CountryFaults(findings.map(fault));
    },
  };
}

type Shape = { safeParse(text: string): { success: boolean; error?: { issues: { message: string }[] } | undefined } };

function byList(env: NodeJS.ProcessEnv, name: string, what: Origin["what"], shape: Shape): Source {
  const values = (env[name] ?? "")
    .split(",")
    .map((value) => value.trim())
    .filter(Boolean);
  for (const value of values) {
    const { success, error } = shape.safeParse(value);
    if (success) continue;
    const allowed = error?.issues[0]?.message ?? "";
    throw new Undeclared(`${value} in ${name}`, `Write ${allowed}.`, `${allowed}, with commas between several`);
  }
  return {
    entries: values.map((value) => ({ what, value, from: name })),
    judge(home) {
      if (what === "account") return;
      for (const value of values) {
        const said = undeclarable(value, home);
        if (said)
          throw new Undeclared(said.found.replace(", which", ` in ${name}, which`), `${said.remedy}.`, said.allowed);
      }
    },
  };
}

/** A target that is complete, and the registry that comes with it. */
function withTarget<File extends { registry?: string; target?: z.output<typeof target> }>(file: File, code = "XX") {
  const complete = file.target && completeTarget({ target: file.target, country: code, pools: {} });
  return { ...file, target: complete, registry: file.registry ?? (complete && ownRegistry(complete)) };
}

type Declaring = {
  operator?: { domain: string };
  registry?: string;
  guards: z.output<typeof guards>;
  target?: CompleteTarget;
};

/** What a country file declares by its operator, its target and its registry, beside its guards. */
function ofCountry(file: Declaring, from: (at: Path) => string): Entry[] {
  const { operator, guards, target } = file;
  const registry = file.registry ?? (operator && `registry.${operator.domain}`);
  const hosts = operator ? [operator.domain, `*.${operator.domain}`] : [];
  return [
    ...hosts.map((value): Entry => ({ what: "host", value, from: from(["operator", "domain"]) })),
    ...(registry
      ? [{ what: "registry" as const, value: registry, from: from([file.registry ? "registry" : "operator"]) }]
      : []),
    ...ofGuards(guards, from, ["guards"]),
    ...accountsOf(target).map((value): Entry => ({ what: "account", value, from: from(["target"]) })),
    // A registry is spoken to as well.
    ...guards.registries.flatMap((each, index): Entry[] => {
      const { host } = registryOf(`${each}/`);
      return host === undefined ? [] : [{ what: "host", value: host, from: from(["guards", "registries", index]) }];
    }),
  ];
}

function ofGuards(
  { hosts, registries, accounts, treaties, waivers }: z.output<typeof guards>,
  from: (at: Path) => string,
  at: Path,
): Entry[] {
  const plain = (what: Origin["what"], key: string, values: string[]) =>
    values.map((value, index): Entry => ({ what, value, from: from([...at, key, index]) }));
  return [
    ...plain("host", "hosts", hosts),
    ...plain("registry", "registries", registries),
    ...plain("account", "accounts", accounts),
    ...treaties.map((treaty, index): Entry => {
      const value = `${treaty.country} for ${treaty.classes.join(", ")}: ${treaty.because}`;
      return { what: "treaty", value, from: from([...at, "treaties", index]), treaty };
    }),
    ...waivers.map((waiver, index): Entry => {
      const value = `${waiver.rule} on ${waiver.resource}`;
      return { what: "waiver", value, from: from([...at, "waivers", index]), waiver };
    }),
  ];
}

function country(code: string, from: string): Entry {
  const known = countries();
  if (known.includes(code)) return { what: "country", value: code, from };
  const named = known.filter((each) => countryName(each).toLowerCase().startsWith(code.toLowerCase().slice(0, 3)));
  const meant = [...(code.length > 3 ? named : []), ...nearest(code.toUpperCase(), known)][0];
  const remedy = meant ? `Write ${from}=${meant} (${countryName(meant)}).` : `Choose one of ${known.join(", ")}.`;
  throw new Undeclared(`${from}=${code}, which is no country of the catalogue`, remedy);
}

function different<Value>(values: Value[]): Value[] {
  return [...new Map(values.map((value) => [JSON.stringify(value), value])).values()];
}
