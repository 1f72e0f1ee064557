import { z } from "zod";

/** How far a fact was seen in its sources: `true`, only in part, or from memory. */
export const verified = z.union([z.boolean(), z.literal("partial")]);
const sources = z.array(z.string()).default([]);
const code = z.string().regex(/^[A-Z]{2}$/);
const evidence = z.enum(["official", "professional", "other", "none"]);

export const countryShape = z.strictObject({
  code,
  name: z.string(),
  currency: z.string().regex(/^[A-Z]{3}$/),
  time_zone: z.string().regex(/^[A-Z]\w+(\/\w+)+$/),
  languages: z.array(z.string()).min(1),
  data_protection: z.strictObject({
    law: z.string(),
    national_law: z.string().optional(),
    regulator: z.string(),
    in_force: z.string(),
    verified,
    evidence,
    sources,
  }),
  localisation: z.strictObject({
    level: z.enum(["none", "sectoral", "general"]),
    note: z.string(),
    verified,
    evidence,
    sources,
  }),
  bloc: z.strictObject({
    memberships: z.array(z.string()),
    same_data_zone: z.string().optional(),
    basis: z.string().optional(),
    eu_adequacy: z.enum(["member", "adequate", "none"]),
    note: z.string().optional(),
    verified,
    evidence,
    sources,
  }),
  sectors: z.strictObject({
    finance: z.array(z.string()),
    health: z.array(z.string()),
    government: z.array(z.string()),
    critical_infrastructure: z.array(z.string()),
    ai: z.array(z.string()),
    verified,
    evidence,
    sources,
  }),
  read: z.iso.date(),
});

const count = z.number().int().positive();

const mig = z.strictObject({
  profiles: z.array(
    z.strictObject({
      name: z.string().regex(/^\d+g\.\d+gb([+-][a-z.]+)?$/),
      max_per_gpu: count,
      memory_gib: z.number().positive(),
      memory_verified: z.boolean().default(true),
    }),
  ),
  min_driver: z.string().regex(/^\d+(\.\d+)+$/),
  verified: z.boolean(),
  sources,
  note: z.string().optional(),
});

export const acceleratorShape = z.strictObject({
  name: z.string(),
  vendor: z.enum(["nvidia", "amd", "intel"]),
  architecture: z.string(),
  form_factor: z.string(),
  memory_gib: z.number().positive(),
  memory_gb_nominal: z.number().positive(),
  memory_type: z.string(),
  memory_tb_per_s: z.number().positive(),
  dense_tflops: z.partialRecord(z.enum(["bf16", "fp8", "fp4"]), z.number().positive()).optional(),
  tdp_w: z.number().positive(),
  scale_up: z.string().optional(),
  compute_capability: z.string().optional(),
  resource: z.string(),
  label: z.strictObject({ key: z.string(), value: z.string(), verified: z.boolean() }),
  mig: mig.optional(),
  verified: z.boolean(),
  unverified_fields: z.array(z.string()).default([]),
  sources,
  note: z.string().optional(),
  read: z.iso.date(),
});

/** What is kept of each token grows with full attention layers alone; the others keep a window or a state of fixed size. */
const attention = z.strictObject({
  kind: z.enum(["mha", "gqa", "gqa-sliding", "gqa-linear", "gqa-mamba", "mla", "compressed"]),
  layers: count,
  full_attention_layers: count,
  heads: count.optional(),
  kv_heads: count.optional(),
  head_dim: count.optional(),
  sliding_window: count.optional(),
  sliding_kv_heads: count.optional(),
  sliding_head_dim: count.optional(),
  kv_lora_rank: count.optional(),
  qk_rope_head_dim: count.optional(),
});

/** By which of its parsers an engine reads a model's calls of tools and its reasoning; a model without has neither there. */
const parsersShape = z.strictObject({
  tools: z.string().optional(),
  reasoning: z.string().optional(),
  /** Chat template that its calls need, among those that the engine's image brings. */
  template: z.string().optional(),
  sources,
  read: z.iso.date(),
});

