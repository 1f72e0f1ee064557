import { z } from "zod";
import { type Instance, instance, instances } from "./instance.ts";
import { once, own } from "./once.ts";

const count = z.number().int().positive();
const offeringsShape = z.strictObject({
  read: z.iso.date(),
  sources: z.record(z.string(), z.string()),
  locationsWithZones: z.array(z.string()).min(1),
  zones: z.array(z.string()).min(1),
  kubernetes: z.strictObject({
    general: z.array(z.string().regex(/^\d+\.\d+\.\d+$/)).min(1),
    longTerm: z.array(z.string().regex(/^\d+\.\d+\.\d+$/)),
  }),
  sizes: z.array(
    z.strictObject({
      form: z.string().includes("{vcpus}"),
      family: z.string(),
      vcpus: z.array(count).min(1),
      memoryGibPerVcpu: z.number().positive(),
      temporaryDisk: z.boolean().default(false),
      notListedIn: z.array(z.string()).default([]),
    }),
  ),
  quotaFamilies: z.record(z.string(), z.string()),
  builtinRoles: z.array(z.strictObject({ id: z.guid(), name: z.string(), may: z.array(z.string()) })),
});

/** A size of Azure's machines: what is in one, where it is offered, and the family under which quota counts it. */
export type AzureSize = {
  name: string;
  family: string;
  vcpus: number;
  memoryGib: number;
  offeredIn(location: string): boolean;
  /** What it has as an instance with accelerators. */
  instance?: Instance;
};

/** The size with this name, as Azure compares them: without regard to case. Undefined for one that the catalogue does not know. */
export function azureSize(name: string): AzureSize | undefined {
  return withAccelerators(name) ?? plain(name);
}

/** Every size that the catalogue knows, by its name. */
export function azureSizes(): string[] {
  const plainOnes = offerings().sizes.flatMap(({ form, vcpus }) =>
    vcpus.map((count) => form.replace("{vcpus}", String(count))),
  );
  return [...instances().filter((id) => instance(id).provider === "Azure"), ...plainOnes];
}

/** Availability zones of a location; none where it has none. */
export function azureZones(location: string): string[] {
  const { locationsWithZones, zones } = offerings();
  return locationsWithZones.includes(location) ? zones : [];
}

/** Versions of Kubernetes that AKS makes clusters of: for everybody, and with the long-term support plan alone. */
export function aksVersions(): { general: string[]; longTerm: string[] } {
  return offerings().kubernetes;
}

/** The built-in role with this GUID: its name, and what services let its holders do, in words of the catalogue. */
export function azureBuiltinRole(id: string): { name: string; may: string[] } | undefined {
  return offerings().builtinRoles.find((role) => role.id === id.toLowerCase());
}

function withAccelerators(name: string): AzureSize | undefined {
  const id = instances().find((one) => one.toLowerCase() === name.toLowerCase());
  const found = id === undefined ? undefined : instance(id);
  if (found?.provider !== "Azure") return undefined;
  return {
    name: found.id,
    family: own(offerings().quotaFamilies, found.id) ?? found.id,
    vcpus: found.vcpus,
    memoryGib: found.memory_gib,
    offeredIn: (location) => found.listed_in.includes(location),
    instance: found,
  };
}

function plain(name: string): AzureSize | undefined {
  for (const { form, family, vcpus, memoryGibPerVcpu, notListedIn } of offerings().sizes) {
    const cores = vcpus.find((each) => form.replace("{vcpus}", String(each)).toLowerCase() === name.toLowerCase());
    if (cores === undefined) continue;
    return {
      name: form.replace("{vcpus}", String(cores)),
      family,
      vcpus: cores,
      memoryGib: cores * memoryGibPerVcpu,
      offeredIn: (location) => !notListedIn.includes(location),
    };
  }
  return undefined;
}

function offerings() {
  return once("offerings/azure.yaml", offeringsShape);
}
