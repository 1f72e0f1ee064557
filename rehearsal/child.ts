import { spawn } from "node:child_process";
import { accessSync, constants } from "node:fs";
import type { Socket } from "node:net";
import { createInterface } from "node:readline";

/** How a child process ended: its exit code (128 + n when signal n ended it), and what it wrote. */
export type Ended = { code: number; stdout: string; stderr: string };

const signals: Record<string, number> = { SIGHUP: 1, SIGINT: 2, SIGKILL: 9, SIGTERM: 15 };

// The watcher reads a pipe that we hold. When we end, however we end, the pipe closes and the whole group goes with us;
// when the command has ended we write a line, and the watcher goes alone: what a command left running is left in peace.
const guard = `{ read -r _ <&3 || kill -9 "-$$"; } >/dev/null 2>&1 </dev/null &
exec "$@" </dev/null 3<&-`;

/**
 * Runs a command whose whole process group ends when this process ends, be it by SIGKILL: a build that nobody waits for
 * must not go on. An aborted `signal` interrupts it (SIGINT). Rejects only when there is no such command.
 */
export function run(
  command: string,
  args: readonly string[],
  options: { cwd?: string; env?: NodeJS.ProcessEnv; signal?: AbortSignal; onLine?: (line: string) => void } = {},
): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = spawn("/bin/sh", ["-c", guard, "sh", command, ...args], {
      cwd: options.cwd,
      env: options.env ?? process.env,
      detached: true,
      // Not on stdin: Node closes that before it tells of the exit, and the watcher would take it for our own end.
      stdio: ["ignore", "pipe", "pipe", "pipe"],
    });
    const pipe = child.stdio[3] as Socket;
    const ended: Ended = { code: 0, stdout: "", stderr: "" };
    const interrupt = () => child.kill("SIGINT");
    if (options.signal?.aborted) interrupt();
    options.signal?.addEventListener("abort", interrupt, { once: true });
    child.stdout!.setEncoding("utf8").on("data", (text: string) => {
      ended.stdout += text;
    });
    createInterface({ input: child.stderr! }).on("line", (line) => {
      ended.stderr += `${line}\n`;
      options.onLine?.(line);
    });
    pipe.on("error", () => {}).resume();
    child.on("error", reject);
    child.on("exit", () => pipe.end("\n"));
    child.on("close", (code, signal) => {
      options.signal?.removeEventListener("abort", interrupt);
      if (code === 127) reject(new Error(`${command}: no such command`));
      else resolve({ ...ended, code: code ?? 128 + (signals[signal ?? ""] ?? 0) });
    });
  });
}

/** Whether there is a file that may be started. */
export function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
