import { CustomResource } from "@pulumi/kubernetes/apiextensions/customResource.js";
import { ConfigMap } from "@pulumi/kubernetes/core/v1/configMap.js";
import { StorageClass } from "@pulumi/kubernetes/storage/v1/storageClass.js";
import type * as pulumi from "@pulumi/pulumi";
import { addon } from "../../../catalogue/index.ts";
import { privateIssuer } from "../../addons/cert-manager.ts";
import type { Country } from "../../country.ts";
import { podsIn, tcp } from "../../network/peers.ts";
import { keyHolder } from "../key-holder.ts";
import { buckets, type ObjectStore, type ObjectStoreArgs, s3Archive } from "../object-store.ts";
import { cephCluster, cephObjectStore, replicated } from "./ceph-cluster.ts";
import { cephDoors } from "./ceph-doors.ts";

export type CephObjects = Extract<NonNullable<Country["storage"]>["objects"], { kind: "ceph" }>;

/** Names that data stands under; they are contract. */
export const cephNames = {
  cluster: "freehold",
  pool: "freehold-volumes",
  store: "freehold",
  volumeClass: "freehold-block",
  bucketClass: "freehold-buckets",
  certificate: "object-store",
  authority: "object-store-ca",
  /** User of the store that reads weights and can do nothing else. */
  reader: "models",
} as const;

/** Port of the S3 gateways. */
export const gatewayPort = 443;

// Where nothing else is mounted, Ceph CSI looks for its key managers under this name; its chart can mount none (1.0.1).
const keyManagers = "csi-kms-connection-details";
const keyManager = "freehold";

/**
 * Ceph in the cluster, by Rook: a pool for volumes, an S3 store over TLS, and the buckets of Freehold's parts. What holds
 * data takes `opts`, which protect it.
 */
export function ceph(objects: CephObjects, args: ObjectStoreArgs, opts: pulumi.CustomResourceOptions): ObjectStore {
  const namespace = addon("rook-ceph").namespace;
  const host = `rook-ceph-rgw-${cephNames.store}.${namespace}.svc`;
  const inside = { parent: opts.parent };
  const object = (kind: string, name: string, spec: object, dependsOn: pulumi.Resource[]) =>
    new CustomResource(
      `${kind}-${name}`,
      { apiVersion: "ceph.rook.io/v1", kind, metadata: { name, namespace }, spec },
      { ...opts, dependsOn },
    );

  const doors = cephDoors(args, namespace, inside);
  const cluster = object("CephCluster", cephNames.cluster, cephCluster(objects, args), doors);
  const pool = object("CephBlockPool", cephNames.pool, replicated(objects.copies), [cluster]);
  const volumeClass = blockClass(args.keys, namespace, pool, inside);
  const certificates = certify(host, args, namespace, inside);
  const store = object("CephObjectStore", cephNames.store, cephObjectStore(objects, args), [cluster, ...certificates]);
  const made = makeBuckets(args, namespace, store, opts);

  const place = { endpoint: `https://${host}`, region: "local", caSecret: cephNames.authority };
  const writer = {
    secret: buckets.backups,
    namespace: args.namespace,
    accessKey: "AWS_ACCESS_KEY_ID",
    secretKey: "AWS_SECRET_ACCESS_KEY",
  };
  return {
    ...place,
    weights: {
      secret: `rook-ceph-object-user-${cephNames.store}-${cephNames.reader}`,
      namespace: args.modelsNamespace,
      accessKey: "AccessKey",
      secretKey: "SecretKey",
    },
    archive: s3Archive(buckets.backups, place, writer),
    buckets,
    egress: [{ to: [podsIn(namespace, { app: "rook-ceph-rgw" })], ports: [tcp(gatewayPort)] }],
    hosts: [],
    volumeClass: volumeClass.metadata.name,
    ready: [...made, ...certificates],
  };
}

