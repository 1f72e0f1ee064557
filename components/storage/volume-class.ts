import type { Country } from "../country.ts";
import { cephNames } from "./object-stores/ceph.ts";

/** Name of the StorageClass that Freehold's own parts ask for; undefined where they take the cluster's default class. */
export function volumeClassOf({ storage }: Pick<Country, "storage">): string | undefined {
  return storage?.volumeClass ?? (storage?.objects.kind === "ceph" ? cephNames.volumeClass : undefined);
}
