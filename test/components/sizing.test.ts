import { describe, expect, it } from "vitest";
import { accelerator, accelerators, engine, migProfiles, model as modelFacts, models } from "../../catalogue/index.ts";
import { type Plan, sizing } from "../../components/sizing.ts";
import { type Site, type SitedPlan, smallestChanges } from "../../components/smallest-change.ts";

const GiB = 2 ** 30;
const h200: Site = { name: "h200", accelerator: "h200-sxm", nodes: 4, gpusPerNode: 8, sharing: { kind: "whole" } };

function plan(model: string, changes: Partial<SitedPlan> = {}): SitedPlan {
  const single = { gpus: 1, nodes: 1, contextTokens: 8192, concurrency: 1 };
  return { model, engine: "vllm", ...single, precision: "bf16", kvCache: "bf16", pool: h200, ...changes };
}

describe("what a model takes", () => {
  // Written from config.json of each model: layers x 2 (K and V) x KV heads x head dimension x 2 bytes. Where attention is
  // latent: layers x (rank + rotary part) x 2 bytes. Where it slides: the full layers alone.
  it.each([
    ["meta-llama/Llama-3.3-70B-Instruct", 327_680], // 80 x 2 x 8 x 128 x 2
    ["meta-llama/Llama-3.1-8B-Instruct", 131_072], // 32 x 2 x 8 x 128 x 2
    ["meta-llama/Llama-3.1-405B-Instruct", 516_096], // 126 x 2 x 8 x 128 x 2
    ["swiss-ai/Apertus-70B-Instruct-2509", 327_680], // 80 x 2 x 8 x 128 x 2
    ["Qwen/Qwen3-8B", 147_456], // 36 x 2 x 8 x 128 x 2
    ["Qwen/Qwen3-32B", 262_144], // 64 x 2 x 8 x 128 x 2
    ["Qwen/Qwen3-30B-A3B", 98_304], // 48 x 2 x 4 x 128 x 2
    ["Qwen/Qwen3-235B-A22B", 192_512], // 94 x 2 x 4 x 128 x 2
    ["mistralai/Mistral-Small-3.2-24B-Instruct-2506", 163_840], // 40 x 2 x 8 x 128 x 2
    ["microsoft/phi-4", 204_800], // 40 x 2 x 10 x 128 x 2
    ["deepseek-ai/DeepSeek-R1", 70_272], // 61 x (512 + 64) x 2
    ["Qwen/Qwen3.5-397B-A17B", 30_720], // 15 full of 60 x 2 x 2 x 256 x 2
  ])("is of %s %i bytes of KV cache for each token", (model, bytes) => {
    const { kvEach } = sizing(plan(model, { contextTokens: 16_384 }));
    expect(kvEach! * GiB).toBe(bytes * 16_384);
  });

  // Total sizes of the published weights, as the checkpoints' own index files state them (metadata.total_size).
  it.each([
    ["meta-llama/Llama-3.3-70B-Instruct", "bf16", 141_107_412_992],
    ["meta-llama/Llama-3.1-8B-Instruct", "bf16", 16_060_522_496],
    ["Qwen/Qwen3-8B", "bf16", 16_381_470_720],
    ["Qwen/Qwen3-32B", "bf16", 65_524_246_528],
    ["Qwen/Qwen3-30B-A3B", "bf16", 61_064_245_248],
    ["Qwen/Qwen3-235B-A22B", "bf16", 470_187_269_120],
    ["microsoft/phi-4", "bf16", 29_319_014_400],
    // With one layer for speculative decoding, which is not among the 671 billion and costs as much again as the margin.
    ["deepseek-ai/DeepSeek-R1", "fp8", 688_586_727_753],
  ] as const)("is of %s in %s what its checkpoint says, within 2.5 %%", (model, precision, bytes) => {
    const { weights } = sizing(plan(model, { precision }));
    expect(Math.abs((weights * GiB) / bytes - 1)).toBeLessThan(0.025);
  });

  it("agrees with what an engine logged: 8.11 GiB for 178,880 tokens on each of four GPUs", () => {
    // Qwen3-235B-A22B-FP8 on 4 x H100, github.com/vllm-project/vllm/issues/21348.
    const { kvEach } = sizing(plan("Qwen/Qwen3-235B-A22B", { gpus: 4, contextTokens: 178_880 / 16 }));
    expect(kvEach! * 16).toBeGreaterThan(8.11 * 0.98);
    expect(kvEach! * 16).toBeLessThan(8.11 * 1.02);
  });

  it("keeps a window and a batch of the layers that slide, in groups of the others' size", () => {
    // gpt-oss-120b: 18 layers see all 131,072 tokens; 18 see 128, and a batch of 8,192 passes through them, in blocks of 16.
    const [whole, window] = [131_072, 8_320 + 16];
    const each = 2 * 8 * 64 * 2;
    const { kvEach } = sizing(plan("openai/gpt-oss-120b", { precision: "int4", contextTokens: whole }));
    expect(kvEach! * GiB).toBe(18 * each * whole + 18 * each * window);
    // gemma-3-27b: 10 of 62 layers see everything; the other 52 are kept in six groups of ten.
    const gemma = sizing(plan("google/gemma-3-27b-it", { contextTokens: 131_072 }));
    expect(gemma.kvEach! * GiB).toBe(2 * 16 * 128 * 2 * (10 * 131_072 + 60 * (9_216 + 16)));
  });

  it("is shared by GPUs, but of the KV cache each keeps at least one head", () => {
    const kv = (gpus: number) => sizing(plan("Qwen/Qwen3-30B-A3B", { gpus })).kvEach!;
    expect(kv(2)).toBe(kv(1) / 2);
    expect(kv(4)).toBe(kv(1) / 4);
    expect(kv(8)).toBe(kv(4));
    const latent = (gpus: number) => sizing(plan("deepseek-ai/DeepSeek-R1", { gpus })).kvEach!;
    expect(latent(8)).toBe(latent(1));
  });

  it("is shared by nodes layer by layer, so that the fullest has one more", () => {
    const one = sizing(plan("deepseek-ai/DeepSeek-R1", { gpus: 8 }));
    const two = sizing(plan("deepseek-ai/DeepSeek-R1", { gpus: 8, nodes: 2 }));
    expect(two.weightsEach).toBeCloseTo((one.weightsEach * 31) / 61);
    expect(two.kvEach).toBeCloseTo((one.kvEach! * 31) / 61);
  });

  it("is half as much KV cache in fp8", () => {
    const kv = (kvCache: "bf16" | "fp8") => sizing(plan("google/gemma-4-31B-it", { kvCache })).kvEach!;
    expect(kv("fp8")).toBe(kv("bf16") / 2);
  });
});

