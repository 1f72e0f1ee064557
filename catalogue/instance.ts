import { z } from "zod";
import { known, once } from "./once.ts";

const count = z.number().int().positive();
const gigabytes = z.number().positive();
const instanceShape = z
  .strictObject({
    provider: z.enum(["AWS", "Azure"]),
    family: z.string(),
    accelerator: z.string().optional(),
    chip: z.string().optional(),
    gpus: count.optional(),
    fraction: z
      .string()
      .regex(/^\d\/\d$/)
      .optional(),
    gpu_memory_gib: gigabytes.optional(),
    vcpus: count,
    memory_gib: gigabytes,
    cpu: z.enum(["amd64", "arm64"]),
    local_nvme_gb: gigabytes.optional(),
    network_gbps: z.number().positive().optional(),
    fabric: z
      .strictObject({
        kind: z.enum(["efa", "infiniband"]),
        ports: count.optional(),
        gbps_per_port: count.optional(),
        verified: z.boolean(),
      })
      .optional(),
    price: z.strictObject({ usd_per_hour: z.number().positive(), where: z.string(), on: z.iso.date() }).optional(),
    listed_in: z.array(z.string()).default([]),
    verified: z.boolean(),
    verified_fields: z.array(z.string()).default([]),
    unverified_fields: z.array(z.string()).default([]),
    sources: z.array(z.string()).min(1),
    note: z.string().optional(),
  })
  .refine(({ accelerator, chip }) => (accelerator === undefined) !== (chip === undefined), "an accelerator or a chip")
  .refine(({ gpus, fraction }) => (gpus === undefined) !== (fraction === undefined), "GPUs or a fraction of one");

const instancesShape = z.strictObject({
  read: z.iso.date(),
  sources: z.record(z.string(), z.strictObject({ at: z.string(), licence: z.string() })),
  instances: z.record(z.string(), instanceShape),
});

/** A cloud instance type: its accelerator, how many, memory in GiB, network in Gbit/s, and a price on a day. */
export type Instance = z.output<typeof instanceShape> & { id: string };

/** The cloud instance type with this name (`p5.48xlarge`), its sources in full. */
export function instance(id: string): Instance {
  const { instances, sources } = table();
  const found = known("instance type", instances, id);
  return { id, ...found, sources: found.sources.map((name) => known("source of instance types", sources, name).at) };
}

/** Names of all cloud instance types. */
export function instances(): string[] {
  return Object.keys(table().instances);
}

function table() {
  return once("instances.yaml", instancesShape);
}
