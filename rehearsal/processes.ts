import { existsSync, readdirSync, readFileSync } from "node:fs";

/** Processes that were started from a folder: its path begins a word of their command line. Linux only; elsewhere none. */
export function processesUnder(folder: string): number[] {
  if (!existsSync("/proc/self")) return [];
  return readdirSync("/proc")
    .map(Number)
    .filter((pid) => pid > 0 && pid !== process.pid && commandLine(pid).some((word) => word.startsWith(`${folder}/`)));
}

/** Ends every process that was started from a folder, without asking: for what an interruption left behind. */
export function stopProcessesUnder(folder: string): void {
  for (const pid of processesUnder(folder)) {
    try {
      process.kill(pid, "SIGKILL");
    } catch {
      // It ended by itself in the meantime.
    }
  }
}

/** The words a process was started with; none when it is gone. */
export function commandLine(pid: number): string[] {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0");
  } catch {
    return [];
  }
}
