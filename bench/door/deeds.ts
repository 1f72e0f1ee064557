import process from "node:process";
import { setTimeout as sleep } from "node:timers/promises";
import type { Cell } from "../../test/engine/cell.ts";

/** Something that happens to a door while clients are being answered by a model, whose Deployment has its name. */
export type Deed = { name: string; does: (cell: Cell, model: string) => Promise<void> };

const hangMs = 10_000;
const server = "model-server.ts";

function kill(name: string, program: string, most = Number.POSITIVE_INFINITY): Deed {
  return {
    name,
    does: async (cell, model) => {
      const pids = cell.processes(program, program === server ? `${model}-` : "").slice(0, most);
      if (pids.length === 0) throw new Error(`no ${program} runs`);
      for (const pid of pids) process.kill(pid, "SIGKILL");
    },
  };
}

/** Parts that die without a word, and are started again. */
export const deeds: Deed[] = [
  { name: "nothing", does: async () => {} },
  kill("Envoy Gateway dies", "envoy-gateway"),
  kill("AI Gateway dies", "ai-gateway-controller"),
  kill("both recorders die", "recorder.ts"),
  kill("Postgres dies", "postgres"),
  kill("one rate limiter of two dies", "ratelimit", 1),
  kill("both rate limiters die", "ratelimit"),
  kill("Valkey dies", "valkey-server"),
  kill("one model server dies", server, 1),
  {
    name: `one model server hangs for ${hangMs / 1000} s`,
    does: async (cell, model) => {
      const [pid] = cell.processes(server, `${model}-`);
      process.kill(pid!, "SIGSTOP");
      await sleep(hangMs);
      process.kill(pid!, "SIGCONT");
    },
  },
  kill("one proxy's AI Gateway processor dies", "ai-gateway-extproc", 1),
  { name: "one proxy of two is taken away", does: (cell) => cell.takeAwayProxy() },
  kill("one proxy of two dies", "envoy", 1),
];
