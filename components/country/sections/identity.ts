import { z } from "zod";
import { accelerators, countries, countryCode, isCountryCode, models, theCountry } from "../../catalogue/index.ts";
import { count, domain, hostPattern, image, known, line, name, registryPattern } from "./field.ts";

/** Which country it is. */
export const country = known("a country in the catalogue, by its ISO 3166-1 code", {
  options: countries,
  listed: "catalogue/countries",
  meant: countryCode,
  addition: (found) =>
    isCountryCode(found)
      ? `describe ${theCountry(found)} in catalogue/countries/${found.toLowerCase()}.yaml`
      : undefined,
}).meta({ description: "The country, by its ISO 3166-1 alpha-2 code.", examples: ["CH"] });

/** Who runs the cloud. */
export const operator = z
  .strictObject({
    name: line("the operator's name", { most: 100 }).meta({
      description: "Who runs the cloud, as people call them.",
      examples: ["Alpen AI"],
    }),
    domain: domain().meta({
      description: "The operator's own domain. It and every host below it count as in the country.",
      examples: ["alpen-ai.example"],
    }),
  })
  .meta({
    description: "Who runs the cloud.",
    examples: [{ name: "Alpen AI", domain: "alpen-ai.example" }],
  });

const onprem = z.strictObject({
  kind: z
    .literal("onprem")
    .meta({ description: "A Kubernetes cluster in the operator's own halls.", examples: ["onprem"] }),
  context: line("the name of a kubeconfig context").meta({
    description: "Context of the kubeconfig (KUBECONFIG or ~/.kube/config) that leads to the cluster.",
    examples: ["alpen"],
  }),
  place: line("a place: an ISO 3166-2 code such as CH-ZH, a country's code, or a cloud region", {
    shape: /^\p{L}/u,
  }).meta({
    description: "Where the cluster stands: an ISO 3166-2 code, the country's own code, or a cloud region.",
    examples: ["CH-ZH"],
  }),
});

/** Where it stands; one option for each kind of place. */
export const target = z.discriminatedUnion("kind", [onprem]).meta({
  description: "Where the cloud stands.",
  examples: [{ kind: "onprem", context: "alpen", place: "CH-ZH" }],
});

/** Where Pulumi keeps its state. */
export const state = z
  .strictObject({
    backend: line("a Pulumi backend URL, such as file:///srv/freehold/state", {
      most: 2000,
      shape: /^(pulumi$|[a-z0-9]+:\/\/)/,
    }).meta({
      description: "Pulumi backend URL that holds the state. Its host or region must be in the country.",
      examples: ["file:///srv/freehold/state", "s3://freehold-state?region=eu-central-2"],
    }),
    secretsProvider: line("passphrase, or the URL of a key, such as hashivault://freehold", {
      most: 2000,
      shape: /^(passphrase$|[a-z0-9]+:\/\/)/,
    }).meta({
      description: "What seals the secrets in the state: `passphrase`, or the URL of a key in the country.",
      examples: ["passphrase", "hashivault://freehold"],
    }),
    vaultAddress: z
      .url({ protocol: /^https$/, error: "an https URL, such as https://vault.alpen-ai.example:8200" })
      .optional()
      .meta({
        description: "Address of the Vault or OpenBao behind a hashivault:// provider: what VAULT_ADDR must say.",
        examples: ["https://vault.alpen-ai.example:8200"],
      }),
  })
  .meta({
    description: "Where Pulumi keeps its state, and which key seals the secrets in it.",
    examples: [{ backend: "file:///srv/freehold/state", secretsProvider: "passphrase" }],
  });

/** A pool of GPU nodes. */
export const pool = z
  .strictObject({
    accelerator: known("an accelerator in the catalogue", {
      options: accelerators,
      listed: "catalogue/accelerators.yaml",
    }).meta({ description: "Accelerator of every node in the pool.", examples: ["h200-sxm"] }),
    nodes: count(1, 10_000, "nodes").meta({ description: "Nodes in the pool.", examples: [4] }),
    gpusPerNode: count(1, 16, "GPUs")
      .meta({ description: "GPUs in each node.", examples: [8] })
      .default(8),
  })
  .meta({ examples: [{ accelerator: "h200-sxm", nodes: 4 }] });

