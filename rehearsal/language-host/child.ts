import { type ChildProcess, spawn } from "node:child_process";
import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const lifeline = fileURLToPath(new URL("./lifeline.cjs", import.meta.url));
const graceMs = 5_000;

/** Starts the Node that runs this host on `args`, bound to the host's life; stdout and stderr as the caller says. */
export function spawnNode(
  args: string[],
  options: { cwd?: string; env: NodeJS.ProcessEnv; output: "inherit" | "pipe" },
): ChildProcess {
  return spawn(process.execPath, ["--require", lifeline, ...args], {
    cwd: options.cwd,
    env: options.env,
    stdio: ["ignore", options.output, options.output, "pipe"],
  });
}

/** Asks a child to end, and ends it when it does not. */
export function stop(child: ChildProcess) {
  child.kill("SIGINT");
  const timer = setTimeout(() => child.kill("SIGKILL"), graceMs);
  child.once("close", () => clearTimeout(timer));
}

/** Resolves with the exit code; a signal counts as 128 plus nothing more exact. Rejects when it could not be started. */
export function ended(child: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => resolve(code ?? 128));
  });
}

/** A script of the Pulumi SDK that is installed for a program. Throws when there is none. */
export function sdkScript(script: string, programFolder: string): string {
  try {
    return createRequire(join(programFolder, "resolve.js")).resolve(`@pulumi/pulumi/cmd/${script}`);
  } catch {
    throw new Error(`${programFolder}: the Pulumi SDK is not installed for this program.\n  remedy   npm ci`);
  }
}
