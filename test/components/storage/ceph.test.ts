import { describe, expect, it } from "vitest";
import { rookValues } from "../../../components/storage/object-stores/rook-values.ts";
import type { Resource } from "../../../policies/fact.ts";
import { type Any, ceph, claims, countryWith, kindOf, kmip, made, one, planned, specOf, vault } from "./planned.ts";

describe("Ceph", () => {
  it("encrypts bare disks, connections and volumes, and asks the vault for the volumes' keys", async () => {
    const resources = await planned({ keys: vault, objects: ceph });
    const cluster = specOf(resources, "CephCluster");
    expect(cluster.storage).toMatchObject({ deviceFilter: "^nvme[1-9]n1$", config: { encryptedDevice: "true" } });
    expect(cluster.network.connections).toEqual({ encryption: { enabled: true }, requireMsgr2: true });
    // Rook would ask nobody for the keys of bare disks, whatever stood there.
    expect(cluster.security).toBeUndefined();
    expect(one(resources, "StorageClass", "freehold-block").parameters).toMatchObject({
      encrypted: "true",
      encryptionKMSID: "freehold",
      pool: specPool(resources),
    });
    const managers = one(resources, "ConfigMap", "csi-kms-connection-details");
    expect(managers.metadata.namespace).toBe("rook-ceph");
    const manager = JSON.parse(managers.data.freehold);
    expect(manager).toMatchObject({ encryptionKMSType: "vault", vaultAddress: vault.address, vaultCAVerify: "true" });
    // Ceph CSI reads strings alone.
    expect(Object.values(manager).every((value) => typeof value === "string")).toBe(true);
  });

  it("hands the keys of disks that it takes as volumes to the holder of keys", async () => {
    const withVault = specOf(await planned({ keys: vault, objects: { ...ceph, claims } }), "CephCluster");
    expect(withVault.security.kms.connectionDetails).toMatchObject({
      KMS_PROVIDER: "vault",
      VAULT_ADDR: vault.address,
      VAULT_AUTH_METHOD: "kubernetes",
    });
    expect(withVault.security.kms.tokenSecretName).toBeUndefined();
    const [set] = withVault.storage.storageClassDeviceSets;
    expect(set).toMatchObject({ count: 12, encrypted: true, portable: false });
    expect(withVault.storage.deviceFilter).toBeUndefined();

    const withKmip = specOf(await planned({ keys: kmip, objects: { ...ceph, claims } }), "CephCluster");
    expect(withKmip.security.kms).toEqual({
      connectionDetails: { KMS_PROVIDER: "kmip", KMIP_ENDPOINT: kmip.address },
      tokenSecretName: "kmip-credentials",
    });
  });

  it("reports to nobody, and opens no dashboard", async () => {
    const cluster = specOf(await planned({ keys: vault, objects: ceph }), "CephCluster");
    expect(cluster.cephConfig.mgr["mgr/telemetry/enabled"]).toBe("false");
    expect(cluster.dashboard.enabled).toBe(false);
    expect(cluster.monitoring).toEqual({ enabled: false, metricsDisabled: true });
  });

  it("stays on the labelled nodes, each copy on another", async () => {
    const resources = await planned({ keys: vault, objects: { ...ceph, copies: 4 } });
    const cluster = specOf(resources, "CephCluster");
    const [term] = cluster.placement.all.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms;
    expect(term.matchExpressions).toEqual([{ key: "disks", operator: "In", values: ["true"] }]);
    const pool = { failureDomain: "host", replicated: { size: 4, requireSafeReplicaSize: true } };
    expect(specOf(resources, "CephBlockPool")).toEqual(pool);
    expect(specOf(resources, "CephObjectStore")).toMatchObject({ metadataPool: pool, dataPool: pool });
  });

  it("serves S3 over TLS alone, with a certificate for the name it is called by", async () => {
    const resources = await planned({ keys: vault, objects: ceph });
    const { gateway } = specOf(resources, "CephObjectStore");
    expect(gateway).toMatchObject({ securePort: 443, sslCertificateRef: "object-store" });
    expect(gateway.port).toBeUndefined();
    const certificate = specOf(resources, "Certificate", "object-store");
    const { endpointURL, endpointCA } = specOf(resources, "ObjectStore").configuration;
    expect(certificate.dnsNames).toContain(new URL(endpointURL).hostname);
    // The authority lies beside the credentials, where the database can read it.
    expect(endpointCA).toEqual({ name: "object-store-ca", key: "ca.crt" });
    const trusting = made(resources).filter(({ props }: Any) => props.spec?.secretName === "object-store-ca");
    expect(trusting.map(({ props }: Any) => props.metadata.namespace).sort()).toEqual([
      "freehold-models",
      "freehold-storage",
    ]);
  });

  it("lets model servers read weights and do nothing else", async () => {
    const resources = await planned({ keys: vault, objects: ceph });
    const reader = one(resources, "CephObjectStoreUser");
    expect(reader.metadata.namespace).toBe("freehold-models");
    expect(reader.spec.opMask).toEqual(["read"]);
    expect(specOf(resources, "CephObjectStore").allowUsersInNamespaces).toEqual(["freehold-models"]);
    const [statement] = JSON.parse(
      specOf(resources, "ObjectBucketClaim", "weights").additionalConfig.bucketPolicy,
    ).Statement;
    expect(statement.Principal.AWS).toEqual([`arn:aws:iam:::user/${reader.metadata.name}`]);
    expect(statement.Action).toEqual(["s3:GetObject", "s3:ListBucket"]);
    expect(specOf(resources, "ObjectBucketClaim", "backups").additionalConfig).toEqual({});
  });

  it("opens its namespace to nodes, gateways' callers and keys, and to nobody else", async () => {
    const resources = await planned({ keys: vault, objects: ceph }, { monitoring: {} });
    const closed = specOf(resources, "NetworkPolicy", "freehold-ceph");
    expect(closed.podSelector).toEqual({});
    expect(closed.ingress).toEqual([{ from: [{ podSelector: {} }] }]);
    const ports = closed.egress.map((rule: Any) => rule.ports?.map(({ port }: Any) => port));
    expect(ports).toEqual([[53, 53, 5353, 5353], undefined, [443, 6443], [8200]]);
    const gateways = specOf(resources, "NetworkPolicy", "freehold-ceph-gateways");
    expect(gateways.ingress[0].from.map((peer: Any) => Object.values(peer.namespaceSelector.matchLabels))).toEqual([
      ["freehold-storage"],
      ["freehold-models"],
    ]);
  });

  it("has its charts told who may say who reads a bucket, where volumes are mounted, and whom the vault's certificate is by", () => {
    const values = (keys: object) => rookValues(countryWith({ keys, objects: ceph }));
    const { "rook-ceph": rook, "ceph-csi-drivers": drivers } = values({ ...vault, ca: "vault-ca" });
    expect(rook.obcAllowAdditionalConfigFields).toContain("bucketPolicy");
    expect(rook.monitoring.enabled).toBe(false);
    const { nodePlugin, controllerPlugin } = drivers.drivers.rbd;
    expect(nodePlugin.tolerations).toEqual([{ operator: "Exists" }]);
    for (const { volumes } of [nodePlugin, controllerPlugin]) {
      expect(volumes[0]!.volume.secret).toEqual({ secretName: "vault-ca" });
    }
    expect(values(vault)["ceph-csi-drivers"].drivers.rbd.nodePlugin.volumes).toEqual([]);
  });

  it("leaves nodes, API server and hosts to the platform's policies where Cilium knows them by name", async () => {
    const resources = await planned({ keys: vault, objects: ceph }, { network: { policies: "cilium" } });
    const policies = made(resources).filter((resource) => kindOf(resource) === "NetworkPolicy");
    expect(policies.length).toBeGreaterThan(3);
    expect(JSON.stringify(policies.map(({ props }) => props))).not.toContain("ipBlock");
  });
});

const specPool = (resources: Resource[]) => one(resources, "CephBlockPool").metadata.name;
