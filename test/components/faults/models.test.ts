import { describe } from "vitest";
import { type Expected, refuses } from "./broken.ts";

const broken: Record<string, Expected[]> = {
  "another-pool-would-do": [
    [
      13,
      "freehold:models.apertus.gpus",
      "4 GPUs for 131.5 GiB of weights (70.6 billion parameters, 2 bytes each): 32.9 GiB on each",
      "write  pool: h200, gpus: 2",
    ],
  ],
  "autoscale-below-replicas": [
    [
      14,
      "freehold:models.apertus.autoscale.most",
      "2 replicas at most, and 4 at least",
      "write  most: 4  or  replicas: 2",
    ],
  ],
  "context-exceeds-memory": [
    [
      12,
      "freehold:models.apertus.contextTokens",
      "a request of 65,536 tokens on 2 GPUs: each holds 65.8 GiB of weights and 10 GiB of KV cache, 75.8 GiB",
      "write  gpus: 4  or  precision: fp8, with weights that are stored so",
    ],
  ],
  "fallback-of-vectors": [
    [
      10,
      "freehold:models.vectors.fallback",
      "salamandra, of kind chat, for a model of kind embedding",
      "take  fallback  out",
    ],
  ],
  "fallback-that-a-tenant-lacks": [
    [
      8,
      "freehold:models.apertus.fallback",
      "salamandra, which tenant kanton does not have, and it has apertus",
      "add  salamandra  to the models of kanton, or take  fallback  out",
    ],
  ],
  "fallback-to-itself": [
    [
      8,
      "freehold:models.apertus.fallback",
      "apertus, which is no other model of this file",
      "write  fallback: salamandra",
    ],
  ],
  "fallback-to-vectors": [
    [
      8,
      "freehold:models.apertus.fallback",
      "vectors, of kind embedding, for a model of kind chat",
      "name a model of kind chat, or take  fallback  out",
    ],
  ],
  "gpus-that-do-not-divide-the-heads": [
    [
      11,
      "freehold:models.apertus.gpus",
      "3 GPUs: swiss-ai/Apertus-70B-Instruct-2509 has 64 attention heads, which 3 do not divide",
      "write  gpus: 2",
    ],
  ],
  "load-exceeds-the-pool": [
    [
      6,
      "freehold:pools.h200.nodes",
      "2 nodes of 8 GPUs for models that take 24 GPUs on 3 nodes: apertus 6 × 4",
      "write  nodes: 3  or  autoscale.most: 4 for apertus",
    ],
  ],
  "model-on-shared-turns": [
    [12, "freehold:models.apertus.pool", "bench, whose GPUs are shared by turns", "write  pool: h200"],
  ],
  "model-that-begins-with-a-digit": [[8, "freehold:models.70b", "70b", "put a letter first, as in  m-70b:"]],
  "nothing-is-large-enough": [
    [
      11,
      "freehold:models.apertus.gpus",
      "2 GPUs for 756 GiB of weights (405.9 billion parameters, 2 bytes each): 378 GiB on each",
      "choose a smaller model, or a pool with more memory: nothing that this file has holds 756 GiB of weights (405.9 billion parameters, 2 bytes each)",
    ],
  ],
  "only-two-changes-together": [
    [
      11,
      "freehold:models.apertus.gpus",
      "4 GPUs for 131.5 GiB of weights (70.6 billion parameters, 2 bytes each): 32.9 GiB on each",
      "write  precision: fp8, with weights that are stored so  and  nodes: 2",
    ],
  ],
  "own-replicas-exceed-the-pool": [
    [
      6,
      "freehold:pools.h200.nodes",
      "2 nodes of 8 GPUs for models that take 20 GPUs on 3 nodes: apertus 5 × 4 (3 of them tenants' own)",
      "write  nodes: 3  or  fewer replicas",
    ],
  ],
  "own-replicas-with-a-long-name": [
    [
      12,
      "freehold:tenants.staatssekretariat-fuer-bildung",
      "staatssekretariat-fuer-bildung-apertus-seventy-billion-instruct, 63 characters, which is what staatssekretariat-fuer-bildung's own replicas of apertus-seventy-billion-instruct are called",
      "give the tenant or the model a shorter name",
    ],
  ],
  "own-replicas-with-a-taken-name": [
    [
      11,
      "freehold:tenants.kanton",
      "kanton-apertus, which is what kanton's own replicas of apertus are called, and so is another set of replicas of this file",
      "give the tenant or one of the models another name",
    ],
  ],
  "replica-on-more-nodes-than-there-are": [
    [
      6,
      "freehold:pools.h200.nodes",
      "2 nodes of 8 GPUs for models that take 24 GPUs on 3 nodes: apertus 1 × (3 nodes of 8)",
      "write  nodes: 3  or  smaller replicas",
    ],
  ],
  "requests-exceed-memory": [
    [
      12,
      "freehold:models.apertus.concurrency",
      "32 requests of 65,536 tokens on 4 GPUs: each holds 32.9 GiB of weights and 32 × 5 GiB of KV cache, 192.9 GiB",
      "write  gpus: 8  or  concurrency: 18",
    ],
  ],
  reranker: [
    [
      9,
      "freehold:models.order.model",
      "BAAI/bge-reranker-v2-m3, which ranks texts",
      "choose a model of another kind:  npx freehold catalogue models",
    ],
  ],
  "slices-for-one-replica": [
    [
      11,
      "freehold:models.apertus.gpus",
      "2 MIG instances for one replica",
      "write  gpus: 1  or name a pool of whole GPUs",
    ],
    [
      12,
      "freehold:models.apertus.nodes",
      "a replica on 2 nodes of MIG instances",
      "write  nodes: 1  or name a pool of whole GPUs",
    ],
  ],
  "weights-exceed-a-slice": [
    [
      8,
      "freehold:models.apertus.gpus",
      "1 MIG instance for 15 GiB of weights (8.05 billion parameters, 2 bytes each): 15 GiB on each",
      "write  precision: fp8, with weights that are stored so  and  contextTokens: 22528",
    ],
  ],
  "weights-from-no-store": [
    [
      12,
      "freehold:models.apertus.weights",
      "s3, and the file declares no storage",
      "add  freehold:storage  with its objects, or write  weights: { from: image }",
    ],
  ],
  "weights-stored-otherwise": [
    [
      12,
      "freehold:models.qwen.precision",
      "fp8, and the weights are those of the publisher, in bf16",
      "take  precision: fp8  out, or add  weights: { from: image, reference: <registry>/<repository>:<tag> }",
    ],
  ],
};

describe("a country file whose models are broken", () => {
  refuses("models", broken);
});
