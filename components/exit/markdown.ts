import { grouped } from "../country/wording.ts";
import type { ExitPlan } from "../exit.ts";
import type { Difference } from "./differences.ts";
import type { Egress } from "./egress.ts";
import { gibText, moneyText, spanText } from "./quantity.ts";
import type { Step } from "./step.ts";
import { tokensText } from "./steps/switch.ts";
import type { Volume } from "./volumes.ts";

/** A plan as Markdown, for whoever carries it out and whoever signs it. */
export function planMarkdown(plan: ExitPlan): string {
  const { from, to, on } = plan;
  return `${[
    `# Leaving ${from.stack} for ${to.stack}`,
    "",
    `From ${from.place} (${from.kind}) to ${to.place}, as both files stood on ${on}. Plan again before you begin: \`npx freehold exit ${from.stack} --to ${to.stack}\`.`,
    ...section("In short", summary(plan)),
    ...section("What stays the same", stays(plan)),
    ...section("What differs", differs(plan.differs)),
    ...section("Data", data(plan)),
    ...section("Downtime", downtime(plan)),
    ...section("Cost of egress", cost(plan.egress)),
    ...section("What is the cloud's own, and what takes its place", replaced(plan)),
    ...section("Order", order(plan)),
    ...plan.phases.flatMap(({ name, steps }, at) =>
      section(
        `${at + 1}. ${capital(name)}`,
        steps.flatMap((each, index) => step(each, `${at + 1}.${index + 1}`)),
      ),
    ),
  ].join("\n")}\n`;
}

function section(title: string, lines: string[]): string[] {
  return ["", `## ${title}`, "", ...lines];
}

function summary({ stays, transfer, downtime, egress, phases }: ExitPlan): string[] {
  const steps = phases.reduce((sum, each) => sum + each.steps.length, 0);
  return [
    `- ${many(stays.tenants.length, "tenant")}, ${many(stays.keys, "key")}, ${many(stays.models.length, "model")} and every base URL stay the same.`,
    `- ${transfer.atMost ? "At most " : ""}${gibText(transfer.gib)} leave the cloud: ${spanText(transfer.seconds)} at ${transfer.gbps} Gbit/s, while it serves.`,
    `- Expected downtime: ${spanText(downtime.seconds)}.`,
    `- Egress: ${costText(egress)}.`,
    `- ${steps} steps in ${phases.length} phases; there is a way back until the last.`,
  ];
}

function stays({ stays }: ExitPlan): string[] {
  return table([
    { what: "tenants", count: String(stays.tenants.length), which: stays.tenants.join(", ") },
    {
      what: "keys",
      count: String(stays.keys),
      which: "by the same key seed: names, generations and ends are equal in both files",
    },
    { what: "models", count: String(stays.models.length), which: stays.models.join(", ") },
    { what: "base URLs", count: String(stays.baseUrls.length), which: stays.baseUrls.join(", ") },
  ]);
}

function differs(each: Difference[]): string[] {
  if (each.length === 0) return ["Nothing but the place."];
  return table(
    each.map(({ path, cloud, hall, clients }) => ({ what: `\`${path}\``, cloud, hall, "clients notice": clients })),
  );
}

function data({ volumes, transfer }: ExitPlan): string[] {
  const size = ({ gib, atMost }: Volume) =>
    gib === undefined ? "not known" : `${atMost ? "at most " : ""}${gibText(gib)}`;
  return [
    ...table(
      volumes.map((each) => ({
        what: each.what,
        size: size(each),
        "leaves the cloud": each.leaves ? "yes" : "no",
        how: each.how,
      })),
    ),
    "",
    `Over the line: ${transfer.atMost ? "at most " : ""}${gibText(transfer.gib)} × 8.59 Gbit ÷ ${transfer.gbps} Gbit/s = ${spanText(transfer.seconds)}. \`--gbps\` says what the line really carries, \`--records-gib\` how much the records are:`,
    "`SELECT pg_total_relation_size('usage_records') / 2^30`",
  ];
}

