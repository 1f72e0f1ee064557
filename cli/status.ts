import { writeFileSync } from "node:fs";
import process from "node:process";
import { styleText } from "node:util";
import { countryName } from "../catalogue/index.ts";
import { type Country, loadCountry } from "../components/country.ts";
import { doorRuns } from "../rehearsal/door.ts";
import { homeOf } from "../rehearsal/home.ts";
import { chooseStack } from "./stacks.ts";
import { pageOf } from "./status/page.ts";
import { type Report, reportOfPrometheus, reportOfSamples } from "./status/report.ts";
import { prometheusOf } from "./top/cluster.ts";
import { samplesOf } from "./top/door.ts";

type Options = { html?: string; cluster?: boolean; json?: boolean };

/** `freehold status`: whether the models answer, for their users: as lines, as JSON, or as a page. */
export async function statusCommand(named: string | undefined, options: Options): Promise<void> {
  const stack = chooseStack(named);
  const home = homeOf(stack);
  const country = loadCountry(home.countryFile);
  const at = new Date();
  const report =
    !options.cluster && doorRuns(home)
      ? reportOfSamples(country, await samplesOf(home), at)
      : await reportOfPrometheus(country, await prometheusOf(stack, country), at);
  if (options.html) writeFileSync(options.html, pageOf(country, report));
  if (options.json) process.stdout.write(`${JSON.stringify(report, null, 2)}\n`);
  else process.stdout.write(`${text(country, report).join("\n")}\n`);
}

function text({ country }: Country, { models, incidents }: Report): string[] {
  const width = Math.max(...models.map(({ name }) => name.length)) + 2;
  const paint = (colour: "green" | "red", words: string) => styleText(colour, words, { stream: process.stdout });
  return [
    styleText("bold", countryName(country), { stream: process.stdout }),
    "",
    ...models.map(({ name, replicas, firstToken }) => {
      const state = replicas > 0 ? paint("green", "answers") : paint("red", "does not answer");
      const wait = firstToken
        ? `, first token p50 ${firstToken.p50.toFixed(2)} s, p95 ${firstToken.p95.toFixed(2)} s`
        : "";
      return `  ${name.padEnd(width)}${state}, ${replicas} ${replicas === 1 ? "replica" : "replicas"}${wait}`;
    }),
    "",
    ...(incidents ?? []).map(
      ({ what, from, until }) => `  ${from.toISOString().slice(0, 16)}  ${what}${until ? "" : " (goes on)"}`,
    ),
    incidents
      ? `  ${incidents.length} incidents in 90 days, as far as measurements are kept`
      : "  no history is kept here",
  ];
}
