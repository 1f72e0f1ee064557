import { type AwsStatement, awsGuardrail } from "../../catalogue/guardrail.ts";
import type { Jurisdiction } from "../country/jurisdiction.ts";
import type { Guardrail } from "./guardrail.ts";
import { openRegions } from "./open-regions.ts";

/** A statement as IAM has it. */
export type Statement = {
  Sid: string;
  Effect: "Deny";
  Principal?: "*";
  Action?: string[];
  NotAction?: string[];
  Resource: string | string[];
  Condition?: Record<string, Record<string, string | string[]>>;
};

/** A document of AWS Organizations. */
export type Policy = { Version: "2012-10-17"; Statement: Statement[] };

/** More than AWS lets stand at one target; the message is the report. */
export class GuardrailTooLarge extends Error {
  override name = "GuardrailTooLarge";
}

/** Service and resource control policies that hold a jurisdiction, in as many documents as their size takes. */
export function awsGuardrails(jurisdiction: Jurisdiction): Guardrail[] {
  const { scp, rcp } = awsGuardrail();
  const made = (statements: AwsStatement[]) => statements.flatMap((one) => statement(one, jurisdiction) ?? []);
  const everybody = made(rcp).map(({ Sid, Effect, ...rest }): Statement => ({ Sid, Effect, Principal: "*", ...rest }));
  return [
    ...documents("scp", "service control policy", [regionsOnly(jurisdiction), ...made(scp)]),
    ...documents("rcp", "resource control policy", everybody),
  ];
}

/** Whatever is asked of a region abroad is refused, but for what AWS serves from one region for all the world. */
function regionsOnly(jurisdiction: Jurisdiction): Statement {
  const regions = openRegions("AWS", jurisdiction);
  return {
    Sid: "RegionsOfTheCountry",
    Effect: "Deny",
    NotAction: awsGuardrail().global.map(({ action }) => action),
    Resource: "*",
    // Where AWS has no region in the country there is nothing that may be asked.
    ...(regions.length > 0 && { Condition: { StringNotEquals: { "aws:RequestedRegion": regions } } }),
  };
}

/** A statement for a jurisdiction; none where it is about what the jurisdiction does not declare. */
function statement({ sid, actions, resources, when, without }: AwsStatement, jurisdiction: Jurisdiction) {
  const regions = openRegions("AWS", jurisdiction);
  const accounts = jurisdiction.accounts.filter((account) => /^\d{12}$/.test(account));
  const text = JSON.stringify(when ?? {});
  if (without ? accounts.length > 0 : text.includes("{accounts}") && accounts.length === 0) return undefined;
  const fill = (value: string | string[]) =>
    Array.isArray(value) ? value.flatMap((each) => filled(each, regions, accounts)) : value;
  const condition = Object.entries(when ?? {}).map(([operator, keys]) => [
    operator,
    Object.fromEntries(Object.entries(keys).map(([key, value]) => [key, fill(value)])),
  ]);
  // Without a region in the country nothing can be the right one.
  const always = /\{regions?\}/.test(text) && regions.length === 0;
  return {
    Sid: sid,
    Effect: "Deny" as const,
    Action: actions,
    Resource: resources ?? "*",
    ...(when && !always && { Condition: Object.fromEntries(condition) }),
  };
}

function filled(text: string, regions: string[], accounts: string[]): string[] {
  if (text === "{regions}") return regions;
  if (text === "{accounts}") return accounts;
  return text.includes("{region}") ? regions.map((region) => text.replace("{region}", region)) : [text];
}

/** Statements in order, into as few documents as their size allows. */
function documents(kind: "scp" | "rcp", is: string, statements: Statement[]): Guardrail[] {
  const { characters, documents: most } = awsGuardrail().limits;
  const size = (some: Statement[]) => JSON.stringify(policy(some)).length;
  const parts: Statement[][] = [[]];
  for (const one of statements) {
    if (size([one]) > characters) throw tooLarge(`${one.Sid} takes ${size([one])} characters`, String(characters));
    if (size([...parts.at(-1)!, one]) > characters) parts.push([]);
    parts.at(-1)!.push(one);
  }
  if (parts.length > most) throw tooLarge(`${parts.length} documents of the kind ${kind}`, String(most));
  const type = kind === "scp" ? "SERVICE_CONTROL_POLICY" : "RESOURCE_CONTROL_POLICY";
  return parts.map((some, index) => ({
    file: `${kind}-${index + 1}.json`,
    is: `${is}, ${size(some)} of ${characters} characters: ${some.map(({ Sid }) => Sid).join(", ")}`,
    attach: `aws organizations create-policy --type ${type} --name freehold-${kind}-${index + 1} --description Freehold --content file://${kind}-${index + 1}.json, then attach-policy to the root or the unit`,
    content: policy(some),
  }));
}

function policy(statements: Statement[]): Policy {
  return { Version: "2012-10-17", Statement: statements };
}

function tooLarge(found: string, allowed: string) {
  const remedy = "Declare fewer accounts: one organization of your own needs none, it is known by itself.";
  return new GuardrailTooLarge(`  found    ${found}\n  allowed  at most ${allowed}\n  remedy   ${remedy}`);
}
