import { accelerator, engine, model as modelFacts } from "../../../catalogue/index.ts";
import type { Written } from "../../country.ts";
import { publishedPrecision, type Sizing, sizing } from "../../sizing.ts";
import { type SitedPlan, smallestChanges } from "../../smallest-change.ts";
import type { Finding } from "../fault.ts";
import type { Sound } from "../sound.ts";
import { grouped } from "../wording.ts";
import { gpus } from "./names.ts";
import { hasRoom } from "./room.ts";
import type { Server } from "./servers.ts";

type Pool = Written["pools"][string];
type Pools = ReadonlyMap<string, Pool>;
type Model = NonNullable<NonNullable<Sound["models"]>[string]>;

/** A replica whose GPUs do not hold its weights and the requests it is declared for, with the smallest change that would. */
export function judgeMemory(name: string, model: Model, pools: Pools, servers: Server[]): Finding[] {
  const plan = planOf(model, pools);
  if (!plan) return [];
  const sum = sizing(plan);
  if (sum.fits) return [];
  const others = [...pools].map(([name, pool]) => ({ ...pool, name }));
  const room = (changed: SitedPlan) => {
    const moved = servers.map((server) =>
      server.model === name ? { ...server, gpus: changed.gpus, nodes: changed.nodes, pool: changed.pool.name } : server,
    );
    return hasRoom(
      pools.get(changed.pool.name)!,
      moved.filter(({ pool }) => pool === changed.pool.name),
    );
  };
  const changes = smallestChanges(plan, others, room);
  const written = changes.map(({ written }) => written).join("  or  ");
  const helpless = sum.unsplit
    ? "write a number of GPUs that splits it"
    : `choose a smaller model, or a pool with more memory: nothing that this file has holds ${weightsText(plan, sum)}`;
  return [{ ...fault(name, plan, sum), remedy: written ? `write  ${written}` : helpless }];
}

function planOf(model: Model, pools: Pools): SitedPlan | undefined {
  const pool = pools.get(model.pool ?? "");
  const { model: id, engine, gpus, nodes, concurrency, kvCache } = model;
  if (!pool || !id || !engine || !gpus || !nodes || !concurrency || !kvCache) return undefined;
  const contextTokens = model.contextTokens ?? modelFacts(id).context_length;
  const precision = model.precision ?? publishedPrecision(id) ?? "bf16";
  const site = { ...pool, name: model.pool! };
  return { model: id, engine, gpus, nodes, contextTokens, concurrency, precision, kvCache, pool: site };
}

function fault(name: string, plan: SitedPlan, sum: Sizing): Omit<Finding, "remedy"> {
  const at = (key: string) => ["models", name, key];
  if (sum.unsplit) {
    const allowed = "a number that splits the model evenly: every GPU takes as many heads as the next";
    return { at: at("gpus"), found: `${gpus(plan.gpus)}: ${sum.unsplit}`, allowed };
  }
  const product = accelerator(plan.pool.accelerator).name;
  const one = plan.pool.sharing.kind === "mig" ? `${plan.pool.sharing.profile} of ${product}` : product;
  const share = `${round(engine(plan.engine).sizing.utilisation.value * 100)} % of ${sum.memory} GiB, less ${sum.reserve} GiB for the engine`;
  if (sum.weightsEach > sum.usable) {
    return {
      at: at("gpus"),
      found: `${replica(plan)} for ${weightsText(plan, sum)}: ${round(sum.weightsEach)} GiB on each`,
      allowed: `${round(sum.usable)} GiB of weights on each ${one}: ${share}`,
    };
  }
  const each = `${round(sum.kvEach!)} GiB of KV cache`;
  const requests = `${plan.concurrency === 1 ? "a request" : `${plan.concurrency} requests`} of ${grouped(plan.contextTokens)} tokens`;
  const cache = plan.concurrency === 1 ? each : `${plan.concurrency} × ${each}`;
  return {
    at: at(plan.concurrency > 1 && sum.contexts! > 0 ? "concurrency" : "contextTokens"),
    found: `${requests} on ${replica(plan)}: each holds ${round(sum.weightsEach)} GiB of weights and ${cache}, ${round(sum.weightsEach + plan.concurrency * sum.kvEach!)} GiB`,
    allowed: `${round(sum.usable)} GiB of both on each ${one}: ${share}`,
  };
}

function replica({ gpus: count, nodes, pool }: SitedPlan): string {
  if (pool.sharing.kind === "mig") return "1 MIG instance";
  return nodes === 1 ? gpus(count) : `${nodes} nodes of ${gpus(count)}`;
}

function weightsText({ model, engine: id, precision }: SitedPlan, { weights }: Sizing): string {
  const bytes = engine(id).sizing.bytes_per_parameter.value[precision];
  return `${round(weights)} GiB of weights (${modelFacts(model).params_total_b} billion parameters, ${bytes} bytes each)`;
}

function round(gib: number): string {
  return gib.toFixed(1).replace(/\.0$/, "");
}
