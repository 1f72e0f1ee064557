import { describe, expect, it } from "vitest";
import { CountryFaults, parseCountry } from "../../components/country.ts";

const pools = {
  h200: { accelerator: "h200-sxm", nodes: 4 },
  h100: { accelerator: "h100-sxm-80", nodes: 4 },
  l4: { accelerator: "l4", nodes: 2, gpusPerNode: 4 },
  slices: { accelerator: "h200-sxm", nodes: 1, sharing: { kind: "mig", profile: "2g.35gb" } },
};
type Model = { model: string; pool: keyof typeof pools; [setting: string]: unknown };

const reference = "registry.alpen-ai.example/models/stored-otherwise:main";

function values(model: Model) {
  return {
    country: "CH",
    operator: { name: "Alpen AI", domain: "alpen-ai.example" },
    target: { kind: "onprem", context: "alpen", place: "CH" },
    state: { backend: "file:///srv/state", secretsProvider: "passphrase" },
    pools: { [model.pool]: pools[model.pool] },
    models: { it: model },
    tenants: { first: {} },
  };
}

/** The one fault of a plan, in words. */
function refused(model: Model) {
  try {
    parseCountry(values(model));
  } catch (error) {
    if (!(error instanceof CountryFaults)) throw error;
    expect(error.faults.map(({ path }) => path)).toHaveLength(1);
    return error.faults[0]!;
  }
  throw new Error("the plan was accepted");
}

/** A model with what the remedy says, read as an operator would; weights that are stored otherwise have a reference. */
function mended(model: Model, remedy: string): Model {
  const settings = [...remedy.matchAll(/(gpus|concurrency|contextTokens|kvCache|precision|nodes): (\w+)/g)];
  const changed = Object.fromEntries(
    settings.map(([, key, value]) => [key, /^\d+$/.test(value!) ? Number(value) : value]),
  );
  return { ...model, ...changed, ...("precision" in changed && { weights: { from: "image", reference } }) };
}

// What stands on each GPU (weights, and KV cache of the requests), what it has room for, and the changes that would do.
// Sums by hand: weights = parameters x bytes / GPUs; room = 0.92 x memory - 4 GiB, 6 where GPUs share, 2 more for experts.
const plans: [string, Model, found: string, room: string, changes: string[]][] = [
  [
    "70 billion in bf16 on one GPU of 141 GB",
    { model: "meta-llama/Llama-3.3-70B-Instruct", pool: "h200" },
    "131.5 GiB on each",
    "125.2 GiB",
    ["gpus: 2", "precision: fp8"],
  ],
  [
    "405 billion in bf16 on eight GPUs of 80 GB",
    { model: "meta-llama/Llama-3.1-405B-Instruct", pool: "h100", gpus: 8, contextTokens: 32768 },
    "94.5 GiB on each",
    "67.2 GiB",
    ["precision: fp8", "nodes: 2"],
  ],
  [
    "a context of 131,072 tokens beside 70 billion on two GPUs of 80 GB",
    { model: "meta-llama/Llama-3.3-70B-Instruct", pool: "h100", gpus: 2 },
    "65.8 GiB of weights and 20 GiB of KV cache, 85.8 GiB",
    "67.2 GiB",
    ["gpus: 4", "precision: fp8"],
  ],
  [
    "64 requests of Apertus 70B on four GPUs",
    { model: "swiss-ai/Apertus-70B-Instruct-2509", pool: "h200", gpus: 4, concurrency: 64 },
    "32.9 GiB of weights and 64 × 5 GiB of KV cache, 352.9 GiB",
    "123.2 GiB",
    ["concurrency: 18", "nodes: 3"],
  ],
  [
    "a context longer than all GPUs of a node hold",
    { model: "meta-llama/Llama-3.1-405B-Instruct", pool: "h200", gpus: 8, concurrency: 4 },
    "94.5 GiB of weights and 4 × 7.9 GiB of KV cache, 126 GiB",
    "123.2 GiB",
    ["concurrency: 3", "contextTokens: 118784"],
  ],
  [
    "a mixture of 671 billion in fp8 on a node of 80 GB",
    { model: "deepseek-ai/DeepSeek-R1", pool: "h100", gpus: 8 },
    "82 GiB on each",
    "65.2 GiB",
    ["nodes: 2"],
  ],
  [
    "a model of 40 heads on three GPUs",
    { model: "mistralai/Ministral-3-14B-Instruct-2512", pool: "h200", gpus: 3, contextTokens: 8192 },
    "which 3 do",
    "splits the model evenly",
    ["gpus: 2"],
  ],
  [
    "eight billion in bf16 in an instance, with eight requests of all their context",
    { model: "swiss-ai/Apertus-8B-Instruct-2509", pool: "slices", concurrency: 8 },
    "15 GiB of weights and 8 × 8 GiB of KV cache, 79 GiB",
    "25.9 GiB",
    ["concurrency: 1", "contextTokens"],
  ],
  [
    "32 billion on a small GPU",
    { model: "Qwen/Qwen3-32B", pool: "l4", contextTokens: 16384 },
    "61.1 GiB on each",
    "16.7 GiB",
    ["precision: fp8"],
  ],
  [
    "many requests of a model whose heads no longer divide",
    { model: "Qwen/Qwen3-30B-A3B", pool: "h200", gpus: 8, concurrency: 200 },
    "7.1 GiB of weights and 200 × 0.9 GiB of KV cache, 194.6 GiB",
    "121.2 GiB",
    ["concurrency: 121", "contextTokens: 24576"],
  ],
];

describe("a plan that cannot be", () => {
  it.each(plans)("%s: is refused with the sum and the smallest change", (_, model, found, room, changes) => {
    const fault = refused(model);
    expect(fault.found).toContain(found);
    expect(fault.allowed).toContain(room);
    for (const change of changes) expect(fault.remedy).toContain(change);
  });

  it.each(plans)("%s: becomes one that can, by each of the changes", (_, model) => {
    const ways = refused(model).remedy.split("  or  ");
    expect(ways.length).toBeGreaterThan(0);
    for (const way of ways) expect(() => parseCountry(values(mended(model, way))), way).not.toThrow();
  });
});

describe("a plan that just can be", () => {
  it("is accepted with as many requests as fit, and refused with one more", () => {
    const apertus = { model: "swiss-ai/Apertus-70B-Instruct-2509", pool: "h200" as const, gpus: 4 };
    expect(() => parseCountry(values({ ...apertus, concurrency: 18 }))).not.toThrow();
    expect(refused({ ...apertus, concurrency: 19 }).remedy).toContain("concurrency: 18");
  });

  it("is a model as it is published, whatever its size in bf16 would be", () => {
    const r1 = parseCountry(values({ model: "deepseek-ai/DeepSeek-R1", pool: "h200", gpus: 8 }));
    expect(r1.models.it!.precision).toBe("fp8");
    const oss = parseCountry(values({ model: "openai/gpt-oss-120b", pool: "h200" }));
    expect(oss.models.it!.precision).toBe("int4");
  });
});
