import * as pulumi from "@pulumi/pulumi";
import type { Country } from "../country.ts";
import type { Host } from "./hosts.ts";
import { ceph } from "./object-stores/ceph.ts";
import { s3 } from "./object-stores/s3.ts";

/** What an object store is told of the storage around it. */
export type ObjectStoreArgs = Pick<Country, "registry" | "digests" | "network"> & {
  /** Who holds the keys of what is stored. */
  keys: NonNullable<Country["storage"]>["keys"];
  /** Namespace of the database, whose backups are written. */
  namespace: pulumi.Input<string>;
  /** Namespace of the model servers, which read weights. */
  modelsNamespace: pulumi.Input<string>;
  /** Whether Prometheus collects metrics. */
  monitoring: boolean;
  /** The cloud's own store, where the country stands in one. */
  cloudObjects?: ObjectStore;
};

/** Bucket names, where a store has them at other names than these; paths in a country file begin with these. */
export type Buckets = Record<keyof typeof buckets, pulumi.Input<string>>;

/** A Secret with a key pair for S3: where it lies, and the names of the keys in it. */
export type Credentials = {
  secret: string;
  namespace: pulumi.Input<string>;
  accessKey: string;
  secretKey: string;
};

/** What an object store offers, wherever it stands. */
export type ObjectStore = {
  /** https URL; buckets are addressed by path. */
  endpoint: string;
  /** Region name that requests are signed with. */
  region: string;
  /** For reading weights, in the models' namespace; undefined where pods have an identity that may. */
  weights?: Credentials;
  /** Where the backups of the database go, as the Barman Cloud plugin is told. */
  archive: Archive;
  buckets: Buckets;
  /** Secret in both namespaces with the key ca.crt, where the images' own authorities do not know the endpoint. */
  caSecret?: string;
  /** Egress rules of a NetworkPolicy that lead to it, where it stands in the cluster. */
  egress: { to: object[]; ports: object[] }[];
  /** Its host, where it stands beside the cluster. */
  hosts: Host[];
  /** The encrypted class of volumes that comes with it. */
  volumeClass?: pulumi.Output<string>;
  /** What has to stand before anything is written to it. */
  ready: pulumi.Resource[];
};

/** Hosts and single addresses beside the cluster that pods call to use the store. */
export function outside({ hosts, egress }: Pick<ObjectStore, "hosts" | "egress">): string[] {
  const peers = egress.flatMap(({ to }) => to as { ipBlock?: { cidr: string } }[]);
  return [
    ...hosts.map(({ host }) => host),
    ...peers.flatMap(({ ipBlock }) => ipBlock?.cidr.replace(/\/32$/, "") ?? []),
  ];
}

/** Buckets that Freehold's parts use. An existing endpoint has them already. */
export const buckets = { weights: "weights", backups: "backups" } as const;

/** An archive for backups: `configuration` of a Barman Cloud ObjectStore, and what the plugin's container has to be told beside it. */
export type Archive = {
  configuration: Record<string, unknown>;
  env: { name: string; value: string }[];
  /** What the database's service account carries to be let in. */
  accountAnnotations?: Record<string, pulumi.Input<string>>;
  /** Labels that its pods carry to be let in. */
  podLabels?: Record<string, string>;
};

/** An archive in a bucket of an S3 store; without credentials, the pods' own identity lets them in. */
export function s3Archive(
  bucket: pulumi.Input<string>,
  { endpoint, region, caSecret }: Pick<ObjectStore, "endpoint" | "region" | "caSecret">,
  credentials?: Credentials,
): Archive {
  const secret = (key: string) => ({ name: credentials?.secret, key });
  return {
    configuration: {
      destinationPath: pulumi.interpolate`s3://${bucket}/`,
      endpointURL: endpoint,
      ...(caSecret && { endpointCA: { name: caSecret, key: "ca.crt" } }),
      s3Credentials: credentials
        ? { accessKeyId: secret(credentials.accessKey), secretAccessKey: secret(credentials.secretKey) }
        : { inheritFromIAMRole: true },
    },
    env: [
      { name: "AWS_DEFAULT_REGION", value: region },
      { name: "AWS_EC2_METADATA_DISABLED", value: "true" },
      // Stores that are not Amazon's refuse the checksums that its client adds of its own accord.
      { name: "AWS_REQUEST_CHECKSUM_CALCULATION", value: "when_required" },
      { name: "AWS_RESPONSE_CHECKSUM_VALIDATION", value: "when_required" },
    ],
  };
}

/** The object store that a country declares: made in the cluster, or only referred to. */
export function objectStore(
  objects: NonNullable<Country["storage"]>["objects"],
  args: ObjectStoreArgs,
  opts: pulumi.CustomResourceOptions,
): ObjectStore {
  // Components may stand alone in somebody's program, so the refusals are here and not only in the country file.
  if (objects.kind === "ceph") {
    if (Object.keys(objects.nodes).length > 0) return ceph(objects, args, opts);
    throw new pulumi.RunError("Ceph takes disks and erases them: name the labels of the nodes whose it may take.");
  }
  if (objects.kind === "cloud") {
    if (args.cloudObjects) return args.cloudObjects;
    throw new pulumi.RunError(
      "There is no cloud whose object store could be used: name an endpoint, or the nodes for Ceph.",
    );
  }
  if (objects.endpoint.startsWith("https://")) return s3(objects, args);
  throw new pulumi.RunError(`The object store ${objects.endpoint} has no TLS: name an https endpoint.`);
}
