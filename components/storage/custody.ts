import type { Country } from "../country.ts";
import { keyHolder } from "./key-holder.ts";
import { cloudVolumeClass } from "./volume-class.ts";

/**
 * What is kept, and who could read it: `set` is what Freehold sets up, `word` is what the operator states or the storage
 * that is there promises, `open` is what nothing encrypts.
 */
export type Custody = { of: string; how: "set" | "word" | "open"; keys: string };

type Storage = NonNullable<Country["storage"]>;

/** Who holds which key in a country, one row for each kind of data; what is not encrypted is a row like the others. */
export function keyCustody(country: Pick<Country, "state" | "storage" | "gateway" | "target">): Custody[] {
  const { state, storage, gateway, target } = country;
  const ours = cloudKeys(target);
  return [
    { of: "secrets in the Pulumi state, the key seed among them", how: "set", keys: sealOf(state) },
    ...(storage
      ? stored(storage, ours)
      : [
          {
            of: "usage records",
            how: "open" as const,
            keys: "nobody: they are lines in the gateway's log on its nodes",
          },
        ]),
    {
      of: "tenants' API keys and every other Secret, in etcd",
      ...(ours
        ? { how: "set" as const, keys: ours }
        : {
            how: "word" as const,
            keys: "whoever holds the key of the API server's encryption at rest, if it is configured: Freehold cannot see it",
          }),
    },
    {
      of: `the private key of *.${gateway.host}`,
      how: "word",
      keys:
        gateway.certificate.from === "issuer"
          ? "cert-manager, in Secrets, as etcd keeps them"
          : "the operator, in a Secret, as etcd keeps it",
    },
    {
      of: "weights and images unpacked on nodes, container logs",
      ...(ours
        ? { how: "set" as const, keys: ours }
        : { how: "word" as const, keys: "whoever holds the keys of the nodes' own disks, if these are encrypted" }),
    },
    {
      of: "prompts and answers",
      how: "open",
      keys: "nobody: they are in the memory of gateways, engines and GPUs while they are served, and on no disk",
    },
  ];
}

/** The rows as lines of a report. */
export function custodyLines(custody: readonly Custody[]): string[] {
  const kinds = { set: "encrypted", word: "not set by Freehold", open: "not encrypted" };
  return custody.map(({ of, how, keys }) => `${of}: ${kinds[how]}; keys: ${keys}`);
}

function stored(storage: Storage, ours: string | undefined): Custody[] {
  const { objects, records } = storage;
  return [
    ...(objects.kind === "ceph" ? [disks(storage)] : []),
    volumes(storage, ours),
    objects.kind !== "s3"
      ? {
          of: "weights and backups in the object store",
          how: "set",
          keys: (objects.kind === "cloud" && ours) || "those of the disks, and no others",
        }
      : {
          of: `weights and backups at ${objects.endpoint}`,
          how: "word",
          keys: `that store's own${statement(storage)}`,
        },
    records.kind === "cloudnative-pg"
      ? { of: "the database of usage records", how: volumes(storage, ours).how, keys: "those of its volumes" }
      : { of: `the database at ${records.host}`, how: "word", keys: `that database's own${statement(storage)}` },
  ];
}

/** Rook hands keys to somebody else only for disks that it takes as volumes; of bare ones Ceph's monitors keep them. */
function disks({ objects, keys }: Storage): Custody {
  const of = "disks that Ceph takes";
  const { disks, name } = keyHolder(keys);
  if (objects.kind === "ceph" && objects.claims) {
    return { of, how: "set", keys: disks ? name : "Rook, in Secrets, as etcd keeps them" };
  }
  const keep = "Ceph's monitors, on the disks of the nodes that they run on, which have to be encrypted by themselves";
  return { of, how: "set", keys: keep };
}

function volumes(storage: Storage, ours: string | undefined): Custody {
  const { volumeClass, objects, keys } = storage;
  if (ours && !volumeClass && objects.kind !== "ceph")
    return { of: `volumes of class ${cloudVolumeClass}`, how: "set", keys: ours };
  const holder = keyHolder(keys);
  if (volumeClass || objects.kind !== "ceph") {
    const of = `volumes of ${volumeClass ? `class ${volumeClass}` : "the cluster's default class"}`;
    return { of, how: "word", keys: `that class's own${statement(storage)}` };
  }
  const of = "volumes, each with a key of its own";
  if (holder.volumes) return { of, how: "set", keys: holder.name };
  return { of: "volumes", how: "set", keys: "those of the disks, and no others" };
}

/** What the operator states of storage that Freehold does not make. */
function statement({ keys }: Storage): string {
  const { name } = keyHolder(keys);
  return keys.kind === "volumes" ? `; ${name}` : `; declared to be ${name}`;
}

/** Who holds the keys of what a cloud stores; undefined where no cloud does. */
function cloudKeys(target: Country["target"]): string | undefined {
  if (target.kind === "onprem") return undefined;
  const { keys, place } = target;
  if (keys.kind === "xks")
    return `a key manager of the country's own, behind the external key store ${keys.customKeyStore}`;
  if (keys.kind === "managed-hsm") return `the managed HSM of ${keys.key}`;
  const where = keys.kind === "kms" ? `AWS KMS in ${place}` : `the HSMs of Azure Key Vault in ${place}`;
  return `customer keys in ${where}: the country decides who uses them, the cloud's machines hold them`;
}

function sealOf({ secretsProvider, vaultAddress }: Country["state"]): string {
  if (secretsProvider === "passphrase") return "the operator, as a passphrase";
  return [secretsProvider, ...(vaultAddress ? [`at ${vaultAddress}`] : [])].join(" ");
}
