import { readFileSync } from "node:fs";
import process from "node:process";
import { Command, CommanderError, InvalidArgumentError } from "commander";
import { fail } from "./failure.ts";

const { version } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")) as {
  version: string;
};

const program = new Command("freehold")
  .description("An AI cloud that its country owns, declared in one file and stood up by pulumi up.")
  .version(version)
  .helpCommand(false)
  // Before the subcommands, which inherit it: wrong usage ends with 2, and never looks like a refusal.
  .exitOverride()
  .showHelpAfterError("(freehold --help lists the commands)")
  .addHelpText(
    "after",
    `
Production is plain Pulumi: npx pulumi preview|up|destroy -s <country> --policy-pack policies
What Pulumi has not is here: a rehearsal of the same program on this machine, its tools, and a doctor.`,
  );

program
  .command("rehearse")
  .argument("[country]", "stack to rehearse, such as ch for stacks/Pulumi.ch.yaml")
  .description("stand a country up on this machine: real engine, real API server, simulated nodes")
  .option("--door", "open its live gateway as well, as npm start does: base URL and key of each tenant")
  .option("--down", "take the rehearsal away, with everything it started and wrote")
  .option(
    "--env",
    'print the environment in which plain pulumi works on the rehearsal: eval "$(npx freehold rehearse ch --env)"',
  )
  .option(
    "--provider <kind>",
    "Kubernetes provider to talk through: official or rehearsal (default: official where it is)",
  )
  .option("--json", "print the result as JSON; progress goes to standard error")
  .action(async (country, options) => (await import("./rehearse.ts")).rehearseCommand(country, options));

program
  .command("door")
  .argument("[country]", "stack whose rehearsal stands, such as ch")
  .description("open the live gateway of a rehearsed country: real controllers and proxies, simulated model servers")
  .option("--close", "close it again; what is counted stays")
  .option(
    "--env <tenant>",
    'print the environment in which any OpenAI client comes in as a tenant: eval "$(npx freehold door ch --env bank)"',
  )
  .option("--json", "print the proxy, the root certificate, base URLs and keys as JSON")
  .action(async (country, options) => (await import("./door.ts")).doorCommand(country, options));

program
  .command("top")
  .argument("[country]", "stack, such as ch")
  .description("show who uses what, now: tenants, model servers, the gateway; of an open door, or else of the cluster")
  .option("--once", "print it once")
  .option("--cluster", "ask the cluster's Prometheus, even where a door is open")
  .option("--json", "print it once, as JSON")
  .action(async (country, options) => (await import("./top.ts")).topCommand(country, options));

program
  .command("status")
  .argument("[country]", "stack, such as ch")
  .description("say whether the models answer, for those who use them: of an open door, or else of the cluster")
  .option("--html <file>", "write a page, whole in itself, to put before the tenants")
  .option("--cluster", "ask the cluster's Prometheus, even where a door is open")
  .option("--json", "print it as JSON")
  .action(async (country, options) => (await import("./status.ts")).statusCommand(country, options));

program
  .command("reconcile")
  .argument("[country]", "stack whose records are compared, such as ch")
  .description(
    "say whether ledger, gateway and engines counted the same: 0 they agree, 1 they differ, 2 nobody can tell",
  )
  .option("--day <day>", "a day of UTC (default: yesterday; of an open door, all since it opened)")
  .option("--cluster", "ask the cluster's Prometheus, even where a door is open")
  .option("--database <url>", "Postgres with the records (default: as usage finds it)")
  .option("--json", "print the comparison as JSON")
  .action(async (country, options) => (await import("./reconcile.ts")).reconcileCommand(country, options));

program
  .command("setup")
  .description("fetch or build the engine and the control plane into the cache")
  .option(
    "--production",
    "put the official CLI, language host and provider where plain pulumi finds them, for closed networks",
  )
  .option("--built-engine", "with --production: a CLI built from the official source may stand for the published one")
  .option("--json", "print where everything is as JSON")
  .action(async (options) => (await import("./setup.ts")).setupCommand(options));

program
  .command("doctor")
  .description("say what is found where, what is missing, and the command that mends it")
  .option("--json", "print the findings as JSON")
  .action(async (options) => (await import("./doctor.ts")).doctorCommand(options));

program
  .command("check")
  .argument("<country>", "stack or path of a country file, such as ch or stacks/Pulumi.ch.yaml")
  .description("check a country file: every fault at once, with line, reason and remedy")
  .option("--json", "print the country with all defaults, or the faults, as JSON")
  .action(async (country, options) => (await import("./check.ts")).checkCommand(country, options));

program
  .command("bootstrap")
  .argument("<country>", "stack or path of a country file, such as in or stacks/Pulumi.in.yaml")
  .description("print the commands that make what keeps a country's state in a cloud, or say that nothing is needed")
  .option("--json", "print them as JSON")
  .action(async (country, options) => (await import("./bootstrap.ts")).bootstrapCommand(country, options));

