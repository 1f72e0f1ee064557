// Stands in for the command lines of clouds in a rehearsal (`aws`, `az`, `kubelogin`): what Freehold asks them, and no more, is
// answered from the simulated world. Run as `<this file> aws|az|kubelogin <arguments>`.

import { parsed } from "./questions/parsed.ts";

const [program = "", ...args] = process.argv.slice(2);

try {
  process.stdout.write(`${JSON.stringify(await answer())}\n`);
} catch (error) {
  const named = `This is Freehold's stand-in for ${program || "a cloud's program"} in a rehearsal`;
  process.stderr.write(`${named}: ${(error as Error).message}\n`);
  process.exitCode = 1;
}

async function answer(): Promise<unknown> {
  if (!process.env.FREEHOLD_REHEARSAL) throw new Error("no rehearsal is going on here (FREEHOLD_REHEARSAL)");
  const { command, options } = parsed(args);
  if (command === "eks get-token" || program === "kubelogin") {
    return (await import("./questions/token.ts")).tokenFor(program, command, options);
  }
  const answers = {
    aws: async () => (await import("./questions/aws.ts")).awsAnswer(command, options),
    az: async () => (await import("./questions/azure.ts")).azureAnswer(command, options),
  };
  const given = await answers[program as keyof typeof answers]?.();
  if (given === undefined)
    throw new Error(`it answers what Freehold asks, and not \`${[program, ...args].join(" ")}\``);
  return given;
}
