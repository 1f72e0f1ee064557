import type { Country } from "../../country.ts";
import { hostOfUrl } from "../hosts.ts";
import { buckets, type ObjectStore, type ObjectStoreArgs, s3Archive } from "../object-store.ts";

type Objects = Extract<NonNullable<Country["storage"]>["objects"], { kind: "s3" }>;

/** An endpoint that stands in the country already: nothing is made, its Secrets are the operator's. */
export function s3(
  { endpoint, region, credentials, ca }: Objects,
  { namespace, modelsNamespace }: ObjectStoreArgs,
): ObjectStore {
  const keys = { secret: credentials, accessKey: "accessKey", secretKey: "secretKey" };
  return {
    endpoint,
    region,
    weights: { ...keys, namespace: modelsNamespace },
    archive: s3Archive(buckets.backups, { endpoint, region, caSecret: ca }, { ...keys, namespace }),
    buckets,
    ...(ca && { caSecret: ca }),
    egress: [],
    hosts: [hostOfUrl(endpoint)],
    ready: [],
  };
}
