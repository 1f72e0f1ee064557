import { accelerator, engine, type Model, migProfiles, model as modelFacts } from "../catalogue/index.ts";

/** In how many bits a weight is stored: the engine reads how from the checkpoint. */
export type Precision = "bf16" | "fp8" | "int4";

/** What the memory of a replica follows from: a model as the country file declares it, and the pool it runs on. */
export type Plan = {
  /** Hugging Face id. */
  model: string;
  engine: string;
  /** GPUs, or MIG instances, on each node of a replica: they split every layer (tensor parallelism). */
  gpus: number;
  /** Nodes of a replica: they share the layers out (pipeline parallelism). */
  nodes: number;
  contextTokens: number;
  /** Requests of full context that a replica must hold at a time. */
  concurrency: number;
  precision: Precision;
  kvCache: "bf16" | "fp8";
  pool: { accelerator: string; sharing: { kind: string; profile?: string } };
};

/** What each GPU of a replica has to hold, in GiB, and whether it can. */
export type Sizing = {
  /** Memory of one GPU or MIG instance, and what of it the engine may give to weights and KV cache. */
  memory: number;
  reserve: number;
  usable: number;
  /** Weights of the model as a whole, and those on the fullest GPU. */
  weights: number;
  weightsEach: number;
  /** Whether the KV cache could be counted. Where it is unknown, the plan is judged on its weights alone. */
  kv: "known" | "unknown";
  /** KV cache of one request of full context on each GPU, and how many such requests a replica holds. */
  kvEach?: number;
  contexts?: number;
  /** Why the model cannot be split like this at all. */
  unsplit?: string;
  /** What the sum leaves out; reports carry it. */
  notes: string[];
  fits: boolean;
};

const bytesPerGiB = 2 ** 30;

/**
 * The memory that a plan takes on each GPU, as its engine counts it: a share of the GPU, less what the engine keeps for
 * itself, holds the weights and at least `concurrency` requests of full context. Constants are in catalogue/engines.yaml.
 */
export function sizing(plan: Plan): Sizing {
  const facts = modelFacts(plan.model);
  const { utilisation, bytes_per_parameter } = engine(plan.engine).sizing;
  const memory = memoryOf(plan.pool);
  const reserve = reserveOf(plan, facts);
  const usable = utilisation.value * memory - reserve;
  const weights = (facts.params_total_b * 1e9 * bytes_per_parameter.value[plan.precision]) / bytesPerGiB;
  const weightsEach = (weights * stageShare(facts.attention?.layers, plan.nodes)) / plan.gpus;
  const kvEach = kvBytes(plan, facts);
  const unsplit = splitFault(plan, facts);
  const sum = { memory, reserve, usable, weights, weightsEach, unsplit, notes: notesOn(facts) };
  if (kvEach === undefined) return { ...sum, kv: "unknown", fits: !unsplit && weightsEach <= usable };
  const each = kvEach / bytesPerGiB;
  const contexts = Math.max(0, Math.floor((usable - weightsEach) / each));
  return { ...sum, kv: "known", kvEach: each, contexts, fits: !unsplit && contexts >= plan.concurrency };
}

/** The precision in which a model is published, where the catalogue knows it; other 4-bit formats count as `int4`. */
export function publishedPrecision(hfId: string): Precision | undefined {
  const { precision } = modelFacts(hfId);
  return precision === undefined || precision === "bf16" || precision === "fp8" ? precision : "int4";
}

/** GiB of one GPU, or of one instance where the pool's GPUs are cut. */
export function memoryOf({ accelerator: id, sharing }: Plan["pool"]): number {
  const instance = migProfiles(id).find(({ name }) => sharing.kind === "mig" && name === sharing.profile);
  return instance?.memory_gib ?? accelerator(id).memory_gib;
}

function reserveOf(plan: Plan, { params_active_b, params_total_b }: Model): number {
  const { alone, parallel, experts } = engine(plan.engine).sizing.reserve_gib.value;
  const mixture = params_active_b !== null && params_active_b < params_total_b;
  return (plan.gpus * plan.nodes > 1 ? parallel : alone) + (mixture ? experts : 0);
}

