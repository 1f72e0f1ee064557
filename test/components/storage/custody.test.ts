import { describe, expect, it } from "vitest";
import { parseCountry } from "../../../components/country.ts";
import { type Custody, custodyLines, keyCustody } from "../../../components/storage/custody.ts";

const basics = {
  country: "CH",
  operator: { name: "Alpen AI", domain: "alpen-ai.example" },
  target: { kind: "onprem", context: "alpen", place: "CH" },
  state: {
    backend: "file:///srv/state",
    secretsProvider: "hashivault://freehold",
    vaultAddress: "https://vault.alpen-ai.example:8200",
  },
  pools: { h200: { accelerator: "h200-sxm", nodes: 1 } },
  models: { apertus: { model: "swiss-ai/Apertus-8B-Instruct-2509", pool: "h200" } },
  tenants: { kanton: {} },
};
const vault = { kind: "vault", address: "https://vault.alpen-ai.example:8200", seal: "pkcs11" };
const ceph = { kind: "ceph", nodes: { disks: "true" } };
const claims = { class: "local-block", count: 12, volumeGiB: 3500 };

const custody = (storage?: object) => keyCustody(parseCountry({ ...basics, ...(storage && { storage }) }));
const row = (rows: Custody[], of: RegExp) => {
  const found = rows.filter((each) => of.test(each.of));
  expect(found.map((each) => each.of)).toHaveLength(1);
  return found[0]!;
};

describe("key custody", () => {
  it("names the vault and its hardware seal for volumes, and Ceph's monitors for bare disks", () => {
    const rows = custody({ keys: vault, objects: ceph });
    expect(row(rows, /^volumes/)).toMatchObject({ how: "set", keys: expect.stringMatching(/vault.*PKCS#11/) });
    expect(row(rows, /^disks/)).toMatchObject({ how: "set", keys: expect.stringContaining("Ceph's monitors") });
    expect(row(rows, /weights and backups/).keys).toContain("those of the disks");
    expect(row(rows, /database/)).toMatchObject({ how: "set", keys: "those of its volumes" });
  });

  it("names the holder for disks too where Ceph takes them as volumes", () => {
    const kmip = { kind: "kmip", address: "hsm.alpen-ai.example:5696" };
    expect(row(custody({ keys: vault, objects: { ...ceph, claims } }), /^disks/).keys).toContain("the vault at");
    expect(row(custody({ keys: kmip, objects: { ...ceph, claims } }), /^disks/).keys).toContain("(KMIP)");
    const volumes = { kind: "volumes", statement: "LUKS2" };
    expect(row(custody({ keys: volumes, objects: { ...ceph, claims } }), /^disks/).keys).toContain("Rook, in Secrets");
  });

  it("passes the operator's word on as a word", () => {
    const keys = { kind: "volumes", statement: "LUKS2 on every node, keys in the hall's HSM" };
    const objects = { kind: "s3", endpoint: "https://s3.alpen-ai.example" };
    const records = { kind: "postgres", host: "db.alpen-ai.example" };
    const rows = custody({ keys, objects, records, volumeClass: "encrypted" });
    for (const of of [/^volumes of class encrypted/, /s3\.alpen-ai/, /db\.alpen-ai/]) {
      expect(row(rows, of)).toMatchObject({ how: "word", keys: expect.stringContaining("LUKS2 on every node") });
    }
  });

  it("never calls a class encrypted that Freehold does not make", () => {
    const objects = { kind: "s3", endpoint: "https://s3.alpen-ai.example" };
    const rows = custody({ keys: vault, objects });
    expect(row(rows, /^volumes of the cluster's default class/).how).toBe("word");
    expect(row(rows, /database/).how).toBe("word");
  });

  it("says what is not encrypted, with storage and without", () => {
    for (const storage of [undefined, { keys: vault, objects: ceph }]) {
      expect(row(custody(storage), /prompts/).how).toBe("open");
      expect(row(custody(storage), /etcd/).how).toBe("word");
    }
    expect(row(custody(), /usage records/).how).toBe("open");
  });

  it("says where the key of the state is, by what the file declares", () => {
    expect(row(custody(), /Pulumi state/).keys).toBe("hashivault://freehold at https://vault.alpen-ai.example:8200");
  });

  it("comes as lines that read by themselves", () => {
    const lines = custodyLines(custody({ keys: vault, objects: ceph }));
    expect(lines.length).toBeGreaterThan(8);
    for (const line of lines)
      expect(line).toMatch(/^\S.{10,250}: (encrypted|not set by Freehold|not encrypted); keys: \S/);
  });
});
