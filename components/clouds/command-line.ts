import { execFile } from "node:child_process";
import type { Finding } from "../country/fault.ts";

const silenceMs = 60_000;

/** Why a cloud's command line gave no answer: it is not installed, nobody is logged in, or the cloud refuses. */
export type Unanswered = { why: "absent" | "refused"; said: string };

/** What a cloud's own command line (`aws`, `az`) answers, as JSON. It finds credentials where its users keep them. */
export function ask<Answer>(program: string, ...args: string[]): Promise<{ answer: Answer } | Unanswered> {
  return new Promise((resolve) => {
    execFile(program, args, { timeout: silenceMs, maxBuffer: 2 ** 26 }, (error, stdout, stderr) => {
      if (!error) {
        try {
          resolve({ answer: JSON.parse(stdout) as Answer });
        } catch {
          resolve({ why: "refused", said: `no JSON: ${stdout.slice(0, 200)}` });
        }
        return;
      }
      const absent = (error as NodeJS.ErrnoException).code === "ENOENT";
      const said = stderr.trim().split("\n").filter(Boolean).at(-1) ?? error.message;
      resolve({ why: absent ? "absent" : "refused", said: said.slice(0, 300) });
    });
  });
}

/** What a cloud did not say, for want of a right, about something in the file. */
export function unsaid(cloud: "AWS" | "Azure", at: string[], right: string, said: string): Finding {
  return {
    at,
    found: `${cloud} does not say: ${said}`,
    allowed: `credentials with the right to ${right}`,
    remedy: "give them that right: without it nobody can tell before the update what would fail in it",
  };
}