describe("whether a plan fits", () => {
  it("says how many full contexts a replica holds: 18 of Apertus 70B on four H200", () => {
    const sum = sizing(plan("swiss-ai/Apertus-70B-Instruct-2509", { gpus: 4, contextTokens: 65_536 }));
    // 140.4 x 0.92 - 6 = 123.168 GiB; 70.6 x 2 / 4 / 1.0737 = 32.876 GiB of weights; 5 GiB for each context.
    expect(sum.usable).toBeCloseTo(123.168);
    expect(sum.weightsEach).toBeCloseTo(32.876, 3);
    expect(sum.kvEach).toBe(5);
    expect(sum.contexts).toBe(18);
  });

  it("counts the memory of an instance where GPUs are cut", () => {
    const slice = { ...h200, sharing: { kind: "mig", profile: "1g.18gb" } };
    const sum = sizing(plan("swiss-ai/Apertus-8B-Instruct-2509", { pool: slice }));
    expect(sum.memory).toBe(16);
    expect(sum).toMatchObject({ fits: false, contexts: 0 });
    expect(sizing(plan("swiss-ai/Apertus-8B-Instruct-2509", { pool: slice, precision: "int4" })).fits).toBe(true);
  });

  it("refuses numbers of GPUs that do not divide the heads, and more nodes than layers", () => {
    expect(sizing(plan("Qwen/Qwen3-32B", { gpus: 3 })).unsplit).toContain("64 attention heads");
    expect(sizing(plan("inceptionai/Jais-2-8B-Chat", { gpus: 4 })).unsplit).toContain("26 attention heads");
    expect(sizing(plan("microsoft/phi-4", { gpus: 4 })).unsplit).toContain("10 KV heads");
    expect(sizing(plan("meta-llama/Llama-3.1-8B-Instruct", { nodes: 33 })).unsplit).toContain("32 layers");
    expect(sizing(plan("microsoft/phi-4", { gpus: 5 })).unsplit).toBeUndefined();
  });

  it("judges a model of unknown attention on its weights alone, and says so", () => {
    const sum = sizing(plan("BAAI/bge-m3"));
    expect(sum).toMatchObject({ kv: "unknown", fits: true });
    expect(sum.contexts).toBeUndefined();
    expect(sum.notes.join()).toContain("judged on its weights alone");
  });

  it("says what it leaves out of models that keep a state", () => {
    expect(sizing(plan("Qwen/Qwen3.5-27B")).notes.join()).toContain("linear-attention layers");
    expect(sizing(plan("ibm-granite/granite-4.0-h-small")).notes.join()).toContain("mamba layers");
  });
});

