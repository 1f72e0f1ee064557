import process from "node:process";
import { setTimeout as sleep } from "node:timers/promises";
import type { Cell } from "../../test/engine/cell.ts";

/** Something that happens to a door while clients are being answered by a model, whose Deployment has its name. */
export type Deed = { name: string; does: (cell: Cell, model: string) => Promise<void> };

const hangMs = 10_000;

type Found = (cell: Cell, model: string) => number[];
const all =
  (program: string): Found =>
  (cell) =>
    cell.processes(program);
const servers: Found = (cell, model) => cell.processes("model-server.ts", `${model}-`);

function kill(name: string, found: Found, most = Number.POSITIVE_INFINITY): Deed {
  return {
    name,
    does: async (cell, model) => {
      const pids = found(cell, model).slice(0, most);
      if (pids.length === 0) throw new Error(`${name}: nothing of the kind runs`);
      for (const pid of pids) process.kill(pid, "SIGKILL");
    },
  };
}

/** Parts that die without a word, and are started again. */
export const deeds: Deed[] = [
  { name: "nothing", does: async () => {} },
  kill("Envoy Gateway dies", all("envoy-gateway")),
  kill("AI Gateway dies", all("ai-gateway-controller")),
  kill("both recorders die", all("recorder.ts")),
  kill("Postgres dies", all("postgres")),
  kill("one rate limiter of two dies", all("ratelimit"), 1),
  kill("both rate limiters die", all("ratelimit")),
  kill("Valkey dies", all("valkey-server")),
  kill("one model server dies", servers, 1),
  {
    name: `one model server hangs for ${hangMs / 1000} s`,
    does: async (cell, model) => {
      const [pid] = servers(cell, model);
      process.kill(pid!, "SIGSTOP");
      await sleep(hangMs);
      process.kill(pid!, "SIGCONT");
    },
  },
  kill("one proxy's AI Gateway processor dies", all("ai-gateway-extproc"), 1),
  { name: "one proxy of two is taken away", does: (cell) => cell.takeAwayProxy() },
  kill("one proxy of two dies", all("envoy"), 1),
];
