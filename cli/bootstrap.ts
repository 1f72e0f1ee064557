import { basename } from "node:path";
import process from "node:process";
import { type FirstStep, firstStepOf } from "../components/bootstrap.ts";
import { placed } from "../components/country/fault.ts";
import { type Country, CountryFaults, loadCountry, readStackFile } from "../components/country.ts";
import { shellQuoted } from "../rehearsal/home.ts";
import { countryFile } from "./stacks.ts";

/** A command of the first step, and what it does. */
export type BootstrapCommand = { run: string; does: string };

/** `freehold bootstrap`: the commands that make what keeps a country's state, or that nothing is needed. Runs none of them. */
export async function bootstrapCommand(named: string, options: { json?: boolean }): Promise<void> {
  const file = countryFile(named);
  const stack = basename(file).replace(/^Pulumi\.(.+)\.yaml$/, "$1");
  const country = loadCountry(file);
  const step = await firstStepOf(country);
  const { locate } = readStackFile(file);
  if (step.findings.length > 0) throw new CountryFaults(step.findings.map((each) => placed(each, file, locate)));
  const commands = step.makes.length > 0 ? bootstrapCommands(stack, country.state) : [];
  const { makes, leaves } = step;
  if (options.json) process.stdout.write(`${JSON.stringify({ stack, makes, leaves, commands }, null, 2)}\n`);
  else process.stdout.write(`${report(stack, country, step, commands).join("\n")}\n`);
}

/** The commands in their order. Each can be given again, and the first says whether any other is needed. */
export function bootstrapCommands(
  stack: string,
  { backend, secretsProvider }: Pick<Country["state"], "backend" | "secretsProvider">,
): BootstrapCommand[] {
  const [to, key] = [shellQuoted(backend), shellQuoted(secretsProvider)];
  const inFolder = `${stack} -C bootstrap`;
  // Its state holds no secret, so nobody has to remember a passphrase between two commands.
  const pulumi = "PULUMI_CONFIG_PASSPHRASE= npx pulumi";
  const unchanged = `${pulumi} preview -s ${inFolder} --expect-no-changes`;
  // A folder can keep the first step's own state from the beginning.
  const moves = !backend.startsWith("file://");
  return [
    {
      run: `npx pulumi login ${to} && ${unchanged}`,
      does: "looks whether it is done: where nothing would change, nothing of this is needed",
    },
    moves
      ? { run: "npx pulumi login --local", does: "the first step's own state begins on this machine" }
      : { run: `npx pulumi login ${to}`, does: "the first step's own state lies where the country's will" },
    {
      run: `${pulumi} stack select ${inFolder} --create --secrets-provider passphrase`,
      does: "its stack, which has no secrets",
    },
    {
      run: `${pulumi} up -s ${inFolder}`,
      does: "makes what is listed above, once the guards have found nothing in it",
    },
    ...(moves
      ? [
          { run: `npx pulumi login ${to}`, does: "from here on state is kept there" },
          {
            run: `${pulumi} stack migrate file://~ ${inFolder} --secrets-provider ${key} --yes`,
            does: "moves the first step's own state there too",
          },
          {
            run: unchanged,
            does: "shows that it stands there as it was made",
          },
          {
            run: `PULUMI_BACKEND_URL=file://~ ${pulumi} stack rm ${inFolder} --force --preserve-config --yes`,
            does: "forgets the copy on this machine; nothing in the cloud is touched",
          },
        ]
      : []),
  ];
}

function report(
  stack: string,
  { state }: Country,
  { makes, leaves }: FirstStep,
  commands: BootstrapCommand[],
): string[] {
  const left = leaves.map((line) => `  ${line}`);
  const then = ["Then", ...mainCommands(stack, state).map((line) => `  ${line}`)];
  if (commands.length === 0)
    return [`${stack} needs no first step: nothing is made for its state.`, ...left, "", ...then];
  return [
    `The first step of ${stack} makes, and never deletes by itself`,
    ...makes.map((line) => `  ${line}`),
    ...(left.length > 0 ? ["", "It leaves alone", ...left] : []),
    "",
    "In this order; cut off anywhere, begin again at the top",
    ...commands.flatMap(({ run, does }, index) => [`  ${index + 1}  ${does}`, `     ${run}`]),
    "",
    ...then,
    "",
    "components/bootstrap.md says what to do where a command fails.",
  ];
}

function mainCommands(stack: string, { backend, secretsProvider }: Country["state"]): string[] {
  return [
    `npx pulumi login ${shellQuoted(backend)}`,
    `npx pulumi stack init ${stack} --secrets-provider ${shellQuoted(secretsProvider)}`,
  ];
}
