import { describe, expect, it } from "vitest";
import { jurisdictionOf } from "../../components/country.ts";
import { Storage, type StorageArgs } from "../../components/storage.ts";
import { judge } from "../../policies/judge.ts";
import { plan } from "../../policies/program.ts";
import {
  type Any,
  ceph,
  claims,
  countryWith,
  kindOf,
  kmip,
  one,
  planned,
  postgres,
  s3,
  specOf,
  vault,
  volumes,
} from "./storage/planned.ts";

describe("guards", () => {
  it.each([
    ["ceph with a vault", { keys: vault, objects: ceph }],
    ["ceph on volumes with a key manager", { keys: kmip, objects: { ...ceph, claims } }],
    ["ceph with keys of its own", { keys: volumes, objects: ceph, records: { kind: "cloudnative-pg", instances: 1 } }],
    ["stores that are there already", { keys: kmip, objects: s3, records: postgres, volumeClass: "encrypted" }],
    ["a database beside an existing store", { keys: volumes, objects: s3 }],
    [
      "a restored database",
      { keys: vault, objects: s3, records: { kind: "cloudnative-pg", restoreFrom: { serverName: "records" } } },
    ],
  ])("have nothing to say against %s", async (_, storage) => {
    for (const more of [{}, { monitoring: {} }, { network: { policies: "cilium" } }]) {
      const country = countryWith(storage, more);
      const { findings, byVerdict } = judge(
        await planned(storage, more),
        jurisdictionOf("CH", { hosts: ["*.alpen-ai.example"], registries: [country.registry] }),
      );
      expect(findings.filter(({ verdict }) => verdict === "broken" || verdict === "undecidable")).toEqual([]);
      expect(byVerdict.held).toBeGreaterThanOrEqual(2);
    }
  });

  it("would refuse an object store abroad, were it to pass the country file", async () => {
    const resources = await planned({ keys: vault, objects: s3 });
    const { findings } = judge(
      resources,
      jurisdictionOf("CH", { hosts: [], registries: ["registry.alpen-ai.example"] }),
    );
    expect(findings.map(({ path }) => path)).toContain("spec.configuration.endpointURL");
  });
});

describe("storage alone in somebody's program", () => {
  const args = {
    registry: "registry.example.ch",
    digests: {},
    network: { policies: "kubernetes" as const },
    erase: [],
  };
  const build = (objects: StorageArgs["objects"]) =>
    plan(
      () =>
        new Storage("storage", {
          ...args,
          keys: { kind: "volumes", statement: "LUKS2" },
          objects,
          records: { kind: "postgres", host: "db.example.ch", port: 5432, database: "records", credentials: "db" },
          tenants: {},
          namespace: "data",
          modelsNamespace: "models",
          gatewayNamespace: "gateway",
          passwords: { recorder: "0123456789abcdef", reader: "fedcba9876543210", budgets: "abcdef0123456789" },
          monitoring: false,
        }),
    );

  it("refuses to take disks of nodes that nobody named, and a store without TLS", async () => {
    const nobodys = { kind: "ceph" as const, nodes: {}, devices: "^sdb$", copies: 3, gateways: 1 };
    await expect(build(nobodys)).rejects.toThrow(/labels of the nodes/);
    const open = { kind: "s3" as const, endpoint: "http://s3.example.ch", region: "local", credentials: "keys" };
    await expect(build(open)).rejects.toThrow(/has no TLS/);
    const made = await build({ ...open, endpoint: "https://s3.example.ch:9000" });
    expect(made.map(kindOf)).toContain("CronJob");
  });
});

describe("retention", () => {
  it("knows every tenant's days and who is erased, and runs as nobody in particular", async () => {
    const resources = await planned({ keys: vault, objects: s3 }, { erase: ["tenants/old"] });
    const { data } = one(resources, "ConfigMap", "retention");
    expect(data["keep.sql"]).toContain('"bank":400');
    expect(data["keep.sql"]).toContain('"kanton":');
    expect(data["keep.sql"]).toContain("ARRAY['old']");
    const { spec } = specOf(resources, "CronJob").jobTemplate.spec.template;
    expect(spec.automountServiceAccountToken).toBe(false);
    const [container] = spec.containers;
    expect(container.securityContext).toMatchObject({ readOnlyRootFilesystem: true, allowPrivilegeEscalation: false });
    const env = Object.fromEntries(container.env.map(({ name, value }: Any) => [name, value]));
    expect(env).toMatchObject({ PGHOST: "records-rw.freehold-storage.svc", PGSSLMODE: "verify-full" });
    expect(container.env.find(({ name }: Any) => name === "PGPASSWORD").valueFrom.secretKeyRef.name).toBe(
      "records-app",
    );
  });

  it("reaches the database that is there already, by its name where Cilium is", async () => {
    const storage = { keys: kmip, objects: s3, records: postgres };
    const { egress } = specOf(await planned(storage), "NetworkPolicy", "freehold-retention");
    expect(egress.at(-1).ports).toEqual([{ protocol: "TCP", port: 5432 }]);
    const cilium = specOf(await planned(storage, { network: { policies: "cilium" } }), "NetworkPolicy");
    expect(cilium.egress).toHaveLength(1);
  });
});