/** The class of block volumes, each encrypted with a key of its own where somebody holds keys. */
function blockClass(
  keys: ObjectStoreArgs["keys"],
  namespace: string,
  pool: pulumi.Resource,
  opts: pulumi.ResourceOptions,
) {
  const { volumes } = keyHolder(keys);
  const managers = volumes
    ? new ConfigMap(
        "key-managers",
        { metadata: { name: keyManagers, namespace }, data: { [keyManager]: JSON.stringify(volumes) } },
        opts,
      )
    : undefined;
  const secrets = {
    provisioner: "provisioner",
    "controller-expand": "provisioner",
    "controller-publish": "provisioner",
    "node-stage": "node",
  };
  return new StorageClass(
    cephNames.volumeClass,
    {
      metadata: { name: cephNames.volumeClass },
      provisioner: `${namespace}.rbd.csi.ceph.com`,
      parameters: {
        clusterID: namespace,
        pool: cephNames.pool,
        imageFormat: "2",
        imageFeatures: "layering,fast-diff,object-map,deep-flatten,exclusive-lock",
        "csi.storage.k8s.io/fstype": "ext4",
        ...(volumes && { encrypted: "true", encryptionKMSID: keyManager }),
        ...Object.fromEntries(
          Object.entries(secrets).flatMap(([step, role]) => [
            [`csi.storage.k8s.io/${step}-secret-name`, `rook-csi-rbd-${role}`],
            [`csi.storage.k8s.io/${step}-secret-namespace`, namespace],
          ]),
        ),
      },
      allowVolumeExpansion: true,
      // Whoever deletes a claim, or a whole namespace, has not yet said the second word.
      reclaimPolicy: "Retain",
    },
    { ...opts, dependsOn: managers ? [pool, managers] : pool },
  );
}

/** The gateways' certificate; and one more where they are called from, for the sake of the authority that comes with it. */
function certify(
  host: string,
  { namespace, modelsNamespace }: ObjectStoreArgs,
  ceph: string,
  opts: pulumi.ResourceOptions,
) {
  const certificate = (name: string, secretName: string, inNamespace: pulumi.Input<string>, dnsNames: string[]) =>
    new CustomResource(
      name,
      {
        apiVersion: "cert-manager.io/v1",
        kind: "Certificate",
        metadata: { name: secretName, namespace: inNamespace },
        spec: {
          secretName,
          dnsNames,
          issuerRef: privateIssuer,
          duration: "8760h",
          renewBefore: "720h",
          privateKey: { algorithm: "ECDSA", size: 256, rotationPolicy: "Always" },
        },
      },
      opts,
    );
  return [
    certificate("object-store", cephNames.certificate, ceph, [host, `${host}.cluster.local`]),
    certificate("object-store-ca-storage", cephNames.authority, namespace, [`${cephNames.authority}.storage.internal`]),
    certificate("object-store-ca-models", cephNames.authority, modelsNamespace, [
      `${cephNames.authority}.models.internal`,
    ]),
  ];
}

/** A bucket for backups, which only the database writes, and one for weights, which model servers only read. */
function makeBuckets(
  { namespace, modelsNamespace }: ObjectStoreArgs,
  ceph: string,
  store: pulumi.Resource,
  opts: pulumi.CustomResourceOptions,
) {
  const bucketClass = new StorageClass(
    cephNames.bucketClass,
    {
      metadata: { name: cephNames.bucketClass },
      provisioner: `${ceph}.ceph.rook.io/bucket`,
      parameters: { objectStoreName: cephNames.store, objectStoreNamespace: ceph },
      reclaimPolicy: "Retain",
    },
    { parent: opts.parent, dependsOn: store },
  );
  const claim = (bucketName: string, additionalConfig: object = {}) =>
    new CustomResource(
      `bucket-${bucketName}`,
      {
        apiVersion: "objectbucket.io/v1alpha1",
        kind: "ObjectBucketClaim",
        metadata: { name: bucketName, namespace },
        spec: { bucketName, storageClassName: bucketClass.metadata.name, additionalConfig },
      },
      opts,
    );
  const reader = new CustomResource(
    "weights-reader",
    {
      apiVersion: "ceph.rook.io/v1",
      kind: "CephObjectStoreUser",
      metadata: { name: cephNames.reader, namespace: modelsNamespace },
      spec: {
        store: cephNames.store,
        clusterNamespace: ceph,
        displayName: "Model servers, which read weights",
        opMask: ["read"],
        quotas: { maxBuckets: -1 },
      },
    },
    { parent: opts.parent, dependsOn: store },
  );
  const readable = JSON.stringify({
    Version: "2012-10-17",
    Statement: [
      {
        Effect: "Allow",
        Principal: { AWS: [`arn:aws:iam:::user/${cephNames.reader}`] },
        Action: ["s3:GetObject", "s3:ListBucket"],
        Resource: [`arn:aws:s3:::${buckets.weights}`, `arn:aws:s3:::${buckets.weights}/*`],
      },
    ],
  });
  return [claim(buckets.backups), claim(buckets.weights, { bucketPolicy: readable }), reader];
}