/** A model that is served. */
export const model = z
  .strictObject({
    model: known("a model in the catalogue, by its Hugging Face id", {
      options: models,
      listed: "catalogue/models.yaml",
    }).meta({ description: "The model, by its Hugging Face id.", examples: ["swiss-ai/Apertus-70B-Instruct-2509"] }),
    pool: line("the name of a pool").meta({ description: "Pool the model runs on.", examples: ["h200"] }),
    engine: z
      .enum(["vllm"])
      .meta({ description: "What serves it.", examples: ["vllm"] })
      .default("vllm"),
    replicas: count(1, 1000, "replicas")
      .meta({ description: "Copies that serve side by side.", examples: [2] })
      .default(1),
    gpus: count(1, 16, "GPUs")
      .meta({ description: "GPUs of each replica; they share the model by tensor parallelism.", examples: [4] })
      .default(1),
    contextTokens: count(1, 10_000_000, "tokens")
      .optional()
      .meta({
        description: "Longest prompt and answer together, in tokens. Default: all that the model was made for.",
        examples: [32768],
      }),
    image: image("registry.alpen-ai.example/vllm/vllm-openai:v0.25.1")
      .optional()
      .meta({ description: "Image of the engine. Default: the catalogue's, from the country's registry." }),
    weights: image("registry.alpen-ai.example/models/swiss-ai/apertus-70b-instruct-2509:main").optional().meta({
      description: "OCI reference of the weights. Default: <registry>/models/<Hugging Face id in lower case>:main.",
    }),
  })
  .meta({ examples: [{ model: "swiss-ai/Apertus-70B-Instruct-2509", pool: "h200", gpus: 4 }] });

/** Somebody who may use the models. */
export const tenant = z.strictObject({
  displayName: line("the tenant's name", { most: 100 })
    .optional()
    .meta({ description: "The tenant as people call it. Default: its name.", examples: ["Kantonale Verwaltung"] }),
  models: z
    .array(line("the name of a model").meta({ examples: ["apertus-70b"] }))
    .min(1, "a list with at least one model")
    .optional()
    .meta({
      description: "Models the tenant may use, by their names here. Default: all of them.",
      examples: [["apertus-70b"]],
    }),
  tokensPerMinute: count(1, 1_000_000_000, "tokens")
    .meta({ description: "Tokens in and out that the tenant may use in a minute." })
    .default(100_000),
  requestsPerMinute: count(1, 1_000_000, "requests")
    .meta({ description: "Requests that the tenant may make in a minute." })
    .default(600),
  keyGeneration: count(1, 1_000_000, "generations")
    .meta({ description: "Raise it by one to replace the tenant's API key." })
    .default(1),
});

/** The door. */
export const gateway = z
  .strictObject({
    host: domain()
      .optional()
      .meta({
        description: "Host of the API; tenants live at <tenant>.<host>. Default: ai.<operator.domain>.",
        examples: ["ai.alpen-ai.example"],
      }),
    tlsSecret: name.meta({ description: "Kubernetes Secret with the certificate for *.<host>." }).default("ai-tls"),
    replicas: count(1, 100, "replicas").meta({ description: "Copies of the gateway's proxy." }).default(2),
  })
  .meta({ description: "The one door through which tenants reach the models." });

/** What else stands in the country. */
export const guards = z
  .strictObject({
    hosts: z
      .array(hostPattern())
      .default([])
      .meta({
        description: "Further hosts that stand in the country, exact or *.domain.",
        examples: [["*.partner.example"]],
      }),
    registries: z
      .array(registryPattern())
      .default([])
      .meta({
        description: "Further image registries that stand in the country.",
        examples: [["registry.partner.example/mirror"]],
      }),
  })
  .meta({ description: "What else the operator declares to stand in the country. Every entry is a promise." });