function downtime({ downtime, beyond }: ExitPlan): string[] {
  const minutes = `${beyond.overlapMinutes} min`;
  return [
    `Requests without an answer: ${spanText(downtime.seconds)} are expected, because both doors answer with the same keys while the name changes. Beside that:`,
    "",
    ...downtime.beside.map((each) => `- ${each}`),
    ...(beyond.budgets.length > 0
      ? [
          `- for about ${minutes} neither side's budgets know all that the other counted. Beyond their month's budget these can use at most what their tokensPerMinute allow in that time: ${tokensText(beyond.budgets)}`,
        ]
      : []),
    ...(beyond.days.length > 0
      ? [
          `- counters begin anew in the hall, so these can use their day once more on the day of the switch: ${tokensText(beyond.days)}`,
        ]
      : ["- counters of a minute begin anew in the hall"]),
  ];
}

function cost(egress: Egress): string[] {
  const { lines, price, laws, offer, region, gib, freeGiB, free, currency } = egress;
  const sums = lines.map((line) => ({
    GiB: grouped(Math.ceil(line.gib)),
    [`${currency} a GiB`]: String(line.each),
    sum: moneyText(line.cost, currency),
  }));
  const known = price
    ? [
        `${capital(costText(egress))} from ${region} to the internet: ${gibText(gib)}, less ${gibText(freeGiB)} that are free (${free}), if nothing else uses them. A VPN goes over the internet; a private line has prices of its own.`,
        ...(sums.length > 0 ? ["", ...table(sums)] : []),
        "",
        `Source: ${price.source}${sureText(price.verified)}.`,
      ]
    : [`The price of egress from ${region} is not in the catalogue. Ask the provider; nothing is guessed here.`];
  const law = laws.flatMap(({ law, sources, duties }) => [
    "",
    `What may lower it, by ${law}. Ask a lawyer; this is a hint.`,
    "",
    ...duties.map(
      ({ article, from, until, note, verified }) =>
        `- ${article}${from ? `, from ${from}` : ""}${until ? `, until ${until}` : ""}: ${note}${sureText(verified)}`,
    ),
    `- sources: ${sources.join(", ")}`,
  ]);
  return [
    ...known,
    ...law,
    "",
    `What the provider offers of its own accord: ${offer.says} (${offer.source}${sureText(offer.verified)})`,
  ];
}

function costText({ cost, currency, atMost }: Egress): string {
  if (cost === undefined) return "not known for this region";
  return `${atMost ? "at most " : ""}${moneyText(cost, currency)}`;
}

function sureText(verified: boolean | "partial"): string {
  return verified === true ? "" : verified === "partial" ? ", read in part" : ", not verified";
}

function replaced({ proprietary }: ExitPlan): string[] {
  if (proprietary.length === 0) return ["Nothing was planned."];
  return table(
    proprietary.map((each) => ({
      type: `\`${each.type}\``,
      count: String(each.count),
      for: each.for,
      "in the hall": each.section ? `${each.instead} (\`freehold:${each.section}\`)` : each.instead,
    })),
  );
}

function order({ phases }: ExitPlan): string[] {
  return table(
    phases.flatMap(({ steps }, at) =>
      steps.map(({ title, takes, clients }, index) => ({
        step: `${at + 1}.${index + 1}`,
        do: title,
        takes,
        "clients notice": clients,
      })),
    ),
  );
}

function step({ title, does, commands, takes, clients, verify, back }: Step, number: string): string[] {
  return [
    `### ${number} ${title}`,
    "",
    does,
    "",
    ...(commands.length > 0 ? ["```bash", ...commands, "```", ""] : []),
    `- takes: ${takes}`,
    `- clients notice: ${clients}`,
    `- verify: ${verify}`,
    `- back: ${back}`,
    "",
  ];
}

/** A table of Markdown; each row has the same cells. */
function table(rows: Record<string, string>[]): string[] {
  const line = (cells: string[]) => `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
  const headings = Object.keys(rows[0]!);
  return [
    line(headings),
    line(headings.map(() => "---")),
    ...rows.map((row) => line(headings.map((heading) => row[heading]!))),
  ];
}

function many(count: number, of: string): string {
  return `${grouped(count)} ${of}${count === 1 ? "" : "s"}`;
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
