// npm run bench:door [-- <turns>]: what the door adds to a chat, beside the bare model server and beside LiteLLM's proxy, all three
// asked in turn from the pods' own network of one rehearsal. The model server is simulated and answers at once.
import { execFile, spawn } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, readlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { CoreV1Api, type V1Pod } from "@kubernetes/client-node";
import { configOf } from "../rehearsal/api-call.ts";
import { cacheFolder } from "../rehearsal/cache.ts";
import type { Door } from "../rehearsal/door.ts";
import type { Home } from "../rehearsal/home.ts";
import { commandLine, processesUnder } from "../rehearsal/processes.ts";
import { Checkout } from "../test/engine/checkout.ts";
import type { Measured, Order } from "./door/load.ts";

const run = promisify(execFile);
const turns = Number(process.argv[2] ?? 3);
const liteLlm = "1.106.0";
// The lower one is what LiteLLM's proxy keeps up with on two cores.
const rates = [40, 200];
const load = { seconds: 10, warmSeconds: 3 };
const tenant = "linn";
const model = "salamandra";

const checkout = new Checkout();
try {
  const file = join(checkout.folder, "stacks/Pulumi.ee.yaml");
  const limits = "{ requestsPerMinute: 1000000, tokensPerMinute: 1000000000 }";
  writeFileSync(file, readFileSync(file, "utf8").replace(`${tenant}: {}`, `${tenant}: ${limits}`));
  await freehold("rehearse", "ee");
  const door = JSON.parse(await freehold("door", "ee", "--json")) as Door;
  const home = await homeHere();
  const pods = await podsOf(home);
  const cell = cellOf(home);
  const server = `http://${addressOf(pods, "freehold-models")}:8000`;
  const envoy = addressOf(pods, "envoy-gateway-system", "envoy");
  const { key } = door.tenants[tenant]!;
  const host = new URL(door.tenants[tenant]!.baseUrl).hostname;
  const body = { model, messages: [{ role: "user", content: "word ".repeat(80) }], max_tokens: 16 };
  await using other = await startLiteLlm(cell, server);
  const orders: Record<string, Omit<Order, "rate" | "seconds" | "warmSeconds" | "body">> = {
    "the bare model server": { url: `${server}/v1/chat/completions` },
    "the door": {
      url: `https://${envoy}:10443/v1/chat/completions`,
      host,
      key,
      root: readFileSync(door.root, "utf8"),
    },
    [`LiteLLM ${liteLlm}`]: { url: `${other.url}/v1/chat/completions`, key: other.key },
  };
  for (const rate of rates) {
    const rounds: Record<string, Measured[]> = {};
    for (let turn = 0; turn < turns; turn++) {
      for (const [name, order] of Object.entries(orders)) {
        const { stdout } = await inside(cell, [
          process.execPath,
          join(import.meta.dirname, "door/load.ts"),
          JSON.stringify({ ...order, ...load, rate, body }),
        ]);
        const one = JSON.parse(stdout) as Measured;
        if (Object.keys(one.refused).length > 0) console.log(`  ${name} refused: ${JSON.stringify(one.refused)}`);
        rounds[name] = [...(rounds[name] ?? []), one];
      }
    }
    console.log(`\n${rate} requests a second for ${load.seconds} s, medians of ${turns} turns, milliseconds\n`);
    for (const line of compared(rounds)) console.log(line);
  }
  console.log("\nResident memory after it, MiB\n");
  for (const [name, mebibytes] of memoryOf(home)) console.log(`  ${name.padEnd(24)} ${mebibytes}`);
  console.log(`  ${`LiteLLM ${liteLlm}`.padEnd(24)} ${residentOf(other.pid)}`);
} finally {
  await checkout.freehold(["door", "ee", "--close"]);
  await checkout.freehold(["rehearse", "ee", "--down"]);
  await checkout.remove();
}

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

async function freehold(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await checkout.freehold(args);
  if (code !== 0) throw new Error(`freehold ${args.join(" ")} ended with ${code}: ${stderr}`);
  return stdout;
}

