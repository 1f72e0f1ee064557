import type { Country } from "../country.ts";
import { cephNames } from "./object-stores/ceph.ts";

/** StorageClass of encrypted volumes that every cloud makes with its cluster. */
export const cloudVolumeClass = "encrypted";

/** Name of the StorageClass that Freehold's own parts ask for; undefined where they take the cluster's default class. */
export function volumeClassOf({ storage, target }: Pick<Country, "storage" | "target">): string | undefined {
  if (storage?.volumeClass !== undefined) return storage.volumeClass;
  if (storage?.objects.kind === "ceph") return cephNames.volumeClass;
  return target.kind === "onprem" ? undefined : cloudVolumeClass;
}
