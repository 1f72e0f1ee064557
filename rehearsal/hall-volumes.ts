import type { CoreV1Api, StorageV1Api, V1PersistentVolume, V1StorageClass } from "@kubernetes/client-node";
import type { Country } from "../components/country.ts";
import { volumeClassOf } from "../components/storage/volume-class.ts";

const annotation = "storageclass.kubernetes.io/is-default-class";
/** Claims of one class that a rehearsal can bind. */
const volumesOfAClass = 12;

/** Makes the classes and volumes that a hall would have, simulated: claims are bound, and nothing is ever written. */
export async function furnishVolumes(core: CoreV1Api, storage: StorageV1Api, country: Country): Promise<void> {
  const classes = new Set((await storage.listStorageClass()).items.map(({ metadata }) => metadata?.name));
  const standing = new Map((await core.listPersistentVolume()).items.map((volume) => [volume.metadata?.name, volume]));
  // A volume whose claim is gone binds no other.
  const released = [...standing.values()].filter(({ status }) => status?.phase === "Released");
  await Promise.all(released.map(({ metadata }) => core.deletePersistentVolume({ name: metadata!.name! })));
  for (const { metadata } of released) standing.delete(metadata?.name);
  await Promise.all([
    ...hallClasses(country)
      .filter(({ metadata }) => !classes.has(metadata?.name))
      .map((body) => storage.createStorageClass({ body })),
    ...hallVolumes(country)
      .filter(({ metadata }) => !standing.has(metadata?.name))
      .map((body) => core.createPersistentVolume({ body })),
  ]);
}

/** A default class, and those that the country file says are there. */
function hallClasses({ storage, target }: Country): V1StorageClass[] {
  if (target.kind !== "onprem") return [];
  const claims = storage?.objects.kind === "ceph" ? storage.objects.claims?.class : undefined;
  const named = new Set([storage?.volumeClass, claims].filter((name) => name !== undefined));
  const made = (name: string, isDefault: boolean): V1StorageClass => ({
    metadata: { name, annotations: { [annotation]: String(isDefault) } },
    provisioner: "kubernetes.io/no-provisioner",
  });
  return [made("standard", true), ...[...named].map((name) => made(name, false))];
}

/** Volumes of every class that Freehold's parts may ask for, and those that hold weights. */
function hallVolumes(country: Country): V1PersistentVolume[] {
  const classes = new Set(["standard", volumeClassOf(country) ?? "standard"]);
  const weights = new Set(
    Object.values(country.models).flatMap(({ weights }) => (weights.from === "volume" ? [weights.volume] : [])),
  );
  const numbers = Array.from({ length: volumesOfAClass }, (_, index) => index + 1);
  return [
    ...[...classes].flatMap((of) =>
      numbers.map((number) => volume(`simulated-${of}-${number}`, ["ReadWriteOnce"], of)),
    ),
    ...[...weights].map((name) => volume(name, ["ReadOnlyMany"], "")),
  ];
}

function volume(name: string, accessModes: string[], storageClassName: string): V1PersistentVolume {
  return {
    metadata: { name },
    spec: {
      accessModes,
      storageClassName,
      capacity: { storage: "100Ti" },
      hostPath: { path: `/simulated/${name}` },
      persistentVolumeReclaimPolicy: "Retain",
    },
  };
}
