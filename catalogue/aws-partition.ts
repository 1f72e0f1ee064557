import { z } from "zod";
import { once } from "./once.ts";

const partitionShape = z.strictObject({
  regions: z.string().transform((pattern) => new RegExp(pattern)),
  dns: z.string(),
  endpoints: z.string(),
  principals: z.record(z.string(), z.string()).default({}),
  otherwise: z.strictObject({ prefix: z.string(), services: z.array(z.string()).min(1) }).optional(),
});

const partitionsShape = z.strictObject({
  read: z.iso.date(),
  verified: z.literal("partial"),
  unverified: z.array(z.string()),
  sources: z.array(z.string()).min(1),
  partitions: z.record(z.string(), partitionShape),
});

const endpointsShape = z.strictObject({
  read: z.iso.date(),
  sources: z.array(z.string()).min(1),
  endpoints: z.record(z.string(), z.strictObject({ type: z.literal("Interface"), because: z.string() })),
  leftOut: z.record(z.string(), z.string()),
  /** Buckets of AWS's own from which its services hand out what nodes need, `{region}` for the region. */
  buckets: z.record(z.string(), z.string()),
});

/** A partition of AWS: its name in ARNs, and the domains of its endpoints and service principals. */
export type AwsPartition = z.output<typeof partitionShape> & { id: string };

/** The partition that a region is in, by the region's name: `aws-eusc` of `eusc-de-east-1`; undefined for no region of AWS. */
export function awsPartition(region: string): AwsPartition | undefined {
  const { partitions } = once("aws-partitions.yaml", partitionsShape);
  const [id, partition] = Object.entries(partitions).find(([, { regions }]) => regions.test(region)) ?? [];
  return id === undefined || partition === undefined ? undefined : { id, ...partition };
}

/** Services of AWS that a cluster without a way to the internet reaches through endpoints in its network. */
export function awsEndpoints(): z.output<typeof endpointsShape> {
  return once("aws-endpoints.yaml", endpointsShape);
}
