import type { Country } from "../country.ts";
import { kmip } from "./key-holders/kmip.ts";
import { vault } from "./key-holders/vault.ts";
import { volumes } from "./key-holders/volumes.ts";

type Keys = NonNullable<Country["storage"]>["keys"];

/** What somebody who holds keys is to Ceph, and what a report says of them. */
export type KeyHolder = {
  /** `security.kms` of a CephCluster: keys of disks that Ceph takes as volumes. Undefined where Ceph keeps them itself. */
  disks?: { connectionDetails: Record<string, string>; tokenSecretName?: string };
  /** An entry of Ceph CSI's list of key managers: keys of encrypted volumes. Undefined where volumes are not encrypted. */
  volumes?: Record<string, string>;
  /** Secret in Rook's namespace with the authority behind its certificate, key `cert`. */
  caSecret?: string;
  /** Who it is, as a report names it. */
  name: string;
};

/** The one who holds the keys that a country declares. */
export function keyHolder(keys: Keys): KeyHolder {
  if (keys.kind === "vault") return vault(keys);
  if (keys.kind === "kmip") return kmip(keys);
  if (keys.kind === "cloud") return { name: "the holder of target.keys" };
  return volumes(keys);
}
