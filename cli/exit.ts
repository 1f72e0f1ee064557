import { writeFileSync } from "node:fs";
import { basename, resolve } from "node:path";
import process from "node:process";
import { cloudOf } from "../components/cloud.ts";
import { placed } from "../components/country/fault.ts";
import { type Country, CountryFaults, loadCountry, readStackFile } from "../components/country.ts";
import { planMarkdown } from "../components/exit/markdown.ts";
import { isCloud, isHall } from "../components/exit/move.ts";
import { type ExitPlan, exitPlan, exitRefusals } from "../components/exit.ts";
import { plan } from "../policies/plan.ts";
import { hallState } from "../rehearsal/hall-state.ts";
import { Failure } from "./failure.ts";
import { countryFile, stackFile } from "./stacks.ts";

type Options = { to: string; gbps: number; recordsGib?: number; rehearse?: boolean; out?: string; json?: boolean };

/** `freehold exit`: the plan for leaving a cloud, or everything that speaks against the move. Only a rehearsal of it makes anything. */
export async function exitCommand(named: string, options: Options): Promise<void> {
  try {
    if (options.rehearse) for (const each of [named, options.to]) standsInStacks(each);
    const made = await planned(named, options);
    if (options.rehearse) return await rehearsed(made, options);
    const text = options.json ? `${JSON.stringify(made, null, 2)}\n` : planMarkdown(made);
    if (options.out === undefined) {
      process.stdout.write(text);
      return;
    }
    writeFileSync(options.out, text);
    process.stderr.write(`The plan for leaving ${made.from.stack} is in ${options.out}.\n`);
  } catch (error) {
    if (!(error instanceof CountryFaults && options.json)) throw error;
    process.stdout.write(`${JSON.stringify({ faults: error.faults }, null, 2)}\n`);
    process.exitCode = 1;
  }
}

/** A rehearsal reads the country files of this project's stacks, and no others. */
function standsInStacks(named: string): void {
  const { stack, file } = opened(named);
  const own = stackFile(stack);
  if (resolve(file) === own) return;
  throw new Failure(
    `${file} is not one of this project's stacks.\n  allowed  ${own}\n  remedy   put it there, then: npx freehold exit ... --rehearse`,
  );
}

async function rehearsed(plan: ExitPlan, { json, out }: Options): Promise<void> {
  if (out !== undefined) writeFileSync(out, planMarkdown(plan));
  const { carryOut } = await import("./exit/carry-out.ts");
  await carryOut(plan, { json: json === true });
}

async function planned(named: string, { to, gbps, recordsGib }: Options): Promise<ExitPlan> {
  const [cloud, hall] = [opened(named), opened(to)];
  const refusals = exitRefusals({ cloud, hall, ...(recordsGib !== undefined && { recordsGiB: recordsGib }) });
  if (refusals.length > 0) {
    const sides = { cloud, hall };
    throw new CountryFaults(
      refusals.map(({ in: side, ...finding }) =>
        placed(finding, sides[side].file, readStackFile(sides[side].file).locate),
      ),
    );
  }
  const [a, b] = [cloud.country, hall.country];
  if (!isCloud(a) || !isHall(b)) throw new Error("what is no cloud or no hall is refused");
  return exitPlan({
    cloud: { stack: cloud.stack, country: a },
    hall: { stack: hall.stack, country: b },
    types: await typesOf(a),
    gbps,
    ...(recordsGib !== undefined && { recordsGiB: recordsGib }),
    on: new Date().toISOString().slice(0, 10),
  });
}

function opened(named: string): { stack: string; file: string; country: Country } {
  const file = countryFile(named);
  const stack = /^Pulumi\.(.+)\.ya?ml$/.exec(basename(file))?.[1];
  if (stack === undefined) {
    throw new Failure(
      `${file} does not say which stack it is.\n  allowed  Pulumi.<stack>.yaml\n  remedy   give it such a name`,
    );
  }
  return { stack, file, country: loadCountry(file) };
}

/** Types of what the country would make of the cloud's own, with how many of each; nothing is made. */
async function typesOf(country: Country): Promise<Record<string, number>> {
  const cloud = await cloudOf(country.target.kind);
  const resources = await plan(() => {
    cloud.ground(country, hallState(country), {});
  });
  const counts: Record<string, number> = {};
  for (const { type, custom } of resources) if (custom) counts[type] = (counts[type] ?? 0) + 1;
  return counts;
}