/** The fullest stage has one layer more than the others where layers cannot be shared out evenly. */
function stageShare(layers: number | undefined, nodes: number): number {
  return layers === undefined ? 1 / nodes : Math.ceil(layers / nodes) / layers;
}

/** Bytes that one request of full context takes on the fullest GPU; undefined where the catalogue cannot tell. */
function kvBytes(plan: Plan, { attention, kv_bytes_per_token_bf16 }: Model): number | undefined {
  if (!attention || kv_bytes_per_token_bf16 === null) return undefined;
  const { block_tokens, batch } = engine(plan.engine).sizing;
  const blocks = (tokens: number) => Math.ceil(tokens / block_tokens.value) * block_tokens.value;
  const precision = plan.kvCache === "fp8" ? 0.5 : 1;
  const full = {
    layers: Math.ceil(attention.full_attention_layers / plan.nodes),
    bytes: (kv_bytes_per_token_bf16 / attention.full_attention_layers) * precision * headShare(attention, plan.gpus),
    tokens: blocks(plan.contextTokens),
  };
  const { sliding_window: window, sliding_kv_heads: heads = attention.kv_heads } = attention;
  const { sliding_head_dim: width = attention.head_dim } = attention;
  if (window === undefined || heads === undefined || width === undefined) {
    return full.layers * full.bytes * full.tokens;
  }
  const sliding = {
    layers: Math.ceil((attention.layers - attention.full_attention_layers) / plan.nodes),
    bytes: 2 * heads * width * 2 * precision * headShare({ kv_heads: heads }, plan.gpus),
    // A step may write a whole batch before the window moves on, and begins within a block.
    tokens: blocks(Math.min(window - 1 + batch.value.tokens, plan.contextTokens)) + block_tokens.value,
  };
  // The engine keeps both kinds in groups of one size, the last of each kind padded.
  const [fewer, more] = [full.layers, sliding.layers].sort((a, b) => a - b) as [number, number];
  const group = more < 1.5 * fewer ? more : fewer;
  return [full, sliding].reduce(
    (sum, { layers, bytes, tokens }) => sum + Math.ceil(layers / group) * group * bytes * tokens,
    0,
  );
}

/** What part of the KV heads each GPU keeps: whole heads, so that it stops shrinking when there are more GPUs than heads. */
function headShare({ kv_heads }: Pick<NonNullable<Model["attention"]>, "kv_heads">, gpus: number): number {
  // Latent attention has no heads to split: every GPU keeps all of it.
  return kv_heads === undefined ? 1 : Math.max(1 / kv_heads, 1 / gpus);
}

function splitFault({ gpus, nodes, model }: Plan, { attention }: Model): string | undefined {
  const { heads, kv_heads, layers } = attention ?? {};
  if (heads !== undefined && heads % gpus !== 0)
    return `${model} has ${heads} attention heads, which ${gpus} do not divide`;
  if (kv_heads !== undefined && kv_heads % gpus !== 0 && gpus % kv_heads !== 0) {
    return `${model} has ${kv_heads} KV heads, which ${gpus} neither divide nor are a multiple of`;
  }
  if (layers !== undefined && nodes > layers) return `${model} has ${layers} layers, fewer than nodes`;
  return undefined;
}

function notesOn({ attention, kv_bytes_per_token_bf16 }: Model): string[] {
  if (!attention || kv_bytes_per_token_bf16 === null) {
    return ["its attention is not in the catalogue, so it is judged on its weights alone: the KV cache is not counted"];
  }
  const state =
    attention.kind === "gqa-linear" ? "linear-attention" : attention.kind === "gqa-mamba" ? "mamba" : undefined;
  return [
    ...(state ? [`the fixed state that its ${state} layers keep for each request is not known, and not counted`] : []),
    ...(attention.heads === undefined && attention.kind !== "mla"
      ? ["its number of attention heads is not in the catalogue, so whether the GPUs divide them is not checked"]
      : []),
  ];
}
