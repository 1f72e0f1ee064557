import type { Country } from "../country.ts";

type Storage = NonNullable<Country["storage"]>;

/** A host that is called, and the port it answers on. */
export type Host = { host: string; port: number };

/** The hosts that a storage calls because they stand already: none for what is made in the cluster. */
export function storageHosts({ objects, records, keys }: Pick<Storage, "objects" | "records" | "keys">): {
  objects?: Host;
  records?: Host;
  keys?: Host;
} {
  return {
    objects: objects.kind === "s3" ? hostOfUrl(objects.endpoint) : undefined,
    records: records.kind === "postgres" ? { host: records.host, port: records.port } : undefined,
    keys: keysHost(keys),
  };
}

/** Where the holder of the keys answers. */
export function keysHost(keys: Storage["keys"]): Host | undefined {
  if (keys.kind === "vault") return hostOfUrl(keys.address);
  if (keys.kind === "kmip") return hostOfUrl(`https://${keys.address}`);
  return undefined;
}

/** The host of an https URL, and its port. */
export function hostOfUrl(url: string): Host {
  const { hostname, port } = new URL(url);
  return { host: hostname, port: Number(port) || 443 };
}
