import { delimiter, dirname, join } from "node:path";
import process from "node:process";
import { legible } from "../../policies/report/legible.ts";
import { type Ended, isExecutable, run } from "../../rehearsal/child.ts";
import { projectFolder } from "../../rehearsal/home.ts";
import { Failure } from "../failure.ts";

/** The Pulumi CLI: the one on PATH, the project's, or ours. */
export class PulumiCli {
  readonly #command: string;
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
    this.#command = found(folder);
  }

  /** Runs a command in the project. */
  run(
    args: readonly string[],
    { env, ...options }: Omit<Parameters<typeof run>[2] & object, "cwd"> = {},
  ): Promise<Ended> {
    const path = [dirname(process.execPath), process.env.PATH].join(delimiter);
    return run(this.#command, [...args, "--non-interactive", "--color=never"], {
      ...options,
      cwd: this.#folder,
      env: { ...process.env, ...env, PATH: path },
    });
  }

  /** Runs a command that only asks, and tells nobody of it. */
  ask(args: readonly string[]): Promise<Ended> {
    return this.run(args, { env: { PULUMI_SKIP_UPDATE_CHECK: "true" } });
  }

  /** What a command writes to standard output; a command that fails is a `Failure`. */
  async output(args: readonly string[]): Promise<string> {
    const { code, stdout, stderr } = await this.ask(args);
    if (code !== 0) throw new Failure([`pulumi ${args.join(" ")} ended with ${code}.`, indented(stderr)].join("\n"));
    return stdout;
  }

  /** `3.259.0`. */
  async version(): Promise<string> {
    return (await this.output(["version"])).trim().replace(/^v/, "");
  }
}

/** The last lines that a command said, set in. */
export function indented(text: string, lines = 20): string {
  return text
    .trim()
    .split("\n")
    .slice(-lines)
    .map((line) => `  ${legible(line)}`)
    .join("\n");
}

function found(folder: string): string {
  const folders = [
    ...(process.env.PATH ?? "").split(delimiter).filter(Boolean),
    join(folder, "node_modules", ".bin"),
    join(projectFolder, "node_modules", ".bin"),
  ];
  const command = folders.map((each) => join(each, "pulumi")).find(isExecutable);
  if (command) return command;
  throw new Failure("There is no pulumi on PATH.\n  remedy   npx freehold setup --production");
}
