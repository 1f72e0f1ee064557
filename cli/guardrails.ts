import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import process from "node:process";
import type { Jurisdiction } from "../components/country.ts";
import { awsGuardrails } from "../components/guardrails/aws.ts";
import { azureInitiative } from "../components/guardrails/azure.ts";
import type { Guardrail } from "../components/guardrails/guardrail.ts";
import { suppressions } from "../components/guardrails/scanners.ts";
import { declared } from "../policies/declaration.ts";
import { countryFile } from "./stacks.ts";

type Options = { country?: string; out?: string; json?: boolean };

/** `freehold guardrails`: what clouds and scanners have to be told so that they hold what the policy pack judges. */
export function guardrailsCommand(named: string | undefined, options: Options): void {
  const jurisdiction = jurisdictionNamed(named, options);
  const made = [...awsGuardrails(jurisdiction), azureInitiative(jurisdiction), ...suppressions()];
  const written = options.out === undefined ? undefined : write(made, resolve(options.out));
  if (options.json) {
    const list = made.map((each) => ({ ...each, ...(written && { written: written.get(each.file) }) }));
    process.stdout.write(`${JSON.stringify({ country: jurisdiction.country, guardrails: list }, null, 2)}\n`);
  } else {
    process.stdout.write(`${report(made, jurisdiction, options.out, written)}\n`);
  }
}

/** A stack or country file, a country by its code, or whatever the environment declares, as for the policy pack. */
function jurisdictionNamed(named: string | undefined, { country }: Options): Jurisdiction {
  const file = named === undefined ? undefined : countryFile(named);
  const given = file === undefined ? country : resolve(file);
  return declared({ ...process.env, ...(given !== undefined && { FREEHOLD_COUNTRY: given }) }, {}).jurisdiction;
}

/** Writes what is not there yet or is different; what is the same is left alone. */
function write(made: Guardrail[], folder: string): Map<string, "written" | "unchanged"> {
  mkdirSync(folder, { recursive: true });
  return new Map(
    made.map(({ file, content }) => {
      const path = join(folder, file);
      const text = textOf(content);
      if (existsSync(path) && readFileSync(path, "utf8") === text) return [file, "unchanged"];
      writeFileSync(path, text);
      return [file, "written"];
    }),
  );
}

/** Numbered documents that an earlier run wrote, and this one has no more. */
function leftOver(made: Guardrail[], folder: string): string[] {
  const current = new Set(made.map(({ file }) => file));
  return readdirSync(folder).filter((file) => /^(?:scp|rcp)-\d+\.json$/.test(file) && !current.has(file));
}

/** JSON without blanks: AWS counts every character that it is sent. */
function textOf(content: unknown): string {
  return typeof content === "string" ? content : JSON.stringify(content);
}

function report(
  made: Guardrail[],
  { country, countryName, accounts, treaties }: Jurisdiction,
  out: string | undefined,
  written: Map<string, string> | undefined,
): string {
  const parts = made.flatMap(({ file, is, attach }) => [
    `${file}${written ? `  ${written.get(file)}` : ""}`,
    `  what    ${is}`,
    `  attach  ${attach}`,
    "",
  ]);
  const narrow = treaties.filter(({ classes }) => !classes.includes("*"));
  const stale = out === undefined ? [] : leftOver(made, resolve(out));
  const notes = [
    stale.length > 0 && `In ${out}, of an earlier run, detach and delete: ${stale.join(", ")}.`,
    accounts.length === 0 &&
      "No account is declared (guards.accounts): AWS's own organization and the subscription itself are home.",
    narrow.length > 0 &&
      `Treaties for some data open no region here, because no cloud knows of what class data is: ${narrow.map((each) => each.country).join(", ")}.`,
    "AWS refuses nothing of this to the organization's management account, nor to service-linked roles: keep work out of it.",
    "AWS cannot see where S3 replication goes, so copies in the same region are refused with it; the policy pack can.",
    "Azure Policy looks up no other resource: peered networks, and where a named workspace stands, are the policy pack's.",
  ].filter((note) => note !== false);
  const heading = `Guardrails of ${countryName} (${country})${out ? `, in ${out}` : "; --out <folder> writes them"}`;
  return [heading, "", ...parts, "Limits", ...notes.map((note) => `  ${note}`)].join("\n");
}