describe("any plan", () => {
  const seeds = Array.from({ length: 1500 }, (_, seed) => seed);
  const tried = seeds.map(randomPlan);

  it("that is said to fit keeps within the GPU, by a sum of its own", () => {
    for (const each of tried) {
      const { unsplit, fits } = sizing(each);
      if (unsplit === undefined) expect(fits, JSON.stringify(each)).toBe(needed(each) <= room(each));
    }
    const verdicts = tried.map((each) => sizing(each).fits);
    expect(verdicts.filter(Boolean).length).toBeGreaterThan(300);
    expect(verdicts.filter((fits) => !fits).length).toBeGreaterThan(300);
  });

  it("that does not fit gets changes that make it fit, or none", () => {
    const failing = tried.filter((each) => !sizing(each).fits).slice(0, 200);
    const helped = failing.map((each) => ({ each, changes: smallestChanges(each, sites) }));
    for (const { each, changes } of helped) {
      expect(changes.length).toBeLessThanOrEqual(2);
      for (const change of changes) {
        expect(change.plan).toEqual(applied(each, change.written));
        expect(needed(change.plan), `${change.written} for ${JSON.stringify(each)}`).toBeLessThanOrEqual(
          room(change.plan),
        );
        expect(change.plan.gpus).toBeLessThanOrEqual(change.plan.pool.gpusPerNode);
        expect(change.plan.nodes).toBeLessThanOrEqual(change.plan.pool.nodes);
      }
    }
    expect(helped.filter(({ changes }) => changes.length > 0).length).toBeGreaterThan(100);
  });

  it("gets no change that the pool has no room for", () => {
    const tight = plan("meta-llama/Llama-3.3-70B-Instruct", { contextTokens: 65_536 });
    expect(smallestChanges(tight, [h200]).map(({ written }) => written)).toContain("gpus: 2");
    const without = smallestChanges(tight, [h200], ({ gpus }) => gpus === 1).map(({ written }) => written);
    expect(without).not.toContain("gpus: 2");
    expect(without).toEqual(["precision: fp8, with weights that are stored so", expect.stringMatching(/^nodes: /)]);
    expect(smallestChanges(tight, [h200], () => false)).toEqual([]);
  });
});

const sites: Site[] = [
  h200,
  { name: "l4", accelerator: "l4", nodes: 2, gpusPerNode: 4, sharing: { kind: "whole" } },
  {
    name: "slices",
    accelerator: "h100-sxm-80",
    nodes: 1,
    gpusPerNode: 8,
    sharing: { kind: "mig", profile: "3g.40gb" },
  },
  { name: "b200", accelerator: "b200", nodes: 1, gpusPerNode: 8, sharing: { kind: "whole" } },
];

