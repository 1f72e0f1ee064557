// npm run bench:door [-- <turns>]: what the door adds to a chat, beside the bare model server and beside LiteLLM's proxy, all three
// asked in turn from the pods' own network of one rehearsal. The model server is simulated and answers at once.
import { execFile, spawn } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { cacheFolder } from "../rehearsal/cache.ts";
import { type Cell, residentOf } from "../test/engine/cell.ts";
import type { Measured, Order } from "./door/load.ts";
import { memoryLines, noLimits, Standing } from "./door/standing.ts";

const run = promisify(execFile);
const turns = Number(process.argv[2] ?? 3);
const liteLlm = "1.106.0";
// The lower one is what LiteLLM's proxy keeps up with on two cores.
const rates = [40, 200];
const load = { seconds: 10, warmSeconds: 3 };
const tenant = "linn";
const model = "salamandra";

await using standing = await Standing.up({ tenants: { [tenant]: noLimits } });
const { door, cell } = standing;
const [address] = await cell.addresses("freehold-models");
const server = `http://${address}:8000`;
const [proxy] = await standing.proxies();
const { key, baseUrl } = door.tenants[tenant]!;
const body = { model, messages: [{ role: "user", content: "word ".repeat(80) }], max_tokens: 16 };
await using other = await startLiteLlm(cell, server);
const path = "/v1/chat/completions";
const orders: Record<string, Omit<Order, "rate" | "seconds" | "warmSeconds" | "body">> = {
  "the bare model server": { url: server + path },
  "the door": { url: proxy + path, host: new URL(baseUrl).hostname, key, root: readFileSync(door.root, "utf8") },
  [`LiteLLM ${liteLlm}`]: { url: other.url + path, key: other.key },
};
for (const rate of rates) {
  const rounds: Record<string, Measured[]> = {};
  for (let turn = 0; turn < turns; turn++) {
    for (const [name, order] of Object.entries(orders)) {
      const words = [join(import.meta.dirname, "door/load.ts"), JSON.stringify({ ...order, ...load, rate, body })];
      const one = JSON.parse(await cell.inside([process.execPath, ...words])) as Measured;
      if (Object.keys(one.refused).length > 0) console.log(`  ${name} refused: ${JSON.stringify(one.refused)}`);
      rounds[name] = [...(rounds[name] ?? []), one];
    }
  }
  console.log(`\n${rate} requests a second for ${load.seconds} s, medians of ${turns} turns, milliseconds\n`);
  for (const line of compared(rounds)) console.log(line);
}
console.log("\nHeld after it\n");
for (const line of memoryLines(cell)) console.log(line);
console.log(`  ${`LiteLLM ${liteLlm}`.padEnd(24)} ${String(residentOf(other.pid)).padStart(6)} MiB`);

/** A line for each, beside the first. */
function compared(rounds: Record<string, Measured[]>): string[] {
  const [first] = Object.values(rounds) as [Measured[]];
  return Object.entries(rounds).map(([name, all]) => {
    const of = (value: (one: Measured) => number) => median(all.map(value)).toFixed(1);
    const added = (value: (one: Measured) => number) =>
      median(all.map((one, turn) => value(one) - value(first[turn]!))).toFixed(1);
    const beyond = all === first ? "" : `added ${added(({ p50 }) => p50)} / ${added(({ p99 }) => p99)}`;
    const own = `p50 / p99  ${of(({ p50 }) => p50)} / ${of(({ p99 }) => p99)}`;
    return `  ${name.padEnd(24)} ${own}   ${of(({ rate }) => rate)} a second   ${beyond}`;
  });
}

/** LiteLLM's proxy in a virtual environment of its own, with one key and no budgets, beside the model server. */
async function startLiteLlm(cell: Cell, server: string) {
  const folder = join(cacheFolder(), "bench", `litellm-${liteLlm}`);
  const program = join(folder, "bin/litellm");
  if (!existsSync(program)) {
    mkdirSync(folder, { recursive: true });
    await run("python3", ["-m", "venv", folder]);
    await run(join(folder, "bin/pip"), ["install", "--quiet", `litellm[proxy]==${liteLlm}`], { maxBuffer: 2 ** 24 });
  }
  const key = "sk-bench";
  const config = {
    model_list: [
      {
        model_name: model,
        litellm_params: { model: `hosted_vllm/${model}`, api_base: `${server}/v1`, api_key: "none" },
      },
    ],
    litellm_settings: { telemetry: false },
  };
  const file = join(folder, "bench.json");
  // JSON is YAML.
  writeFileSync(file, JSON.stringify(config));
  const [nsenter, ...args] = cell.words([program, "--config", file, "--port", "4000", "--num_workers", "1"]);
  const env = { ...process.env, LITELLM_MASTER_KEY: key, LITELLM_LOG: "ERROR", LITELLM_LOCAL_MODEL_COST_MAP: "True" };
  const child = spawn(nsenter!, args, { env, stdio: "ignore" });
  const url = "http://127.0.0.1:4000";
  const asked = ["curl", "-s", "-o", "/dev/null", "-w", "%{http_code}", `${url}/health/liveliness`];
  for (const giveUp = Date.now() + 120_000; ; await sleep(500)) {
    if ((await cell.inside(asked).catch(() => "")) === "200") break;
    if (Date.now() > giveUp || child.exitCode !== null) throw new Error("LiteLLM's proxy did not start");
  }
  return { url, key, pid: child.pid!, [Symbol.asyncDispose]: async () => void child.kill() };
}

function median(values: number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor((values.length - 1) / 2)]!;
}