export const modelShape = z.strictObject({
  publisher: z.string(),
  publisher_country: z.string(),
  family: z.string(),
  kind: z.enum(["chat", "chat-reasoning", "chat-multimodal", "code", "base", "embedding", "reranker", "safety"]),
  id_confirmed: z.boolean(),
  license: z.string().nullable(),
  commercial_use: z.union([z.boolean(), z.enum(["conditional", "unknown"])]),
  gated: z.boolean().default(false),
  languages: z.array(z.string()).min(1),
  params_total_b: z.number().positive(),
  params_active_b: z.number().positive().nullable(),
  precision: z.enum(["bf16", "fp8", "fp4", "mxfp4", "int4"]).optional(),
  context_length: count,
  embedding_dim: count.optional(),
  kv_bytes_per_token_bf16: count.nullable(),
  attention: attention.optional(),
  attention_verified: z.boolean().default(false),
  parsers: z.record(z.string(), parsersShape).default({}),
  status: z.enum(["verified", "partly-verified", "recalled"]),
  verified_fields: z.array(z.string()),
  sources,
  note: z.string().optional(),
  read: z.iso.date(),
});

/** A number, or a few, with how far it was seen and where. */
const constant = <Value extends z.ZodType>(value: Value) => z.strictObject({ value, verified, source: z.string() });
const positive = z.number().positive();

export const engineShape = z.strictObject({
  images: z.partialRecord(acceleratorShape.shape.vendor, z.string()),
  from: z.record(z.string(), z.string()),
  sizing: z.strictObject({
    utilisation: constant(positive.max(1)),
    reserve_gib: constant(z.strictObject({ alone: positive, parallel: positive, experts: positive })),
    bytes_per_parameter: constant(z.strictObject({ bf16: positive, fp8: positive, int4: positive })),
    block_tokens: constant(count),
    batch: constant(z.strictObject({ tokens: count, sequences: count })),
  }),
  parsers: constant(z.strictObject({ tools: z.array(z.string()).min(1), reasoning: z.array(z.string()).min(1) })),
  templates: constant(z.string()),
  read: z.iso.date(),
  verified,
  note: z.string().optional(),
});

/** Whom something concerns: countries by code, and blocs by the memberships of their members. */
export const concernsShape = z.strictObject({
  countries: z.array(code).default([]),
  blocs: z.array(z.string()).default([]),
});

const regions = z.record(code, z.record(z.string(), z.string()));
export const placesShape = z.strictObject({
  provider: z.string(),
  read: z.iso.date(),
  verified,
  sources,
  regions,
  recalled: regions.default({}),
});
export const pairedPlacesShape = placesShape.extend({ pairs: z.record(z.string(), z.string().nullable()) });
const groups = z.record(z.string(), z.record(z.string(), z.union([z.array(code).min(1), z.literal("everywhere")])));
export const groupsShape = z.strictObject({ read: z.iso.date(), verified, sources, groups, recalled: groups });
export const hostsShape = z.strictObject({
  read: z.iso.date(),
  verified,
  sources,
  regional: z.record(z.string(), z.array(z.string()).min(1)),
  spelt: z.record(z.string(), z.record(z.string(), z.string())),
  named: z.record(z.string(), z.record(z.string(), z.array(z.string()).min(1))),
});
export const topLevelDomainsShape = z.strictObject({
  read: z.iso.date(),
  source: z.string(),
  rootZone: z.string(),
  beyond: z.string(),
});
export const servicesShape = z.strictObject({
  read: z.iso.date(),
  verified,
  services: z.record(code, z.record(z.string(), z.array(z.string()).min(1))),
});

export const profileShape = z.strictObject({
  own_replicas: z.boolean(),
  prefix_cache: z.boolean(),
  dedicated_key: z.boolean(),
  audit_days: z.number().int().positive(),
  why: z.string(),
  read: z.iso.date(),
  verified,
  sources,
});