/** The rehearsal's home is told from the folder of its checkout. */
async function homeHere(): Promise<Home> {
  const { homeOf } = (await import(
    join(checkout.folder, "rehearsal/home.ts")
  )) as typeof import("../rehearsal/home.ts");
  return homeOf("ee");
}

async function podsOf(home: Home): Promise<V1Pod[]> {
  return (await configOf(home.kubeconfig).makeApiClient(CoreV1Api).listPodForAllNamespaces()).items;
}

function addressOf(pods: V1Pod[], namespace: string, container?: string): string {
  const found = pods.find(
    ({ metadata, spec, status }) =>
      metadata?.namespace === namespace &&
      status?.podIP &&
      (!container || spec?.containers.some(({ name }) => name === container)),
  );
  if (!found) throw new Error(`no pod of ${namespace} has an address`);
  return found.status!.podIP!;
}

/** A process of the cell, into whose network the load is put. */
function cellOf(home: Home): number {
  const agent = processesUnder(join(home.folder, "door")).find((pid) =>
    commandLine(pid).some(
      (word) => word.endsWith("rehearsal/door/agent.ts") && !commandLine(pid)[0]!.endsWith("unshare"),
    ),
  );
  if (!agent) throw new Error("the door has no cell");
  return agent;
}

function words(cell: number): string[] {
  return ["nsenter", `--target=${cell}`, "--user", "--net", "--preserve-credentials", "--"];
}

function inside(cell: number, command: string[]) {
  const [file, ...args] = [...words(cell), ...command];
  return run(file!, args, { maxBuffer: 2 ** 24 });
}

/** LiteLLM's proxy in a virtual environment of its own, with one key and no budgets, beside the model server. */
async function startLiteLlm(cell: number, server: string) {
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
  const [nsenter, ...args] = [...words(cell), program, "--config", file, "--port", "4000", "--num_workers", "1"];
  const env = { ...process.env, LITELLM_MASTER_KEY: key, LITELLM_LOG: "ERROR", LITELLM_LOCAL_MODEL_COST_MAP: "True" };
  const child = spawn(nsenter!, args, { env, stdio: "ignore" });
  const url = "http://127.0.0.1:4000";
  for (const giveUp = Date.now() + 120_000; ; await sleep(500)) {
    const { stdout } = await inside(cell, [
      "curl",
      "-s",
      "-o",
      "/dev/null",
      "-w",
      "%{http_code}",
      `${url}/health/liveliness`,
    ]).catch(() => ({ stdout: "" }));
    if (stdout === "200") break;
    if (Date.now() > giveUp || child.exitCode !== null) throw new Error("LiteLLM's proxy did not start");
  }
  return { url, key, pid: child.pid!, [Symbol.asyncDispose]: async () => void child.kill() };
}

/** Each kind of process of the door, with what all of that kind hold. */
function memoryOf(home: Home): [string, number][] {
  const names: Record<string, string> = {
    envoy: "Envoy",
    "ai-gateway-extproc": "AI Gateway's processor",
    ratelimit: "rate limiter",
    "valkey-server": "Valkey",
    "envoy-gateway": "Envoy Gateway",
    "ai-gateway-controller": "AI Gateway",
  };
  const held = new Map<string, number>();
  const cell = processesOf(cellOf(home));
  for (const pid of processesUnder(cacheFolder())) {
    if (processesOf(pid) !== cell) continue;
    const name = names[commandLine(pid)[0]!.split("/").at(-1)!];
    if (name) held.set(name, (held.get(name) ?? 0) + residentOf(pid));
  }
  return [...held];
}

/** The process namespace of a process: all of a cell share one. */
function processesOf(pid: number): string {
  return readlinkSync(`/proc/${pid}/ns/pid`);
}

function residentOf(pid: number): number {
  const [, kibibytes] = /^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, "utf8")) ?? [];
  return Math.round(Number(kibibytes) / 1024);
}

function median(values: number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor((values.length - 1) / 2)]!;
}
