import { join } from "node:path";
import process from "node:process";
import { run } from "../../rehearsal/child.ts";
import { clusterRuns } from "../../rehearsal/cluster.ts";
import { childEnv, homeOf, projectFolder, rehearsalEnv } from "../../rehearsal/home.ts";
import { inspect } from "../../rehearsal/toolchain.ts";
import { Failure } from "../failure.ts";

/** The keys that a stack made, by tenant and name, and which stack that was. */
export type StackKeys = { from: string; keys: Record<string, Record<string, string>> };

/** The keys among a stack's outputs: those of the rehearsal where one stands, unless production is asked for. */
export async function stackKeys(stack: string, production = false): Promise<StackKeys> {
  const home = homeOf(stack);
  if (!production && clusterRuns(home)) {
    const { found } = await inspect({ parts: ["crds"] });
    const env = childEnv(rehearsalEnv(home, { crds: found.crds! }));
    return output(`the rehearsal of ${stack}`, [join(home.engine, "pulumi")], stack, env);
  }
  if (process.env.FREEHOLD_REHEARSAL !== undefined) {
    throw new Failure("This shell points at a rehearsal.\n  remedy   ask in a new shell, or leave out --production");
  }
  return output(`the stack ${stack}`, ["npx", "--no-install", "pulumi"], stack, process.env);
}

async function output(from: string, pulumi: string[], stack: string, env: NodeJS.ProcessEnv): Promise<StackKeys> {
  const [command, ...words] = [...pulumi, "stack", "output", "keys", "--json", "--show-secrets", `--stack=${stack}`];
  const { code, stdout, stderr } = await run(command!, [...words, "--non-interactive"], { cwd: projectFolder, env });
  if (code === 0) return { from, keys: JSON.parse(stdout) };
  const said = stderr
    .trim()
    .split("\n")
    .map((line) => `           ${line}`);
  throw new Failure(
    [
      `The keys cannot be read from ${from}.`,
      `  found    ${said.join("\n").trimStart()}`,
      `  remedy   npx freehold rehearse ${stack}, or bring the stack up where its state and passphrase can be reached`,
    ].join("\n"),
  );
}
