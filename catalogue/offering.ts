import { z } from "zod";
import { instance, instances } from "./instance.ts";
import { once, own } from "./once.ts";

const words = z.string().transform((text) => text.split(" "));
const surety = {
  verified: z.union([z.boolean(), z.literal("partial")]),
  unverified_fields: z.array(z.string()).default([]),
  sources: z.array(z.string()).min(1),
};
const version = z.strictObject({
  standard_until: z.iso.date().optional(),
  extended_until: z.iso.date().optional(),
  note: z.string().optional(),
  verified: z.boolean(),
});
const quota = z.strictObject({
  code: z.string().regex(/^L-[0-9A-F]{8}$/),
  spot_code: z.string().regex(/^L-[0-9A-F]{8}$/),
  prefixes: z.array(z.string()).min(1),
  name: z.string(),
  default_vcpus: z.number().int().nonnegative(),
});
const awsShape = z.strictObject({
  read: z.iso.date(),
  sources: z.record(z.string(), z.strictObject({ at: z.string(), licence: z.string(), note: z.string().optional() })),
  partitions: z.strictObject({
    ...surety,
    table: z.record(
      z.string(),
      z.strictObject({ regions: z.string(), dns_suffix: z.string(), reverse_dns: z.string() }),
    ),
  }),
  eks: z.strictObject({ ...surety, addons: words, access_policies: words }),
  pull_through: z.strictObject({ ...surety, open: words, with_credentials: words }),
  regions: z.strictObject({ ...surety, zones: z.record(z.string(), z.string().regex(/^[a-f]{2,6}$/)) }),
  opt_in: z.strictObject({ ...surety, regions: z.array(z.string()) }),
  kubernetes: z.strictObject({ ...surety, default: z.string(), versions: z.record(z.string(), version) }),
  quotas: z.strictObject({ ...surety, families: z.record(z.string(), quota) }),
  families: z.strictObject({
    ...surety,
    table: z.record(
      z.string(),
      z.strictObject({ memory_gib_per_vcpu: z.number().positive(), cpu: z.enum(["amd64", "arm64"]) }),
    ),
  }),
  instance_types: z.strictObject({
    ...surety,
    table: z.record(z.string(), z.array(z.strictObject({ sizes: words, in: words }))),
  }),
});

/** A quota of vCPUs that run at the same time in a region: its code and name, on demand and for spot, a new account's value. */
export type VcpuQuota = { code: string; name: string; spotCode: string; spotName: string; defaultVcpus: number };

/** The size of a machine: vCPUs, memory in GiB, architecture. */
export type MachineSize = { vcpus: number; memoryGiB: number; cpu: "amd64" | "arm64" };

/** A Kubernetes version of EKS: the last days of standard and of extended support, where they are known. */
export type EksVersion = { version: string; standardUntil?: string; extendedUntil?: string };

/** A partition of AWS: its name as ARNs have it, the domain of its services, and that domain backwards. */
export type AwsPartition = { name: string; dnsSuffix: string; reverseDns: string };

/** The partition that an AWS region belongs to, by the form of its name; undefined for what is no region of AWS. */
export function partitionOfAws(region: string): AwsPartition | undefined {
  const found = Object.entries(aws().partitions.table).find(([, { regions }]) =>
    new RegExp(`^${regions}$`).test(region),
  );
  return found && { name: found[0], dnsSuffix: found[1].dns_suffix, reverseDns: found[1].reverse_dns };
}

/** Names of the add-ons that EKS can install. */
export function eksAddons(): string[] {
  return aws().eks.addons;
}

/** Names of the policies that EKS has for access entries. */
export function eksAccessPolicies(): string[] {
  return aws().eks.access_policies;
}

/** Registries from which ECR pulls through: those that are open, and those that it needs credentials for. */
export function ecrUpstreams(): { open: string[]; withCredentials: string[] } {
  const { open, with_credentials } = aws().pull_through;
  return { open, withCredentials: with_credentials };
}

/** Whether an AWS region offers an instance type; undefined where nobody published that of the region or the family. */
export function offeredByAws(instanceType: string, region: string): boolean | undefined {
  const [family = "", size = ""] = instanceType.split(".");
  const { instance_types, regions } = aws();
  const sizes = own(instance_types.table, family);
  if (!sizes || !isPublished(region)) return undefined;
  const row = sizes.find((one) => one.sizes.includes(size));
  return row !== undefined && (row.in.includes("everywhere") ? region in regions.zones : row.in.includes(region));
}

/** Regions of AWS that offer an instance type, as far as that is published. */
export function regionsOffering(instanceType: string): string[] {
  return Object.keys(aws().regions.zones).filter((region) => offeredByAws(instanceType, region));
}

/** Availability zones of an AWS region by name; none for a region that is not known. */
export function zonesOfAws(region: string): string[] {
  return [...(own(aws().regions.zones, region) ?? "")].map((letter) => region + letter);
}

/** Whether an account has to enable an AWS region before it can use it. */
export function isOptInOnAws(region: string): boolean {
  return aws().opt_in.regions.includes(region);
}

/** The Kubernetes versions that EKS makes on a day (`2026-11-22`), oldest first, and the one that it takes when none is named. */
export function eksVersions(on: string): { versions: EksVersion[]; default: string } {
  const { versions, default: usual } = aws().kubernetes;
  return {
    versions: Object.entries(versions)
      .filter(([, { extended_until }]) => extended_until === undefined || on <= extended_until)
      .map(([name, { standard_until, extended_until }]) => ({
        version: name,
        standardUntil: standard_until,
        extendedUntil: extended_until,
      })),
    default: usual,
  };
}

/** The quotas of vCPUs by their codes, on demand and for spot. */
export function vcpuQuotas(): VcpuQuota[] {
  return Object.values(aws().quotas.families).map(toQuota);
}

/** The quota that an instance type counts against; undefined for a family of none that is known. */
export function vcpuQuotaOf(instanceType: string): VcpuQuota | undefined {
  const [prefix = ""] = /^[a-z]+/.exec(instanceType) ?? [];
  const found = Object.values(aws().quotas.families).find(({ prefixes }) => prefixes.includes(prefix));
  return found && toQuota(found);
}

/** How large an AWS instance type is, with an accelerator or without; undefined for a family that is not known. */
export function sizeOnAws(instanceType: string): MachineSize | undefined {
  if (instances().includes(instanceType)) {
    const { vcpus, memory_gib, cpu } = instance(instanceType);
    return { vcpus, memoryGiB: memory_gib, cpu };
  }
  const [family = "", size = ""] = instanceType.split(".");
  const known = own(aws().families.table, family);
  const [, times] = /^(\d*)xlarge$/.exec(size) ?? [];
  const vcpus = times === undefined ? 2 : 4 * Number(times || 1);
  return known && { vcpus, memoryGiB: vcpus * known.memory_gib_per_vcpu, cpu: known.cpu };
}

/** The Sovereign Cloud is listed for its zones; what it offers, nobody published. */
function isPublished(region: string): boolean {
  const { instance_types, regions } = aws();
  published ??= new Set(Object.values(instance_types.table).flatMap((rows) => rows.flatMap((row) => row.in)));
  return region in regions.zones && published.has(region);
}
let published: Set<string> | undefined;

function toQuota({ code, spot_code, name, default_vcpus }: z.output<typeof quota>): VcpuQuota {
  const spotName = name.replace(/^Running On-Demand (.*) instances$/, "All $1 Spot Instance Requests");
  return { code, name, spotCode: spot_code, spotName, defaultVcpus: default_vcpus };
}

function aws() {
  return once("offerings/aws.yaml", awsShape);
}
