import { z } from "zod";
import { models } from "../../../catalogue/index.ts";
import { count, image, known, line, name } from "../field.ts";

const sha256 = () => line("a SHA-256 sum in hexadecimal, 64 characters", { shape: /^[0-9a-f]{64}$/ });

const fromImage = z.strictObject({
  from: z.literal("image").meta({ description: "An OCI artifact in the country's registry.", examples: ["image"] }),
  reference: image("registry.alpen-ai.example/models/swiss-ai/apertus-70b-instruct-2509:main").optional().meta({
    description:
      "OCI reference. Default: <registry>/models/<Hugging Face id in lower case>:main. A digest is its checksum.",
  }),
});

const fromObjects = z.strictObject({
  from: z
    .literal("s3")
    .meta({ description: "Objects in the country's object store (storage.objects).", examples: ["s3"] }),
  path: line("a bucket and a prefix, such as weights/apertus-70b", { shape: /^[a-z0-9][a-z0-9.-]+\/[^\s]+$/ }).meta({
    description: "Bucket and prefix that hold the files.",
    examples: ["weights/apertus-70b"],
  }),
  sha256: sha256().meta({
    description:
      "SHA-256 of the object SHA256SUMS under that prefix, which lists the sum of every file that is fetched.",
    examples: ["9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"],
  }),
});

const fromVolume = z.strictObject({
  from: z.literal("volume").meta({ description: "A volume that is already in the cluster.", examples: ["volume"] }),
  volume: name.meta({
    description: "PersistentVolume of the cluster that holds them and that many nodes may read.",
    examples: ["weights"],
  }),
  path: line("a path within the volume", { shape: /^[^/\s][^\s]*$/ }).meta({
    description: "Folder of the weights within the volume.",
    examples: ["apertus-70b"],
  }),
  sha256: sha256().meta({
    description: "SHA-256 of the file SHA256SUMS in that folder, which lists the sum of every other file in it.",
    examples: ["9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"],
  }),
});

const autoscale = z
  .strictObject({
    most: count(2, 1000, "replicas").meta({ description: "Replicas at most; `replicas` is the least.", examples: [6] }),
    waiting: count(1, 1000, "requests")
      .meta({ description: "Requests waiting per replica at which another replica is started." })
      .default(5),
  })
  .meta({ description: "Follows the load between `replicas` and `most`; needs monitoring.", examples: [{ most: 6 }] });

/** A model that is served. */
export const model = z
  .strictObject({
    model: known("a model in the catalogue, by its Hugging Face id", {
      options: models,
      listed: "catalogue/models",
    }).meta({ description: "The model, by its Hugging Face id.", examples: ["swiss-ai/Apertus-70B-Instruct-2509"] }),
    pool: line("the name of a pool").meta({ description: "Pool the model runs on.", examples: ["h200"] }),
    engine: z
      .enum(["vllm"])
      .meta({ description: "What serves it.", examples: ["vllm"] })
      .default("vllm"),
    replicas: count(1, 1000, "replicas")
      .meta({ description: "Copies that serve side by side.", examples: [2] })
      .default(1),
    autoscale: autoscale.optional(),
    gpus: count(1, 16, "GPUs")
      .meta({
        description:
          "GPUs of a replica on each of its nodes; they share each layer by tensor parallelism. On MIG instances it is 1.",
        examples: [4],
      })
      .default(1),
    nodes: count(1, 64, "nodes")
      .meta({
        description: "Nodes that one replica spans, by pipeline parallelism in a LeaderWorkerSet.",
        examples: [2],
      })
      .default(1),
    contextTokens: count(1, 10_000_000, "tokens")
      .optional()
      .meta({
        description: "Longest prompt and answer together, in tokens. Default: all that the model was made for.",
        examples: [32768],
      }),
    concurrency: count(1, 10_000, "requests")
      .meta({
        description: "Requests of full context that one replica must hold in its KV cache at the same time.",
        examples: [4],
      })
      .default(1),
    precision: z
      .enum(["bf16", "fp8", "int4"])
      .optional()
      .meta({
        description:
          "How the weights are stored: bf16 takes 2 bytes a weight, fp8 about 1, int4 (and other formats of 4 bits) about 0.6. The engine reads the scheme from the checkpoint. Default: as the model is published, bf16 where that is not known.",
        examples: ["fp8"],
      }),
    kvCache: z
      .enum(["bf16", "fp8"])
      .meta({ description: "Precision of the KV cache: bf16 2 bytes, fp8 1." })
      .default("bf16"),
    prefixCache: z
      .boolean("true or false")
      .optional()
      .meta({
        description:
          "Whether a tenant's prompts that begin alike share computed prefixes. Its timing would tell one tenant of another's prompts, so the door salts each tenant's; texts to embed it does not, and for them the default is true only where one tenant alone uses the replicas.",
        examples: [false],
      }),
    fallback: line("the name of another model")
      .optional()
      .meta({
        description:
          "Model that answers while none of this one's replicas does. Every tenant with this model needs that one too.",
        examples: ["apertus-8b"],
      }),
    image: image("registry.alpen-ai.example/vllm/vllm-openai:v0.25.1").optional().meta({
      description: "Image of the engine. Default: the catalogue's, from the country's registry.",
    }),
    weights: z
      .discriminatedUnion("from", [fromImage, fromObjects, fromVolume])
      .prefault({ from: "image" })
      .meta({ description: "Where the weights come from.", examples: [{ from: "image" }] }),
  })
  .meta({ examples: [{ model: "swiss-ai/Apertus-70B-Instruct-2509", pool: "h200", gpus: 4 }] });
