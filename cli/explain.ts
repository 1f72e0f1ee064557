import process from "node:process";
import { loadCountry } from "../components/country.ts";
import type { Resource } from "../policies/fact.ts";
import { rowsFor, shown, valuesAt } from "../policies/facts/closed.ts";
import { Failure } from "./failure.ts";
import { planCountry } from "./plan-country.ts";
import { countryFile } from "./stacks.ts";

/** A resource of a country, and what is closed in it that its cloud leaves open. */
export type Explained = {
  type: string;
  name: string;
  closed: { path: string; value: unknown; because: string; otherwise: string; source: string; verified: boolean }[];
};

/** `freehold explain`: which resources close what their cloud leaves open, and why. */
export async function explainCommand(
  named: string,
  resource: string | undefined,
  options: { json?: boolean },
): Promise<void> {
  const country = loadCountry(countryFile(named));
  const planned = (await planCountry(country)).filter(({ custom }) => custom);
  const chosen = resource === undefined ? planned : planned.filter((each) => isMeant(each, resource));
  if (chosen.length === 0) {
    throw new Failure(
      `${named} has no resource ${resource}.\n  allowed  a name, a type, or type::name, as npx freehold explain ${named} lists them`,
    );
  }
  const explained = chosen.map(explain);
  if (options.json) process.stdout.write(`${JSON.stringify(explained, null, 2)}\n`);
  else
    process.stdout.write(`${(resource === undefined ? overview(named, explained) : details(explained)).join("\n")}\n`);
}

/** What is closed in a planned resource, and why. */
export function explain(resource: Resource): Explained {
  const { type, name, props } = resource;
  const closed = rowsFor(resource).flatMap(({ path, because, otherwise, source, verified }) =>
    valuesAt(path, props)
      .filter(({ value }) => value !== undefined)
      .map((leaf) => ({ path: leaf.path, value: leaf.value, because, otherwise, source, verified })),
  );
  return { type, name, closed };
}

function isMeant({ type, name }: Resource, meant: string): boolean {
  const short = type.split(":").at(-1);
  return [name, type, `${type}::${name}`, short, `${short}::${name}`].includes(meant);
}

function overview(named: string, explained: Explained[]): string[] {
  const closing = explained.filter(({ closed }) => closed.length > 0);
  const count = closing.reduce((sum, { closed }) => sum + closed.length, 0);
  if (count === 0) {
    return [`${named} has ${explained.length} resources, none of them of a cloud that leaves anything open.`];
  }
  return [
    `${named}: ${count} properties of ${closing.length} resources close what their cloud leaves open.`,
    "",
    ...closing.map(({ type, name, closed }) => `  ${type}::${name}  ${closed.map(({ path }) => path).join(", ")}`),
    "",
    "Next",
    `  npx freehold explain ${named} ${closing[0]!.name}    why`,
  ];
}

function details(explained: Explained[]): string[] {
  return explained.flatMap(({ type, name, closed }, index) => [
    ...(index === 0 ? [] : [""]),
    `${type}::${name}`,
    ...(closed.length === 0 ? ["  closes nothing that its provider leaves open"] : []),
    ...closed.flatMap(({ path, value, because, otherwise, source, verified }) => [
      `  ${path}: ${shown(value)}`,
      `    because    ${because}`,
      `    otherwise  ${otherwise}`,
      `    source     ${source}${verified ? "" : " (not verified)"}`,
    ]),
  ]);
}