program
  .command("explain")
  .argument("<country>", "stack or path of a country file, such as in or stacks/Pulumi.in.yaml")
  .argument("[resource]", "name, type, or type::name of a resource; without it, all that close something")
  .description("say what is closed in a country's resources that their cloud leaves open, and why")
  .option("--json", "print it as JSON")
  .action(async (country, resource, options) =>
    (await import("./explain.ts")).explainCommand(country, resource, options),
  );

program
  .command("exit")
  .argument(
    "<country>",
    "stack or path of the country file that stands in a cloud, such as in or stacks/Pulumi.in.yaml",
  )
  .description("write the plan for leaving a cloud: what moves in which order, downtime, cost, and what replaces what")
  .requiredOption("--to <country>", "stack or path of the country file that declares the hall")
  .option("--gbps <number>", "Gbit/s that the line between cloud and hall really carries", positive, 1)
  .option("--records-gib <number>", "GiB of the usage records (default: estimated from the file)", positive)
  .option("--out <file>", "write the plan there (default: print it)")
  .option("--rehearse", "carry the plan out on this machine: both sides, their doors, records and keys; minutes")
  .option("--json", "as JSON instead of Markdown")
  .action(async (country, options) => (await import("./exit.ts")).exitCommand(country, options));

program
  .command("images")
  .argument("<country>", "stack or path of a country file, such as ch or stacks/Pulumi.ch.yaml")
  .description(
    "list the charts, images and weights that the country's registry has to hold, and where they are published",
  )
  .option("--json", "print the list as JSON")
  .action(async (country, options) => (await import("./images.ts")).imagesCommand(country, options));

program
  .command("usage")
  .argument("[country]", "stack whose records are told, such as ch")
  .description("say what tenants have used, from the database of the usage records")
  .option("--tenant <name>", "one tenant's alone")
  .option("--model <name>", "one model's alone")
  .option("--by <dimensions>", "some of tenant, model, day, key, cost-centre (default: tenant,model)")
  .option("--from <day>", "first day (default: the first of the month)")
  .option("--to <day>", "last day (default: today)")
  .option("--zone <name>", "time zone that days are of (default: UTC)")
  .option("--csv", "print comma-separated values")
  .option("--focus", "print charges as FOCUS 1.2 has them, day by day, with --prices")
  .option("--prices <file>", "what a million tokens of each model cost")
  .option("--database <url>", "where the records are (default: Postgres' own variables, PGHOST and so on)")
  .option("--json", "print it as JSON")
  .action(async (country, options) => (await import("./usage.ts")).usageCommand(country, options));

program
  .command("budgets")
  .argument("[country]", "stack whose budgets are told, such as ch")
  .description("say what each tenant has used of its month's budget, and when it renews")
  .option("--database <url>", "where the records are (default: Postgres' own variables, PGHOST and so on)")
  .option("--json", "print it as JSON")
  .action(async (country, options) => (await import("./budgets.ts")).budgetsCommand(country, options));

program
  .command("catalogue")
  .argument("[table]", "countries, places, accelerators, instances, models, addons, profiles or engines")
  .argument("[id]", "one entry, with its sources, such as h200-sxm")
  .description("show what Freehold knows of the world, and how sure it is")
  .option("--country <code>", "places and instances in a country, models made there")
  .option("--accelerator <id>", "instances with an accelerator")
  .option("--language <code>", "models that name a language")
  .option("--json", "print it as JSON")
  .action(async (table, id, options) => (await import("./catalogue.ts")).catalogueCommand(table, id, options));

program
  .command("guard")
  .argument("[folder]", "folder of a Pulumi program (default: here)")
  .description("judge what leaves the declared jurisdiction: a program, a stack, a stack export or manifests")
  .option("--stack <name>", "judge the stack as it stands")
  .option("--state <file>", "judge a stack export, or - for standard input; needs no engine")
  .option("--manifests <folder>", "judge rendered Kubernetes manifests, or - for standard input")
  .option("--country <code>", "the jurisdiction, as FREEHOLD_COUNTRY says it")
  .option("--declaration <file>", "what is in country, as FREEHOLD_DECLARATION names it")
  .option("--previous <file>", "earlier evidence, to compare with")
  .option("--evidence <file>", "write the evidence as JSON")
  .option("--sarif <file>", "write SARIF, for code scanning")
  .option("--report <file>", "write a page for an auditor")
  .option("--json", "print the evidence as JSON")
  .action(async (folder, options) => (await import("./guard.ts")).guardCommand(folder, options));

program
  .command("guardrails")
  .argument("[country]", "stack or path of a country file, such as ch or stacks/Pulumi.ch.yaml")
  .description("make what AWS, Azure and scanners have to be told to hold a country's data")
  .option("--country <code>", "a country by its ISO code, with what the environment declares")
  .option("--out <folder>", "write the documents there")
  .option("--json", "print them as JSON")
  .action(async (country, options) => (await import("./guardrails.ts")).guardrailsCommand(country, options));

