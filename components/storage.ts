import { readFileSync } from "node:fs";
import * as pulumi from "@pulumi/pulumi";
import { isErasable } from "./country/erasable.ts";
import type { Country } from "./country.ts";
import { type Database, database, type Role } from "./storage/database.ts";
import type { Host } from "./storage/hosts.ts";
import { type Buckets, type Credentials, type ObjectStore, objectStore } from "./storage/object-store.ts";
import { retention } from "./storage/retention.ts";

export type StorageArgs = Omit<NonNullable<Country["storage"]>, "volumeClass"> &
  Pick<Country, "registry" | "digests" | "network" | "erase"> & {
    /** Class of the volumes, where it is neither the store's own nor the cluster's default. */
    volumeClass?: pulumi.Input<string>;
    /** Namespace of the database and of what keeps it. */
    namespace: pulumi.Input<string>;
    /** Namespace of the model servers, which read weights. */
    modelsNamespace: pulumi.Input<string>;
    /** Namespace of whoever reads the usage records. */
    gatewayNamespace: pulumi.Input<string>;
    /** Passwords of the database's roles, where it is made here. */
    passwords: Record<Role, pulumi.Input<string>>;
    /** Every tenant, with the days for which its records are kept. */
    tenants: Record<string, { recordDays: number }>;
    /** Whether Prometheus collects metrics. */
    monitoring: boolean;
    /** The cloud's own object store, where the country stands in one. */
    cloudObjects?: ObjectStore;
  };

/** Where data rests: an object store, the database of the usage records with its backups, and how long records are kept. */
export class Storage extends pulumi.ComponentResource {
  /** StorageClass for volumes of Freehold's own parts; the cluster's default class where there is none. */
  readonly volumeClass?: pulumi.Output<string>;
  /** The object store, as model servers reach it. */
  readonly objects: {
    endpoint: string;
    region: string;
    /** Undefined where the pods have an identity that lets them in. */
    credentials?: Credentials;
    buckets: Buckets;
    /** Secret beside the credentials with the endpoint's authority under ca.crt. */
    caSecret?: string;
    /** Egress rules of a NetworkPolicy that lead to it, where it stands in the cluster. */
    egress: { to: object[]; ports: object[] }[];
    /** Its host, where it stands beside the cluster. */
    hosts: Host[];
  };
  /** The database: `secret`, in the storage namespace, has the keys username and password, `caSecret` its authority under ca.crt. */
  readonly records: Database;

  constructor(name: string, args: StorageArgs, opts?: pulumi.ComponentResourceOptions) {
    super("freehold:index:Storage", name, {}, opts);
    const inside = { parent: this };
    // Deletion of data needs a second word in the country file.
    const kept = { ...inside, protect: !isErasable("storage", args.erase) };
    const schema = readFileSync(new URL("./storage/records.sql", import.meta.url), "utf8");

    const store = objectStore(args.objects, args, kept);
    const volumeClass = args.volumeClass ?? store.volumeClass;
    const records = database(args.records, { ...args, volumeClass, store, schema }, kept);
    retention({ ...args, database: records, schema }, inside);

    const { endpoint, region, weights, caSecret, egress, hosts } = store;
    this.volumeClass = volumeClass === undefined ? undefined : pulumi.output(volumeClass);
    this.objects = { endpoint, region, credentials: weights, buckets: store.buckets, caSecret, egress, hosts };
    this.records = records;
    this.registerOutputs({ volumeClass: this.volumeClass, endpoint });
  }
}
