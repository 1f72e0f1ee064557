import process from "node:process";
import { setTimeout as sleep } from "node:timers/promises";
import type { Cell } from "../../test/engine/cell.ts";

/** Something that happens to a door while clients are being answered. */
export type Deed = { name: string; does: (cell: Cell) => Promise<void> };

const hangMs = 10_000;

function kill(name: string, program: string, most = Number.POSITIVE_INFINITY): Deed {
  return {
    name,
    does: async (cell) => {
      const pids = cell.processes(program).slice(0, most);
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
  kill("one model server dies", "model-server.ts", 1),
  {
    name: `one model server hangs for ${hangMs / 1000} s`,
    does: async (cell) => {
      const [pid] = cell.processes("model-server.ts");
      process.kill(pid!, "SIGSTOP");
      await sleep(hangMs);
      process.kill(pid!, "SIGCONT");
    },
  },
  kill("one proxy's AI Gateway processor dies", "ai-gateway-extproc", 1),
  { name: "one proxy of two is taken away", does: (cell) => cell.takeAwayProxy() },
  kill("one proxy of two dies", "envoy", 1),
];
