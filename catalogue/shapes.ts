import { z } from "zod";

/** How far a fact was seen in its sources: `true`, only in part, or from memory. */
const verified = z.union([z.boolean(), z.literal("partial")]);
const sources = z.array(z.string()).default([]);
const evidence = z.enum(["official", "professional", "other", "none"]);

export const countryShape = z.strictObject({
  code: z.string().regex(/^[A-Z]{2}$/),
  name: z.string(),
  currency: z.string().regex(/^[A-Z]{3}$/),
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
  read: z.iso.date(),
});

export const acceleratorShape = z.strictObject({
  name: z.string(),
  vendor: z.enum(["nvidia", "amd", "intel"]),
  memory_gib: z.number().positive(),
  tdp_w: z.number().positive(),
  resource: z.string(),
  label: z.strictObject({ key: z.string(), value: z.string(), verified: z.boolean() }),
  verified: z.boolean(),
  sources,
  note: z.string().optional(),
});

export const modelShape = z.strictObject({
  publisher: z.string(),
  publisher_country: z.string(),
  license: z.string(),
  commercial_use: z.union([z.boolean(), z.enum(["conditional", "unknown"])]),
  languages: z.array(z.string()).min(1),
  params_total_b: z.number().positive(),
  context_length: z.number().int().positive(),
  kv_bytes_per_token_bf16: z.number().int().positive().nullable(),
  status: z.enum(["verified", "partly-verified", "recalled"]),
  verified_fields: z.array(z.string()),
  sources,
  note: z.string().optional(),
});

export const engineShape = z.strictObject({
  images: z.partialRecord(acceleratorShape.shape.vendor, z.string()),
  read: z.iso.date(),
  verified,
  note: z.string().optional(),
});

export const addonShape = z.strictObject({
  proven: z.string(),
  namespace: z.string(),
  serves: z.array(z.string()),
  limits: z.record(z.string(), z.number().int().positive()),
  images: z.record(z.string(), z.string()),
  install: z.url(),
  source: z.string(),
});
export const addonsShape = z
  .object({ kubernetes: z.strictObject({ minimum: z.string(), proven: z.string(), source: z.string() }) })
  .catchall(addonShape);

const regions = z.record(z.string().regex(/^[A-Z]{2}$/), z.record(z.string(), z.string()));
export const placesShape = z.strictObject({
  provider: z.string(),
  read: z.iso.date(),
  verified,
  sources,
  // Domains under which the provider writes the region into a host's name.
  hosts: z.array(z.string()).default([]),
  regions,
  recalled: regions.default({}),
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
  services: z.record(z.string().regex(/^[A-Z]{2}$/), z.record(z.string(), z.array(z.string()).min(1))),
});
