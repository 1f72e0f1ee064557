import { describe, expect, it } from "vitest";
import { serverName } from "../../../components/storage/databases/cloudnative-pg.ts";
import { type Any, ceph, kindOf, kmip, made, one, planned, postgres, s3, specOf, vault } from "./planned.ts";

describe("the database", () => {
  it("begins empty with the records' tables, which belong to the application", async () => {
    const resources = await planned({ keys: vault, objects: ceph });
    const { initdb } = specOf(resources, "Cluster").bootstrap;
    const [first] = initdb.postInitApplicationSQLRefs.configMapRefs;
    const { data } = one(resources, "ConfigMap", first.name);
    expect(data[first.key]).toMatch(/CREATE ROLE recorder LOGIN; END IF;\n(?:.+\n)+END \$\$;\nSET ROLE records;\n/);
    expect(data[first.key]).toContain("CREATE TABLE IF NOT EXISTS usage_records");
    expect(initdb).toMatchObject({ database: "records", owner: "records", dataChecksums: true });
  });

  it("takes TLS connections alone, has no superuser to log in, and answers few", async () => {
    const resources = await planned({ keys: vault, objects: ceph });
    const cluster = specOf(resources, "Cluster");
    expect(cluster.postgresql.pg_hba).toEqual(["hostnossl all all all reject"]);
    expect(cluster.enableSuperuserAccess).toBe(false);
    const { ingress } = specOf(resources, "NetworkPolicy", "freehold-records");
    const callers = ingress.flatMap(({ from }: Any) => from).map((peer: Any) => JSON.stringify(peer));
    expect(callers).toHaveLength(5);
    expect(callers.join()).not.toContain('"podSelector":{}');
  });

  it.each([
    [1, undefined],
    [2, "preferred"],
    [3, "required"],
    [5, "required"],
  ])(
    "with %i instances waits for another copy of each record as far as one can be lost",
    async (instances, durability) => {
      const { postgresql } = specOf(
        await planned({ keys: vault, objects: s3, records: { kind: "cloudnative-pg", instances } }),
        "Cluster",
      );
      expect(postgresql.synchronous?.dataDurability).toBe(durability);
    },
  );

  it("rests on the encrypted class of Ceph, on the one that is named, or on the cluster's own", async () => {
    const classIn = async (storage: object) => specOf(await planned(storage), "Cluster").storage.storageClass;
    expect(await classIn({ keys: vault, objects: ceph })).toBe("freehold-block");
    expect(await classIn({ keys: vault, objects: ceph, volumeClass: "mine" })).toBe("mine");
    expect(await classIn({ keys: vault, objects: s3 })).toBeUndefined();
  });

  it("archives to the country's own store, with its first full backup at once", async () => {
    const resources = await planned({ keys: vault, objects: s3, records: { kind: "cloudnative-pg", backupDays: 90 } });
    const store = one(resources, "ObjectStore");
    expect(store.spec.retentionPolicy).toBe("90d");
    expect(store.spec.configuration.endpointURL).toBe("https://s3.alpen-ai.example");
    const cluster = one(resources, "Cluster");
    const [plugin] = cluster.spec.plugins;
    expect(plugin).toEqual({
      name: "barman-cloud.cloudnative-pg.io",
      isWALArchiver: true,
      parameters: { barmanObjectName: store.metadata.name, serverName: cluster.metadata.name },
    });
    const scheduled = specOf(resources, "ScheduledBackup");
    expect(scheduled).toMatchObject({ immediate: true, method: "plugin", cluster: { name: cluster.metadata.name } });
    expect(scheduled.pluginConfiguration.name).toBe(plugin.name);
  });

  it("trusts the authority that is named for an existing store", async () => {
    const caIn = async (objects: object) =>
      specOf(await planned({ keys: vault, objects }), "ObjectStore").configuration.endpointCA;
    expect(await caIn({ ...s3, ca: "s3-ca" })).toEqual({ name: "s3-ca", key: "ca.crt" });
    expect(await caIn(s3)).toBeUndefined();
  });

  it("is watched where there is monitoring, and only there", async () => {
    const kinds = async (more: object) => made(await planned({ keys: vault, objects: s3 }, more)).map(kindOf);
    expect(await kinds({})).not.toContain("PodMonitor");
    expect(await kinds({ monitoring: {} })).toContain("PodMonitor");
  });

  it("is not made where there is one already", async () => {
    const kinds = made(await planned({ keys: kmip, objects: s3, records: postgres })).map(kindOf);
    expect(kinds.sort()).toEqual(["ConfigMap", "CronJob", "NetworkPolicy"]);
  });
});

describe("a restored database", () => {
  const restored = (restoreFrom?: object) =>
    planned({ keys: vault, objects: s3, records: { kind: "cloudnative-pg", restoreFrom } });

  it("reads the backup of the old one and writes its own under another name", async () => {
    const cluster = one(await restored({ serverName: "records" }), "Cluster");
    expect(cluster.spec.bootstrap).toEqual({
      recovery: { source: "origin", database: "records", owner: "records" },
    });
    const [origin] = cluster.spec.externalClusters;
    expect(origin.name).toBe("origin");
    expect(origin.plugin.parameters.serverName).toBe("records");
    const [archive] = cluster.spec.plugins;
    expect(archive.parameters.serverName).toBe(cluster.metadata.name);
    expect(archive.parameters.serverName).not.toBe("records");
  });

  it("stops at the moment that is named", async () => {
    const until = "2026-11-20T12:00:00Z";
    const { recovery } = specOf(await restored({ serverName: "records", until }), "Cluster").bootstrap;
    expect(recovery.recoveryTarget).toEqual({ targetTime: until });
  });

  it("has a name that differs by what it was made from, never equals it, and stays", () => {
    const from = (serverName: string, until?: string) => serverNameOf({ serverName, until });
    const names = [
      serverNameOf(undefined),
      from("records"),
      from("records", "2026-11-20T12:00:00Z"),
      from("records", "2026-11-20T13:00:00Z"),
    ];
    names.push(from(names[1]!), from(names[2]!));
    expect(new Set(names).size).toBe(names.length);
    for (const name of names) expect(name).toMatch(/^records(-[0-9a-f]{6})?$/);
    expect(from("records")).toBe(names[1]);
  });

  it("is another resource than the old one, which stays protected", async () => {
    const before = made(await restored()).find((resource) => kindOf(resource) === "Cluster")!;
    const after = made(await restored({ serverName: "records" })).find((resource) => kindOf(resource) === "Cluster")!;
    expect(after.urn).not.toBe(before.urn);
  });
});

const serverNameOf = (restoreFrom: Parameters<typeof serverName>[0]["restoreFrom"]) => serverName({ restoreFrom });