program
  .command("conformance")
  .argument("<url>", "base URL as SDKs take it, such as https://acme.ai.example/v1")
  .argument("[key]", "its key, or - for standard input (default: FREEHOLD_KEY, else OPENAI_API_KEY)")
  .description("say how far an endpoint, ours or anybody's, does what OpenAI's clients need")
  .option("--model <name>", "model to ask for chat (default: one that answers)")
  .option("--embedding-model <name>", "model to ask for embeddings (default: one that answers)")
  .option("--ca <file>", "certificate of a private root, trusted besides those of this machine")
  .option("--timeout <seconds>", "how long one answer may take (default: 60)")
  .option("--only <feature>", "look at one feature, such as chat, streaming, tools or errors")
  .option("--strict", "fail for what is optional too, and for what works but is not as specified")
  .option("--json", "print the result as JSON; progress goes to standard error")
  // What is too much or begins with a dash may be a key, and commander's own messages would show it.
  .allowUnknownOption()
  .allowExcessArguments()
  .action(async (_url, _key, options, { args }) =>
    (await import("./conformance.ts")).conformanceCommand(args, options),
  );

const keys = program
  .command("keys")
  .description("list, issue, rotate, expire, revoke and show the tenants' API keys; changes go into the country file")
  .usage("[country] | <command> <country> <tenant> [key]")
  .helpCommand(false);
const keyVerb = (name: string, description: string) =>
  keys
    .command(name)
    .description(description)
    .option("--json", "print the result as JSON")
    .argument("<country>", "stack or path of a country file, such as ch")
    .argument("<tenant>", "tenant of that file");
keys
  .command("list", { isDefault: true })
  .argument("[country]", "stack or path of a country file, such as ch")
  .description("every key: generation, whether it is good and until when, cost centre; never its value")
  .option("--json", "print the list as JSON")
  .action(async (country, options) => (await import("./keys.ts")).keysCommand(country, options));
keyVerb("issue", "declare a further key of a tenant")
  .argument("<key>", "name of the key")
  .option("--expires <end>", "its last day in UTC, such as 2027-03-31, or a time with its zone (default: no end)")
  .option("--cost-centre <text>", "whose account its use is put to")
  .action(async (...args) => (await import("./keys.ts")).issueCommand(args[0], args[1], args[2], args[3]));
keyVerb("rotate", "give a key a new value; the one before stays good for a while, unless it was revoked")
  .argument("[key]", "name of the key", "default")
  .option("--overlap <span>", "how long the value before stays good, such as 7d, 12h, 30m or 0", "7d")
  .action(async (...args) => (await import("./keys.ts")).rotateCommand(args[0], args[1], args[2], args[3]));
keyVerb("expire", "say when a key ends")
  .argument("<key>", "name of the key")
  .requiredOption("--at <end>", "its last day in UTC, such as 2027-03-31, or a time with its zone")
  .action(async (...args) => (await import("./keys.ts")).expireCommand(args[0], args[1], args[2], args[3]));
keyVerb("revoke", "end a key at once, in every generation, and never give its name out again")
  .argument("<key>", "name of the key")
  .action(async (...args) => (await import("./keys.ts")).revokeCommand(args[0], args[1], args[2], args[3]));
keyVerb("show", "print the value of a key from the stack that made it: the rehearsal's where one stands")
  .argument("[key]", "name of the key", "default")
  .option("--production", "from the stack itself, as  pulumi stack output keys --show-secrets  does")
  .action(async (...args) => (await import("./keys.ts")).showCommand(args[0], args[1], args[2], args[3]));

const waiver = program
  .command("waiver")
  .description("approve what may differ for a while: keys, signatures, and which waivers hold")
  .helpCommand(false);
waiver
  .command("key")
  .description("make a key pair for somebody who approves; the private key is only in its file")
  .requiredOption("--name <who>", "who approves, as approvedBy in waivers")
  .requiredOption("--out <file>", "file for the private key")
  .option("--approvers <file>", "JWKS that the public key is added to (default: approvers.jwks beside the private key)")
  .option("--json", "print it as JSON")
  .action(async (options) => (await import("./waiver.ts")).waiverKeyCommand(options));
waiver
  .command("sign")
  .description("show a waiver and sign it")
  .requiredOption("--key <file>", "private key of who approves")
  .requiredOption("--file <file>", "country or declaration file that holds the waiver")
  .option("--index <n>", "which waiver, from 0")
  .option("--rule <name>", "which waiver, by its rule")
  .option("--resource <pattern>", "which waiver, by its resource")
  .option("--json", "print it as JSON")
  .action(async (options) => (await import("./waiver.ts")).waiverSignCommand(options));
waiver
  .command("check")
  .description("say which waivers hold today, and what is wrong with the others")
  .requiredOption("--file <file>", "country or declaration file")
  .option("--approvers <file>", "JWKS of who may approve (default: FREEHOLD_APPROVERS)")
  .option("--json", "print it as JSON")
  .action(async (options) => (await import("./waiver.ts")).waiverCheckCommand(options));

try {
  await program.parseAsync(process.argv);
} catch (error) {
  if (error instanceof CommanderError) process.exit(error.exitCode === 0 ? 0 : 2);
  fail(error);
}

function positive(text: string): number {
  const number = Number(text);
  if (text.trim() !== "" && Number.isFinite(number) && number > 0) return number;
  throw new InvalidArgumentError("It has to be a number above 0.");
}