/** A plan at random, the same for the same seed. */
function randomPlan(seed: number): SitedPlan {
  let state = seed + 1;
  const next = () => {
    state = (Math.imul(state ^ (state >>> 15), 2_246_822_519) + 0x9e3779b9) >>> 0;
    return state / 2 ** 32;
  };
  const pick = <T>(of: readonly T[]): T => of[Math.floor(next() * of.length)]!;
  for (let warm = 0; warm < 5; warm++) next();
  const model = pick(models());
  const accelerator = pick(accelerators());
  const profiles = migProfiles(accelerator);
  const cut = profiles.length > 0 && next() < 0.2;
  const sharing = cut ? { kind: "mig", profile: pick(profiles).name } : { kind: "whole" };
  return plan(model, {
    gpus: cut ? 1 : pick([1, 2, 4, 8]),
    nodes: cut ? 1 : pick([1, 1, 1, 2]),
    contextTokens: Math.ceil(modelFacts(model).context_length * pick([1, 1, 0.5, 0.1])),
    concurrency: pick([1, 1, 4, 32]),
    precision: pick(["bf16", "fp8", "int4"]),
    kvCache: pick(["bf16", "fp8"]),
    pool: { name: "here", accelerator, nodes: pick([2, 4, 8]), gpusPerNode: 8, sharing },
  });
}

/** GiB on the fullest GPU, summed up from the catalogue without asking `sizing`. */
function needed(plan: Plan): number {
  const { attention, kv_bytes_per_token_bf16: perToken, params_total_b } = modelFacts(plan.model);
  const bytesPerWeight = engine("vllm").sizing.bytes_per_parameter.value[plan.precision];
  const layers = attention?.layers ?? plan.nodes;
  const stage = Math.ceil(layers / plan.nodes) / layers;
  const weights = (params_total_b * 1e9 * bytesPerWeight * stage) / plan.gpus;
  if (!attention || perToken === null) return weights / GiB;
  const half = plan.kvCache === "fp8" ? 2 : 1;
  const onGpu = (heads?: number) => (heads ? Math.ceil(heads / plan.gpus) / heads : 1);
  const up = (count: number, by: number) => Math.ceil(count / by) * by;
  const fullLayers = Math.ceil(attention.full_attention_layers / plan.nodes);
  const full = (perToken / attention.full_attention_layers / half) * onGpu(attention.kv_heads);
  const tokens = up(plan.contextTokens, 16);
  const window = attention.sliding_window;
  if (!window) return (weights + plan.concurrency * fullLayers * full * tokens) / GiB;
  const slidingLayers = Math.ceil((attention.layers - attention.full_attention_layers) / plan.nodes);
  const heads = attention.sliding_kv_heads ?? attention.kv_heads!;
  const sliding = ((heads * (attention.sliding_head_dim ?? attention.head_dim!) * 4) / half) * onGpu(heads);
  const [few, many] = [Math.min(fullLayers, slidingLayers), Math.max(fullLayers, slidingLayers)];
  const group = many < few * 1.5 ? many : few;
  const kept = up(Math.min(window - 1 + 8192, plan.contextTokens), 16) + 16;
  const request = up(fullLayers, group) * full * tokens + up(slidingLayers, group) * sliding * kept;
  return (weights + plan.concurrency * request) / GiB;
}

/** GiB that a GPU has for weights and KV cache. */
function room({ pool, gpus, nodes, model }: SitedPlan): number {
  const cut = migProfiles(pool.accelerator).find(({ name }) => name === pool.sharing.profile);
  const memory = pool.sharing.kind === "mig" ? cut!.memory_gib : accelerator(pool.accelerator).memory_gib;
  const { params_active_b: active, params_total_b: total } = modelFacts(model);
  return memory * 0.92 - (gpus * nodes > 1 ? 6 : 4) - (active !== null && active < total ? 2 : 0);
}

/** A plan with what is written in a change, read as an operator would. */
function applied(plan: SitedPlan, written: string): SitedPlan {
  const settings = [...written.matchAll(/(gpus|concurrency|contextTokens|kvCache|precision|nodes|pool): ([\w-]+)/g)];
  const changed = Object.fromEntries(
    settings.map(([, key, value]) => [key!, /^\d+$/.test(value!) ? Number(value) : value]),
  );
  const pool = changed.pool ? sites.find(({ name }) => name === changed.pool)! : plan.pool;
  return { ...plan, ...changed, pool } as SitedPlan;
}
