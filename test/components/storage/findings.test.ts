import { describe, expect, it } from "vitest";
import { parseCountry } from "../../../components/country.ts";
import { storageFindings } from "../../../components/storage/findings.ts";

const basics = {
  country: "CH",
  operator: { name: "Alpen AI", domain: "alpen-ai.example" },
  target: { kind: "onprem", context: "alpen", place: "CH" },
  state: { backend: "file:///srv/state", secretsProvider: "passphrase" },
  pools: { h200: { accelerator: "h200-sxm", nodes: 1 } },
  models: { apertus: { model: "swiss-ai/Apertus-8B-Instruct-2509", pool: "h200" } },
  tenants: { kanton: {} },
};
const keys = { kind: "volumes", statement: "LUKS2" };
const ceph = { kind: "ceph", nodes: { "alpen-ai.example/disks": "true", hall: "1" } };
const s3 = { kind: "s3", endpoint: "https://s3.alpen-ai.example" };
const postgres = { kind: "postgres", host: "db.alpen-ai.example" };
const existing = { "envoy-gateway": { mode: "existing" } };

const country = (storage: object | undefined, more: object = {}) =>
  parseCountry({ ...basics, ...(storage && { storage }), ...more });
const node = (name: string, labels: Record<string, string>) => ({ name, labels, taints: [], allocatable: {} });
const labelled = (count: number) =>
  Array.from({ length: count }, (_, index) => node(`n${index}`, { "alpen-ai.example/disks": "true", hall: "1" }));
const classes = (...names: string[]) => names.map((name) => ({ name, isDefault: name === "standard" }));

describe("storage before anything is made", () => {
  it("finds nothing amiss where nodes and classes are as declared", () => {
    const cluster = { nodes: labelled(3), storageClasses: classes("local-block") };
    const claims = { class: "local-block", count: 3, volumeGiB: 100 };
    expect(storageFindings(country({ keys, objects: { ...ceph, claims } }), cluster)).toEqual([]);
    expect(storageFindings(country({ keys, objects: s3 }), { nodes: [], storageClasses: classes("standard") })).toEqual(
      [],
    );
  });

  it("counts the nodes that carry every label, against copies and monitors", () => {
    const nodes = [...labelled(2), node("half", { hall: "1" })];
    const findings = storageFindings(country({ keys, objects: { ...ceph, copies: 2 } }), { nodes, storageClasses: [] });
    expect(findings).toEqual([
      {
        at: ["storage", "objects", "nodes"],
        found: "2 nodes labelled alpen-ai.example/disks=true,hall=1 at context alpen",
        allowed: "at least 3: 2 copies and 3 monitors, each on a node of its own",
        remedy: expect.stringContaining("kubectl --context alpen label node <node> alpen-ai.example/disks=true hall=1"),
      },
    ]);
    const five = storageFindings(country({ keys, objects: { ...ceph, copies: 5 } }), {
      nodes: labelled(4),
      storageClasses: [],
    });
    expect(five[0]!.allowed).toContain("at least 5");
  });

  it("names a class that is not there, wherever it was named", () => {
    const claims = { class: "local-block", count: 3, volumeGiB: 100 };
    const findings = storageFindings(country({ keys, objects: { ...ceph, claims }, volumeClass: "encrypted" }), {
      nodes: labelled(3),
      storageClasses: classes("standard"),
    });
    expect(findings.map(({ at }) => at.join("."))).toEqual(["storage.volumeClass", "storage.objects.claims.class"]);
    expect(findings[0]).toMatchObject({
      found: "no StorageClass encrypted at context alpen: there is standard",
      remedy: "write  volumeClass: standard  or make the class first",
    });
  });

  it("asks for a default class where somebody relies on one, and says who", () => {
    const none = { nodes: [], storageClasses: classes("slow") };
    const [records] = storageFindings(country({ keys, objects: s3 }, { addons: existing }), none);
    expect(records).toMatchObject({
      at: ["storage"],
      found: "no default StorageClass at context alpen for the volumes of the usage records: there is slow",
      remedy: expect.stringContaining("add  volumeClass: slow"),
    });
    const [metrics] = storageFindings(country(undefined, { addons: existing, monitoring: {} }), none);
    expect(metrics).toMatchObject({ at: ["target", "context"], found: expect.stringContaining("of metrics:") });
  });

  it("asks for none where nobody does", () => {
    const none = { nodes: [], storageClasses: [] };
    expect(storageFindings(country({ keys, objects: s3, records: postgres }, { addons: existing }), none)).toEqual([]);
    expect(storageFindings(country(undefined, { addons: existing }), none)).toEqual([]);
  });
});
