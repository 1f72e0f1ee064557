import { describe, expect, it } from "vitest";
import { exitRefusals } from "../../../components/exit.ts";
import { hallModels, hallStorage, inHall, onAws, onAzure, tenants } from "./sides.ts";

const said = (...args: Parameters<typeof exitRefusals>) =>
  exitRefusals(...args).map(({ in: side, at, remedy }) => `${side} ${at.join(".")}: ${remedy}`);

const other = "0".repeat(64);
const key = { kty: "OKP", crv: "Ed25519", x: "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo", kid: "one" };
const oidc = {
  issuer: "https://oidc.eks.eu-central-2.amazonaws.com/id/1",
  audience: "freehold",
  jwks: { from: "file", keys: [key] },
};

describe("a move is refused", () => {
  it("in nothing where both files are the same country", () => {
    expect(said({ cloud: onAws(), hall: inHall() })).toEqual([]);
    expect(said({ cloud: onAzure(), hall: inHall() })).toEqual([]);
  });

  it.each([
    [
      "the first file is a hall",
      inHall(),
      inHall(),
      "cloud target.kind: name the country file that stands in a cloud first, and the hall's with --to",
    ],
    [
      "the second file is a cloud",
      onAws(),
      onAzure(),
      "hall target.kind: name with --to the country file whose target is onprem",
    ],
  ])("once, where %s", (_, cloud, hall, remedy) => {
    expect(said({ cloud, hall })).toEqual([remedy]);
  });

  it("where the hall is a cluster in the provider's own region", () => {
    const hall = inHall({ target: { kind: "onprem", context: "alpen", place: "eu-central-2" } });
    expect(said({ cloud: onAws(), hall })).toEqual(["hall target.place: write  place: CH"]);
    expect(said({ cloud: onAzure(), hall })).toEqual([]);
  });

  it("where both have the name of one stack", () => {
    expect(said({ cloud: onAws(), hall: { ...inHall(), stack: "ch-aws" } })).toEqual([
      "hall : give the hall's file another name, Pulumi.<stack>.yaml",
    ]);
  });

  it.each<[string, Record<string, unknown>, string[]]>([
    [
      "the host differs",
      { gateway: { host: "llm.alpen-ai.example" } },
      ["hall gateway.host: write  host: ai.alpen-ai.example"],
    ],
    [
      "a tenant is missing",
      { tenants: { kanton: { keys: { ci: { expires: "2030-03-31" } } } } },
      ["hall tenants: add bank as it stands in ch-aws"],
    ],
    [
      "a tenant is new",
      { tenants: tenants({ spital: {} }) },
      ["hall tenants.spital: take spital out, or add it to ch-aws first"],
    ],
    [
      "a key has another generation",
      { tenants: tenants({ kanton: { keys: { ci: { expires: "2030-03-31", generation: 2 } } } }) },
      ["hall tenants.kanton.keys.ci.generation: write  generation: 1"],
    ],
    [
      "a key has another end",
      { tenants: tenants({ kanton: { keys: { ci: {} } } }) },
      ['hall tenants.kanton.keys.ci.expires: write  expires: "2030-03-31"'],
    ],
    [
      "a key is missing",
      { tenants: tenants({ kanton: {} }) },
      ["hall tenants.kanton.keys: add ci as it stands in ch-aws"],
    ],
    [
      "a budget differs",
      {
        tenants: tenants({
          bank: { budget: { tokensPerMonth: 1 }, tokensPerDay: 50_000_000, tokensPerMinute: 200_000 },
        }),
      },
      [expect.stringContaining("hall tenants.bank.budget: write  budget: { tokensPerMonth: 500000000")],
    ],
    [
      "a limit is gone",
      { tenants: tenants({ bank: { budget: { tokensPerMonth: 500_000_000 }, tokensPerMinute: 200_000 } }) },
      ["hall tenants.bank.tokensPerDay: write  tokensPerDay: 50000000"],
    ],
    [
      "a limit is new",
      { tenants: tenants({ kanton: { tokensPerDay: 5, keys: { ci: { expires: "2030-03-31" } } } }) },
      ["hall tenants.kanton.tokensPerDay: take it out"],
    ],
    [
      "weights have another sum",
      { models: hallModels({ weights: { from: "s3", path: "weights/apertus-8b", sha256: other } }) },
      [expect.stringMatching(/^hall models.apertus-8b.weights.sha256: write {2}sha256: 9f86/)],
    ],
    [
      "weights have another precision",
      { models: hallModels({ precision: "fp8" }) },
      ["hall models.apertus-8b.precision: write  precision: bf16"],
    ],
    [
      "the records would begin empty",
      { storage: hallStorage({ records: { kind: "cloudnative-pg" } }) },
      ["hall storage.records.restoreFrom: write  restoreFrom: { serverName: records }"],
    ],
    [
      "the records would end early",
      {
        storage: hallStorage({
          records: { kind: "cloudnative-pg", restoreFrom: { serverName: "records", until: "2026-11-20T12:00:00Z" } },
        }),
      },
      ["hall storage.records.restoreFrom.until: take it out"],
    ],
    [
      "data may be deleted already",
      { erase: ["everything"] },
      ["hall erase: take it out; the plan says when to write it, and on which side"],
    ],
    [
      "the state stays at the provider",
      {
        state: {
          backend: "s3://ch-state?region=eu-central-2",
          secretsProvider: "awskms://alias/ch?region=eu-central-2",
        },
      },
      [
        "hall state.backend: name one in the hall, or on the operator's domain",
        "hall state.secretsProvider: name one in the hall, or on the operator's domain",
      ],
    ],
  ])("where %s", (_, more, remedies) => {
    expect(said({ cloud: onAws(), hall: inHall(more) })).toEqual(remedies);
  });

  it("where the hall has no storage, in which the cloud's records could be", () => {
    const some = { tenants: { kanton: {} } };
    const hall = inHall({ ...some, storage: undefined, models: hallModels({ weights: { from: "image" } }) });
    expect(said({ cloud: onAws(some), hall })).toEqual([
      "hall storage: add  freehold:storage  with keys, objects and records",
    ]);
  });

  it("where the hall's database has no room for the records, once somebody has measured them", () => {
    const sides = { cloud: onAws(), hall: inHall() };
    expect(said({ ...sides, recordsGiB: 49 })).toEqual([]);
    expect(said({ ...sides, recordsGiB: 50 })).toEqual(["hall storage.records.volumeGiB: write  volumeGiB: 100"]);
  });

  it("where tenants prove who they are to an issuer that goes with the cloud", () => {
    const with_ = {
      tenants: tenants({ kanton: { oidc } }),
      guards: { hosts: ["oidc.eks.eu-central-2.amazonaws.com"] },
    };
    const found = exitRefusals({ cloud: onAws(with_), hall: inHall(with_) });
    expect(found.map(({ at }) => at.join("."))).toEqual(["tenants.kanton.oidc.issuer"]);
    expect(found[0]?.found).toContain("at AWS");
  });

  it("where the cloud erases a tenant whose records would come back with the backup", () => {
    expect(said({ cloud: onAws({ erase: ["tenants/spital"] }), hall: inHall() })).toEqual([
      "hall erase: write  freehold:erase: [tenants/spital]",
    ]);
    expect(said({ cloud: onAws({ erase: ["tenants/spital"] }), hall: inHall({ erase: ["tenants/spital"] }) })).toEqual(
      [],
    );
  });

  it("where the cloud's own protection is lifted before anything was compared", () => {
    expect(said({ cloud: onAws({ erase: ["storage"] }), hall: inHall() })).toEqual([
      "cloud erase: take it out; the plan says when to write it, and on which side",
    ]);
  });
});
